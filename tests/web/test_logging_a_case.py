"""The form on which a contact logs a case: whatever is wrong is said beside the field, and nothing typed is lost."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Attachment, Case, CaseDraft, KeptRequest, Partner, Plan, ProductArea
from tests.builders import Cast, at, close, logged_case, text_file
from tests.cases.pages import beside, browser_of, clock_at, get, html_of, nothing_is_written, post, typed_in, words_of

OPEN, NIGHT = at("Tue 10:00"), at("Tue 22:00")
NEW = "/cases/new/"


@pytest.fixture
def browser(people: Cast) -> Client:
    """Priya's."""
    return browser_of(people.priya, at("Tue 7:00"))


def filled(people: Cast, **changed: Any) -> dict[str, Any]:
    """Return a form that can be sent, with what the test says otherwise."""
    area, _ = ProductArea.objects.get_or_create(name="Probax Scout")
    said = {
        "submission_key": str(uuid4()),
        "partner": str(people.northwind.pk),
        "title": "Restores are slow",
        "severity": "3",
        "product_area": str(area.pk),
        "explanation": "A restore of 400 GB\nruns at 3 MB/s <since Monday>.",
        "effect": "One customer's file server is down.",
        "error_messages_seen": "E1603 & E1604",
        "steps_to_reproduce": "1. Restore\n2. Wait",
        "known_workarounds": "None",
        "contact_email": "priya@nwit.example",
        "contact_phone": "+61 2 5550 0100",
        "preferred_method": "phone",
        "preferred_times": "mornings",
        "technical_resource": "",
    }
    return said | changed


def send(browser: Client, said: dict[str, Any], when: datetime = OPEN) -> Any:
    return post(browser, NEW, said, when)


# --- Sent -----------------------------------------------------------------------------------------------------------


@pytest.mark.clause("P5.1")
def test_a_whole_form_logs_the_case_and_leads_to_it(people: Cast, browser: Client) -> None:
    response = send(browser, filled(people))
    assert (response.status_code, response.url) == (302, "/cases/NWIT-1/")
    case = Case.objects.get()
    assert (case.contact, case.severity, case.logged_at) == (people.priya, 3, OPEN)
    assert (case.error_messages, case.preferred_method) == ("E1603 & E1604", "phone")
    with clock_at(OPEN):
        page = browser.get(response.url)
    assert "Case NWIT-1 is logged." in words_of(page)
    assert "Tue 24 Nov, 16:00 Sydney" in words_of(page)


def test_a_double_click_logs_one_case(people: Cast, browser: Client) -> None:
    said = filled(people)
    first, second = send(browser, said), send(browser, said)
    assert (first.url, second.url) == ("/cases/NWIT-1/", "/cases/NWIT-1/")
    assert Case.objects.count() == 1
    assert not CaseDraft.objects.exists()


def test_files_go_with_the_case(people: Cast, browser: Client) -> None:
    send(browser, filled(people, files=[text_file("a.log"), text_file("b.log", "other")]))
    assert sorted(Case.objects.get().attachments.values_list("name", flat=True)) == ["a.log", "b.log"]


def test_severity_1_in_desk_hours_needs_no_charges(people: Cast, browser: Client) -> None:
    response = send(browser, filled(people, severity="1", technical_resource="Omar, +61 8"))
    assert response.status_code == 302


# --- Wrong ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "   "),
        ("title", "x" * 201),
        ("severity", ""),
        ("severity", "5"),
        ("explanation", ""),
        ("explanation", "x" * 20_001),
        ("effect", ""),
        ("contact_email", ""),
        ("contact_email", "priya at work"),
        ("contact_phone", "0" * 41),
        ("preferred_method", "pigeon"),
        ("product_area", "999999"),
        ("technical_resource", "x" * 201),
    ],
)
def test_a_wrong_field_is_told_and_everything_typed_stays(
    people: Cast, browser: Client, field: str, value: str
) -> None:
    said = filled(people, **{field: value})
    response = send(browser, said)
    assert response.status_code == 422
    assert beside(response, field)
    assert not Case.objects.exists()
    shown = typed_in(response)
    # A choice that there is not cannot be shown as chosen.
    lost = {field} if value in ("5", "pigeon", "999999", "") else set()
    assert {name: shown.get(name) for name in said.keys() - lost} == {name: said[name] for name in said.keys() - lost}


def test_everything_wrong_at_once_is_told_at_every_field(people: Cast, browser: Client) -> None:
    empty = dict.fromkeys(filled(people), "") | {"submission_key": str(uuid4()), "partner": people.northwind.pk}
    response = send(browser, empty)
    told = [
        field for field in ("title", "severity", "explanation", "effect", "contact_email") if beside(response, field)
    ]
    assert told == ["title", "severity", "explanation", "effect", "contact_email"]


@pytest.mark.clause("P2.6", "P4.2")
@pytest.mark.parametrize(
    ("when", "changed", "field", "sentence"),
    [
        (OPEN, {"technical_resource": ""}, "technical_resource", "name the person"),
        (NIGHT, {"technical_resource": ""}, "technical_resource", "name the person"),
        (NIGHT, {"technical_resource": "Omar"}, "accept_charges", "Accept the possible charges"),
    ],
)
def test_a_broken_rule_of_severity_1_stands_beside_its_field(
    people: Cast, browser: Client, when: datetime, changed: dict[str, str], field: str, sentence: str
) -> None:
    said = filled(people, severity="1", **changed)
    response = send(browser, said, when)
    assert response.status_code == 422
    assert sentence in beside(response, field)
    assert typed_in(response).items() >= said.items()
    assert not Case.objects.exists()


@pytest.mark.clause("P4.2")
def test_the_desk_that_closed_while_somebody_typed_asks_for_the_charges(people: Cast, browser: Client) -> None:
    said = filled(people, severity="1", technical_resource="Omar, +61 8")
    with clock_at(at("Tue 16:59")):
        assert "accept_charges" not in html_of(browser.get(NEW))
    response = send(browser, said, at("Tue 17:00"))
    assert "Accept the possible charges" in beside(response, "accept_charges")
    response = send(browser, typed_in(response) | {"accept_charges": "on"}, at("Tue 17:01"))
    assert response.status_code == 302
    assert Case.objects.get().charges_accepted_at == at("Tue 17:01")


def test_a_pasted_log_with_a_nul_is_told_and_the_rest_stays(people: Cast, browser: Client) -> None:
    said = filled(people, error_messages_seen="E1603\0E1604", follow_up_of="\0")
    response = send(browser, said)
    assert response.status_code == 422
    assert "Null characters are not allowed" in beside(response, "error_messages_seen")
    assert typed_in(response)["explanation"] == said["explanation"]
    assert CaseDraft.objects.get().fields["error_messages_seen"] == "E1603E1604"


def test_somebody_elses_company_is_no_choice(people: Cast, browser: Client) -> None:
    response = send(browser, filled(people, partner=str(people.harbor.pk)))
    assert response.status_code == 422
    assert not Case.objects.exists()
    assert "Blue Harbor" not in html_of(response)
    assert "Choose a company that you write for." in html_of(response)


@pytest.mark.parametrize("said", [{"submission_key": "x"}, *({"partner": one} for one in ("", "x", "-1", str(2**63)))])
def test_what_no_page_offers_is_refused_and_the_rest_is_kept(people: Cast, browser: Client, said: Any) -> None:
    response = send(browser, filled(people, **said))
    assert response.status_code == 422
    assert not Case.objects.exists()
    assert CaseDraft.objects.get().fields["title"] == filled(people)["title"]


@pytest.mark.clause("P1.1")
def test_a_lapsed_partner_reads_whom_to_write_to_and_keeps_what_was_typed(people: Cast, browser: Client) -> None:
    Partner.objects.update(plan=Plan.LAPSED)
    said = filled(people)
    assert send(browser, said).url == "/"
    kept = KeptRequest.objects.get()
    assert (kept.details["title"], kept.details["explanation"]) == (said["title"], said["explanation"])
    with clock_at(at("Wed 9:00")):
        assert "sales@probax.io" in words_of(browser.get("/"))


def test_what_was_typed_is_shown_as_text_never_as_markup(people: Cast, browser: Client) -> None:
    response = send(browser, filled(people, title="", explanation="<script>alert(1)</script>"))
    assert "<script>alert(1)" not in html_of(response)
    assert "&lt;script&gt;alert(1)" in html_of(response)


# --- Files ----------------------------------------------------------------------------------------------------------


def test_files_of_a_refused_form_are_kept_and_go_with_the_case(people: Cast, browser: Client) -> None:
    said = filled(people)
    response = send(browser, said | {"title": "", "files": [text_file()]})
    assert "support.log" in words_of(response)
    assert send(browser, said).status_code == 302
    assert Case.objects.get().attachments.get().name == "support.log"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("setup.exe", "MZ", "of a kind that is not accepted"),
        ("picture.png", "no picture at all", "not what its name says"),
        ("log.txt", "\0\0\0", "not what its name says"),
        ("page.html", "<p>", "of a kind that is not accepted"),
        ("picture.svg", "<svg/>", "of a kind that is not accepted"),
    ],
)
def test_a_file_that_cannot_be_taken_is_named_and_the_others_are_kept(
    people: Cast, browser: Client, name: str, content: str, sentence: str
) -> None:
    said = filled(people)
    response = send(browser, said | {"files": [text_file(name, content), text_file("good.log")]})
    assert response.status_code == 422
    assert name in beside(response, "files")
    assert sentence in beside(response, "files")
    assert typed_in(response).items() >= said.items()
    assert list(Attachment.objects.values_list("name", flat=True)) == ["good.log"]


def test_an_empty_file_is_named_and_not_kept(people: Cast, browser: Client) -> None:
    response = send(browser, filled(people, files=[text_file("empty.log", ""), text_file("good.log")]))
    assert "“empty.log” is empty" in beside(response, "files")
    assert list(Attachment.objects.values_list("name", flat=True)) == ["good.log"]


def test_a_file_that_is_too_large_is_told(people: Cast, browser: Client, settings: Any) -> None:
    settings.ATTACHMENT_MAX_BYTES = 10
    response = send(browser, filled(people, files=[text_file("big.log", "x" * 11)]))
    assert "larger than" in beside(response, "files")


def test_the_same_form_with_an_error_twice_keeps_its_file_once(people: Cast, browser: Client) -> None:
    for _ in range(2):
        send(browser, filled(people, title="", files=[text_file()]))
    assert Attachment.objects.count() == 1


def test_a_file_is_taken_off_again(people: Cast, browser: Client) -> None:
    send(browser, filled(people, title="", files=[text_file()]))
    kept = Attachment.objects.get()
    with clock_at(at("Tue 10:01")):
        response = browser.post(reverse("case_draft_detach", args=[kept.pk]))
    assert response.status_code == 302
    assert not Attachment.objects.exists()


def test_files_are_kept_as_soon_as_they_are_chosen(people: Cast, browser: Client) -> None:
    said = {"submission_key": str(uuid4()), "files": [text_file("good.log"), text_file("setup.exe", "MZ")]}
    kept = post(browser, reverse("case_draft_files"), said, OPEN)
    assert "“setup.exe” is of a kind that is not accepted" in words_of(kept)
    assert "good.log" in words_of(kept)
    assert "good.log" in words_of(get(browser, NEW, OPEN))
    send(browser, filled(people))
    assert Case.objects.get().attachments.get().name == "good.log"


def test_a_file_that_arrives_after_the_form_was_sent_begins_no_draft(people: Cast, browser: Client) -> None:
    said = filled(people)
    send(browser, said)
    late = {"submission_key": said["submission_key"], "files": [text_file()]}
    assert "support.log" not in words_of(post(browser, reverse("case_draft_files"), late, OPEN))
    assert not CaseDraft.objects.exists()


# --- Drafts ---------------------------------------------------------------------------------------------------------


@pytest.mark.clause("P5.1")
def test_a_closed_browser_loses_nothing(people: Cast, browser: Client) -> None:
    said = filled(people)
    with clock_at(OPEN):
        saved = browser.post(reverse("case_draft"), said)
    assert "Kept as a draft" in words_of(saved)
    with clock_at(at("Thu 9:00")):
        again = browser_of(people.priya, at("Thu 9:00"))
        assert typed_in(again.get(NEW)).items() >= said.items()


def test_the_home_page_reminds_of_a_draft(people: Cast, browser: Client) -> None:
    with clock_at(OPEN):
        browser.post(reverse("case_draft"), filled(people, title="Half a case"))
        assert "You began a case, “Half a case”" in words_of(browser.get("/"))


def test_a_draft_is_thrown_away_when_its_owner_says_so(people: Cast, browser: Client) -> None:
    with clock_at(OPEN):
        browser.post(reverse("case_draft"), filled(people))
    with clock_at(at("Tue 10:01")):
        browser.post(reverse("case_draft_discard"))
        assert typed_in(browser.get(NEW))["title"] == ""


def test_a_draft_is_shown_to_its_owner_alone(people: Cast, browser: Client) -> None:
    with clock_at(OPEN):
        browser.post(reverse("case_draft"), filled(people))
        assert typed_in(browser_of(people.omar, OPEN).get(NEW))["title"] == ""


def test_opening_the_form_writes_nothing(people: Cast, browser: Client) -> None:
    with clock_at(OPEN), nothing_is_written():
        assert browser.get(NEW).status_code == 200


# --- What the page says before anything is sent ---------------------------------------------------------------------


@pytest.mark.clause("P2.1")
@pytest.mark.parametrize(
    ("when", "due"),
    [
        (OPEN, ["11:00", "13:00", "16:00", "Wed 09:00"]),
        (NIGHT, ["23:00", "Wed 11:00", "Wed 14:00", "Wed 16:00"]),
    ],
)
def test_each_severity_says_when_a_reply_would_be_due_right_now(
    people: Cast, browser: Client, when: datetime, due: list[str]
) -> None:
    with clock_at(when):
        page = words_of(browser.get(NEW))
    for moment in due:
        assert f"First reply by {moment} Sydney" in page


@pytest.mark.clause("P2.1")
def test_the_cards_are_told_anew_while_the_page_stands_open(people: Cast, browser: Client) -> None:
    address = f"{reverse('case_due')}?partner={people.northwind.pk}"
    assert "First reply by 16:00 Sydney" in words_of(get(browser, address, OPEN))
    assert "First reply by 16:20 Sydney" in words_of(get(browser, address, at("Tue 10:20")))
    assert (
        get(browser, f"{reverse('case_due')}?partner={people.zoe.memberships.get().partner_id}", OPEN).status_code
        == 404
    )
    assert get(browser, f"{reverse('case_due')}?partner=x", OPEN).status_code == 404


@pytest.mark.clause("P4.1")
def test_after_hours_the_page_says_when_the_desk_opens(people: Cast, browser: Client) -> None:
    with clock_at(NIGHT):
        page = words_of(browser.get(NEW))
    assert "desk is closed now" in page
    assert "Wed 25 Nov, 08:00 Sydney" in page


def test_a_reader_elsewhere_sees_their_own_time_and_the_desks(people: Cast) -> None:
    # Perth is three hours behind Sydney in summer.
    with clock_at(OPEN):
        page = words_of(browser_of(people.omar, OPEN).get(NEW))
    assert "First reply by 13:00 Perth" in page
    assert "16:00 Sydney" in page


def test_somebody_without_a_company_is_told_so(people: Cast) -> None:
    people.omar.memberships.update(is_active=False)
    with clock_at(OPEN):
        assert browser_of(people.omar, OPEN).get(NEW).status_code == 403


# --- Follow-ups (P9.6) ----------------------------------------------------------------------------------------------


def test_a_follow_up_carries_the_facts_over_and_links_both_ways(people: Cast, browser: Client) -> None:
    earlier = logged_case(people.priya, at("Mon 9:00"), severity=2, title="Jobs abort", preferred_times="mornings")
    close(earlier, people.lena, at("Mon 12:00"))
    with clock_at(OPEN):
        page = browser.get(f"{NEW}?follow_up=NWIT-1")
        shown = typed_in(page)
        assert (shown["title"], shown["severity"], shown["preferred_times"]) == ("Jobs abort", "2", "mornings")
        assert shown["explanation"] == ""
        assert send(browser, shown | {"explanation": "It is back."}).url == "/cases/NWIT-2/"
        assert "NWIT-1" in words_of(browser.get("/cases/NWIT-2/"))
        assert "NWIT-2" in words_of(browser.get("/cases/NWIT-1/"))


def test_a_follow_up_of_somebody_elses_case_tells_nothing_of_it(people: Cast, browser: Client) -> None:
    logged_case(people.zoe, at("Mon 9:00"), title="Secret plans")
    with clock_at(OPEN):
        page = browser.get(f"{NEW}?follow_up=BHMS-1")
        assert typed_in(page)["title"] == ""
        assert "Secret plans" not in html_of(page)
        browser.post(NEW, filled(people, follow_up_of="BHMS-1"))
    assert Case.objects.get(partner=people.northwind).follow_up_of is None
