"""How long contacts waited: for the first reply, in the desk's working time, and for the end of what is open (P2.1).

Only the database's columns and the engine are asked, so that a list can be cut to a bar of the drawing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from numpy.typing import NDArray

from cases.querysets import CaseQuerySet
from cases.reports.seconds import Seconds
from cases.reports.tables import Table, tables_of
from cases.rules import ROUND_THE_CLOCK_SEVERITY
from sla import store
from sla.engine import bulk
from sla.models import Desk


@dataclass(frozen=True)
class Span:
    """A bar: waits longer than the span before it, up to `up_to`; the last one has no end."""

    key: str
    label: StrOrPromise
    up_to: timedelta | None


REPLIES = (
    Span("15-min", _("up to 15 min"), timedelta(minutes=15)),
    Span("1-h", _("up to 1 h"), timedelta(hours=1)),
    Span("2-h", _("up to 2 h"), timedelta(hours=2)),
    Span("3-h", _("up to 3 h"), timedelta(hours=3)),
    Span("6-h", _("up to 6 h"), timedelta(hours=6)),
    Span("8-h", _("up to 8 h"), timedelta(hours=8)),
    Span("more", _("longer"), None),
)
AGES = (
    Span("1-day", _("up to 1 day"), timedelta(days=1)),
    Span("3-days", _("up to 3 days"), timedelta(days=3)),
    Span("1-week", _("up to 1 week"), timedelta(weeks=1)),
    Span("4-weeks", _("up to 4 weeks"), timedelta(weeks=4)),
    Span("more", _("older"), None),
)


@dataclass(frozen=True)
class Replies:
    """First replies: when each came, and how long it took, in seconds of the desk's working time.

    Severity 1 waits by the clock.
    """

    cases: NDArray[np.int64]
    at: NDArray[np.int64]
    took: NDArray[np.int64]

    def between(self, since: datetime, until: datetime) -> "Replies":
        """Return those that came in a stretch of time."""
        rows = (self.at >= since.timestamp()) & (self.at < until.timestamp())
        return Replies(self.cases[rows], self.at[rows], self.took[rows])

    @property
    def counts(self) -> list[int]:
        """How many replies fall into each span."""
        return [int(np.count_nonzero(self._spans == number)) for number in range(len(REPLIES))]

    @property
    def median(self) -> timedelta | None:
        """The time within which half of them came."""
        return self._share(50)

    @property
    def nine_in_ten(self) -> timedelta | None:
        """The time within which nine of ten came."""
        return self._share(90)

    def of_span(self, key: str) -> list[int]:
        """Return the ids of the cases of one span; of none, where there is no such span."""
        numbers = [number for number, span in enumerate(REPLIES) if span.key == key]
        found: list[int] = self.cases[np.isin(self._spans, numbers)].tolist()
        return found

    @property
    def _spans(self) -> NDArray[np.intp]:
        ends = [span.up_to // timedelta(seconds=1) for span in REPLIES if span.up_to is not None]
        return np.searchsorted(ends, self.took)

    def _share(self, percent: int) -> timedelta | None:
        if not self.took.size:
            return None
        return timedelta(seconds=int(np.percentile(self.took, percent, method="higher")))


def replies(cases: CaseQuerySet, desks: Iterable[Desk]) -> Replies:
    """Return how long each of these cases waited for its first reply; all of them have one. `desks` are all desks."""
    columns = ("pk", "desk_id", "severity", Seconds("logged_at"), Seconds("first_response_at"))
    none, every_desk = np.empty((len(columns), 0), np.int64), list(desks)
    parts = [_replies(table, every_desk) for table in [none, *tables_of(cases, *columns)]]
    return Replies(
        np.concatenate([part.cases for part in parts]),
        np.concatenate([part.at for part in parts]),
        np.concatenate([part.took for part in parts]),
    )


def _replies(table: Table, desks: list[Desk]) -> Replies:
    case, desk, severity, logged_at, replied_at = table
    took = replied_at - logged_at
    for one in desks:
        rows = (desk == one.pk) & (severity != ROUND_THE_CLOCK_SEVERITY)
        if rows.any():
            took[rows] = bulk.elapsed(store.calendar([one]), logged_at[rows], replied_at[rows])
    return Replies(case.copy(), replied_at.copy(), took)


def open_at(moment: datetime) -> Q:
    """Return what keeps cases that were open at a moment; what was dismissed as thanks never was."""
    return Q(logged_at__lt=moment, dismissed_at=None) & (Q(closed_at=None) | Q(closed_at__gte=moment))


def of_age(key: str, moment: datetime) -> Q:
    """Return what keeps cases of one age at a moment; none, where there is no such age."""
    shortest: timedelta | None = None
    for span in AGES:
        if span.key == key:
            younger = Q() if shortest is None else Q(logged_at__lt=moment - shortest)
            return younger if span.up_to is None else younger & Q(logged_at__gte=moment - span.up_to)
        shortest = span.up_to
    return Q(pk__in=[])


def open_by_age(name: str, moment: datetime) -> dict[str, Count]:
    """Return what counts the cases that were open at a moment: for each age a column, which `name` begins."""
    return {
        f"{name}_{place}": Count("pk", open_at(moment) & of_age(span.key, moment)) for place, span in enumerate(AGES)
    }
