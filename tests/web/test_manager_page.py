"""The manager's page: every number is the number of cases behind it, and what contacts say."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from cases import actions
from cases.models import Case, Survey
from tests.builders import Cast, answer, ask, at, close, deadline_of, logged_case
from tests.cases.pages import browser_of, get, html_of, words_of

NOON = at("Tue 12:00")
MANAGER = "/manager/"


@pytest.fixture
def browser(people: Cast) -> Client:
    """Ruth's."""
    return browser_of(people.ruth, at("Tue 7:00"))


def numbers_with_links(page: Any) -> dict[str, int]:
    """Return every number of the page that leads to the queue, by its address."""
    links = re.findall(r'<a href="(/desk/\?[^"]*)"[^>]*>(.*?)</a>', html_of(page), re.DOTALL)
    found = {}
    for address, inside in links:
        words = re.sub(r"<svg.*?</svg>|<[^>]+>", " ", inside, flags=re.DOTALL).split()
        found[address.replace("&amp;", "&")] = int(words[-1])
    return found


def behind(browser: Client, address: str) -> int:
    """Return how many cases the queue shows under an address."""
    return len(get(browser, address, NOON).context["page"].rows)


@pytest.mark.parametrize("busy", [False, True])
def test_every_number_is_the_queue_behind_it(people: Cast, browser: Client, busy: bool) -> None:
    if busy:
        logged_case(people.priya, at("Tue 11:00"), severity=4)
        logged_case(people.priya, at("Mon 9:00"), severity=2)
        logged_case(people.omar, at("Tue 9:30"), severity=2)
        logged_case(people.zoe, at("Tue 11:50"), severity=1)
        logged_case(people.zoe, at("Mon 11:50"), severity=1)
        answer(logged_case(people.priya, at("Mon 9:10")), people.lena, at("Mon 10:00"))
        ask(logged_case(people.priya, at("Mon 9:20")), people.lena, at("Mon 10:00"))
        close(logged_case(people.priya, at("Mon 9:30")), people.lena, at("Mon 10:00"))
    shown = numbers_with_links(get(browser, MANAGER, NOON))
    assert shown == {address: behind(browser, address) for address in shown}
    wanted = {f"/desk/?view={view}" for view in ("open", "at-risk", "breached", "sev-1", "unassigned", "waiting")}
    assert wanted <= shown.keys()
    assert (shown["/desk/?view=open"], shown["/desk/?view=breached"]) == ((7, 2) if busy else (0, 0))


@pytest.mark.clause("P2.1")
def test_kept_and_missed_are_counted_by_severity(people: Cast, browser: Client) -> None:
    answer(logged_case(people.priya, at("Mon 9:00"), severity=2), people.lena, at("Mon 12:00"))
    answer(logged_case(people.priya, at("Mon 9:00"), severity=2), people.lena, at("Mon 12:00:01"))
    answer(logged_case(people.priya, at("Mon 9:00"), severity=3), people.lena, at("Mon 10:00"))
    verdicts = {row.severity: (row.kept, row.missed) for row in get(browser, MANAGER, NOON).context["found"].verdicts}
    assert verdicts == {1: (0, 0), 2: (1, 1), 3: (1, 0), 4: (0, 0)}
    assert "66 % 2 first replies in time, 1 late" in words_of(get(browser, MANAGER, NOON))


def test_one_miss_in_many_is_never_shown_as_all_kept(people: Cast, browser: Client) -> None:
    for minute in range(9):
        case = logged_case(people.priya, at("Mon 9:00"), severity=4)
        answer(case, people.lena, at("Mon 10:00") + timedelta(minutes=minute))
    answer(logged_case(people.priya, at("Mon 8:00"), severity=2), people.lena, at("Mon 16:00"))
    assert get(browser, MANAGER, NOON).context["verdicts_total"].share == 90


def test_a_promise_that_was_withdrawn_in_time_is_neither_kept_nor_missed(people: Cast, browser: Client) -> None:
    close(logged_case(people.priya, at("Mon 9:00")), people.priya, at("Mon 10:00"), "solved_by_contact")
    total = get(browser, MANAGER, NOON).context["verdicts_total"]
    assert (total.kept, total.missed, total.share) == (0, 0, None)


def test_what_is_older_than_the_period_no_longer_counts(people: Cast, browser: Client) -> None:
    case = logged_case(people.priya, at("Mon 19 Oct 9:00"))
    answer(case, people.lena, at("Mon 19 Oct 10:00"))
    assert deadline_of(case).kept is True
    assert get(browser, MANAGER, NOON).context["verdicts_total"].kept == 0


def test_the_next_promise_is_on_top(people: Cast, browser: Client) -> None:
    logged_case(people.priya, at("Tue 11:00"), severity=4, title="later")
    logged_case(people.priya, at("Tue 11:00"), severity=2, title="sooner")
    assert [case.title for case in get(browser, MANAGER, NOON).context["next_up"]] == ["sooner", "later"]


# --- What contacts say (P11.2) --------------------------------------------------------------------------------------


def opinion(case: Case, people: Cast, satisfaction: int, comment: str = "") -> None:
    close(case, people.lena, at("Mon 12:00"))
    actions.answer_survey(
        survey_id=Survey.objects.latest("pk").pk,
        handling=3,
        professionalism=4,
        satisfaction=satisfaction,
        comment=comment,
        actor=people.priya,
        now=at("Mon 13:00"),
    )


@pytest.mark.clause("P11.1", "P11.2")
def test_answers_to_surveys_stand_there_with_their_means(people: Cast, browser: Client) -> None:
    opinion(logged_case(people.priya, at("Mon 9:00")), people, 5, "Quick and kind.")
    opinion(logged_case(people.priya, at("Mon 9:00")), people, 2, "<b>Slow</b>")
    page = get(browser, MANAGER, NOON)
    scores = page.context["found"].survey_scores
    assert scores == {"answers": 2, "handling_mean": 3, "professionalism_mean": 4, "satisfaction_mean": 3.5}
    assert "Quick and kind." in words_of(page)
    assert "NWIT-1" in words_of(page)
    assert "<b>Slow</b>" not in html_of(page)


def test_a_survey_that_nobody_answered_is_no_opinion(people: Cast, browser: Client) -> None:
    close(logged_case(people.priya, at("Mon 9:00")), people.lena, at("Mon 12:00"))
    page = get(browser, MANAGER, NOON)
    assert page.context["found"].survey_scores["answers"] == 0
    assert "Nobody has answered a survey yet" in words_of(page)
