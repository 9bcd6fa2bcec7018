"""The partner's home page and case page: what stands there, and what a contact says there."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from cases import actions
from cases.lifecycle import Status
from cases.models import Attachment, Case, Partner, Plan
from cases.web.home_reading import CASES_SHOWN
from tests import builders
from tests.builders import (
    Cast,
    answer,
    ask,
    at,
    close,
    close_in_silence,
    copies,
    fresh,
    logged_case,
    remind,
    reminded_twice,
    say,
    text_file,
    upload,
)
from tests.cases.pages import beside, browser_of, get, html_of, links_of, post, typed_in, words_of

NOON = at("Tue 12:00")


@pytest.fixture
def browser(people: Cast) -> Client:
    """Priya's."""
    return browser_of(people.priya, at("Tue 7:00"))


def word(body: str = "It is version 6.1.", **more: Any) -> dict[str, Any]:
    return {"submission_key": str(uuid4()), "body": body} | more


# --- Home -----------------------------------------------------------------------------------------------------------


def test_the_home_page_lists_the_companys_cases_and_what_waits_for_an_answer(people: Cast, browser: Client) -> None:
    logged_case(people.priya, at("Tue 9:00"), title="Restores are slow")
    ask(logged_case(people.omar, at("Tue 9:10"), title="Jobs abort"), people.lena, at("Tue 9:20"))
    close(logged_case(people.priya, at("Mon 9:00"), title="A question"), people.lena, at("Mon 9:30"))
    logged_case(people.zoe, at("Tue 9:00"), title="Secret plans")
    page = words_of(get(browser, "/", NOON))
    needs_me, rest = page.split("Open cases")
    assert "Jobs abort" in needs_me
    assert "Restores are slow" not in needs_me
    open_cases, closed = rest.split("Closed lately")
    assert "Restores are slow" in open_cases
    assert "A question" in closed
    assert "Secret plans" not in page


def test_the_home_page_leads_to_the_open_cases_that_it_does_not_show(browser: Client, case: Case) -> None:
    assert "/cases/?state=open" not in links_of(get(browser, "/", NOON))
    copies(case, CASES_SHOWN)
    page = get(browser, "/", NOON)
    assert "Open cases 50+" in words_of(page)
    assert "/cases/?state=open" in links_of(page)


def test_the_home_page_says_by_when_a_reply_is_due(people: Cast, browser: Client, case: Case) -> None:
    assert "first reply by 15:00 Sydney" in words_of(get(browser, "/", NOON))


@pytest.mark.clause("P3.1")
@pytest.mark.parametrize(
    ("when", "words"),
    [(NOON, "open"), (at("Tue 20:00"), "closed"), (at("Sat 12:00"), "closed"), (at("Mon 26 Jan 12:00"), "closed")],
)
def test_the_home_page_says_whether_the_desk_is_open(people: Cast, when: Any, words: str) -> None:
    assert words in words_of(get(browser_of(people.priya, when), "/", when))


@pytest.mark.clause("P1.1")
def test_a_lapsed_partner_is_told_on_the_home_page(people: Cast, browser: Client) -> None:
    Partner.objects.filter(pk=people.northwind.pk).update(plan=Plan.LAPSED)
    assert "sales@probax.io" in words_of(get(browser, "/", NOON))


def test_a_trial_says_how_long_it_lasts(people: Cast, browser: Client) -> None:
    Partner.objects.filter(pk=people.northwind.pk).update(plan=Plan.TRIAL, trial_ends_at=at("Fri 12:00"))
    assert "3 days left in the free trial" in words_of(get(browser, "/", NOON))


# --- The case -------------------------------------------------------------------------------------------------------


@pytest.mark.clause("P2.1")
def test_the_case_page_shows_its_promise_and_the_conversation_without_notes(
    people: Cast, browser: Client, case: Case
) -> None:
    answer(case, people.lena, at("Tue 10:00"), "The agent misses a fix.")
    actions.write_note(
        case_id=case.pk,
        body="They never read mails.",
        uploads=[upload("internal.log")],
        actor=people.lena,
        now=at("Tue 10:05"),
    )
    page = words_of(get(browser, "/cases/NWIT-1/", NOON))
    assert "The agent misses a fix." in page
    assert "15:00 Sydney" in page
    assert "They never read mails." not in page
    assert "internal.log" not in page


def test_a_contact_never_reads_what_the_clock_told_staff(people: Cast, browser: Client, case: Case) -> None:
    actions.warn_of_deadlines(deadline_ids=[builders.deadline_of(case).pk], now=at("Tue 13:30"))
    assert "Most of the time" not in words_of(get(browser, "/cases/NWIT-1/", at("Tue 14:00")))


@pytest.mark.clause("P9.5")
def test_while_a_case_waits_its_page_says_what_happens_next(people: Cast, browser: Client, case: Case) -> None:
    ask(case, people.lena, at("Tue 10:00"))
    assert "We remind you Thu 26 Nov, 10:00 Sydney" in words_of(get(browser, "/cases/NWIT-1/", NOON))
    remind(case, at("Thu 10:00"))
    remind(case, at("Mon 30 Nov 10:00"))
    page = words_of(get(browser, "/cases/NWIT-1/", at("Mon 30 Nov 12:00")))
    assert "this case closes Tue 1 Dec, 17:00 Sydney" in page


@pytest.mark.clause("P9.5")
def test_a_case_closed_in_silence_shows_how_the_contact_was_approached(people: Cast, browser: Client) -> None:
    case = reminded_twice(logged_case(people.priya, at("Tue 9:00")), people.lena)
    close_in_silence(case, at("Tue 1 Dec 17:00"))
    page = words_of(get(browser, "/cases/NWIT-1/", at("Wed 2 Dec 9:00")))
    assert "How we tried to reach you" in page
    assert "Open a follow-up" in page


# --- The contact's word ---------------------------------------------------------------------------------------------


def test_a_reply_is_said_and_shown(people: Cast, browser: Client, case: Case) -> None:
    response = post(browser, "/cases/NWIT-1/reply/", word(files=[text_file()]), NOON)
    assert (response.status_code, response.url) == (302, "/cases/NWIT-1/")
    page = words_of(get(browser, response.url, NOON))
    assert "It is version 6.1." in page
    assert "support.log" in page


def test_a_double_click_says_a_reply_once(people: Cast, browser: Client, case: Case) -> None:
    said = word(files=[text_file()])
    for _ in range(2):
        post(browser, "/cases/NWIT-1/reply/", said, NOON)
        said["files"][0].seek(0)
    assert case.messages.count() == 1
    assert Attachment.objects.count() == 1


@pytest.mark.parametrize("body", ["", "  \n ", "x" * 20_001])
def test_a_wrong_reply_is_told_and_stays(people: Cast, browser: Client, case: Case, body: str) -> None:
    said = word(body)
    response = post(browser, "/cases/NWIT-1/reply/", said, NOON)
    assert response.status_code == 422
    assert beside(response, "body")
    assert typed_in(response, "/cases/NWIT-1/reply/") == said
    assert not case.messages.exists()


def test_a_wrong_file_is_told_and_the_reply_stays(people: Cast, browser: Client, case: Case) -> None:
    said = word()
    response = post(browser, "/cases/NWIT-1/reply/", said | {"files": [text_file("setup.exe", "MZ")]}, NOON)
    assert "setup.exe" in beside(response, "files")
    assert typed_in(response, "/cases/NWIT-1/reply/") == said
    assert not case.messages.exists()


@pytest.mark.clause("P9.5")
def test_a_word_in_the_minute_after_the_silent_closing_reopens_the_case(people: Cast, browser: Client) -> None:
    case = reminded_twice(logged_case(people.priya, at("Tue 9:00")), people.lena)
    close_in_silence(case, at("Tue 1 Dec 17:00"))
    assert post(browser, "/cases/NWIT-1/reply/", word(), at("Tue 1 Dec 17:00:59")).status_code == 302
    assert fresh(case).status == Status.OPEN


def test_a_case_can_be_closed_as_solved(people: Cast, browser: Client, case: Case) -> None:
    post(browser, "/cases/NWIT-1/solved/", {"explanation": "A reboot."}, NOON)
    assert fresh(case).status == Status.CLOSED
    assert case.closings.get().explanation == "A reboot."


def test_closing_as_solved_without_a_word_is_fine(people: Cast, browser: Client, case: Case) -> None:
    assert post(browser, "/cases/NWIT-1/solved/", {}, NOON).status_code == 302
    assert case.closings.get().explanation


def test_an_outcome_smuggled_into_the_form_is_ignored(people: Cast, browser: Client, case: Case) -> None:
    post(browser, "/cases/NWIT-1/solved/", {"outcome": "fix"}, NOON)
    assert case.closings.get().outcome == "solved_by_contact"


def test_a_colleague_may_answer_for_the_company(people: Cast, case: Case) -> None:
    ask(case, people.lena, at("Tue 10:00"))
    post(browser_of(people.omar, NOON), "/cases/NWIT-1/reply/", word(), NOON)
    assert fresh(case).status == Status.OPEN
    assert case.messages.latest("pk").author == people.omar


def test_words_of_a_contact_are_shown_as_text_never_as_markup(people: Cast, browser: Client, case: Case) -> None:
    say(case, people.priya, at("Tue 10:00"), "<img src=x onerror=alert(1)>")
    assert "<img src=x" not in html_of(get(browser, "/cases/NWIT-1/", NOON))
    lena = browser_of(people.lena, NOON)
    assert "<img src=x" not in html_of(get(lena, "/desk/cases/NWIT-1/", NOON))


@pytest.mark.parametrize(("form", "field"), [("reply", "body"), ("solved", "explanation")])
def test_what_was_typed_stays_when_the_case_closed_meanwhile(
    people: Cast, browser: Client, case: Case, form: str, field: str
) -> None:
    close(case, people.lena, at("Tue 11:59"))
    answered = post(browser, f"/cases/NWIT-1/{form}/", word() | {field: "It is version 6.1."}, NOON)
    assert answered.status_code == 422
    assert "closed cases stay closed" in words_of(answered)
    assert "It is version 6.1." in html_of(answered)


# --- What is asked of a contact -------------------------------------------------------------------------------------


def test_the_home_page_puts_each_question_in_its_own_words_once(people: Cast, browser: Client) -> None:
    logged = [logged_case(people.priya, at("Tue 9:00"), title=title) for title in ("Slow", "Cloud", "Screen")]
    slow, cloud, screen = (case.pk for case in logged)
    ours: dict[str, Any] = {"actor": people.lena, "now": at("Tue 9:30")}
    actions.propose_severity(case_id=slow, severity=4, reason="A question.", **ours)
    actions.ask_for_cloud_consent(case_id=cloud, action="A larger machine.", **ours)
    actions.ask_for_session(case_id=screen, purpose="Look at the services.", **ours)
    page = get(browser, "/", NOON)
    needs_me = words_of(page).split("Open cases")[0]
    assert "Needs you 3" in needs_me
    assert "Do you agree to Severity 4 instead of 3?" in needs_me
    assert "Do you agree to work in your public cloud that may cost you?" in needs_me
    assert "May we look at it with you in a remote session?" in needs_me
    assert {"/cases/NWIT-1/#severity", "/cases/NWIT-2/#consent", "/cases/NWIT-3/#session"} <= set(links_of(page))


@pytest.mark.clause("P11.1")
def test_a_contact_answers_the_survey_of_their_own_case_without_the_mail(people: Cast, browser: Client) -> None:
    close(logged_case(people.priya, at("Mon 9:00")), people.lena, at("Mon 9:30"))
    address = "/cases/NWIT-1/survey/"
    assert address in links_of(get(browser, "/", NOON))
    assert address in links_of(get(browser, "/cases/NWIT-1/", NOON))
    scores = {"handling": "4", "professionalism": "3", "satisfaction": "5"}
    assert post(browser, address, scores, NOON).url == address
    assert "Thank you" in words_of(get(browser, address, NOON))
    assert address not in links_of(get(browser, "/", NOON))
    assert address not in links_of(get(browser, "/cases/NWIT-1/", NOON))


def test_nobody_rates_for_a_colleague(people: Cast, case: Case) -> None:
    close(case, people.lena, at("Tue 9:30"))
    omar = browser_of(people.omar, NOON)
    assert "/cases/NWIT-1/survey/" not in links_of(get(omar, "/", NOON))
    assert get(omar, "/cases/NWIT-1/survey/", NOON).status_code == 404


# --- Every case -----------------------------------------------------------------------------------------------------


def test_a_contact_finds_a_case_by_what_was_said_in_it(people: Cast, browser: Client) -> None:
    answer(logged_case(people.priya, at("Mon 9:00"), title="Slow"), people.lena, at("Mon 9:30"), "Update the cryptor.")
    logged_case(people.omar, at("Tue 9:00"), title="Jobs abort")
    answer(logged_case(people.zoe, at("Tue 9:00"), title="Secret"), people.max, at("Tue 9:30"), "Update the cryptor.")
    page = words_of(get(browser, "/cases/?q=cryptor", NOON))
    assert "NWIT-1" in page
    assert "Lena Fischer: Update the cryptor" in page
    assert "Jobs abort" not in page
    assert "Secret" not in page
    assert "No case fits" in words_of(get(browser, "/cases/?q=nothing", NOON))


def test_the_cases_of_a_contact_are_narrowed_by_state_and_by_whose_they_are(people: Cast, browser: Client) -> None:
    assert "No case yet" in words_of(get(browser, "/cases/", NOON))
    logged_case(people.priya, at("Tue 9:00"), title="Open and mine")
    logged_case(people.omar, at("Tue 9:10"), title="Open and his")
    close(logged_case(people.priya, at("Mon 9:00"), title="Closed and mine"), people.lena, at("Mon 9:30"))
    shown = {
        query: [title for title in ("Open and mine", "Open and his", "Closed and mine") if title in page]
        for query in ("", "state=open", "state=closed", "whose=mine", "state=open&whose=mine", "state=nonsense")
        for page in [words_of(get(browser, f"/cases/?{query}", NOON))]
    }
    everything = ["Open and mine", "Open and his", "Closed and mine"]
    assert shown == {
        "": everything,
        "state=open": everything[:2],
        "state=closed": everything[2:],
        "whose=mine": ["Open and mine", "Closed and mine"],
        "state=open&whose=mine": everything[:1],
        "state=nonsense": everything,
    }
