"""The manager's numbers where many cases are open: counted each minute, said to be so, and the same as a recount."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from cases.models import Case, KeptNumbers
from cases.reports import overview
from notifications import sweeps
from tests.builders import Cast, answer, at, close, copies, logged_case
from tests.cases.pages import browser_of, get, words_of

NOON = at("Tue 12:00")
MANAGER = "/manager/"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def browser(people: Cast) -> Client:
    """Ruth's."""
    return browser_of(people.ruth, at("Tue 7:00"))


@pytest.fixture
def many(people: Cast) -> Case:
    """More open cases than are counted when a page is opened. Returns one of them."""
    answer(logged_case(people.priya, at("Mon 9:00"), severity=2), people.lena, at("Mon 12:00:01"))
    case = answer(logged_case(people.priya, at("Tue 9:00")), people.lena, at("Tue 9:30"))
    copies(case, overview.MANY)
    return case


def open_now(browser: Client, moment: datetime) -> int:
    return int(get(browser, MANAGER, moment).context["open_total"])


def test_many_open_cases_are_counted_each_minute(people: Cast, browser: Client, many: Case) -> None:
    counted = open_now(browser, NOON)
    assert counted > overview.MANY
    assert sweeps.count_for_managers(now=NOON) == 1
    close(many, people.lena, NOON)
    page = get(browser, MANAGER, NOON + MINUTE)
    assert page.context["open_total"] == counted
    assert "Counts as of 12:00 Sydney; they are taken every minute." in words_of(page)
    sweeps.count_for_managers(now=NOON + MINUTE)
    assert open_now(browser, NOON + 2 * MINUTE) == counted - 1


def test_where_the_timetable_stands_still_the_page_counts_itself(people: Cast, browser: Client, many: Case) -> None:
    sweeps.count_for_managers(now=NOON)
    before = open_now(browser, NOON + MINUTE)
    close(many, people.lena, NOON)
    page = get(browser, MANAGER, NOON + overview.FRESH)
    assert page.context["open_total"] == before - 1
    assert "Counts as of" not in words_of(page)


@pytest.mark.usefixtures("many")
def test_kept_numbers_are_those_of_a_recount(people: Cast) -> None:
    zone = people.ruth.zone
    counted = overview.overview(people.ruth, zone, NOON)
    sweeps.count_for_managers(now=NOON)
    assert overview.overview(people.ruth, zone, NOON) == counted
    assert counted.counts["breached"] == 0
    assert sum(row.missed for row in counted.verdicts) == 1


def test_few_open_cases_are_counted_when_the_page_is_opened(people: Cast, browser: Client) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    assert sweeps.count_for_managers(now=NOON) == 0
    assert not KeptNumbers.objects.exists()
    assert open_now(browser, NOON) == 1
    close(answer(case, people.lena, NOON), people.lena, NOON)
    assert open_now(browser, NOON) == 0
