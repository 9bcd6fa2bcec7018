"""What if: the history again under other hours, holidays and targets, through the page; the sums against the engine."""

import csv
from datetime import date, time, timedelta
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pytest
from django.test import Client

from cases import actions
from cases.models import Case, Deadline, Partner
from cases.promises import facts_of_case
from cases.reports import what_if as reports
from cases.reports.assumption import Assumption, rules
from cases.reports.selection import Period
from cases.web.exports import BYTE_ORDER_MARK
from sla import changes, store
from sla.engine.deadlines import after_severity_changes
from sla.models import Desk
from tests import severities
from tests.builders import Cast, answer, at, logged_case
from tests.cases.pages import browser_of, get, html_of, nothing_is_written, read, words_of
from tests.engine.desks import SYDNEY

pytestmark = pytest.mark.clause("P2.1", "P3.1", "P3.2")

PAGE = "/manager/what-if/"
LATER = at("Fri 9:00")


@pytest.fixture
def browser(people: Cast) -> Client:
    return browser_of(people.ruth, at("Tue 7:00"))


@pytest.fixture
def week(people: Cast) -> list[Case]:
    """Three of Sydney's: in time at Monday 11:30, late at 15:00, and in time on Tuesday morning; one of New York's."""
    quick, late, overnight, harbors = (
        logged_case(people.priya, at("Mon 9:00"), severity=2),
        logged_case(people.omar, at("Mon 9:30"), severity=2),
        logged_case(people.priya, at("Mon 16:00"), severity=2),
        logged_case(people.zoe, at("Tue 9:00"), severity=3),
    )
    answer(quick, people.lena, at("Mon 11:30"))
    answer(late, people.lena, at("Mon 15:00"))
    answer(overnight, people.lena, at("Tue 9:30"))
    answer(harbors, people.max, at("Wed 1:00"))
    return [quick, late, overnight, harbors]


def ask(browser: Client, address: str = "", **asked: Any) -> Any:
    query = urlencode({"from": "2026-11-01", "to": "2026-11-30", **asked}, doseq=True)
    return get(browser, address or f"{PAGE}?{query}", LATER)


def moved(page: Any) -> dict[str, str]:
    return {each.deadline.case.reference: f"{was} -> {becomes}" for each, was, becomes in page.context["moved"]}


def test_a_shorter_target_shows_what_would_have_been_late(browser: Client, week: list[Case]) -> None:
    page = ask(browser, **{"within-2": "2"})
    assert moved(page) == {week[0].reference: "in time -> late", week[2].reference: "in time -> late"}
    total = page.context["total"]
    assert (total.cell.kept, total.cell.missed, total.share) == (3, 1, 75)
    assert (total.cell.lost, total.cell.won, total.share_then) == (2, 0, 25)
    assert "Severity 2 is answered within 2 h instead of 3 h." in words_of(page)
    assert "Everybody answers at the very moment they really did" in words_of(page)


def test_a_longer_target_shows_what_would_have_been_in_time(browser: Client, week: list[Case]) -> None:
    page = ask(browser, **{"within-2": "5.5"})
    assert moved(page) == {week[1].reference: "late -> in time"}


@pytest.mark.parametrize(
    ("asked", "wanted", "words"),
    [
        ({"opens-au": "07:00", "closes-au": "19:00", "days-au": ["0", "1", "2", "3", "4"]}, {2}, "Mon-Fri 07:00-19:00"),
        ({"closed-au": "2026-11-23"}, {1}, "Australia is closed too on Mon 23 Nov 2026."),
        ({"sun": "everybody"}, {2, 3}, "The hours of every desk count for every partner."),
        ({"within-3": "0.5"}, {3}, "Severity 3 is answered within 30 min instead of 6 h."),
    ],
)
def test_hours_closed_days_and_the_sun_move_what_they_should(
    browser: Client, week: list[Case], asked: dict[str, Any], wanted: set[int], words: str
) -> None:
    page = ask(browser, **asked)
    assert set(moved(page)) == {week[number].reference for number in wanted}
    assert words in words_of(page)


@pytest.mark.clause("P3.2")
def test_holidays_are_open_or_not(people: Cast, browser: Client) -> None:
    # Monday 26 January is Australia Day.
    case = logged_case(people.priya, at("Fri 23 Jan 2026 16:00"), severity=2)
    answer(case, people.lena, at("Tue 27 Jan 2026 9:30"))
    asked = {"from": "2026-01-01", "to": "2026-01-31"}
    assert moved(ask(browser, **asked, **{"holidays-au": "none"})) == {case.reference: "in time -> late"}
    assert moved(ask(browser, **asked, **{"holidays-us": "none"})) == {}


@pytest.mark.clause("P2.6")
def test_severity_1_in_desk_hours_waits_for_the_morning(people: Cast, browser: Client) -> None:
    case = logged_case(people.priya, at("Mon 20:00"), severity=1)
    answer(case, people.lena, at("Mon 22:00"))
    assert moved(ask(browser, sev1="desk")) == {case.reference: "late -> in time"}


def test_a_case_nobody_answered_is_judged_by_the_present(people: Cast, browser: Client) -> None:
    case = logged_case(people.priya, at("Fri 8:30"), severity=2)
    assert moved(ask(browser, **{"within-2": "0.25"})) == {case.reference: "nothing missed -> late"}


@pytest.mark.clause("P2.3")
def test_an_agreed_severity_counts_from_its_agreement(people: Cast, browser: Client) -> None:
    case = logged_case(people.priya, at("Mon 9:00"), severity=3)
    severities.change(case, people.priya, people.lena, 2, at("Mon 10:00"))
    answer(case, people.lena, at("Mon 12:30"))
    page = ask(browser, **{"within-2": "2"})
    assert moved(page) == {case.reference: "in time -> late"}
    assert page.context["one_by_one"] == 1
    assert "was reckoned by itself" in words_of(page)
    # The target of the severity it no longer had decides nothing.
    assert moved(ask(browser, **{"within-3": "3.8"})) == {}


def test_what_was_promised_with_hours_of_the_past_keeps_its_verdict(
    people: Cast, browser: Client, week: list[Case]
) -> None:
    changes.change_hours(Desk.objects.get(code="au"), [store.Hours(range(5), time(8), time(10))])
    page = ask(browser, **{"within-3": "0.5"})
    assert moved(page) == {week[3].reference: "in time -> late"}
    assert page.context["made_otherwise"] == 3
    assert "made with other hours or targets than those of today" in words_of(page)


def test_every_number_opens_its_cases_and_the_file_has_them(browser: Client, week: list[Case]) -> None:
    page = ask(browser, **{"within-2": "2", "within-3": "0.5"})
    assert len(moved(page)) == 3
    by_desk = {row.desk: row for row in page.context["rows"]}
    assert by_desk["Australia"].cell.lost == 2
    address = by_desk["Australia"].lost_url.partition("#")[0]
    narrowed = ask(browser, address)
    assert set(moved(narrowed)) == {week[0].reference, week[2].reference}
    assert "would have been missed, Australia, Severity 2" in words_of(narrowed)
    text = read(ask(browser, narrowed.context["export_url"])).decode().removeprefix(BYTE_ORDER_MARK)
    rows = list(csv.DictReader(text.splitlines()))
    assert [(row["Case"], row["On the record"], row["Would be"]) for row in rows] == [
        (week[0].reference, "in time", "late"),
        (week[2].reference, "in time", "late"),
    ]
    assert "The first logged" in words_of(narrowed)


def test_asking_changes_nothing_and_nothing_supposed_asks_nothing(browser: Client, week: list[Case]) -> None:
    with nothing_is_written():
        assert "total" not in ask(browser).context
        ask(browser, **{"within-2": "2"})
    # As a browser sends the form where nothing was touched.
    page = get(browser, PAGE, LATER)
    form = page.context["form"]
    untouched = {name: form[name].value() for name in form.fields}
    answered = ask(browser, **untouched)
    assert "total" not in answered.context
    assert "This is how it is now" in words_of(answered)
    assert "This is how it is now" not in words_of(page)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"within-2": "0"}, "greater than or equal to 0.05"),
        ({"within-2": "soon"}, "Write a number of hours"),
        ({"opens-au": "7"}, "Enter a valid time"),
        ({"opens-au": "08:00", "closes-au": "17:00"}, "Choose at least one day."),
        ({"closed-au": "24 December"}, "Write dates as 2026-12-24"),
        ({"closed-au": " ".join(str(date(2026, 1, 1) + timedelta(n)) for n in range(61))}, "At most 60 days at once."),
        ({"sun": "moon"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_understood_is_said_and_kept(browser: Client, asked: dict[str, str], sentence: str) -> None:
    page = ask(browser, **asked)
    assert page.status_code == 422
    assert sentence in words_of(page).replace("&#x27;", "'")
    name, typed = next(iter(asked.items()))
    assert f'name="{name}" value="{typed}"' in html_of(page) or name == "sun"


def test_an_empty_history_says_so(browser: Client) -> None:
    assert "No case was logged in this time" in words_of(ask(browser, **{"within-2": "2"}))


def test_the_bulk_sum_is_the_engines_for_every_case(people: Cast, week: list[Case]) -> None:
    raised = logged_case(people.priya, at("Tue 9:00"), severity=4)
    severities.change(raised, people.priya, people.lena, 2, at("Tue 9:30"))
    Partner.objects.filter(code="BHMS").update(follows_the_sun=True)
    period = Period(date(2026, 11, 1), date(2026, 11, 30), SYDNEY)
    au = Desk.objects.get(code="au")
    world = rules().supposed(
        Assumption(hours={au.pk: store.Hours([0, 2, 4], time(10), time(14))}, within={2: timedelta(hours=4)})
    )
    cases = Case.objects.all()
    found = reports.history(cases, period, LATER)
    as_it_is = rules().as_they_are()
    done = reports.replay(found, cases, as_it_is, world)
    assert found.size == Case.objects.count() == len(week) + 1
    for row, case_id in enumerate(found.case.tolist()):
        case = Case.objects.get(pk=case_id)
        hours = world.calendars[case.desk_id, case.partner.follows_the_sun]
        facts = facts_of_case(case, LATER, targets=dict(world.targets[case.policy_id]))
        assert after_severity_changes(hours, facts).due_at.timestamp() == done.due_at[row]
    # Reckoned as it is, everything is due when it was promised.
    same = reports.replay(found, cases, as_it_is, as_it_is)
    assert np.array_equal(same.due_at, found.due_at)
    assert np.array_equal(same.verdict, found.verdict)
    due = [int(each.due_at.timestamp()) for each in Deadline.objects.in_bulk(found.deadline.tolist()).values()]
    assert sorted(due) == sorted(found.due_at.tolist())


def test_the_number_of_questions_to_the_database_does_not_grow(
    people: Cast, browser: Client, week: list[Case], django_assert_max_num_queries: Any
) -> None:
    for number in range(4):
        case = logged_case(people.priya, at(f"Tue 10:0{number}"), severity=2)
        actions.assign_case(
            case_id=case.pk, assignee_id=people.lena.pk, expected_id=None, actor=people.lena, now=at("Tue 10:30")
        )
        answer(case, people.lena, at("Tue 12:50"))
    ask(browser, **{"within-2": "2"})
    with django_assert_max_num_queries(45):
        assert len(moved(ask(browser, **{"within-2": "2"}))) == 6
