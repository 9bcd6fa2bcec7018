"""Whether promises were kept over a period, how cases ended, and how hard contacts were to reach (P2.1, P9.5, P9.7)."""

import calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Case as Choose
from django.db.models import Count, F, Q, QuerySet, When
from django.db.models.functions import TruncMonth

from cases.models import ContactAttempt, Deadline, DeadlineKind
from cases.querysets import CaseQuerySet
from cases.reports.selection import Period, attempts_in, closings_in, verdicts_in
from cases.rules import AttemptMethod, Outcome

KEPT = Q(kept=True)


@dataclass(frozen=True)
class Kept:
    """Promises of one row: kept and missed, and the share kept in the period before, if there was one."""

    key: str
    label: str
    kept: int
    missed: int
    share_before: int | None = None

    @property
    def share(self) -> int | None:
        """Return the percentage kept, rounded down so that 100 means all of them."""
        return share_of(self.kept, self.missed)

    @property
    def change(self) -> int | None:
        """Return by how many points the share moved."""
        return None if self.share is None or self.share_before is None else self.share - self.share_before


def share_of(kept: int, missed: int) -> int | None:
    """Return the percentage kept, rounded down, or None of none."""
    return 100 * kept // (kept + missed) if kept + missed else None


@dataclass(frozen=True)
class Number:
    """A count of cases, and the same of the period before."""

    key: str
    label: str
    cases: int
    before: int


# What promises are broken down by: column of the key, column of the name.
DIMENSIONS = {
    "severity": ("severity", "severity"),
    "desk": ("case__desk__code", "case__desk__name"),
    "partner": ("case__partner__code", "case__partner__name"),
    "specialist": ("case__assignee", "case__assignee__name"),
}


def promises(cases: CaseQuerySet, period: Period, now: datetime) -> QuerySet[Deadline]:
    """Return the verdicts on first responses of these cases in a period."""
    return verdicts_in(period, DeadlineKind.FIRST_RESPONSE, now).filter(case__in=cases)


def kept_in_all(cases: CaseQuerySet, period: Period, now: datetime) -> Kept:
    """Return the verdicts of a period in one row."""
    kept, missed = _totals(promises(cases, period, now))
    return Kept("", "", kept, missed, share_of(*_totals(promises(cases, period.before, now))))


def kept_by(dimension: str, cases: CaseQuerySet, period: Period, now: datetime) -> list[Kept]:
    """Return the verdicts of a period, a row for each desk, partner, specialist or severity, with the period before."""
    before = {row["key"]: share_of(row["kept_"], row["missed_"]) for row in _rows(dimension, cases, period.before, now)}
    rows = _rows(dimension, cases, period, now)
    return [
        Kept(str(row["key"] or "nobody"), str(row["label"] or ""), row["kept_"], row["missed_"], before.get(row["key"]))
        for row in sorted(rows, key=lambda row: str(row["label"] or "~").casefold())
    ]


def kept_by_month(cases: CaseQuerySet, period: Period, now: datetime) -> list[Kept]:
    """Return the verdicts of a period, a row for each month of the reader's calendar, those without any too."""
    decided = Choose(When(KEPT, then=F("ended_at")), default=F("due_at"))
    months = promises(cases, period, now).annotate(month=TruncMonth(decided, tzinfo=period.zone)).values("month")
    counted = {row["month"].date(): row for row in _counted(months)}
    return [
        Kept(str(month), f"{month:%Y-%m}", *_pair(counted.get(month))) for month in months_of(period.first, period.last)
    ]


def months_of(first: date, last: date) -> list[date]:
    """Return the first days of the months that a stretch of days touches."""
    months, month = [], first.replace(day=1)
    while month <= last:
        months.append(month)
        month = (month + timedelta(days=32)).replace(day=1)
    return months


def days_of(month: date) -> list[date]:
    """Return the days of the month that begins on this day."""
    length = calendar.monthrange(month.year, month.month)[1]
    return [month.replace(day=number) for number in range(1, length + 1)]


def outcomes(cases: CaseQuerySet, period: Period) -> list[Number]:
    """Count how cases ended, a row for each outcome. Merged cases stand apart: they go on elsewhere."""
    now_, before = (_by(closings_in(each).filter(case__in=cases), "outcome") for each in (period, period.before))
    return [
        Number(outcome.value, str(outcome.label), now_.get(outcome.value, 0), before.get(outcome.value, 0))
        for outcome in Outcome
    ]


def attempts(cases: CaseQuerySet, period: Period) -> list[Number]:
    """Count the cases in which a contact was approached in vain, by method; a case may stand in both rows."""
    now_, before = (_cases_by_method(attempts_in(each).filter(case__in=cases)) for each in (period, period.before))
    return [
        Number(method.value, str(method.label), now_.get(method.value, 0), before.get(method.value, 0))
        for method in AttemptMethod
    ]


def volume(cases: CaseQuerySet, period: Period) -> Number:
    """Count the cases logged; what was dismissed as thanks is none."""
    counted = cases.filter(dismissed_at=None)
    now_, before = (counted.filter(each.holds("logged_at")).count() for each in (period, period.before))
    return Number("logged", "", now_, before)


def _totals(found: QuerySet[Deadline]) -> tuple[int, int]:
    row = found.aggregate(kept_=Count("pk", KEPT), all_=Count("pk"))
    return row["kept_"], row["all_"] - row["kept_"]


def _rows(dimension: str, cases: CaseQuerySet, period: Period, now: datetime) -> list[dict[str, Any]]:
    key, label = DIMENSIONS[dimension]
    return list(_counted(promises(cases, period, now).values(key=F(key), label=F(label))))


def _counted(rows: Any) -> Any:
    return rows.annotate(kept_=Count("pk", KEPT), missed_=Count("pk", ~KEPT)).order_by()


def _pair(row: dict[str, Any] | None) -> tuple[int, int]:
    return (0, 0) if row is None else (row["kept_"], row["missed_"])


def _by(rows: Any, column: str) -> dict[str, int]:
    return {row[column]: row["cases_"] for row in rows.values(column).annotate(cases_=Count("pk")).order_by()}


def _cases_by_method(rows: QuerySet[ContactAttempt]) -> dict[str, int]:
    counted = rows.values("method").annotate(cases_=Count("case", distinct=True)).order_by()
    return {row["method"]: row["cases_"] for row in counted}
