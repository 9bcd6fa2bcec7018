"""Whether promises were kept over a period, how cases ended, and how hard contacts were to reach (P2.1, P9.5, P9.7)."""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Case as Choose
from django.db.models import Count, F, Q, QuerySet, Value, When

from cases.models import DeadlineKind
from cases.querysets import CaseQuerySet
from cases.reports.grouped import Group, grouped
from cases.reports.selection import Period, among, attempts_in, closings_in, other_verdicts_in, verdicts_in
from cases.reports.waits import open_by_age
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


@dataclass(frozen=True)
class Flow:
    """What came in a period, and what was open at its end and at that of the period before, by age."""

    logged: Number
    open_at_end: list[int]
    open_before: list[int]


# A kept promise counts when it was kept, a missed one when it was due.
DECIDED = Choose(When(KEPT, then=F("ended_at")), default=F("due_at"))


@dataclass(frozen=True)
class Breakdown:
    """The verdicts of a period and of the one before, by month and by each dimension."""

    groups: list[Group]

    @property
    def all(self) -> Kept:
        """The verdicts in one row."""
        now, before = ([each for each in self._of("severity") if each.is_now is when] for when in (True, False))
        return Kept("", "", *_sums(now), share_of(*_sums(before)))

    def by(self, dimension: str) -> list[Kept]:
        """Return a row for each desk, partner, specialist or severity."""
        found = self._of(dimension)
        before = {each.key: share_of(each.kept, each.missed) for each in found if not each.is_now}
        rows = [
            Kept(each.key or "nobody", each.label, each.kept, each.missed, before.get(each.key))
            for each in found
            if each.is_now
        ]
        return by_label(rows)

    def by_month(self, period: Period) -> list[Kept]:
        """Return a row for each month of the reader's calendar, those without any verdict too."""
        found = {each.key: (each.kept, each.missed) for each in self._of("month") if each.is_now}
        return months_of([found.get(str(number), (0, 0)) for number in range(len(period.months))], period)

    def _of(self, what: str) -> list[Group]:
        return [each for each in self.groups if each.what == what]


def by_label(rows: Iterable[Kept]) -> list[Kept]:
    """Return rows by what they are called, nobody last."""
    return sorted(rows, key=lambda row: (row.label or "~").casefold())


def months_of(counts: Iterable[tuple[int, int]], period: Period) -> list[Kept]:
    """Return a row for each month of a period, of what was kept and missed in each."""
    return [
        Kept(str(month.first.replace(day=1)), f"{month.first:%Y-%m}", kept, missed)
        for month, (kept, missed) in zip(period.months, counts, strict=True)
    ]


def kept_by_everything(cases: CaseQuerySet, period: Period, now: datetime) -> Breakdown:
    """Return the verdicts of a period, broken down by every dimension. One query, with the period before."""
    found = verdicts_in(period.with_before, DeadlineKind.FIRST_RESPONSE, now)
    return Breakdown(grouped(among(found, cases).annotate(decided=DECIDED), period))


def days_of(month: date) -> list[date]:
    """Return the days of the month that begins on this day."""
    length = calendar.monthrange(month.year, month.month)[1]
    return [month.replace(day=number) for number in range(1, length + 1)]


def outcomes(cases: CaseQuerySet, period: Period) -> list[Number]:
    """Count how cases ended, a row for each outcome. Merged cases stand apart: they go on elsewhere."""
    return _numbers(Outcome, _by_outcome(cases, period))


def outcomes_and_attempts(cases: CaseQuerySet, period: Period) -> tuple[list[Number], list[Number]]:
    """Count how cases ended, and in how many a contact was approached in vain, by method. One query.

    A case may stand in both rows of the attempts.
    """
    found = among(attempts_in(period.with_before), cases).annotate(what=Value("method")).values_list("what", "method")
    by_method = found.annotate(**_both(period, "made_at", "case", distinct=True)).order_by()
    counted = list(_by_outcome(cases, period).union(by_method, all=True))
    return _numbers(Outcome, counted), _numbers(AttemptMethod, counted)


def _by_outcome(cases: CaseQuerySet, period: Period) -> QuerySet[Any, Any]:
    found = among(closings_in(period.with_before), cases).annotate(what=Value("outcome"))
    return found.values_list("what", "outcome").annotate(**_both(period, "closed_at", "pk")).order_by()


def volume(cases: CaseQuerySet, period: Period) -> Number:
    """Count the cases logged; what was dismissed as thanks is none."""
    return _volume(cases.aggregate(**_logged(period)))


def flow(cases: CaseQuerySet, period: Period, now: datetime) -> Flow:
    """Count the cases logged in a period, and those open at its end or now, by age. One query."""
    at_end = open_by_age("at_end", min(period.until, now))
    before = open_by_age("before", period.before.until)
    counted = cases.aggregate(**_logged(period), **at_end, **before)
    return Flow(_volume(counted), [counted[name] for name in at_end], [counted[name] for name in before])


def _logged(period: Period) -> dict[str, Count]:
    periods = {"cases_": period, "before_": period.before}
    return {name: Count("pk", filter=each.holds("logged_at") & Q(dismissed_at=None)) for name, each in periods.items()}


def _volume(counted: dict[str, Any]) -> Number:
    return Number("logged", "", counted["cases_"], counted["before_"])


def others(cases: CaseQuerySet, period: Period, now: datetime) -> list[Kept]:
    """Return the verdicts on every other kind of promise, a row for each kind that had any (P7.1, P9.2, P9.4, P9.7)."""
    kinds = [kind for kind in DeadlineKind if kind != DeadlineKind.FIRST_RESPONSE]
    found = among(other_verdicts_in(period.with_before, kinds, now), cases).annotate(decided=DECIDED)
    by_time = found.annotate(is_now=Q(decided__gte=period.since)).values("kind", "is_now")
    rows = {(row["kind"], row["is_now"]): _pair(row) for row in _counted(by_time)}
    return [
        Kept(kind.value, str(kind.label), *rows[kind.value, True], share_of(*rows.get((kind.value, False), (0, 0))))
        for kind in kinds
        if (kind.value, True) in rows
    ]


def _both(period: Period, column: str, counted: str, *, distinct: bool = False) -> dict[str, Count]:
    """Return counts of rows in a period and in the one before."""
    return {
        "cases_": Count(counted, filter=period.holds(column), distinct=distinct),
        "before_": Count(counted, filter=period.before.holds(column), distinct=distinct),
    }


def _numbers(choices: type[Outcome] | type[AttemptMethod], rows: Iterable[Any]) -> list[Number]:
    what = "outcome" if choices is Outcome else "method"
    counted = {key: counts for kind, key, *counts in rows if kind == what}
    return [Number(each.value, str(each.label), *counted.get(each.value, (0, 0))) for each in choices]


def _sums(groups: list[Group]) -> tuple[int, int]:
    return sum(each.kept for each in groups), sum(each.missed for each in groups)


def _counted(rows: Any) -> Any:
    return rows.annotate(kept_=Count("pk", KEPT), missed_=Count("pk", ~KEPT)).order_by()


def _pair(row: dict[str, Any]) -> tuple[int, int]:
    return row["kept_"], row["missed_"]
