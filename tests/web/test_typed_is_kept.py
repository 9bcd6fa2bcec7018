"""What somebody typed is never lost: long pastes, files taken off, drafts of several cases (P5.1, P9.6)."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from cases.models import Attachment, Case, CaseDraft
from tests.builders import Cast, at, close, logged_case, text_file
from tests.cases.pages import beside, browser_of, clock_at, get, html_of, post, typed_in, words_of

pytestmark = pytest.mark.clause("P5.1")
NOON = at("Tue 12:00")


@pytest.fixture
def browser(people: Cast) -> Client:
    return browser_of(people.priya, NOON)


def filled(people: Cast, **changed: Any) -> dict[str, Any]:
    said = {
        "submission_key": str(uuid4()),
        "partner": str(people.northwind.pk),
        "title": "Jobs abort",
        "severity": "3",
        "explanation": "Every job stops.",
        "effect": "No backups.",
        "contact_email": "priya@nwit.example",
        "preferred_method": "either",
    }
    return said | changed


def closed_case(people: Cast) -> Case:
    case = logged_case(people.priya, at("Tue 9:00"), title="Restores are slow")
    close(case, people.lena, at("Tue 10:00"))
    return case


# --- Long pastes ----------------------------------------------------------------------------------------------------


def test_a_log_of_two_megabytes_in_a_field_is_said_to_be_too_long_and_kept(people: Cast, browser: Client) -> None:
    log = "error 1603\r\n" * 180_000
    response = post(browser, "/cases/new/", filled(people, error_messages_seen=log), NOON)
    assert response.status_code == 422
    assert "too long" in beside(response, "error_messages_seen")
    assert typed_in(response)["error_messages_seen"].count("error 1603") == 180_000
    assert typed_in(response)["effect"] == "No backups."


def test_a_long_reply_comes_back_whole(people: Cast, browser: Client) -> None:
    logged_case(people.priya, at("Tue 9:00"))
    said = {"submission_key": str(uuid4()), "body": "x" * 2_000_000}
    response = post(browser, "/cases/NWIT-1/reply/", said, NOON)
    assert response.status_code == 422
    assert "Put the rest in a file" in beside(response, "body")
    assert typed_in(response, "/cases/NWIT-1/reply/")["body"] == "x" * 2_000_000


def test_no_browser_cuts_a_paste_without_a_word(people: Cast, browser: Client) -> None:
    assert "<textarea" in html_of(get(browser, "/cases/new/", NOON))
    assert 'maxlength="20000"' not in html_of(get(browser, "/cases/new/", NOON))


def test_more_than_a_form_may_hold_is_answered_in_words(people: Cast, browser: Client) -> None:
    response = post(browser, "/cases/new/", filled(people, explanation="x" * 11_000_000), NOON)
    assert response.status_code == 400
    assert "your browser still has what you typed" in words_of(response)


# --- Taking a file off ----------------------------------------------------------------------------------------------


def test_what_was_typed_since_stays_when_a_file_is_taken_off(people: Cast, browser: Client) -> None:
    first = post(browser, "/cases/new/", filled(people, title="", files=[text_file()]), NOON)
    (kept,) = Attachment.objects.all()
    address = f"/cases/new/draft/files/{kept.pk}/"
    assert f'formaction="{address}"' in html_of(first)
    typed = typed_in(first) | {"title": "Jobs abort at night", "effect": "Three customers wait."}
    response = post(browser, address, typed, at("Tue 12:01"))
    assert response.url == "/cases/new/"
    again = get(browser, response.url, at("Tue 12:01"))
    assert typed_in(again)["title"] == "Jobs abort at night"
    assert typed_in(again)["effect"] == "Three customers wait."
    assert not Attachment.objects.exists()


def test_the_enter_key_still_sends_the_case(people: Cast, browser: Client) -> None:
    page = html_of(post(browser, "/cases/new/", filled(people, title="", files=[text_file()]), NOON))
    form = page[page.index('id="case-form"') :]
    assert form.index('<button type="submit" hidden') < form.index("formaction")


# --- A draft for each thing that is being written -------------------------------------------------------------------


@pytest.mark.clause("P9.6")
def test_a_follow_up_takes_nothing_from_the_draft_of_a_new_case(people: Cast, browser: Client) -> None:
    closed_case(people)
    post(browser, "/cases/new/", filled(people, title="", files=[text_file("new.log")]), NOON)
    said = filled(people, title="Slow again", follow_up_of="NWIT-1", files=[text_file("again.log", "slow")])
    assert post(browser, "/cases/new/", said, NOON).url == "/cases/NWIT-2/"
    assert list(Case.objects.get(reference="NWIT-2").attachments.values_list("name", flat=True)) == ["again.log"]
    (draft,) = CaseDraft.objects.all()
    assert (draft.follow_up_of, draft.fields["effect"]) == (None, "No backups.")
    assert [file.name for file in draft.attachments.all()] == ["new.log"]


@pytest.mark.clause("P9.6")
def test_a_new_case_takes_nothing_from_the_draft_of_a_follow_up(people: Cast, browser: Client) -> None:
    closed = closed_case(people)
    said = filled(people, title="", effect="Slow since noon.", follow_up_of="NWIT-1", files=[text_file()])
    post(browser, "/cases/new/", said, NOON)
    assert post(browser, "/cases/new/", filled(people), NOON).url == "/cases/NWIT-2/"
    assert not Case.objects.get(reference="NWIT-2").attachments.exists()
    assert CaseDraft.objects.get().follow_up_of == closed
    again = get(browser, "/cases/new/?follow_up=NWIT-1", NOON)
    assert typed_in(again)["effect"] == "Slow since noon."
    assert "support.log" in words_of(again)


@pytest.mark.clause("P9.6")
def test_home_leads_to_each_draft(people: Cast, browser: Client) -> None:
    closed_case(people)
    with clock_at(NOON):
        browser.post("/cases/new/draft/", filled(people, title="Half a case"))
        browser.post("/cases/new/draft/", filled(people, follow_up_of="NWIT-1"))
    page = get(browser, "/", NOON)
    assert "You began a case, “Half a case”" in words_of(page)
    assert "You began a follow-up of NWIT-1" in words_of(page)
    assert 'href="/cases/new/?follow_up=NWIT-1"' in html_of(page)


@pytest.mark.clause("P9.6")
def test_throwing_the_draft_of_a_follow_up_away_leaves_the_other(people: Cast, browser: Client) -> None:
    closed_case(people)
    with clock_at(NOON):
        browser.post("/cases/new/draft/", filled(people, title="Half a case"))
        browser.post("/cases/new/draft/", filled(people, follow_up_of="NWIT-1"))
    page = get(browser, "/cases/new/?follow_up=NWIT-1", NOON)
    assert 'action="/cases/new/draft/discard/?follow_up=NWIT-1"' in html_of(page)
    response = post(browser, "/cases/new/draft/discard/?follow_up=NWIT-1", {}, at("Tue 12:01"))
    assert response.url == "/cases/new/?follow_up=NWIT-1"
    assert CaseDraft.objects.get().fields["title"] == "Half a case"


@pytest.mark.clause("P9.6")
def test_a_draft_names_no_case_of_somebody_else(people: Cast, browser: Client) -> None:
    logged_case(people.zoe, at("Tue 9:00"))
    with clock_at(NOON):
        browser.post("/cases/new/draft/", filled(people, follow_up_of="BHMS-1"))
    assert CaseDraft.objects.get().follow_up_of is None
