"""The forecast: a desk's pace, the queue in the order of its promises, and what breaks; silent with little history."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from cases.models import Case
from tests.builders import Cast, answer, at, logged_case
from tests.cases.pages import browser_of, get, html_of, nothing_is_written, words_of

pytestmark = pytest.mark.clause("P2.1")

PAGE, NOW = "/manager/forecast/", "/manager/"
TUESDAY = at("Tue 9:00")


@pytest.fixture
def browser(people: Cast) -> Client:
    return browser_of(people.ruth, TUESDAY)


@pytest.fixture
def two_hours_each(people: Cast) -> None:
    """Last week five waited two hours each, one after the other: one reply every two hours."""
    for day in ("Mon 16 Nov", "Tue 17 Nov", "Wed 18 Nov", "Thu 19 Nov", "Fri 20 Nov"):
        case = logged_case(people.priya, at(f"{day} 9:00"), severity=4)
        answer(case, people.lena, at(f"{day} 11:00"))


def of_desk(page: Any, name: str = "Australia") -> Any:
    (found,) = (each for each, _lines in page.context["forecasts"] if each.desk.name == name)
    return found


def test_the_queue_is_answered_in_the_order_of_its_promises_at_the_pace_of_the_desk(
    people: Cast, browser: Client, two_hours_each: None
) -> None:
    slow = logged_case(people.priya, at("Tue 8:59:58"), severity=4)
    quick = [logged_case(people.omar, at("Tue 8:59:59"), severity=2) for _number in range(2)]
    with nothing_is_written():
        page = get(browser, PAGE, TUESDAY)
    found = of_desk(page)
    assert (found.replies, found.each_takes) == (5, timedelta(hours=2))
    told = [(each.deadline.case.reference, each.answered_at, each.breaks) for each in found.expected]
    # Promised by 11:59, 11:59 and 16:59; two hours each from 9:00 on.
    assert [(name, breaks) for name, _at, breaks in told] == [
        (quick[0].reference, False),
        (quick[1].reference, True),
        (slow.reference, False),
    ]
    assert [round((when - TUESDAY).total_seconds() / 3600) for _name, when, _breaks in told] == [2, 4, 6]
    words = words_of(page)
    assert "At the present pace 1 promise will be missed." in words
    assert "5 first replies in 10 h of working time in which somebody waited" in words
    assert "too late" in words
    assert "Who waits is answered in the order of the promises" in words
    overview = get(browser, NOW, TUESDAY)
    assert [deadline.case.reference for deadline in overview.context["found"].breaking] == [quick[1].reference]
    assert "Too little history to forecast: United States." in words_of(overview)


def test_what_is_late_already_is_no_forecast(people: Cast, browser: Client, two_hours_each: None) -> None:
    logged_case(people.priya, at("Mon 9:00"), severity=2)
    page = get(browser, PAGE, TUESDAY)
    assert "late already" in words_of(page)
    assert "At the present pace no promise is expected to be missed." in words_of(page)


def test_time_in_which_nobody_waited_makes_no_desk_slow_and_overlapping_waits_count_once(
    people: Cast, browser: Client, two_hours_each: None
) -> None:
    for minute in ("00", "10"):
        case = logged_case(people.priya, at(f"Mon 9:{minute}"), severity=4)
        answer(case, people.lena, at("Mon 11:00"))
    assert of_desk(get(browser, PAGE, TUESDAY)).busy == timedelta(hours=12)


@pytest.mark.clause("P2.6")
def test_severity_1_waits_in_no_queue(people: Cast, browser: Client, two_hours_each: None) -> None:
    answer(logged_case(people.priya, at("Mon 9:00"), severity=1), people.lena, at("Mon 9:05"))
    logged_case(people.priya, at("Tue 8:30"), severity=1)
    found = of_desk(get(browser, PAGE, TUESDAY))
    assert (found.replies, found.expected, found.owed) == (5, [], 0)


def test_with_little_history_nothing_is_foretold(people: Cast, browser: Client) -> None:
    answer(logged_case(people.priya, at("Mon 9:00"), severity=4), people.lena, at("Mon 11:00"))
    logged_case(people.priya, at("Tue 8:30"), severity=2)
    page = get(browser, PAGE, TUESDAY)
    assert "Too little history to forecast: 1 first reply in the last 10 business days" in words_of(page)
    assert "too late" not in words_of(page)
    assert "too little history to forecast" in words_of(get(browser, NOW, TUESDAY))


def test_old_replies_are_no_present_pace(people: Cast, browser: Client, two_hours_each: None) -> None:
    assert not of_desk(get(browser, PAGE, at("Tue 1 Dec 9:00"))).enough


def test_every_case_of_the_forecast_is_one_click_away(
    people: Cast, browser: Client, two_hours_each: None, django_assert_max_num_queries: Any
) -> None:
    for number in range(5):
        logged_case(people.priya, at(f"Tue 8:0{number}"), severity=2)
    with django_assert_max_num_queries(30):
        page = get(browser, PAGE, TUESDAY)
    for case in Case.objects.open().filter(first_response_at=None):
        assert f'href="/desk/cases/{case.reference}/"' in html_of(page)
