"""All that a period tells, counted at one moment, for the page, the file and the API alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cases.models import Survey
from cases.querysets import CaseQuerySet
from cases.reports import over_time, surveys, waits
from cases.reports.grouped import DIMENSIONS
from cases.reports.over_time import Flow, Kept, Number
from cases.reports.selection import Period, replied_in
from cases.reports.surveys import Scores
from cases.reports.waits import Replies
from cases.rules import MANY_IN_A_REPORT
from sla.models import Desk

# Rows of a table that the page shows; the file has all.
MOST_ROWS = 50
# What contacts wrote, the newest first; the page of surveys has all.
COMMENTS = 3


@dataclass(frozen=True)
class Spread:
    """How long first replies took: how many fall into each span, and within what time half and nine in ten came."""

    counts: list[int]
    median: timedelta | None
    nine_in_ten: timedelta | None


@dataclass(frozen=True)
class Report:
    """A period beside the one before, as of `made_at`. `is_kept`: it was counted before somebody asked.

    `tables` are the first replies by severity, desk, partner and specialist, and `rows` how many rows each has in
    all. `comments` are the surveys with the newest words.
    """

    made_at: datetime
    is_kept: bool
    total: Kept
    months: list[Kept]
    tables: dict[str, list[Kept]]
    rows: dict[str, int]
    others: list[Kept]
    outcomes: list[Number]
    attempts: list[Number]
    flow: Flow
    replies: Spread
    replies_before: Spread
    scores: Scores
    scores_before: Scores
    comments: list[Survey]

    @property
    def takes_long(self) -> bool:
        """Whether it is about so many cases that it should be counted before somebody asks."""
        return self.flow.logged.cases + self.flow.logged.before > MANY_IN_A_REPORT


def counted(cases: CaseQuerySet, period: Period, desks: Sequence[Desk], now: datetime) -> Report:
    """Count all of it now, of these cases. `desks` are all desks."""
    promises = over_time.kept_by_everything(cases, period, now)
    tables = {dimension: promises.by(dimension) for dimension in DIMENSIONS}
    took = waits.replies(replied_in(cases, period.with_before), desks)
    outcomes, attempts = over_time.outcomes_and_attempts(cases, period)
    scores, scores_before = surveys.scores_of_both(cases, period)
    return Report(
        made_at=now,
        is_kept=False,
        total=promises.all,
        months=promises.by_month(period),
        tables=tables,
        rows={dimension: len(rows) for dimension, rows in tables.items()},
        others=over_time.others(cases, period, now),
        outcomes=outcomes,
        attempts=attempts,
        flow=over_time.flow(cases, period, now),
        replies=_spread(took.between(period.since, period.until)),
        replies_before=_spread(took.between(period.before.since, period.before.until)),
        scores=scores,
        scores_before=scores_before,
        comments=surveys.latest_words(cases, period, COMMENTS),
    )


def worst(rows: list[Kept], most: int) -> list[Kept]:
    """Return the rows with the most late replies, the worst first, where there are more than `most`; else all."""
    return rows if len(rows) <= most else sorted(rows, key=lambda row: -row.missed)[:most]


def _spread(found: Replies) -> Spread:
    return Spread(found.counts, found.median, found.nine_in_ten)
