"""What "national public holidays" is read to mean. No database."""

from datetime import date

import pytest

from sla.national import UnknownCountry, closed_dates, national_holidays

YEARS = range(2023, 2032)


@pytest.mark.parametrize(
    ("country", "day", "name"),
    [
        ("US", date(2027, 12, 31), "New Year's Day (observed)"),
        ("US", date(2026, 7, 3), "Independence Day (observed)"),
        ("US", date(2026, 6, 19), "Juneteenth National Independence Day"),
        ("US", date(2026, 11, 26), "Thanksgiving Day"),
        ("AU", date(2026, 12, 28), "Boxing Day (observed)"),
        ("AU", date(2025, 1, 27), "Australia Day"),
        ("AU", date(2026, 4, 6), "Easter Monday"),
        ("AU", date(2026, 4, 25), "ANZAC Day"),
    ],
)
def test_a_national_holiday_is_known_by_name(country: str, day: date, name: str) -> None:
    assert closed_dates(country, YEARS)[day].name == name


def test_a_substitute_day_says_that_all_states_keep_it() -> None:
    assert closed_dates("AU", YEARS)[date(2026, 12, 28)].source.endswith("AU all states and territories")


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 6, 8),  # the King's Birthday in most states
        date(2026, 11, 3),  # Melbourne Cup
        date(2026, 4, 27),  # a substitute for ANZAC Day in some states
    ],
)
def test_a_day_that_only_some_states_keep_is_not_national(day: date) -> None:
    assert day not in closed_dates("AU", YEARS)


def test_only_the_years_asked_for_are_given() -> None:
    assert {day.year for day in closed_dates("US", [2027])} == {2027}


def test_a_desk_can_observe_both_countries() -> None:
    both = national_holidays(["AU", "US"], [2026])
    assert {date(2026, 1, 26), date(2026, 11, 26)} <= both.keys()
    assert both[date(2026, 12, 25)].source.endswith("AU national")


def test_a_country_without_a_reading_is_refused() -> None:
    with pytest.raises(UnknownCountry, match="'NZ'"):
        closed_dates("NZ", [2026])


@pytest.mark.parametrize("country", ["AU", "US"])
def test_a_year_is_asked_of_the_library_once(country: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first = closed_dates(country, YEARS)

    def asked_again(*_: object, **__: object) -> None:
        raise AssertionError("The library was asked again.")

    monkeypatch.setattr("holidays.country_holidays", asked_again)
    assert closed_dates(country, YEARS) == first
    # Other years in other company are the same years.
    assert closed_dates(country, [2027, 2025]) == {day: first[day] for day in first if day.year in (2025, 2027)}
