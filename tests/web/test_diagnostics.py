"""Diagnostics, the investigation, sessions and consent on the pages of both sides (P7.1, P12.1)."""

from typing import Any

import pytest
from django.test import Client

from cases import actions
from cases.lifecycle import Status
from cases.models import Case, CloudAction, ConsentText
from tests.builders import Cast, at, fresh, logged_case
from tests.cases.pages import beside, browser_of, get, html_of, nothing_is_written, post, typed_in, words_of
from tests.diagnostics import ask_for_logs, asked_consent, asked_session, given_consent, investigate, promise_of

pytestmark = pytest.mark.clause("P7.1")
NOON = at("Tue 12:00")
DESK = "/desk/cases/NWIT-1/"
THEIRS = "/cases/NWIT-1/"


@pytest.fixture
def desk(people: Cast, case: Case) -> Client:
    return browser_of(people.lena, NOON)


@pytest.fixture
def portal(people: Cast, case: Case) -> Client:
    return browser_of(people.priya, NOON)


def send(browser: Client, page: str, form: str, **said: Any) -> Any:
    """Open a case's page and send one of its forms, as a person does."""
    typed = typed_in(get(browser, page, NOON), page + form)
    return post(browser, page + form, typed | said, NOON)


# --- Diagnostics ----------------------------------------------------------------------------------------------------


def test_a_specialist_asks_and_the_contact_sees_what_and_by_when(desk: Client, portal: Client, case: Case) -> None:
    page = get(desk, DESK, NOON)
    assert typed_in(page, DESK + "diagnostics/")["wanted_by"] == "2026-11-25T17:00"
    response = send(desk, DESK, "diagnostics/", wanted="The agent's log.")
    assert response.status_code == 302
    assert fresh(case).status == Status.DIAGNOSTICS
    theirs = words_of(get(portal, THEIRS, NOON))
    assert "We need diagnostics from you" in theirs
    assert "Wed 25 Nov, 17:00 Sydney" in theirs
    assert "Lena Fischer asked for diagnostics by" in theirs
    assert "We need files from you" in theirs


def test_the_time_is_read_in_the_askers_zone_and_shown_in_both(people: Cast, case: Case) -> None:
    max_ = browser_of(people.max, NOON)
    page = get(max_, DESK, NOON)
    # Wed 17:00 Sydney.
    assert typed_in(page, DESK + "diagnostics/")["wanted_by"] == "2026-11-25T01:00"
    assert "01:00 New York (17:00 Sydney)" in words_of(page)
    send(max_, DESK, "diagnostics/", wanted="The log.", wanted_by="2026-11-25T02:00")
    assert case.diagnostic_requests.get().wanted_by == at("Wed 18:00")


def test_left_empty_the_time_is_the_default(desk: Client, case: Case) -> None:
    send(desk, DESK, "diagnostics/", wanted="The log.", wanted_by="")
    assert case.diagnostic_requests.get().wanted_by == at("Wed 17:00")


def test_a_wrong_request_keeps_what_was_typed(desk: Client, case: Case) -> None:
    response = send(desk, DESK, "diagnostics/", wanted="The log.", wanted_by="2026-11-24T11:00")
    assert response.status_code == 422
    assert "This time is over" in beside(response, "wanted_by")
    assert typed_in(response, DESK + "diagnostics/")["wanted"] == "The log."
    assert "Say what you need" in beside(send(desk, DESK, "diagnostics/"), "wanted")


def test_a_double_click_asks_once(desk: Client, case: Case) -> None:
    typed = typed_in(get(desk, DESK, NOON), DESK + "diagnostics/") | {"wanted": "The log."}
    for _ in range(2):
        assert post(desk, DESK + "diagnostics/", typed, NOON).status_code == 302
    assert case.diagnostic_requests.count() == case.messages.count() == 1


def test_who_asks_from_an_old_page_is_told(people: Cast, desk: Client, case: Case) -> None:
    typed = typed_in(get(desk, DESK, NOON), DESK + "diagnostics/") | {"wanted": "The log."}
    ask_for_logs(case, people.max, "Tue 11:59")
    response = post(desk, DESK + "diagnostics/", typed, NOON)
    assert response.status_code == 422
    assert "Max Ortega asked the contact for diagnostics meanwhile" in words_of(response)
    assert typed_in(response, DESK + "diagnostics/")["wanted"] == "The log."


def test_what_is_not_needed_any_more_is_dropped(people: Cast, desk: Client, case: Case) -> None:
    ask_for_logs(case, people.lena, "Tue 10:00")
    assert send(desk, DESK, "diagnostics/not-needed/").status_code == 302
    assert fresh(case).status == Status.OPEN
    again = post(desk, DESK + "diagnostics/not-needed/", {}, NOON)
    assert "waits for no diagnostics any more" in words_of(again)


def test_home_lists_it_under_what_needs_the_contact(people: Cast, portal: Client, case: Case) -> None:
    ask_for_logs(case, people.lena, "Tue 10:00")
    page = html_of(get(portal, "/", NOON))
    assert "Needs you" in page
    assert page.index("Restores are slow") < page.index("Open cases")


def test_the_queue_has_a_view_of_them(people: Cast, desk: Client, case: Case) -> None:
    ask_for_logs(case, people.lena, "Tue 10:00")
    assert "Restores are slow" in words_of(get(desk, "/desk/?view=diagnostics", NOON))
    investigate(case, people.lena, "Tue 11:00")
    assert "Restores are slow" not in words_of(get(desk, "/desk/?view=diagnostics", NOON))


# --- The investigation ----------------------------------------------------------------------------------------------


def test_an_investigation_says_who_named_the_time(desk: Client, portal: Client, case: Case) -> None:
    assert send(desk, DESK, "investigation/", follow_up_at="2026-11-25T12:00", note="Traces.").status_code == 302
    assert "No sum led to this time: Lena Fischer named it." in words_of(get(desk, DESK, NOON))
    theirs = words_of(get(portal, THEIRS, NOON))
    assert "Lena Fischer promised to follow up by Wed 25 Nov, 12:00 Sydney" in theirs
    assert "Traces." not in theirs


def test_the_promise_is_moved_with_a_reason(people: Cast, desk: Client, portal: Client, case: Case) -> None:
    investigate(case, people.lena, "Tue 11:00")
    wrong = send(desk, DESK, "follow-up/", follow_up_at="2026-11-26T12:00")
    assert "Say why" in beside(wrong, "reason")
    assert send(desk, DESK, "follow-up/", follow_up_at="2026-11-26T12:00", reason="A long trace.").status_code == 302
    assert promise_of(case).due_at == at("Thu 12:00")
    assert "moved the promised follow-up (A long trace.)" in words_of(get(portal, THEIRS, NOON))


def test_an_investigation_ends_by_its_button(people: Cast, desk: Client, case: Case) -> None:
    investigate(case, people.lena, "Tue 11:00")
    assert send(desk, DESK, "investigation/end/").status_code == 302
    assert fresh(case).status == Status.OPEN
    assert "ended already" in words_of(post(desk, DESK + "investigation/end/", {}, NOON))


def test_a_time_too_far_ahead_is_told_beside_its_field(desk: Client, case: Case) -> None:
    response = send(desk, DESK, "investigation/", follow_up_at="2027-11-25T12:00")
    assert "within 31 days" in beside(response, "follow_up_at")


# --- Sessions -------------------------------------------------------------------------------------------------------


def test_a_session_from_asking_to_its_result(desk: Client, portal: Client, case: Case) -> None:
    send(desk, DESK, "session/", purpose="Look at the services.")
    page = words_of(get(portal, THEIRS, NOON))
    assert "Lena Fischer asks for a short remote session" in page
    assert "I agree to a short remote session" in page
    assert send(portal, THEIRS, "session/", consents="yes", answer="Any time today.").status_code == 302
    shown = words_of(get(desk, DESK, NOON))
    assert "Agreed Priya Raman, Tue 24 Nov, 12:00 Sydney" in shown
    assert "Any time today." in shown
    assert send(desk, DESK, "session/begin/").status_code == 302
    assert "Say what came of the session" in beside(send(desk, DESK, "session/end/", result=""), "result")
    assert send(desk, DESK, "session/end/", result="Logs collected.").status_code == 302
    assert "Logs collected." in words_of(get(portal, THEIRS, NOON))


def test_without_consent_begin_is_refused_on_the_page(people: Cast, desk: Client, case: Case) -> None:
    session = asked_session(case, people.lena, "Tue 10:00")
    assert "session/begin/" not in html_of(get(desk, DESK, NOON))
    response = post(desk, DESK + "session/begin/", {"session": session.pk}, NOON)
    assert response.status_code == 422
    assert "Nobody has agreed to this session" in words_of(response)


def test_consent_on_the_phone_is_written_down_with_who_said_it(people: Cast, desk: Client, case: Case) -> None:
    asked_session(case, people.lena, "Tue 10:00")
    refused = send(desk, DESK, "session/spoken/", said_by=str(people.omar.pk))
    assert "Read the words out" in words_of(refused)
    done = send(desk, DESK, "session/spoken/", said_by=str(people.omar.pk), read_out="on")
    assert done.status_code == 302
    assert "on the phone, written down by Lena Fischer" in words_of(get(desk, DESK, NOON))


def test_an_answer_without_a_button_is_refused(people: Cast, portal: Client, case: Case) -> None:
    asked_session(case, people.lena, "Tue 10:00")
    assert "Press one of the two buttons" in words_of(send(portal, THEIRS, "session/"))


def test_a_session_of_another_case_is_not_there(people: Cast, portal: Client, case: Case) -> None:
    other = logged_case(people.zoe, at("Tue 9:00"))
    session = asked_session(other, people.max, "Tue 10:00")
    said = {"session": session.pk, "consents": "yes"}
    assert post(portal, THEIRS + "session/", said, NOON).status_code == 404


# --- Consent --------------------------------------------------------------------------------------------------------


@pytest.mark.clause("P12.1")
def test_consent_from_asking_to_the_work(desk: Client, portal: Client, case: Case) -> None:
    send(desk, DESK, "consent/", action="Copy 40 GB.")
    page = words_of(get(portal, THEIRS, NOON))
    assert "may charge us" in page
    assert "not liable for extra costs, nor for harm" in page
    assert "Version 1 of the words" in page
    assert send(portal, THEIRS, "consent/", given="yes").status_code == 302
    assert send(desk, DESK, "cloud/", action="Copy 40 GB.").status_code == 302
    assert CloudAction.objects.get().consent == case.consents.get()
    assert "began work in the public cloud: Copy 40 GB." in words_of(get(portal, THEIRS, NOON))


@pytest.mark.clause("P12.1")
def test_without_consent_the_work_is_refused_on_the_page(people: Cast, desk: Client, case: Case) -> None:
    asked_consent(case, people.lena, "Tue 10:00")
    page = get(desk, DESK, NOON)
    assert "has not answered yet" in words_of(page)
    assert DESK + "cloud/" not in html_of(page).replace(DESK + "cloud/without/", "")
    typed = typed_in(page, DESK + "cloud/without/") | {"action": "Copy."}
    response = post(desk, DESK + "cloud/", typed, NOON)
    assert response.status_code == 422
    assert "has not answered yet" in words_of(response)
    assert not CloudAction.objects.exists()


@pytest.mark.clause("P12.1")
def test_the_contact_takes_a_consent_back(people: Cast, desk: Client, portal: Client, case: Case) -> None:
    given_consent(case, people.lena, "Tue 10:00", people.priya)
    assert send(portal, THEIRS, "consent/withdraw/").status_code == 302
    assert "withdrew their consent" in words_of(get(desk, DESK, NOON))


@pytest.mark.clause("P12.1")
def test_a_consent_of_another_case_is_not_there(people: Cast, portal: Client, case: Case) -> None:
    consent = asked_consent(logged_case(people.zoe, at("Tue 9:00")), people.max, "Tue 10:00")
    for form in ("consent/", "consent/withdraw/"):
        said = {"consent": consent.pk, "given": "yes"}
        assert post(portal, THEIRS + form, said, NOON).status_code == 404


@pytest.mark.clause("P12.1")
def test_what_was_done_without_consent_stands_before_the_manager(people: Cast, desk: Client, case: Case) -> None:
    assert "Say why" in beside(send(desk, DESK, "cloud/without/", action="Deleted a snapshot."), "because")
    send(desk, DESK, "cloud/without/", action="Deleted a snapshot.", because="The volume ran full.")
    ruth = browser_of(people.ruth, NOON)
    with nothing_is_written():
        page = get(ruth, "/manager/consents/", NOON)
    assert "The volume ran full." in words_of(page)
    done = CloudAction.objects.get()
    assert post(ruth, f"/manager/consents/{done.pk}/seen/", {}, NOON).status_code == 302
    after = words_of(get(ruth, "/manager/consents/", NOON))
    assert "Nothing to look at" in after
    ann = browser_of(people.ann, NOON)
    post(ann, f"/manager/consents/{done.pk}/seen/", {}, NOON)
    assert "Ruth Adeyemi looked at this already" in words_of(get(ann, "/manager/consents/", NOON))


@pytest.mark.clause("P12.1")
def test_the_contact_reads_what_was_done_and_not_the_reason(people: Cast, portal: Client, case: Case) -> None:
    actions.record_cloud_action_without_consent(
        case_id=case.pk, action="Deleted a snapshot.", because="Ran full.", done_at=NOON, actor=people.lena, now=NOON
    )
    page = words_of(get(portal, THEIRS, NOON))
    assert "without consent" in page
    assert "Deleted a snapshot." in page
    assert "Ran full." not in page


@pytest.mark.clause("P12.1")
def test_a_manager_publishes_new_words(people: Cast) -> None:
    ruth = browser_of(people.ruth, NOON)
    page = get(ruth, "/manager/consents/", NOON)
    typed = typed_in(page, "/manager/consents/words/")
    assert "may charge us" in typed["words"]
    assert "The words in force, version 1 Work on this case may need actions" in words_of(page)
    new = typed | {"words": "New words: charges, no liability."}
    assert post(ruth, "/manager/consents/words/", new, NOON).status_code == 302
    assert ConsentText.objects.latest("version").version == 2
    stale = post(ruth, "/manager/consents/words/", typed | {"words": "Others."}, NOON)
    assert stale.status_code == 422
    assert "Version 2 was published meanwhile" in words_of(stale)
    assert "Others." in html_of(stale)
