"""Finding words in what is kept about cases, one way for two databases.

A search is split into terms at spaces, a term into parts at punctuation. A text holds a term where the parts stand one
after another, each a whole word, the last at least its beginning: "bk-0" is held by "BK-02", not by "XBK 02". A single
letter or digit is a whole word: nearly every text has a word that begins with "a".
PostgreSQL keeps the words in indexes (see the first migration); SQLite reads the text itself.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import reduce
from operator import or_
from typing import Any, TypeVar

from django.contrib.postgres.search import SearchQuery, SearchVectorExact, SearchVectorField
from django.db import connection
from django.db.models import BooleanField, Func, IntegerField, Q, QuerySet, TextField, Value
from django.db.models.lookups import GreaterThan

# What is typed may be long; its first words say what is looked for.
MOST_TERMS = 8
# Between the parts of a term, and around them: whatever is no letter and no digit.
BETWEEN = r"[\W_]+"
WORDS_OF = "words_of"
# A term is common when that many messages of every age hold it. No index is of use then: it would read half the table.
SAMPLE, MANY = 30, 3
# The beginnings of these messages, spread over the whole table by their keys; of a small table none.
SAMPLED = """
    WITH RECURSIVE parts (part) AS (SELECT 0 UNION ALL SELECT part + 1 FROM parts WHERE part < %(last)s),
    ends AS (SELECT min(id) AS first, max(id) AS last FROM cases_message HAVING max(id) - min(id) >= %(last)s)
    SELECT substr(body, 1, 2000) FROM cases_message
    WHERE id IN (SELECT first + (last - first) * part / %(last)s FROM ends, parts)
"""

Term = tuple[str, ...]
Rows = TypeVar("Rows", bound="QuerySet[Any]")


def terms_in(text: str) -> list[Term]:
    """Return what a search looks for, each term once. Punctuation alone is none."""
    # Python makes an i and a mark of a small İ, databases an i.
    small = unicodedata.normalize("NFC", text).lower().replace("i\u0307", "i")
    parts = (tuple(_parts_of(word)) for word in small.split())
    return [term for term in dict.fromkeys(parts) if term][:MOST_TERMS]


def _parts_of(word: str) -> Iterator[str]:
    """Return the parts of a word. A mark behind a letter belongs to it: many scripts write their vowels so."""
    whole = "".join(sign if sign.isalnum() or unicodedata.category(sign)[0] == "M" else " " for sign in word)
    return filter(None, (re.sub(r"^\W+", "", part) for part in whole.split()))


def _as_written(part: str) -> list[str]:
    """Return a part with marks and letters in one, and apart, as the names of files often have them."""
    return list(dict.fromkeys(unicodedata.normalize(form, part) for form in ("NFC", "NFD")))


def pattern_of(terms: Sequence[Term]) -> str:
    """Return the regular expression for any of `terms`, capitals or not."""
    words = "|".join(map(_as_pattern, sorted(terms, key=lambda term: -len("".join(term)))))
    return rf"(?<![^\W_])(?:{words})"


def _as_pattern(term: Term) -> str:
    ending = r"(?![^\W_])" if len(term[-1]) == 1 else ""
    return BETWEEN.join(f"(?:{'|'.join(map(re.escape, _as_written(part)))})" for part in term) + ending


def holding(rows: Rows, columns: Sequence[str], terms: Sequence[Term]) -> Rows:
    """Keep the rows of which `columns`, read as one text, hold any of `terms`, as an index of words names them."""
    found = rows.filter(holds(columns, terms))
    return found.filter(_alone()) if connection.vendor == "postgresql" else found


def _alone() -> Q:
    """Return what always holds, and lets PostgreSQL call no helpers: no other process may say which one this is.

    It takes a rare word for a thousand rows, and starting helpers takes longer than reading those that there are.
    """
    return Q(GreaterThan(Func(function="pg_backend_pid", output_field=IntegerField()), 0))


def holds(columns: Sequence[str], terms: Sequence[Term]) -> Q:
    """Return whether `columns` of a row, read as one text, hold any of `terms`, as a condition."""
    if connection.vendor == "postgresql":
        words = Func(*columns, function=WORDS_OF, output_field=SearchVectorField())
        return Q(SearchVectorExact(words, _asked(terms)))
    pattern = pattern_of(terms)
    return reduce(or_, (Q(**{f"{column}__iregex": pattern}) for column in columns))


def holds_here(columns: Sequence[str], terms: Sequence[Term]) -> Q:
    """Return what `holds` does, for rows that are read one by one and not looked up by their words.

    To take a text apart into words is dear. So the first place that looks like a term is cut out of it, and the whole
    is taken apart only where that place shows another word after all.
    """
    if connection.vendor != "postgresql":
        return holds(columns, terms)
    text = Func(*columns, template="(%(expressions)s)", arg_joiner=" || ' ' || ", output_field=TextField())
    place = Func(text, Value(_look_of(terms)), function="substring", output_field=TextField())
    first, whole = (Func(one, function=WORDS_OF, output_field=SearchVectorField()) for one in (place, text))
    # Where nothing looks like a term, neither is the case, and no row is kept.
    once = {"template": "CASE %(expressions)s END", "arg_joiner": " WHEN true THEN true WHEN false THEN "}
    in_both = (SearchVectorExact(words, _asked(terms)) for words in (first, whole))
    return Q(Func(*in_both, output_field=BooleanField(), **once))


def sent_for(terms: Sequence[Term]) -> dict[str, str]:
    """Return what goes to the database in place of terms, by what it is there for."""
    if connection.vendor == "postgresql":
        return {"look": _look_of(terms), "words": _words_of(terms)}
    return {"pattern": pattern_of(terms)}


def _asked(terms: Sequence[Term]) -> SearchQuery:
    return SearchQuery(_words_of(terms), search_type="raw", config="simple")


def _words_of(terms: Sequence[Term]) -> str:
    return " | ".join(map(_as_query, terms))


def _look_of(terms: Sequence[Term]) -> str:
    """Return a pattern for PostgreSQL that finds any of `terms` wherever it stands, and what only looks like one.

    A database whose locale is C knows no letters but those of ASCII: any other is whatever stands there.
    """
    return rf"(?i)(?:^|[^a-z0-9])(?:{'|'.join(map(_term_look, terms))})\S*"


def _term_look(term: Term) -> str:
    ending = "(?![a-z0-9])" if len(term[-1]) == 1 else ""
    return "[^a-z0-9]+".join(re.sub("[^a-z0-9]", ".{1,3}", part) for part in term) + ending


def common_among_messages(terms: Sequence[Term]) -> set[Term]:
    """Return the terms that many messages hold, as some of every age show. One query.

    Not the newest: those may all be of one outage, or of one case.
    """
    with connection.cursor() as cursor:
        cursor.execute(SAMPLED, {"last": SAMPLE - 1})
        texts = [text for (text,) in cursor.fetchall()]
    patterns = {term: re.compile(pattern_of([term]), re.IGNORECASE) for term in terms}
    return {term for term, pattern in patterns.items() if sum(map(bool, map(pattern.search, texts))) >= MANY}


def _as_query(term: Term) -> str:
    *whole, last = term
    return " <-> ".join([*(_either(part, "") for part in whole), _either(last, ":*" if len(last) > 1 else "")])


def _either(part: str, ending: str) -> str:
    """Return a part as it may be written: a database whose locale is C knows small and capital ASCII letters alone."""
    written = dict.fromkeys(one for whole in _as_written(part) for one in (whole, whole.capitalize(), whole.upper()))
    return "(" + " | ".join(f"'{one}'{ending}" for one in ([part] if part.isascii() else written)) + ")"


def ids_of(*found: "QuerySet[Any, Any]") -> "QuerySet[Any, Any]":
    """Return the ids that any of these reads found, for `pk__in`."""
    return found[0].union(*found[1:], all=True)
