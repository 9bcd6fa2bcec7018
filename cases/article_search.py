"""Finding articles (P1.4), one way for two databases: PostgreSQL keeps words in an index, SQLite reads the text."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import reduce
from operator import add, or_
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector
from django.db import connections
from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

if TYPE_CHECKING:
    from cases.models.articles import Article  # noqa: F401
    from cases.models.people import User

# What is typed may be long; its first words of some length say what it is about.
WORDS_READ = 12
SHORTEST = 4
# What a word counts in the title, the summary and the text.
WEIGHTS = {"title": 4, "summary": 2, "body": 1}
# How well an article must fit to be offered: a word of the title or the summary.
FITS_SQLITE = 2
FITS_POSTGRESQL = 0.2
_COMMON_WORDS = """
    about after again also because been before between cannot could does doing done down each error even every from
    have having here hello into just like more most much only other over please same should since some such than that
    their them then there these they this those through under until very want were what when where which while will
    with would your yours thanks thank
"""
COMMON = frozenset(_COMMON_WORDS.split())


def words_in(text: str, *, shortest: int = 1) -> list[str]:
    """Return the words of a text, each once, in order, no more than are read."""
    found = dict.fromkeys(word.casefold() for word in re.findall(r"\w+", text[:4000]))
    return [word for word in found if len(word) >= shortest and (shortest == 1 or word not in COMMON)][:WORDS_READ]


class ArticleQuerySet(QuerySet["Article"]):
    """Articles, narrowed step by step."""

    def published(self) -> Self:
        """Keep what partners may read."""
        return self.exclude(published_at=None)

    def readable_by(self, user: "User") -> Self:
        """Keep what `user` may read: staff everything, others what is published."""
        return self if user.works_here else self.published()

    def matching(self, text: str) -> Self:
        """Keep the articles that have every word of a search, or its beginning; the best fit first."""
        words = words_in(text)
        return self._ranked(words, every=True) if words else self.none()

    def fitting(self, text: str) -> Self:
        """Keep the articles that fit what somebody is typing: any telling word in title or summary; the best first."""
        words = words_in(text, shortest=SHORTEST)
        if not words:
            return self.none()
        least = FITS_POSTGRESQL / len(words) if self._has_full_text() else FITS_SQLITE
        return self._ranked(words, every=False).filter(fit__gte=least)

    def with_counts(self, now: datetime) -> Self:
        """Count each article's votes, its openings from the form, and those after which no case was logged.

        An opening of the last day is no such one yet: the form may still be open.
        """
        votes, opened = self._rows("ArticleVote"), self._rows("ArticleOpened")
        logged = apps.get_model("cases", "Case")._default_manager.filter(
            contact=OuterRef("reader"), submission_key=OuterRef("submission_key")
        )
        settled = opened.filter(opened_at__lt=now - timedelta(days=1))
        return self.annotate(
            helped=_count(votes.filter(helped=True)),
            did_not_help=_count(votes.filter(helped=False)),
            opened=_count(opened),
            deflected=_count(settled.exclude(Exists(logged))),
        )

    def index_words(self) -> None:
        """Write the words of these articles as PostgreSQL looks for them. SQLite needs none."""
        if self._has_full_text():
            vector = (
                SearchVector("title", weight="A", config="english")
                + SearchVector("summary", weight="B", config="english")
                + SearchVector("body", weight="D", config="english")
            )
            self.update(search=vector)

    def _rows(self, model: str) -> QuerySet[Any]:
        rows: QuerySet[Any] = apps.get_model("cases", model)._default_manager.filter(article=OuterRef("pk"))
        return rows

    def _has_full_text(self) -> bool:
        return connections[self.db].vendor == "postgresql"

    def _ranked(self, words: Sequence[str], *, every: bool) -> Self:
        if self._has_full_text():
            query = (" & " if every else " | ").join(f"'{word}':*" for word in words)
            asked = SearchQuery(query, search_type="raw", config="english")
            return self.filter(search=asked).annotate(fit=SearchRank(F("search"), asked)).order_by("-fit", "-pk")
        hits = [[Q(**{f"{column}__icontains": word}) for column in WEIGHTS] for word in words]
        anywhere = [reduce(or_, columns) for columns in hits]
        found = self.filter(*anywhere) if every else self.filter(reduce(or_, anywhere))
        scores = [
            Case(When(hit, then=Value(weight)), default=Value(0), output_field=IntegerField())
            for columns in hits
            for hit, weight in zip(columns, WEIGHTS.values(), strict=True)
        ]
        return found.annotate(fit=reduce(add, scores)).order_by("-fit", "-pk")


def _count(rows: QuerySet[Any]) -> Coalesce:
    counted = rows.order_by().values("article").annotate(rows=Count("pk")).values("rows")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
