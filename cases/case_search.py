"""Finding words in what is kept about cases, one way for two databases.

A search is split into terms at spaces, a term into parts at punctuation. A text holds a term where the parts stand one
after another, each a whole word, the last at least its beginning: "bk-0" is held by "BK-02", not by "XBK 02".
PostgreSQL keeps the words in indexes (see the migration `words_to_find`); SQLite reads the text itself.
"""

import re
from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any, TypeVar

from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db import connections
from django.db.models import Func, Q, QuerySet

# What is typed may be long; its first words say what is looked for.
MOST_TERMS = 8
# Between the parts of a term, and around them: whatever is no letter and no digit.
BETWEEN = r"[\W_]+"
WORDS_OF = "words_of"

Term = tuple[str, ...]
Rows = TypeVar("Rows", bound="QuerySet[Any]")


def terms_in(text: str) -> list[Term]:
    """Return what a search looks for, each term once. Punctuation alone is none."""
    parts = (tuple(re.findall(r"[^\W_]+", word)) for word in text.casefold().split())
    return [term for term in dict.fromkeys(parts) if term][:MOST_TERMS]


def pattern_of(terms: Sequence[Term]) -> str:
    """Return the regular expression for any of `terms`, capitals or not."""
    words = "|".join(BETWEEN.join(map(re.escape, term)) for term in sorted(terms, key=lambda term: -len("".join(term))))
    return rf"(?<![^\W_])(?:{words})"


def holding(rows: Rows, columns: Sequence[str], terms: Sequence[Term]) -> Rows:
    """Keep the rows of which `columns`, read as one text, hold any of `terms`."""
    if connections[rows.db].vendor == "postgresql":
        words = Func(*columns, function=WORDS_OF, output_field=SearchVectorField())
        asked = SearchQuery(" | ".join(map(_as_query, terms)), search_type="raw", config="simple")
        return rows.alias(words=words).filter(words=asked)
    pattern = pattern_of(terms)
    return rows.filter(reduce(or_, (Q(**{f"{column}__iregex": pattern}) for column in columns)))


def _as_query(term: Term) -> str:
    *whole, last = term
    return " <-> ".join([*(_either(part, "") for part in whole), _either(last, ":*")])


def _either(part: str, ending: str) -> str:
    """Return a part as it may be written: a database whose locale is C knows small and capital ASCII letters alone."""
    written = [part] if part.isascii() else dict.fromkeys((part, part.capitalize(), part.upper()))
    return "(" + " | ".join(f"'{one}'{ending}" for one in written) + ")"


def ids_of(*found: "QuerySet[Any, Any]") -> "QuerySet[Any, Any]":
    """Return the ids that any of these reads found, for `pk__in`."""
    return found[0].union(*found[1:], all=True)
