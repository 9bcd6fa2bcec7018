"""A calendar edit before it is made: what it means for a day, and which open promises it would move (P3.2).

Reads only. Hours before and after are given as `store.Reckon`s: how a calendar comes from desks. Nothing is saved.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce
from itertools import zip_longest
from operator import or_

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
from sla.engine.calendar import Shift as Hours
from sla.models import Desk

# Promises held in memory at a time while they are reckoned again.
BATCH = 500
# Before the first promise of anybody.
ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)


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
    def length(self) -> timedelta:
        """By how much the promise would move, either way."""
        return abs(self.new_due_at - self.deadline.due_at)

    @property
    def later(self) -> bool:
        """Whether the partner would wait longer."""
        return self.new_due_at > self.deadline.due_at

    def reckoned(self) -> promises.Reckoned:
        """Return the promise that would take its place, with its sum."""
        return promises.reckon(self.calendar, self.facts)


@dataclass(frozen=True)
class Moves:
    """What an edit would do to open promises, the next due first.

    `moving` may fall due at their new time. `staying` would fall due before now, so they stay as they were promised.
    """

    moving: list[Move]
    staying: list[Move]


def with_day(desk: Desk, on: date, *, closed: bool, reason: str) -> store.Reckon:
    """Return the hours after a manager's word on one day.

    Raises:
        RuleBroken: the desk is closed or open on that day as it is, so the word would change nothing.
    """
    dates = store.closed_dates(desk)
    _require_hours(desk, on)
    if closed and on in dates:
        raise RuleBroken(
            "day_closed_already",
            _("The %(desk)s desk is closed on %(day)s already: %(reason)s. Nothing was changed.")
            % {"desk": desk, "day": in_words(on), "reason": dates[on]},
        )
    if not closed and on not in dates:
        raise RuleBroken(
            "day_open_already",
            _("The %(desk)s desk is open on %(day)s already. Nothing was changed.")
            % {"desk": desk, "day": in_words(on)},
        )
    return store.proposed({desk.pk: _turned(dates, on, reason.strip())})


def without_day(desk: Desk, on: date) -> store.Reckon:
    """Return the hours as they were before the last word on a day, which changed it."""
    return store.proposed({desk.pk: _turned(store.closed_dates(desk), on, "")})


def moves(before: store.Reckon, after: store.Reckon, now: datetime) -> Moves:
    """Return the open first-response promises that fall due at another time with the hours `after`.

    Each is reckoned from its facts with both. Where the two agree the edit does not touch it, so a promise that an
    earlier edit left alone stays alone.
    """
    return _sorted_out(_moved(list(_changed(before, after)), now), now)


def left_alone(now: datetime) -> Moves:
    """Return the open promises that earlier edits left as they were, and that the hours in force would move."""
    hours = [_Changed(desk, with_sun, None, store.calendar(desks)) for desk, with_sun, desks in _ways_to_count()]
    return _sorted_out(_moved(hours, now), now)


def in_words(day: date) -> str:
    """Return a date as a sentence says it: "Thu 24 Dec 2026"."""
    return date_format(day, _("D j M Y"))


def _turned(dates: dict[date, str], on: date, reason: str) -> dict[date, str]:
    """Return the closed dates with one day turned from open to closed or back."""
    if on in dates:
        return {day: why for day, why in dates.items() if day != on}
    return {**dates, on: reason}


def _require_hours(desk: Desk, on: date) -> None:
    if not any(shift.has_hours_on(on) for shift in store.shifts(desk)):
        raise RuleBroken(
            "day_without_hours",
            _(
                "The %(desk)s desk has no hours on a %(weekday)s, so it is closed on %(day)s anyway. "
                "Nothing was changed."
            )
            % {"desk": desk, "weekday": date_format(on, "l"), "day": in_words(on)},
        )


# --- Reckoning again --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Changed:
    """One way in which hours count, a home desk alone or with the sun, that an edit changes from `first` on.

    Without `before`, any promise that `after` would move counts as touched.
    """

    desk: Desk
    follows_the_sun: bool
    before: Calendar | None
    after: Calendar
    first: datetime = ALWAYS

    @property
    def touched(self) -> Q:
        """Which promises were made with these hours and may be moved."""
        return Q(case__desk=self.desk, case__partner__follows_the_sun=self.follows_the_sun, due_at__gt=self.first)

    def new_due_at(self, deadline: Deadline, facts: deadlines.Facts) -> datetime | None:
        """Return when a promise would fall due; None when it stays as it is or is not touched."""
        new = deadlines.after_severity_changes(self.after, facts).due_at
        if new == deadline.due_at or (
            self.before and new == deadlines.after_severity_changes(self.before, facts).due_at
        ):
            return None
        return new


def _changed(before: store.Reckon, after: store.Reckon) -> Iterator[_Changed]:
    for desk, follows_the_sun, desks in _ways_to_count():
        old, new = before(desks), after(desks)
        first = _first_difference(old, new)
        if first is not None:
            yield _Changed(desk, follows_the_sun, old, new, first)


def _ways_to_count() -> Iterator[tuple[Desk, bool, list[Desk]]]:
    """Yield each home desk that has hours, alone and with the sun, and the desks that then count."""
    every = list(Desk.objects.prefetch_related("shifts", "holidays", "holiday_changes").order_by("code"))
    for desk in every:
        for follows_the_sun in (False, True) if desk.shifts.all() else ():
            yield desk, follows_the_sun, promises.desks_that_count(desk, follows_the_sun=follows_the_sun, among=every)


def _first_difference(old: Calendar, new: Calendar) -> datetime | None:
    """Return from when on two calendars may differ; None when another name of a closed day is all there is."""
    found = []
    for was, becomes in zip_longest(old.shifts, new.shifts):
        if was is None or becomes is None or _weekly(was) != _weekly(becomes):
            return ALWAYS
        days = was.closed.keys() ^ becomes.closed.keys()
        if days:
            found.append(datetime.combine(min(days), time(), was.tz))
    return min(found, default=None)


def _weekly(hours: Hours) -> tuple[object, ...]:
    return hours.zone, hours.weekdays, hours.starts, hours.ends, hours.since, hours.until


def _moved(changed: list[_Changed], now: datetime) -> Iterator[Move]:
    if not changed:
        return
    hours = {(one.desk.pk, one.follows_the_sun): one for one in changed}
    targets: dict[int, dict[int, deadlines.Target]] = {}
    for deadline in _touched(changed, now).iterator(chunk_size=BATCH):
        case = deadline.case
        if case.policy_id not in targets:
            targets[case.policy_id] = store.targets(case.policy)
        facts = promises.facts_of_case(case, now, targets=targets[case.policy_id])
        counting = hours[case.desk_id, case.partner.follows_the_sun]
        new = counting.new_due_at(deadline, facts)
        if new is not None:
            yield Move(deadline, counting.after, facts, new)


def _sorted_out(moved: Iterator[Move], now: datetime) -> Moves:
    found = Moves([], [])
    for move in moved:
        may = rules.promise_may_move(move.deadline.due_at, move.new_due_at, now)
        (found.moving if may else found.staying).append(move)
    return found


def _touched(changed: list[_Changed], now: datetime) -> DeadlineQuerySet:
    return (
        Deadline.objects.not_yet_due(now)
        .filter(reduce(or_, (one.touched for one in changed)), kind=DeadlineKind.FIRST_RESPONSE)
        .select_related("case__partner", "case__desk", "case__policy")
        .prefetch_related("case__severity_agreements", "case__resource_absences", "case__workarounds")
        .order_by("due_at", "id")
    )
