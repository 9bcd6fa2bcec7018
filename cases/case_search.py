"""Finding words in what is kept about cases, one way for two databases.

A search is split into terms at spaces, a term into parts at punctuation. A text holds a term where the parts stand one
after another, each a whole word, the last at least its beginning: "bk-0" is held by "BK-02", not by "XBK 02". A single
letter or digit is a whole word: nearly every text has a word that begins with "a".
PostgreSQL keeps the words in indexes (see the first migration); SQLite reads the text itself.
"""

import re
from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any, TypeVar

from django.contrib.postgres.search import SearchQuery, SearchVectorExact, SearchVectorField
from django.db import connections
from django.db.models import Count, Func, Max, Min, Q, QuerySet

# What is typed may be long; its first words say what is looked for.
MOST_TERMS = 8
# Between the parts of a term, and around them: whatever is no letter and no digit.
BETWEEN = r"[\W_]+"
WORDS_OF = "words_of"
# A term is common when that many texts of every age hold it. An index is of no use then: it would read half the table.
SAMPLE, MANY = 30, 3

Term = tuple[str, ...]
Rows = TypeVar("Rows", bound="QuerySet[Any]")


def terms_in(text: str) -> list[Term]:
    """Return what a search looks for, each term once. Punctuation alone is none."""
    parts = (tuple(re.findall(r"[^\W_]+", word)) for word in text.casefold().split())
    return [term for term in dict.fromkeys(parts) if term][:MOST_TERMS]


def pattern_of(terms: Sequence[Term]) -> str:
    """Return the regular expression for any of `terms`, capitals or not."""
    words = "|".join(map(_as_pattern, sorted(terms, key=lambda term: -len("".join(term)))))
    return rf"(?<![^\W_])(?:{words})"


def _as_pattern(term: Term) -> str:
    ending = r"(?![^\W_])" if len(term[-1]) == 1 else ""
    return BETWEEN.join(map(re.escape, term)) + ending


def holding(rows: Rows, columns: Sequence[str], terms: Sequence[Term]) -> Rows:
    """Keep the rows of which `columns`, read as one text, hold any of `terms`."""
    return rows.filter(holds(rows.db, columns, terms))


def holds(database: str, columns: Sequence[str], terms: Sequence[Term]) -> Q:
    """Return whether `columns` of a row, read as one text, hold any of `terms`, as a condition."""
    if connections[database].vendor == "postgresql":
        words = Func(*columns, function=WORDS_OF, output_field=SearchVectorField())
        asked = SearchQuery(" | ".join(map(_as_query, terms)), search_type="raw", config="simple")
        return Q(SearchVectorExact(words, asked))
    pattern = pattern_of(terms)
    return reduce(or_, (Q(**{f"{column}__iregex": pattern}) for column in columns))


def common_among(rows: "QuerySet[Any]", column: str, terms: Sequence[Term]) -> set[Term]:
    """Return the terms that many of these texts hold, as some of every age show. Two queries; of few texts none.

    Not the newest: those may all be of one outage, or of one case.
    """
    ends = rows.order_by().aggregate(first=Min("pk"), last=Max("pk"))
    first, last = ends["first"] or 0, ends["last"] or 0
    if last - first < SAMPLE - 1:
        return set()
    spread = [first + (last - first) * part // (SAMPLE - 1) for part in range(SAMPLE)]
    counts = {f"of_{place}": Count("pk", holds(rows.db, (column,), [term])) for place, term in enumerate(terms)}
    seen = rows.model._default_manager.filter(pk__in=spread).aggregate(**counts)
    return {term for place, term in enumerate(terms) if seen[f"of_{place}"] >= MANY}


def _as_query(term: Term) -> str:
    *whole, last = term
    return " <-> ".join([*(_either(part, "") for part in whole), _either(last, ":*" if len(last) > 1 else "")])


def _either(part: str, ending: str) -> str:
    """Return a part as it may be written: a database whose locale is C knows small and capital ASCII letters alone."""
    written = [part] if part.isascii() else dict.fromkeys((part, part.capitalize(), part.upper()))
    return "(" + " | ".join(f"'{one}'{ending}" for one in written) + ")"


def ids_of(*found: "QuerySet[Any, Any]") -> "QuerySet[Any, Any]":
    """Return the ids that any of these reads found, for `pk__in`."""
    return found[0].union(*found[1:], all=True)
