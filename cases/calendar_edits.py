"""A calendar edit before it is made: which days it opens or closes, and which open promises it would move (P3.2).

Reads only. Nothing is saved: the hours after the edit are built beside those in force.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cases import promises, rules
from cases.models import Case, Deadline, DeadlineKind
from cases.querysets import DeadlineQuerySet
from cases.rules import RuleBroken
from sla import store
from sla.engine import deadlines
from sla.engine.calendar import Calendar
from sla.models import Desk

# Promises held in memory at a time while they are reckoned again.
BATCH = 500


@dataclass(frozen=True)
class DeskEdit:
    """A desk's closed dates with their reasons, before and after an edit."""

    desk: Desk
    before: Mapping[date, str]
    after: Mapping[date, str]

    @property
    def days(self) -> list[date]:
        """The days that it opens or closes, in order. Another name for a closed day moves nothing."""
        return sorted(self.before.keys() ^ self.after.keys())


@dataclass(frozen=True)
class Move:
    """An open promise that falls due at another time after an edit: its row, with the case, and how it is reckoned."""

    deadline: Deadline
    calendar: Calendar
    facts: deadlines.Facts
    new_due_at: datetime

    @property
    def case(self) -> Case:
        """Whose promise it is."""
        return self.deadline.case

    @property
    def later(self) -> bool:
        """Whether the partner would wait longer."""
        return self.new_due_at > self.deadline.due_at

    def reckoned(self) -> promises.Reckoned:
        """Return the promise that would take its place, with its sum."""
        return promises.reckon(self.calendar, self.facts)


@dataclass(frozen=True)
class Moves:
    """What an edit would do to open promises.

    `moving` may fall due at their new time. `staying` would fall due before now, so they stay as they were promised.
    """

    moving: list[Move]
    staying: list[Move]


def of_day(desk: Desk, on: date, *, closed: bool, reason: str) -> DeskEdit:
    """Return what a manager's word on one day changes.

    Raises:
        RuleBroken: the desk is closed or open on that day as it is, so the word would change nothing.
    """
    before = store.closed_dates(desk)
    _require_hours(desk, on)
    if closed and on in before:
        raise RuleBroken(
            "day_closed_already",
            _("%(desk)s is closed on %(day)s already: %(reason)s. Nothing was changed.")
            % {"desk": desk, "day": in_words(on), "reason": before[on]},
        )
    if not closed and on not in before:
        raise RuleBroken(
            "day_open_already",
            _("%(desk)s is open on %(day)s already. Nothing was changed.") % {"desk": desk, "day": in_words(on)},
        )
    after = {**before, on: reason.strip()} if closed else {day: why for day, why in before.items() if day != on}
    return DeskEdit(desk, before, after)


def undone(desk: Desk, on: date) -> DeskEdit:
    """Return the edit that led to the day as it stands: what was changed, after it was saved."""
    after = store.closed_dates(desk)
    before = {day: why for day, why in after.items() if day != on} if on in after else {**after, on: ""}
    return DeskEdit(desk, before, after)


def moves(edits: Sequence[DeskEdit], now: datetime) -> Moves:
    """Return the open first-response promises that fall due at another time after `edits`, the next due first.

    Each is reckoned again from its facts, with the hours in force and with those after the edits. Where the two agree
    the edits do not touch it, so a promise that an earlier edit left alone stays alone.
    """
    found = Moves([], [])
    for move in _moved(edits, now):
        may = rules.promise_may_move(move.deadline.due_at, move.new_due_at, now)
        (found.moving if may else found.staying).append(move)
    return found


def in_words(day: date) -> str:
    """Return a date as a sentence says it: "Thu 24 Dec 2026"."""
    return date_format(day, "D j M Y")


def _require_hours(desk: Desk, on: date) -> None:
    if not any(on.weekday() in shift.weekdays for shift in desk.shifts.all()):
        raise RuleBroken(
            "day_without_hours",
            _("%(desk)s has no hours on a %(weekday)s, so it is closed on %(day)s as it is. Nothing was changed.")
            % {"desk": desk, "weekday": date_format(on, "l"), "day": in_words(on)},
        )


def _moved(edits: Sequence[DeskEdit], now: datetime) -> Iterator[Move]:
    edits = [edit for edit in edits if edit.days]
    if not edits:
        return
    hours = _Hours(edits)
    targets: dict[int, dict[int, deadlines.Target]] = {}
    for deadline in _touched(edits, now).iterator(chunk_size=BATCH):
        case = deadline.case
        if case.policy_id not in targets:
            targets[case.policy_id] = store.targets(case.policy)
        facts = promises.facts_of(deadline, targets[case.policy_id])
        before, after = hours.of(case)
        old, new = (deadlines.after_severity_changes(calendar, facts).due_at for calendar in (before, after))
        if new not in (old, deadline.due_at):
            yield Move(deadline, after, facts, new)


def _touched(edits: Sequence[DeskEdit], now: datetime) -> DeadlineQuerySet:
    """Return the promises that the edits may move: not yet due, of these desks, due after the first day begins."""
    first = min(datetime.combine(edit.days[0], time(), ZoneInfo(edit.desk.zone)) for edit in edits)
    of_desks = Q(case__desk__in=[edit.desk for edit in edits]) | Q(case__partner__follows_the_sun=True)
    return (
        Deadline.objects.not_yet_due(now)
        .filter(of_desks, kind=DeadlineKind.FIRST_RESPONSE, due_at__gt=first)
        .select_related("case__partner", "case__desk", "case__policy", "case__contact")
        .order_by("due_at", "id")
    )


class _Hours:
    """The hours before and after edits, built once for each way in which partners count them."""

    def __init__(self, edits: Sequence[DeskEdit]) -> None:
        self._before = [(edit.desk, edit.before) for edit in edits]
        self._after = [(edit.desk, edit.after) for edit in edits]
        self._built: dict[tuple[int, bool], tuple[Calendar, Calendar]] = {}

    def of(self, case: Case) -> tuple[Calendar, Calendar]:
        """Return the hours that count for a case, before and after."""
        key = (case.desk_id, case.partner.follows_the_sun)
        if key not in self._built:
            hours = promises.hours_of(case.partner, case.desk)
            self._built[key] = (_with(hours, self._before), _with(hours, self._after))
        return self._built[key]


def _with(hours: Calendar, closed: Sequence[tuple[Desk, Mapping[date, str]]]) -> Calendar:
    """Return `hours` with other closed dates for some desks."""
    changed = {(desk.name, desk.zone): dates for desk, dates in closed}
    return Calendar(
        tuple(replace(shift, closed=changed.get((shift.desk, shift.zone), shift.closed)) for shift in hours.shifts)
    )
