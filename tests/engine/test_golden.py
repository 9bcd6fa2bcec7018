"""Cases worked out by hand, one for each hazard that broke somebody else's engine. Times are the desk's own."""

from datetime import UTC, timedelta

import pytest

from sla.engine.calendar import BadCalendar, Calendar, Shift
from sla.engine.clock import add, elapsed
from sla.engine.deadlines import Change, Facts, Spell, after_severity_changes, promises, response
from sla.engine.instants import NaiveTime
from tests.engine.desks import NEW_YORK, SEV1, SEV2, SEV3, SEV4, at, au, both, hours, us


@pytest.mark.parametrize(
    ("start", "duration", "due"),
    [
        ("Fri 20 Nov 2026 16:30", 6, "Mon 23 Nov 2026 13:30"),
        ("Mon 23 Nov 2026 08:00", 9, "Mon 23 Nov 2026 17:00"),
        ("Sat 21 Nov 2026 03:00", 8, "Mon 23 Nov 2026 16:00"),
        ("Sat 21 Nov 2026 03:00", 0, "Sat 21 Nov 2026 03:00"),
        ("Thu 24 Dec 2026 16:00", 2, "Tue 29 Dec 2026 09:00"),
        ("Thu 2 Apr 2026 16:30", 6, "Tue 7 Apr 2026 13:30"),
        ("Fri 2 Oct 2026 16:00", 2, "Mon 5 Oct 2026 09:00"),
        ("Mon 23 Nov 2026 07:59:59", 1, "Mon 23 Nov 2026 09:00"),
        ("Mon 23 Nov 2026 17:00", 1, "Tue 24 Nov 2026 09:00"),
    ],
)
def test_a_deadline_in_australia_falls_where_a_person_would_put_it(start: str, duration: int, due: str) -> None:
    assert add(au, at(start), hours(duration)) == at(due)


@pytest.mark.parametrize(
    ("start", "duration", "due"),
    [
        ("Wed 25 Nov 2026 16:00", 3, "Fri 27 Nov 2026 10:00"),
        ("Thu 30 Dec 2027 16:00", 3, "Mon 3 Jan 2028 10:00"),
        ("Thu 2 Jul 2026 16:00", 3, "Mon 6 Jul 2026 10:00"),
        ("Fri 6 Mar 2026 16:00", 3, "Mon 9 Mar 2026 10:00"),
        ("Fri 30 Oct 2026 16:00", 3, "Mon 2 Nov 2026 10:00"),
    ],
)
def test_a_deadline_in_the_united_states_falls_where_a_person_would_put_it(start: str, duration: int, due: str) -> None:
    assert add(us, at(start, NEW_YORK), hours(duration)) == at(due, NEW_YORK)


def test_the_hour_in_which_both_desks_work_counts_once() -> None:
    # Sydney 08:00-09:00 is New York 16:00-17:00 in the southern summer.
    start = at("Mon 23 Nov 2026 00:00", NEW_YORK)
    assert elapsed(both, start, start + timedelta(days=1)) == hours(17)


def test_results_are_in_utc() -> None:
    assert add(au, at("Mon 23 Nov 2026 09:00"), hours(1)).tzinfo is UTC


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(NaiveTime, match="no time zone"):
        add(au, at("Mon 23 Nov 2026 09:00").replace(tzinfo=None), hours(1))


@pytest.mark.parametrize("duration", [timedelta(seconds=-1), timedelta(microseconds=1)])
def test_a_negative_or_broken_duration_is_refused(duration: timedelta) -> None:
    with pytest.raises(ValueError, match="duration"):
        add(au, at("Mon 23 Nov 2026 09:00"), duration)


def test_time_does_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="before the first"):
        elapsed(au, at("Mon 23 Nov 2026 09:00"), at("Mon 23 Nov 2026 08:59"))


def test_a_calendar_without_open_time_is_refused() -> None:
    with pytest.raises(BadCalendar, match="never be open"):
        Calendar(())


def test_an_unknown_zone_is_refused_by_name() -> None:
    shift = au.shifts[0]
    with pytest.raises(BadCalendar, match="Mars/Base"):
        Shift("Mars/Base", [0], shift.starts, shift.ends)


def test_a_severity_three_case_at_night_starts_its_clock_in_the_morning() -> None:
    promise = response(au, at("Fri 20 Nov 2026 22:00"), SEV3)
    assert promise.started_at == at("Mon 23 Nov 2026 08:00")
    assert promise.warn_at == at("Mon 23 Nov 2026 12:30")
    assert promise.due_at == at("Mon 23 Nov 2026 14:00")


def test_a_severity_one_case_at_night_has_one_clock_hour() -> None:
    promise = response(au, at("Fri 20 Nov 2026 22:00"), SEV1)
    assert promise.started_at == at("Fri 20 Nov 2026 22:00")
    assert promise.due_at == at("Fri 20 Nov 2026 23:00")


def test_without_a_technical_resource_severity_one_counts_desk_hours_until_there_is_one() -> None:
    start = at("Mon 23 Nov 2026 02:00")
    until_morning = Spell(at("Mon 23 Nov 2026 02:10"), at("Mon 23 Nov 2026 23:00"))
    until_three = Spell(at("Mon 23 Nov 2026 02:10"), at("Mon 23 Nov 2026 03:00"))
    assert response(au, start, SEV1, (), [until_morning]).due_at == at("Mon 23 Nov 2026 08:50")
    assert response(au, start, SEV1, (), [until_three]).due_at == at("Mon 23 Nov 2026 03:50")


def test_suspensions_that_overlap_count_once() -> None:
    spells = [
        Spell(at("Mon 23 Nov 2026 09:00"), at("Mon 23 Nov 2026 11:00")),
        Spell(at("Mon 23 Nov 2026 10:00"), at("Mon 23 Nov 2026 12:00")),
    ]
    assert response(au, at("Mon 23 Nov 2026 08:00"), SEV2, spells).due_at == at("Mon 23 Nov 2026 14:00")


def test_a_raised_severity_never_grants_time_and_never_breaches_the_past() -> None:
    logged = at("Mon 23 Nov 2026 08:00")
    early = Facts(logged, SEV3, (Change(at("Mon 23 Nov 2026 09:00"), SEV2),))
    late = Facts(logged, SEV3, (Change(at("Mon 23 Nov 2026 12:00"), SEV2),))
    assert after_severity_changes(au, early).due_at == at("Mon 23 Nov 2026 12:00")
    assert after_severity_changes(au, late).due_at == at("Mon 23 Nov 2026 14:00")


def test_a_lowered_severity_counts_from_the_logging_and_is_never_earlier_than_before() -> None:
    logged = at("Mon 23 Nov 2026 08:00")
    lowered = Facts(logged, SEV2, (Change(at("Mon 23 Nov 2026 09:00"), SEV4),))
    assert after_severity_changes(au, lowered).due_at == at("Mon 23 Nov 2026 16:00")


def test_there_and_back_at_one_instant_changes_nothing() -> None:
    logged = at("Mon 23 Nov 2026 08:00")
    moment = at("Mon 23 Nov 2026 11:00")
    there_and_back = Facts(logged, SEV3, (Change(moment, SEV1), Change(moment, SEV3)))
    assert promises(au, there_and_back) == promises(au, Facts(logged, SEV3))
