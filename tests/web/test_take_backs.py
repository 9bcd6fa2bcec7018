"""The buttons that take a reply or a closing back, and the hold, as pages show them."""

from datetime import datetime, timedelta

import pytest

from cases import actions
from cases.lifecycle import Status
from cases.models import Case, Closing, EventKind
from cases.rules import Outcome
from tests.api.machine import Machine
from tests.builders import Cast, answer, ask, at, close, events_of, fresh, logged_case, upload
from tests.cases.pages import beside, browser_of, forms_of, get, html_of, post, typed_in, words_of

pytestmark = pytest.mark.clause("P9.3", "P9.5")

SENT = at("Tue 10:00")
DESK, PORTAL = "/desk/cases/NWIT-1/", "/cases/NWIT-1/"


def later(seconds: int) -> datetime:
    return SENT + timedelta(seconds=seconds)


def test_the_button_stands_beside_what_was_sent_and_brings_its_words_back(people: Cast, case: Case) -> None:
    browser = browser_of(people.lena, SENT)
    said = typed_in(get(browser, DESK, SENT), f"{DESK}reply/") | {"body": "To the wrong one."}
    sent = post(browser, f"{DESK}reply/", said, SENT)
    page = get(browser, sent.url, later(3))
    address = f"{DESK}reply/{case.messages.get().pk}/back/"
    assert address in forms_of(page)
    assert "Take the reply back" in words_of(page)
    back = post(browser, address, {}, later(5))
    again = get(browser, back.url.partition("#")[0], later(6))
    assert "Nobody got it" in words_of(again)
    assert typed_in(again, f"{DESK}reply/")["body"] == "To the wrong one."
    assert "the contact never saw it" in words_of(again)
    assert fresh(case).first_response_at is None


def test_the_button_goes_with_its_time_and_a_late_click_is_told(people: Cast, case: Case) -> None:
    answer(case, people.lena, SENT)
    browser = browser_of(people.lena, SENT)
    assert "Take the reply back" in words_of(get(browser, DESK, later(10)))
    assert "Take the reply back" not in words_of(get(browser, DESK, later(11)))
    back = post(browser, f"{DESK}reply/{case.messages.get().pk}/back/", {}, later(11))
    assert "has left, so it stands" in words_of(get(browser, back.url, later(11)))


def test_a_colleague_sees_no_button(people: Cast, case: Case) -> None:
    answer(case, people.lena, SENT)
    assert "Take the reply back" not in words_of(get(browser_of(people.max, SENT), DESK, later(2)))


def test_the_contact_never_sees_a_reply_that_was_taken_back(people: Cast, case: Case) -> None:
    actions.reply_as_specialist(
        case_id=case.pk, body="To the wrong one.", uploads=[upload()], actor=people.lena, now=SENT
    )
    browser = browser_of(people.priya, SENT)
    file = case.attachments.get()
    for seconds in (0, 5, 10):
        page = html_of(get(browser, PORTAL, later(seconds)))
        assert "To the wrong one." not in page
        # Nor is its file, by any door.
        machine = Machine(people.priya, later(seconds))
        for door in (f"/files/{file.pk}/", f"/files/{file.pk}/preview/"):
            assert get(browser, door, later(seconds)).status_code == 404
        assert machine.get(f"files/{file.pk}/").status_code == 404
        assert machine.get("cases/NWIT-1/files/").json()["results"] == []
        assert not Case.objects.matching(file.name, people.priya, later(seconds)).exists()
    actions.take_reply_back(message_id=case.messages.get().pk, actor=people.lena, now=later(10))
    for seconds in (11, 3600):
        page = html_of(get(browser, PORTAL, later(seconds)))
        assert "To the wrong one." not in page
        assert "took a reply back" not in page
    assert get(browser, f"/files/{file.pk}/", later(11)).status_code == 404


def test_a_reply_that_stands_is_read_after_ten_seconds(people: Cast, case: Case) -> None:
    answer(case, people.lena, SENT)
    assert "We found it." in words_of(get(browser_of(people.priya, SENT), PORTAL, later(11)))


def test_no_reply_of_another_case_is_taken_back_by_its_number(people: Cast, case: Case) -> None:
    answer(case, people.lena, SENT)
    logged_case(people.zoe, at("Tue 9:00"))
    wrong = f"/desk/cases/BHMS-1/reply/{case.messages.get().pk}/back/"
    assert post(browser_of(people.lena, SENT), wrong, {}, later(2)).status_code == 404


@pytest.mark.parametrize(("name", "address"), [("lena", DESK), ("priya", PORTAL)])
def test_either_side_takes_its_own_closing_back(people: Cast, case: Case, name: str, address: str) -> None:
    close(case, getattr(people, name), SENT, Outcome.SOLVED_BY_CONTACT, "")
    browser = browser_of(getattr(people, name), SENT)
    page = get(browser, address, later(30))
    assert f"{address}closing/back/" in forms_of(page)
    done = post(browser, f"{address}closing/back/", {}, later(30))
    assert "goes on where it stood" in words_of(get(browser, done.url, later(31)))
    assert fresh(case).status == Status.NEW
    assert "took the closing back" in words_of(get(browser, address, later(31)))


def test_after_a_minute_the_page_says_why_not(people: Cast, case: Case) -> None:
    close(case, people.lena, SENT)
    browser = browser_of(people.lena, SENT)
    assert "Take the closing back" not in words_of(get(browser, DESK, later(60)))
    refused = post(browser, f"{DESK}closing/back/", {}, later(60))
    assert refused.status_code == 422
    assert "The minute is over" in words_of(refused)


@pytest.mark.parametrize(("name", "address", "form"), [("lena", DESK, "close"), ("priya", PORTAL, "solved")])
def test_a_second_click_on_close_is_answered_as_done(
    people: Cast, case: Case, name: str, address: str, form: str
) -> None:
    browser = browser_of(getattr(people, name), SENT)
    said = typed_in(get(browser, address, SENT), f"{address}{form}/")
    said |= {"outcome": Outcome.NOT_A_REQUEST, "explanation": "Spam."}
    answers = [post(browser, f"{address}{form}/", said, later(second)) for second in (0, 2)]
    assert [answered.status_code for answered in answers] == [302, 302]
    assert Closing.objects.count() == 1


# --- Hold and release -----------------------------------------------------------------------------------------------


def test_a_specialist_holds_the_closing_and_lets_go(people: Cast, case: Case) -> None:
    ask(case, people.lena, SENT)
    lena, priya = browser_of(people.lena, SENT), browser_of(people.priya, SENT)
    assert "Next reminder" in words_of(get(lena, DESK, later(60)))
    assert post(lena, f"{DESK}hold/", {"reason": "She is on leave."}, later(61)).status_code == 302
    page = words_of(get(lena, DESK, later(62)))
    assert "Lena Fischer holds the closing back" in page
    assert "She is on leave." in page
    theirs = words_of(get(priya, PORTAL, later(62)))
    assert "Your case stays open" in theirs
    assert "on leave" not in theirs
    assert post(lena, f"{DESK}release/", {}, later(70)).status_code == 302
    assert "Next reminder" in words_of(get(lena, DESK, later(71)))
    assert events_of(case)[-2:] == [EventKind.CLOSING_HELD, EventKind.CLOSING_RELEASED]


def test_a_hold_without_a_reason_says_so_beside_the_field(people: Cast, case: Case) -> None:
    ask(case, people.lena, SENT)
    refused = post(browser_of(people.lena, SENT), f"{DESK}hold/", {"reason": ""}, later(61))
    assert refused.status_code == 422
    assert "Say why." in beside(refused, "hold_reason")


def test_a_release_of_what_nobody_holds_is_told(people: Cast, case: Case) -> None:
    ask(case, people.lena, SENT)
    refused = post(browser_of(people.lena, SENT), f"{DESK}release/", {}, later(61))
    assert refused.status_code == 422
    assert "not held back any more" in words_of(refused)
