"""What must hold for every calendar, instant and duration."""

import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st

from sla.engine import bulk
from sla.engine.calendar import Calendar
from sla.engine.clock import add, elapsed
from sla.engine.deadlines import (
    Change,
    Facts,
    Spell,
    Target,
    add_around,
    after_severity_changes,
    clock_phases,
    promises,
    remaining,
    response,
)
from sla.engine.explain import Explanation, explain
from sla.engine.instants import OutOfReach
from tests.engine.strategies import calendars, days, durations, facts, instants, targets, zones

# Laying out a calendar takes longer than a sum, and how long depends on the machine.
# The same thirty examples in every run; ENGINE_EXAMPLES=5000 draws as many new ones.
EXAMPLES = os.environ.get("ENGINE_EXAMPLES")
relaxed = settings(
    deadline=None,
    max_examples=int(EXAMPLES or 30),
    derandomize=EXAMPLES is None,
    suppress_health_check=[HealthCheck.too_slow],
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def _closing(calendar: Calendar, at: datetime) -> datetime:
    """Return when the calendar closes, leaving out those that never do."""
    try:
        return calendar.closes_at(at)
    except OutOfReach:
        return reject()


@relaxed
@given(calendars, instants, durations)
def test_as_much_time_elapses_as_was_added(calendar: Calendar, start: datetime, duration: timedelta) -> None:
    assert elapsed(calendar, start, add(calendar, start, duration)) == duration


@relaxed
@given(calendars, instants, durations)
def test_a_deadline_is_the_first_such_instant(calendar: Calendar, start: datetime, duration: timedelta) -> None:
    assume(duration)
    due = add(calendar, start, duration)
    assert elapsed(calendar, start, due - SECOND) == duration - SECOND


@relaxed
@given(calendars, instants, durations, durations)
def test_more_time_is_never_due_earlier(
    calendar: Calendar, start: datetime, duration: timedelta, more: timedelta
) -> None:
    assert add(calendar, start, duration) <= add(calendar, start, duration + more)


@relaxed
@given(calendars, instants, durations, durations)
def test_a_later_start_is_never_due_earlier(
    calendar: Calendar, start: datetime, later: timedelta, duration: timedelta
) -> None:
    assert add(calendar, start, duration) <= add(calendar, start.astimezone(UTC) + later, duration)


@relaxed
@given(calendars, instants, durations, durations)
def test_time_that_elapses_adds_up(calendar: Calendar, a: datetime, first: timedelta, second: timedelta) -> None:
    a = a.astimezone(UTC)
    b, c = a + first, a + first + second
    assert elapsed(calendar, a, b) + elapsed(calendar, b, c) == elapsed(calendar, a, c)


@relaxed
@given(calendars, instants, durations, st.integers(-1, 40))
def test_a_holiday_more_never_makes_a_deadline_earlier(
    calendar: Calendar, start: datetime, duration: timedelta, days_later: int
) -> None:
    closed = start.date() + timedelta(days_later)
    first, *others = calendar.shifts
    closed_more = Calendar((replace(first, closed={**first.closed, closed: "one more"}), *others))
    assert add(closed_more, start, duration) >= add(calendar, start, duration)


@relaxed
@given(calendars, instants, durations)
def test_a_suspension_while_closed_moves_nothing(calendar: Calendar, start: datetime, duration: timedelta) -> None:
    closes_at = _closing(calendar, calendar.next_open(start))
    opens_at = calendar.next_open(closes_at)
    night = Spell(closes_at, opens_at)
    assert add_around(calendar, start, duration, [night]) == add(calendar, start, duration)


@relaxed
@given(calendars, instants, durations, durations, st.integers(0, 86400))
def test_a_suspension_keeps_the_remaining_time(
    calendar: Calendar, start: datetime, duration: timedelta, later: timedelta, seconds: int
) -> None:
    start = start.astimezone(UTC)
    spell = Spell(start + later, start + later + seconds * SECOND)
    due = add_around(calendar, start, duration, [spell])
    if due <= spell.begins_at:
        assert due == add(calendar, start, duration)
    else:
        used = elapsed(calendar, start, spell.begins_at)
        assert due == add(calendar, spell.ends_at, duration - used)


@relaxed
@given(calendars, instants, durations, st.lists(st.tuples(durations, durations), max_size=4))
def test_suspensions_count_once_in_any_order(
    calendar: Calendar, start: datetime, duration: timedelta, drawn: list[tuple[timedelta, timedelta]]
) -> None:
    start = start.astimezone(UTC)
    spells = [Spell(start + begin, start + begin + length) for begin, length in drawn]
    once = add_around(calendar, start, duration, spells)
    assert once == add_around(calendar, start, duration, [*reversed(spells), *spells])


@relaxed
@given(calendars, instants, durations, zones)
def test_the_zone_of_the_input_does_not_matter(
    calendar: Calendar, start: datetime, duration: timedelta, zone: ZoneInfo
) -> None:
    assert add(calendar, start, duration) == add(calendar, start.astimezone(zone), duration)


@relaxed
@given(calendars, instants)
def test_opening_and_closing_agree_with_each_other(calendar: Calendar, at: datetime) -> None:
    opens_at = calendar.next_open(at)
    assert calendar.is_open(opens_at)
    assert calendar.is_open(at) == (opens_at == at)
    closes_at = _closing(calendar, opens_at)
    assert not calendar.is_open(closes_at)
    assert calendar.is_open(closes_at - SECOND)
    assert calendar.last_close(closes_at) == closes_at
    assert calendar.last_close(at) <= at
    assert (calendar.closed_reason(at) is None) == calendar.is_open(at)


@relaxed
@given(calendars, instants, durations)
def test_the_intervals_are_the_time_that_elapses(calendar: Calendar, a: datetime, length: timedelta) -> None:
    b = a.astimezone(UTC) + length
    found = list(calendar.intervals(a, b))
    assert sum((closes - opens for opens, closes in found), timedelta()) == elapsed(calendar, a, b)
    assert all(before[1] < after[0] for before, after in pairwise(found))


@relaxed
@given(calendars, days, st.integers(1, 30))
def test_business_days_come_back(calendar: Calendar, day: date, number: int) -> None:
    later = calendar.add_business_days(day, number)
    assert calendar.is_business_day(later)
    assert calendar.add_business_days(later, -number) <= day
    assert calendar.opens_on(later) < calendar.closes_on(later)


@relaxed
@given(calendars)
def test_a_calendar_comes_back_from_its_content(calendar: Calendar) -> None:
    again = Calendar.from_content(calendar.content())
    assert (again, again.edition) == (calendar, calendar.edition)


@relaxed
@given(calendars, facts())
def test_the_running_stretches_of_an_explanation_add_up_to_the_target(calendar: Calendar, told: Facts) -> None:
    promise, explanation = after_severity_changes(calendar, told), explain(calendar, told)
    assert sum((step.used for step in explanation.steps), timedelta()) == promise.target.within
    assert explanation.due_at == promise.due_at
    edges = [promise.counted_from, *(step.ends_at for step in explanation.steps)]
    assert [step.begins_at for step in explanation.steps] == edges[:-1]
    assert edges[-1] == promise.due_at
    assert Explanation.from_data(explanation.as_data()) == explanation


@relaxed
@given(calendars, facts())
def test_a_promise_starts_warns_and_falls_due_in_this_order(calendar: Calendar, told: Facts) -> None:
    for promise in promises(calendar, told):
        assert promise.counted_from <= promise.started_at <= promise.warn_at <= promise.due_at


@relaxed
@given(calendars, facts())
def test_nothing_remains_when_a_promise_is_due_and_all_of_it_when_it_starts(calendar: Calendar, told: Facts) -> None:
    promise = after_severity_changes(calendar, told)
    phases = list(clock_phases(calendar, promise.counted_from, promise.target, told.suspensions, told.unavailable))
    assert remaining(promise, phases, promise.due_at) == timedelta()
    assert remaining(promise, phases, promise.started_at) == promise.target.within


@relaxed
@given(calendars, facts(), st.integers(0, 4), targets)
def test_there_and_back_at_one_instant_changes_nothing(
    calendar: Calendar, told: Facts, place: int, other: Target
) -> None:
    place = min(place, len(told.changes))
    before = told.changes[:place]
    # At an instant of its own, so that only there and back happen in it.
    last = before[-1].agreed_at if before else told.logged_at
    moment = last + SECOND
    assume(all(change.agreed_at > moment for change in told.changes[place:]))
    back = before[-1].target if before else told.target
    inserted = (*before, Change(moment, other), Change(moment, back), *told.changes[place:])
    assert promises(calendar, replace(told, changes=inserted)) == promises(calendar, told)


@relaxed
@given(calendars, facts(), targets)
def test_raising_never_grants_time_and_lowering_never_takes_it(calendar: Calendar, told: Facts, other: Target) -> None:
    *_, old = promises(calendar, told)
    last = told.changes[-1].agreed_at if told.changes else told.logged_at
    moment = last + timedelta(minutes=10)
    changed = after_severity_changes(calendar, replace(told, changes=(*told.changes, Change(moment, other))))
    if other.severity < old.severity:
        assert changed.due_at <= old.due_at
        assert changed.due_at == old.due_at or changed.due_at > moment.astimezone(UTC).replace(microsecond=0)
    else:
        assert changed.due_at >= old.due_at


@relaxed
@given(calendars, instants, targets, st.integers(0, 7200), st.integers(0, 7200))
def test_without_a_technical_resource_the_clock_never_runs_faster(
    calendar: Calendar, start: datetime, target: Target, begins: int, length: int
) -> None:
    away = Spell(start + begins * SECOND, start + (begins + length) * SECOND)
    plain, slowed = response(calendar, start, target), response(calendar, start, target, (), [away])
    assert plain.due_at <= slowed.due_at
    assert slowed.due_at <= max(plain.due_at, add(calendar, away.begins_at, target.within) + length * SECOND)


@relaxed
@given(
    st.one_of(st.none(), calendars),
    st.lists(st.tuples(instants, durations), max_size=20),
)
def test_bulk_gives_what_single_sums_give(calendar: Calendar | None, rows: list[tuple[datetime, timedelta]]) -> None:
    starts = np.array([(start - EPOCH) // SECOND for start, _ in rows], dtype=np.int64)
    lengths = np.array([duration // SECOND for _, duration in rows], dtype=np.int64)
    due = bulk.add(calendar, starts, lengths)
    assert due.tolist() == [(add(calendar, start, duration) - EPOCH) // SECOND for start, duration in rows]
    worked = bulk.elapsed(calendar, starts, starts + lengths)
    assert worked.tolist() == [
        elapsed(calendar, start, start.astimezone(UTC) + duration) // SECOND for start, duration in rows
    ]
