"""The desk: the queue in the order of promises, the case page, and every form on it gone wrong."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from cases.lifecycle import Status
from cases.models import Case, Message, MessageKind
from tests.builders import Cast, ask, at, call, close, episode_of, fresh, logged_case, text_file
from tests.cases.pages import beside, browser_of, get, html_of, post, typed_in, words_of

NOON = at("Tue 12:00")
QUEUE = "/desk/"
DESK = "/desk/cases/NWIT-1/"


# --- Replies and notes ----------------------------------------------------------------------------------------------


def word(body: str = "We found it.", **more: Any) -> dict[str, Any]:
    return {"submission_key": str(uuid4()), "body": body} | more


@pytest.mark.clause("P2.5")
def test_a_reply_stops_the_clock_and_is_shown(people: Cast, browser: Client, case: Case) -> None:
    response = post(browser, f"{DESK}reply/", word(files=[text_file()]), NOON)
    assert (response.status_code, response.url) == (302, DESK)
    assert fresh(case).first_response_at == NOON
    page = words_of(get(browser, DESK, NOON))
    assert "We found it." in page
    assert "support.log" in page


@pytest.mark.clause("P9.5")
def test_a_reply_that_asks_waits(people: Cast, browser: Client, case: Case) -> None:
    post(browser, f"{DESK}reply/", word(then_wait="on"), NOON)
    assert fresh(case).status == Status.WAITING
    assert "Next reminder Thu 10:00 Sydney" in words_of(get(browser, DESK, NOON))


def test_a_note_is_seen_by_staff(people: Cast, browser: Client, case: Case) -> None:
    post(browser, f"{DESK}note/", word("They never read mails."), NOON)
    assert Message.objects.get().kind == MessageKind.NOTE
    assert "They never read mails." in words_of(get(browser, DESK, NOON))


@pytest.mark.parametrize("act", ["reply/", "note/"])
def test_a_double_click_says_it_once(people: Cast, browser: Client, case: Case, act: str) -> None:
    said = word()
    for _ in range(2):
        assert post(browser, DESK + act, said, NOON).status_code == 302
    assert Message.objects.count() == 1


@pytest.mark.parametrize("act", ["reply/", "note/"])
@pytest.mark.parametrize("body", ["", "   ", "x" * 20_001])
def test_a_wrong_message_is_told_and_stays(people: Cast, browser: Client, case: Case, act: str, body: str) -> None:
    said = word(body) | ({"then_wait": "on"} if act == "reply/" else {})
    response = post(browser, DESK + act, said, NOON)
    assert response.status_code == 422
    assert beside(response, "body")
    assert said.items() <= typed_in(response, DESK + act).items()
    assert not Message.objects.exists()


@pytest.mark.parametrize("act", ["reply/", "note/"])
def test_a_wrong_file_is_told_and_the_words_stay(people: Cast, browser: Client, case: Case, act: str) -> None:
    said = word()
    response = post(browser, DESK + act, said | {"files": [text_file("setup.exe", "MZ")]}, NOON)
    assert "setup.exe" in beside(response, "files")
    assert said.items() <= typed_in(response, DESK + act).items()
    assert not Message.objects.exists()


# --- Calls ----------------------------------------------------------------------------------------------------------


def a_call(**changed: Any) -> dict[str, Any]:
    return {"submission_key": str(uuid4()), "outcome": "reached", "made_at": "", "note": "Rang."} | changed


@pytest.mark.clause("P9.1")
def test_a_call_just_now_stops_the_clock(people: Cast, browser: Client, case: Case) -> None:
    post(browser, f"{DESK}call/", a_call(), NOON)
    assert fresh(case).first_response_at == NOON


def test_the_time_of_a_call_is_read_in_the_zone_of_whoever_types_it(people: Cast, case: Case) -> None:
    # Max is in New York, where it is Monday evening.
    post(browser_of(people.max, NOON), f"{DESK}call/", a_call(made_at="2026-11-23T19:30"), NOON)
    assert fresh(case).first_response_at == at("Tue 11:30")


@pytest.mark.parametrize(("typed", "made"), [("09:00", "Tue 9:00:30"), ("09:01", "Tue 9:01")])
def test_a_call_in_the_minute_of_the_logging_is_no_call_before_it(
    people: Cast, browser: Client, typed: str, made: str
) -> None:
    # People type minutes; the case was logged half a minute later.
    case = logged_case(people.priya, at("Tue 9:00:30"))
    post(browser, f"{DESK}call/", a_call(made_at=f"2026-11-24T{typed}"), at("Tue 9:05"))
    assert fresh(case).first_response_at == at(made)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("outcome", "", ""),
        ("outcome", "sent", ""),
        ("made_at", "yesterday", ""),
        ("made_at", "2026-11-24T12:01", "lies in the future"),
        ("made_at", "2026-11-24T10:59", "by a manager"),
        ("made_at", "2026-11-23T12:00", "before the case was logged"),
        ("note", "x" * 20_001, "20000"),
    ],
)
def test_a_wrong_call_is_told_and_stays(
    people: Cast, browser: Client, case: Case, field: str, value: str, sentence: str
) -> None:
    said = a_call(**{field: value})
    response = post(browser, f"{DESK}call/", said, NOON)
    assert response.status_code == 422
    assert beside(response, field)
    assert sentence in beside(response, field)
    shown = typed_in(response, f"{DESK}call/")
    kept = said.keys() - ({"outcome"} if field == "outcome" else set())
    assert {name: shown[name] for name in kept} == {name: said[name] for name in kept}
    assert not case.attempts.exists()


# --- Owners ---------------------------------------------------------------------------------------------------------


def test_a_case_is_taken_and_given(people: Cast, browser: Client, case: Case) -> None:
    post(browser, f"{DESK}take/", {}, NOON)
    assert fresh(case).assignee == people.lena
    form = typed_in(get(browser, DESK, NOON), f"{DESK}assign/")
    assert form["expected"] == str(people.lena.pk)
    post(browser, f"{DESK}assign/", form | {"assignee": people.max.pk}, NOON)
    assert fresh(case).assignee == people.max


def test_a_stale_page_takes_nothing_away(people: Cast, browser: Client, case: Case) -> None:
    stale = typed_in(get(browser, DESK, NOON), f"{DESK}assign/")
    post(browser_of(people.max, NOON), f"{DESK}take/", {}, NOON)
    for response in (
        post(browser, f"{DESK}take/", {}, NOON),
        post(browser, f"{DESK}assign/", stale | {"assignee": people.lena.pk}, NOON),
    ):
        assert response.status_code == 422
        assert "it is with Max Ortega now" in words_of(response)
    assert fresh(case).assignee == people.max


def test_a_contact_is_no_choice_for_an_owner(people: Cast, browser: Client, case: Case) -> None:
    response = post(browser, f"{DESK}assign/", {"assignee": people.priya.pk, "expected": ""}, NOON)
    assert response.status_code == 422
    assert beside(response, "assignee")


# --- Closing --------------------------------------------------------------------------------------------------------


def an_end(**changed: Any) -> dict[str, Any]:
    return {"outcome": "fix", "release": "Agent 6.2", "explanation": "The update fixed it."} | changed


@pytest.mark.clause("P9.7")
def test_a_case_is_closed_with_an_outcome(people: Cast, browser: Client, case: Case) -> None:
    assert post(browser, f"{DESK}close/", an_end(), NOON).status_code == 302
    assert fresh(case).status == Status.CLOSED


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("outcome", "", ""),
        ("outcome", "no_contact", ""),
        ("release", "", "Name the release or the fix"),
        ("release", "   ", "Name the release or the fix"),
        ("explanation", "", ""),
        ("explanation", "x" * 20_001, "20000"),
    ],
)
def test_a_wrong_closing_is_told_and_stays(
    people: Cast, browser: Client, case: Case, field: str, value: str, sentence: str
) -> None:
    said = an_end(**{field: value})
    response = post(browser, f"{DESK}close/", said, NOON)
    assert response.status_code == 422
    assert beside(response, field)
    assert sentence in beside(response, field)
    shown = typed_in(response, f"{DESK}close/")
    kept = said.keys() - ({"outcome"} if field == "outcome" else set())
    assert {name: shown[name] for name in kept} == {name: said[name] for name in kept}
    assert fresh(case).status == Status.NEW


# --- Somebody was quicker -------------------------------------------------------------------------------------------


@pytest.mark.clause("P9.6")
@pytest.mark.parametrize(
    ("act", "said"),
    [
        ("reply/", word("A long and careful answer.")),
        ("call/", a_call(note="A long and careful answer.")),
        ("close/", an_end(explanation="A long and careful answer.")),
    ],
)
def test_words_for_a_case_that_closed_meanwhile_are_not_lost(
    people: Cast, browser: Client, case: Case, act: str, said: dict[str, Any]
) -> None:
    close(case, people.priya, at("Tue 11:59"), "solved_by_contact")
    response = post(browser, DESK + act, said, NOON)
    assert response.status_code == 422
    assert "closed cases stay closed" in words_of(response)
    assert "A long and careful answer." in html_of(response)


# --- The page -------------------------------------------------------------------------------------------------------


def test_the_buttons_are_those_the_lifecycle_allows(people: Cast, browser: Client, case: Case) -> None:
    def forms() -> set[str]:
        acts = ["reply/", "note/", "take/", "assign/", "call/", "close/"]
        page = html_of(get(browser, DESK, NOON))
        return {act for act in acts if f'action="{DESK}{act}"' in page}

    assert forms() == {"reply/", "note/", "take/", "assign/", "call/", "close/"}
    post(browser, f"{DESK}take/", {}, NOON)
    assert forms() == {"reply/", "note/", "assign/", "call/", "close/"}
    close(case, people.lena, NOON)
    assert forms() == {"note/"}


@pytest.mark.clause("P9.5")
def test_attempts_and_the_closing_to_come_stand_on_the_page(people: Cast, browser: Client, case: Case) -> None:
    ask(case, people.lena, at("Tue 10:00"))
    for when in ("Wed 9:00", "Thu 9:00"):
        call(case, people.lena, at(when), "no_answer")
    page = words_of(get(browser, DESK, at("Thu 12:00")))
    assert "counts as 1 of 2" in page
    assert "counts as 2 of 2" in page
    assert "Closes without a word Fri 17:00 Sydney" in page
    assert episode_of(case).closes_at == at("Fri 17:00")
