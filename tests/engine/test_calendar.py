"""Calendars at the edges: clocks that skip and repeat, nights, lunch, long closures, far years. Worked out by hand."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from sla.engine.calendar import BadCalendar, Calendar, NotOpen, Shift
from sla.engine.clock import add, elapsed
from sla.engine.instants import NaiveTime, OutOfReach
from tests.engine.desks import AU, NEW_YORK, SYDNEY, at, au, both, hours, us

SUNDAY = [6]
EVERY_DAY = range(7)


def _sundays(starts: time, ends: time, zone: str = "Australia/Sydney") -> Calendar:
    return Calendar((Shift(zone, SUNDAY, starts, ends),))


# --- Clocks that skip and repeat: in Sydney on 4 October 2026 from 2:00 to 3:00, on 5 April 2026 from 3:00 to 2:00 ---


def test_a_start_that_the_clock_skips_is_the_moment_of_the_skip() -> None:
    night = _sundays(time(2, 30), time(6))
    assert night.opens_on(date(2026, 10, 4)) == datetime(2026, 10, 3, 16, tzinfo=UTC)
    assert night.closes_on(date(2026, 10, 4)) - night.opens_on(date(2026, 10, 4)) == hours(3)


def test_a_shift_that_the_clock_skips_whole_is_no_shift() -> None:
    skipped = _sundays(time(2, 15), time(2, 45))
    assert not skipped.is_business_day(date(2026, 10, 4))
    assert skipped.is_business_day(date(2026, 10, 11))
    with pytest.raises(NotOpen, match="2026-10-04"):
        skipped.opens_on(date(2026, 10, 4))


def test_a_time_that_exists_twice_is_its_first_occurrence() -> None:
    night = _sundays(time(2, 30), time(6))
    assert night.opens_on(date(2026, 4, 5)) == datetime(2026, 4, 4, 15, 30, tzinfo=UTC)
    early = _sundays(time(0), time(2, 30))
    assert early.closes_on(date(2026, 4, 5)) == datetime(2026, 4, 4, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(("day", "length"), [(date(2026, 10, 3), 7), (date(2026, 4, 4), 9), (date(2026, 5, 2), 8)])
def test_a_night_shift_is_as_long_as_the_night(day: date, length: int) -> None:
    night = Calendar((Shift("Australia/Sydney", [5], time(22), time(6)),))
    assert night.closes_on(day) - night.opens_on(day) == hours(length)


def test_an_instant_that_exists_twice_is_read_by_its_fold() -> None:
    first = datetime(2026, 4, 5, 2, 30, tzinfo=SYDNEY)
    assert elapsed(None, first, first.replace(fold=1)) == hours(1)


def test_a_day_that_a_zone_skipped_has_no_shift() -> None:
    samoa = Calendar((Shift("Pacific/Apia", EVERY_DAY, time(8), time(17)),))
    assert not samoa.is_business_day(date(2011, 12, 30))
    assert samoa.add_business_days(date(2011, 12, 29), 1) == date(2011, 12, 31)


def test_past_dates_use_the_offset_of_their_own_time() -> None:
    assert add(au, at("Mon 13 Jul 2026 08:00"), hours(1)) == datetime(2026, 7, 12, 23, tzinfo=UTC)
    assert add(au, at("Mon 12 Jan 2026 08:00"), hours(1)) == datetime(2026, 1, 11, 22, tzinfo=UTC)


def test_instants_of_one_zone_are_not_subtracted_as_wall_time() -> None:
    before, after = at("Sun 5 Apr 2026 00:00"), at("Mon 6 Apr 2026 00:00")
    assert after - before == hours(24)
    assert elapsed(None, before, after) == hours(25)
    assert add(None, before, hours(25)) == after


# --- Holidays and nights -----------------------------------------------------------------------------------------


def test_a_holiday_is_a_date_of_the_shifts_own_zone() -> None:
    assert not au.is_open(datetime(2026, 1, 25, 22, tzinfo=UTC))
    assert not au.is_open(datetime(2026, 1, 26, 3, tzinfo=UTC))
    assert au.is_open(datetime(2026, 1, 26, 22, tzinfo=UTC))


def test_a_holiday_closes_the_night_shift_that_begins_on_it_to_its_end() -> None:
    night = Calendar((Shift("Australia/Sydney", EVERY_DAY, time(22), time(6), {date(2026, 12, 25): "Christmas"}),))
    assert night.is_open(at("Fri 25 Dec 2026 05:59"))
    assert not night.is_open(at("Fri 25 Dec 2026 23:00"))
    assert not night.is_open(at("Sat 26 Dec 2026 05:00"))
    assert night.is_open(at("Sat 26 Dec 2026 22:00"))


def test_round_the_clock_as_shifts_loses_no_minute() -> None:
    always = Calendar((Shift("Australia/Sydney", EVERY_DAY, time(0), time(0)),))
    start = at("Wed 30 Dec 2026 17:23:45")
    assert add(always, start, hours(1000)) == add(None, start, hours(1000))
    assert elapsed(always, start, at("Sat 3 Jan 2032 00:00")) == elapsed(None, start, at("Sat 3 Jan 2032 00:00"))


def test_a_desk_that_never_closes_says_so_at_once() -> None:
    always = Calendar((Shift("Australia/Sydney", EVERY_DAY, time(0), time(0), {date(2027, 1, 1): "Closure"}),))
    assert always.closes_at(at("Wed 30 Dec 2026 17:00")) == at("Fri 1 Jan 2027 00:00")
    assert always.last_close(at("Wed 3 Feb 2027 17:00")) == at("Fri 1 Jan 2027 00:00")
    with pytest.raises(OutOfReach, match="never closes again"):
        always.closes_at(at("Sat 2 Jan 2027 00:00"))
    with pytest.raises(OutOfReach, match="never closed before"):
        always.last_close(at("Wed 30 Dec 2026 17:00"))


def test_lunch_is_a_break_and_no_holiday() -> None:
    desk = Calendar(
        (
            Shift("Australia/Sydney", range(5), time(8), time(12)),
            Shift("Australia/Sydney", range(5), time(13), time(17)),
        )
    )
    assert add(desk, at("Mon 23 Nov 2026 11:00"), hours(2)) == at("Mon 23 Nov 2026 14:00")
    assert desk.closed_reason(at("Mon 23 Nov 2026 12:30")) == "break"
    assert desk.closed_reason(at("Mon 23 Nov 2026 20:00")) == "night"


def test_shifts_that_touch_are_one_stretch() -> None:
    desk = Calendar((Shift("UTC", range(5), time(8), time(12)), Shift("UTC", range(5), time(12), time(17))))
    assert desk.closes_at(datetime(2026, 11, 23, 9, tzinfo=UTC)) == datetime(2026, 11, 23, 17, tzinfo=UTC)


# --- No search window ---------------------------------------------------------------------------------------------


def test_a_closure_of_a_hundred_days_is_crossed() -> None:
    closure = {date(2026, 12, 1) + timedelta(n): "Renovation" for n in range(100)}
    desk = Calendar((Shift("Australia/Sydney", range(5), time(8), time(17), closure),))
    assert add(desk, at("Mon 30 Nov 2026 16:00"), hours(2)) == at("Thu 11 Mar 2027 09:00")


def test_an_hour_a_week_adds_up_over_years() -> None:
    weekly = Calendar((Shift("UTC", [0], time(9), time(10)),))
    assert add(weekly, datetime(2026, 11, 23, 9, tzinfo=UTC), hours(520)) == datetime(2036, 11, 3, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("Wed 28 Feb 2024 16:00", "Thu 29 Feb 2024 09:00"),
        ("Thu 29 Feb 2024 16:30", "Fri 1 Mar 2024 09:30"),
        ("Thu 31 Dec 2026 16:30", "Mon 4 Jan 2027 09:30"),
        ("Mon 18 Jan 2038 16:30", "Tue 19 Jan 2038 09:30"),
        ("Fri 3 Apr 2099 16:30", "Mon 6 Apr 2099 09:30"),
        ("Fri 1 Jun 1990 16:30", "Mon 4 Jun 1990 09:30"),
    ],
)
def test_leap_days_year_ends_and_far_years_are_ordinary(start: str, due: str) -> None:
    assert add(au, at(start), hours(2)) == at(due)


@pytest.mark.parametrize("year", [1, 9999])
def test_beyond_what_dates_can_hold_there_is_an_error_and_no_guess(year: int) -> None:
    with pytest.raises(OutOfReach, match="years 2 to 9997"):
        add(au, datetime(year, 6, 1, tzinfo=UTC), hours(1))


# --- Questions ----------------------------------------------------------------------------------------------------


def test_opening_and_closing_are_half_open() -> None:
    assert au.is_open(at("Mon 23 Nov 2026 08:00"))
    assert not au.is_open(at("Mon 23 Nov 2026 17:00"))
    assert au.closes_at(at("Mon 23 Nov 2026 08:00")) == at("Mon 23 Nov 2026 17:00")
    assert au.next_open(at("Mon 23 Nov 2026 17:00")) == at("Tue 24 Nov 2026 08:00")
    assert au.last_close(at("Mon 23 Nov 2026 17:00")) == at("Mon 23 Nov 2026 17:00")
    assert au.last_close(at("Mon 23 Nov 2026 16:59")) == at("Fri 20 Nov 2026 17:00")
    with pytest.raises(NotOpen, match="next_open"):
        au.closes_at(at("Mon 23 Nov 2026 17:00"))


def test_intervals_are_cut_at_both_ends() -> None:
    found = list(au.intervals(at("Fri 20 Nov 2026 16:00"), at("Mon 23 Nov 2026 09:00")))
    assert found == [
        (at("Fri 20 Nov 2026 16:00"), at("Fri 20 Nov 2026 17:00")),
        (at("Mon 23 Nov 2026 08:00"), at("Mon 23 Nov 2026 09:00")),
    ]
    assert list(au.intervals(at("Mon 23 Nov 2026 09:00"), at("Fri 20 Nov 2026 16:00"))) == []


@pytest.mark.parametrize(
    ("moment", "reason"),
    [
        ("Mon 23 Nov 2026 12:00", None),
        ("Mon 23 Nov 2026 20:00", "night"),
        ("Sat 21 Nov 2026 12:00", "weekend"),
        ("Fri 3 Apr 2026 12:00", "Good Friday"),
    ],
)
def test_being_closed_has_a_reason(moment: str, reason: str | None) -> None:
    assert au.closed_reason(at(moment)) == reason


def test_with_two_desks_the_other_ones_reason_carries_its_name() -> None:
    assert both.closed_reason(at("Fri 25 Dec 2026 20:00")) == "Christmas Day, Christmas Day (United States)"


def test_business_days_are_those_of_the_home_desk() -> None:
    assert both.is_business_day(date(2026, 11, 26))
    assert not us.is_business_day(date(2026, 11, 26))
    assert both.business_date(at("Thu 26 Nov 2026 20:00", NEW_YORK)) == date(2026, 11, 27)
    assert both.opens_on(date(2026, 11, 26)) == at("Thu 26 Nov 2026 08:00")
    assert both.closes_on(date(2026, 11, 26)) == at("Thu 26 Nov 2026 17:00")


@pytest.mark.parametrize(
    ("day", "n", "then"),
    [
        (date(2026, 12, 24), 1, date(2026, 12, 29)),
        (date(2026, 12, 26), 1, date(2026, 12, 29)),
        (date(2026, 12, 29), -1, date(2026, 12, 24)),
        (date(2026, 12, 26), 0, date(2026, 12, 26)),
        (date(2026, 12, 24), 3, date(2026, 12, 31)),
    ],
)
def test_business_days_skip_what_is_closed(day: date, n: int, then: date) -> None:
    assert au.add_business_days(day, n) == then


# --- What is refused ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("weekdays", [[], [7], [-1]])
def test_weekdays_that_do_not_exist_are_refused(weekdays: list[int]) -> None:
    with pytest.raises(BadCalendar, match=r"from 0 \(Monday\) to 6"):
        Shift("UTC", weekdays, time(8), time(17))


def test_a_shift_in_fractions_of_a_second_is_refused() -> None:
    with pytest.raises(BadCalendar, match="whole seconds"):
        Shift("UTC", [0], time(8, 0, 0, 1), time(17))


@pytest.mark.parametrize("question", [au.is_open, au.next_open, au.last_close, au.business_date])
def test_questions_without_a_zone_are_refused(question: object) -> None:
    assert callable(question)
    with pytest.raises(NaiveTime):
        question(datetime(2026, 11, 23))  # noqa: DTZ001 - what is refused


def test_what_is_changed_outside_later_changes_no_calendar() -> None:
    closed = {date(2026, 12, 25): "Christmas Day"}
    desk = Calendar((Shift("Australia/Sydney", range(5), time(8), time(17), closed),))
    closed[date(2026, 12, 24)] = "Too late"
    assert desk.is_business_day(date(2026, 12, 24))


def test_the_same_hours_have_the_same_edition_and_a_day_more_another() -> None:
    more = Shift(AU.zone, AU.weekdays, AU.starts, AU.ends, {**AU.closed, date(2026, 12, 24): "Early"}, AU.desk)
    assert Calendar((AU,)).edition == au.edition
    assert Calendar((more,)).edition != au.edition


def test_zones_may_be_half_and_quarter_hours_off() -> None:
    nepal = Calendar((Shift("Asia/Kathmandu", range(5), time(9), time(17)),))
    assert nepal.opens_on(date(2026, 11, 23)) == datetime(2026, 11, 23, 3, 15, tzinfo=UTC)
    chatham = Calendar((Shift("Pacific/Chatham", range(5), time(9), time(17)),))
    start = datetime(2026, 11, 23, 9, tzinfo=ZoneInfo("Pacific/Chatham"))
    assert add(chatham, start, hours(8)) == start + hours(8)


@pytest.mark.clause("P3.1")
def test_hours_that_change_on_a_day_are_one_calendar_with_both() -> None:
    turn = date(2026, 12, 7)
    before = Shift("UTC", range(5), time(8), time(17), until=turn)
    after = Shift("UTC", range(6), time(9), time(18), since=turn)
    desk = Calendar((before, after))
    opens = [desk.opens_on(day).hour for day in (date(2026, 12, 4), turn)]
    assert opens == [8, 9]
    assert [desk.is_business_day(date(2026, 12, day)) for day in (5, 12)] == [False, True]
    # From Friday 16:00 on, an hour is left of the old hours; the new ones begin on Monday at nine.
    friday = datetime(2026, 12, 4, 16, tzinfo=UTC)
    assert desk.next_open(friday + timedelta(hours=1)) == datetime(2026, 12, 7, 9, tzinfo=UTC)
    assert desk.closed_reason(datetime(2026, 12, 5, 12, tzinfo=UTC)) == "weekend"
    assert Calendar.from_content(desk.content()) == desk
    assert desk.closes_at(friday) == friday + timedelta(hours=1)
    assert desk.last_close(datetime(2026, 12, 7, 9, tzinfo=UTC)) == friday + timedelta(hours=1)


def test_hours_that_all_end_are_no_calendar() -> None:
    with pytest.raises(BadCalendar, match="without an end"):
        Calendar((Shift("UTC", range(5), time(8), time(17), until=date(2026, 12, 7)),))
