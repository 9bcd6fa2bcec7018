"""The real history once more under other hours, holidays or targets: which first responses would have been missed.

Everybody answers at the very moment they did; only the promises move. A case whose promise falls due at the same time
in both worlds keeps the verdict on its record, so what was promised with hours of the past is not judged anew.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from django.db.models import BigIntegerField, BooleanField, ExpressionWrapper, IntegerField, Q, QuerySet, Value, When
from django.db.models import Case as Choose
from django.db.models.functions import Coalesce
from numpy.typing import NDArray

from cases.models import Deadline, DeadlineEnd, DeadlineKind, ResourceAbsence, SeverityAgreement, Workaround
from cases.promises import NO_END_IN_SIGHT
from cases.querysets import CaseQuerySet
from cases.reports import selection
from cases.reports.assumption import World
from cases.reports.seconds import Seconds, SecondsUp
from cases.reports.selection import Period
from sla.engine import bulk
from sla.engine.calendar import Calendar
from sla.engine.deadlines import Change, Facts, Promise, Spell, promises

Column = NDArray[np.int64]

# Verdicts as numbers.
KEPT, MISSED, UNDECIDED = 1, 0, -1
LEVELS = (1, 2, 3, 4)
# How many bits of a combined key severity and follow-the-sun take.
SEVERITY_BIT, DESK_BIT, POLICY_BIT = 1, 4, 32


@dataclass(frozen=True)
class History:
    """The first-response promises of many cases, a column for each fact, times in epoch seconds."""

    deadline: Column
    case: Column
    # Of the promise in the end, and of the case at its logging.
    severity: Column
    logged_with: Column
    policy: Column
    desk: Column
    follows_the_sun: Column
    logged_at: Column
    # When the wait was over, by an answer or by the end of the case, or now.
    over_at: Column
    answered: Column
    due_at: Column
    verdict: Column

    @property
    def size(self) -> int:
        """How many promises there are."""
        return int(self.case.size)


@dataclass(frozen=True)
class Replay:
    """What the promises of a history come to in another world."""

    history: History
    due_at: Column
    verdict: Column
    # Cases whose severity changed, or whose Severity 1 paused, before the answer: the engine reckoned each by itself.
    one_by_one: int
    # Promises that were made with other hours or targets than those of today.
    made_otherwise: int

    @property
    def lost(self) -> Any:
        """Which promises would have been missed and were not."""
        return (self.verdict == MISSED) & (self.history.verdict != MISSED)

    @property
    def won(self) -> Any:
        """Which promises were missed and would not have been."""
        return (self.verdict != MISSED) & (self.history.verdict == MISSED)


def history(cases: CaseQuerySet, period: Period, now: datetime) -> History:
    """Return the first-response promises of the cases logged in a period, each case once."""
    chosen = cases.filter(period.holds("logged_at"), dismissed_at=None)
    found = selection.counted_once(Deadline.objects.filter(case__in=chosen), DeadlineKind.FIRST_RESPONSE)
    rows = found.exclude(ended_as=DeadlineEnd.REPLACED, kept=None).values_list(
        "pk",
        "case_id",
        "severity",
        "case__perceived_severity",
        "case__policy_id",
        "case__desk_id",
        "case__partner__follows_the_sun",
        Seconds("case__logged_at"),
        Coalesce(SecondsUp("ended_at"), Value(_second(now)), output_field=BigIntegerField()),
        ExpressionWrapper(Q(ended_as=DeadlineEnd.DONE), output_field=BooleanField()),
        Seconds("due_at"),
        _verdict(now),
    )
    table = np.array(list(rows), dtype=np.int64).reshape(-1, 12)
    return History(*np.ascontiguousarray(table.T))


def _verdict(now: datetime) -> Choose:
    return Choose(
        When(kept=True, then=KEPT),
        When(kept=False, then=MISSED),
        When(ended_at=None, due_at__lt=now, then=MISSED),
        default=UNDECIDED,
        output_field=IntegerField(),
    )


def replay(found: History, cases: CaseQuerySet, before: World, after: World) -> Replay:
    """Reckon every promise in both worlds; judge anew those that fall due at another time."""
    facts = _facts_of_special(found, cases)
    due_before = _due(found, before, facts)
    due_after = _due(found, after, facts)
    moved = due_before != due_after
    in_time = np.where(found.answered == 1, KEPT, UNDECIDED)
    anew = np.where(found.over_at <= due_after, in_time, MISSED)
    return Replay(
        found,
        np.where(moved, due_after, found.due_at),
        np.where(moved, anew, found.verdict),
        one_by_one=len(facts),
        made_otherwise=int(np.count_nonzero(due_before != found.due_at)),
    )


# --- When each would be due ------------------------------------------------------------------------------------------


def _due(found: History, world: World, special: Mapping[int, "_Special"]) -> Column:
    """Return when each promise falls due: in bulk for each target and calendar, one by one where more happened."""
    due = np.empty(found.size, dtype=np.int64)
    for (policy, desk, level, follows), rows in _alike(found):
        target, hours = world.targets[policy][level], world.calendars[desk, follows]
        within = target.within // timedelta(seconds=1)
        due[rows] = bulk.add(target.calendar(hours), found.logged_at[rows], within)
    for row, one in special.items():
        hours = world.calendars[int(found.desk[row]), bool(found.follows_the_sun[row])]
        promise = _in_the_end(hours, one.facts(found, row, world))
        due[row] = _second(promise.due_at)
    return due


def _alike(found: History) -> Iterator[tuple[tuple[int, int, int, bool], NDArray[np.intp]]]:
    """Yield policy, desk, severity and follow-the-sun with the rows that have them."""
    key = found.policy << POLICY_BIT | found.desk << DESK_BIT
    key |= found.logged_with << SEVERITY_BIT | found.follows_the_sun
    order = np.argsort(key, kind="stable")
    starts = np.flatnonzero(np.diff(key[order], prepend=-1))
    for rows in np.split(order, starts[1:]) if found.size else ():
        row = rows[0]
        yield (
            (
                int(found.policy[row]),
                int(found.desk[row]),
                int(found.logged_with[row]),
                bool(found.follows_the_sun[row]),
            ),
            rows,
        )


def _in_the_end(hours: Calendar, facts: Facts) -> Promise:
    """Return the promise that stood in the end. One that was missed stays missed: no later change mends it."""
    made = promises(hours, facts)
    for promise, following in zip(made, facts.lasting()[1:], strict=False):
        if following.agreed_at > promise.due_at:
            return promise
    return made[-1]


# --- What happened before the answer ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Special:
    """What moved a promise on its way: severities that were agreed, and times in which a Severity 1 paused."""

    agreed: list[tuple[datetime, int]]
    paused: list[Spell]

    def facts(self, found: History, row: int, world: World) -> Facts:
        targets = world.targets[int(found.policy[row])]
        return Facts(
            logged_at=_moment(int(found.logged_at[row])),
            target=targets[int(found.logged_with[row])],
            changes=tuple(Change(agreed_at, targets[level]) for agreed_at, level in self.agreed),
            unavailable=tuple(self.paused),
        )


def _facts_of_special(found: History, cases: CaseQuerySet) -> dict[int, _Special]:
    """Return by row what a sum over many cannot know, of those cases whose promise it touched."""
    row_of = {case: row for row, case in enumerate(found.case.tolist())}
    over_at = found.over_at.tolist()
    special: defaultdict[int, _Special] = defaultdict(lambda: _Special([], []))
    in_order = SeverityAgreement.objects.order_by("agreed_at", "pk")
    for case, agreed_at, level in _rows_of(in_order, cases, "agreed_at", "severity"):
        row = row_of.get(case)
        if row is not None and _second(agreed_at) < over_at[row]:
            special[row].agreed.append((agreed_at, level))
    for case, begins_at, ends_at in _pauses(cases):
        row = row_of.get(case)
        if row is not None and _second(begins_at) < over_at[row]:
            special[row].paused.append(Spell(begins_at, ends_at or NO_END_IN_SIGHT))
    return dict(special)


def _pauses(cases: CaseQuerySet) -> Iterator[Any]:
    """Yield when work around the clock rested (P2.6): nobody was there to work with, or a workaround held."""
    yield from _rows_of(ResourceAbsence.objects.all(), cases, "began_at", "ended_at")
    yield from _rows_of(Workaround.objects.all(), cases, "in_place_at", "failed_at")


def _rows_of(rows: QuerySet[Any], cases: CaseQuerySet, *columns: str) -> Iterable[Any]:
    return rows.filter(case__in=cases).values_list("case_id", *columns).iterator(chunk_size=2000)


def _second(at: datetime) -> int:
    return (at - bulk.EPOCH) // timedelta(seconds=1)


def _moment(second: int) -> datetime:
    return bulk.EPOCH + timedelta(seconds=second)


# --- What a page shows -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """The verdicts of some promises on the record and in the other world."""

    desk: int
    severity: int
    kept: int
    missed: int
    kept_then: int
    missed_then: int
    lost: int
    won: int


def cells(done: Replay) -> list[Cell]:
    """Return the counts, a cell for each desk and severity that has any promise."""
    found = done.history
    key = found.desk << DESK_BIT | found.severity
    return [_cell(done, key == one, int(one)) for one in np.unique(key)]


def all_of(done: Replay) -> Cell:
    """Return the counts of everything, as desk and severity 0."""
    return _cell(done, np.ones(done.history.size, dtype=np.bool_), 0)


def _cell(done: Replay, rows: NDArray[np.bool_], key: int) -> Cell:
    def count(holds: NDArray[np.bool_]) -> int:
        return int(np.count_nonzero(holds & rows))

    was, becomes = done.history.verdict, done.verdict
    return Cell(
        desk=key >> DESK_BIT,
        severity=key & (1 << DESK_BIT) - 1,
        kept=count(was == KEPT),
        missed=count(was == MISSED),
        kept_then=count(becomes == KEPT),
        missed_then=count(becomes == MISSED),
        lost=count(done.lost),
        won=count(done.won),
    )


@dataclass(frozen=True)
class Moved:
    """A promise with another verdict: its row, when it would be due, and what would become of it."""

    deadline: Deadline
    would_be_due_at: datetime
    was: int
    becomes: int


def moved_rows(done: Replay, way: str, *, desk: int | None = None, severity: int | None = None) -> NDArray[np.intp]:
    """Return the rows that would be lost, won, or either, the first logged first."""
    rows = {"lost": done.lost, "won": done.won}.get(way, done.lost | done.won)
    if desk is not None:
        rows = rows & (done.history.desk == desk)
    if severity is not None:
        rows = rows & (done.history.severity == severity)
    found = np.flatnonzero(rows)
    return found[np.argsort(done.history.logged_at[found], kind="stable")]


def moved(done: Replay, rows: NDArray[np.intp]) -> list[Moved]:
    """Return these rows with their cases, in the same order."""
    wanted = done.history.deadline[rows].tolist()
    loaded = Deadline.objects.select_related("case__partner", "case__desk", "case__assignee").in_bulk(wanted)
    return [
        Moved(
            loaded[pk],
            _moment(int(done.due_at[row])).astimezone(UTC),
            int(done.history.verdict[row]),
            int(done.verdict[row]),
        )
        for pk, row in zip(wanted, rows, strict=True)
    ]
