"""What each side reads about severity, alerts and charges. Clauses of the policy in brackets."""

import re

import pytest
from django.test import Client

from cases import actions
from cases.models import Case, ChargeReview, SeverityAgreement, SeverityProposal
from notifications.models import MailState, OutgoingMail
from tests.builders import answer, at, close, fresh
from tests.cases.pages import browser_of, get, post
from tests.notifications.office import Office, kinds_to, mail, send, tell
from tests.severities import agree, change, decline, open_proposal, propose


def link_in(text: str) -> str:
    found = re.search(r"https?://[^/]+(/severity/\S+/)", text)
    assert found is not None, text
    return found[1]


# --- Severity (P2.3) --------------------------------------------------------------------------------------------------


@pytest.mark.clause("P2.3", "P8.1")
def test_a_specialists_proposal_brings_the_contact_reason_definition_deadline_and_a_link(office: Office) -> None:
    case = office.log(severity=2)
    propose(case, office.lena, 3, at("Tue 10:00"), "The system is up, only reports are slow.")
    tell("Tue 10:00")
    written = mail("severity_proposed", office.priya)
    assert written.subject == f"[{case.reference}] Do you agree to Severity 3? Jobs on BK-02 abort"
    text = written.body_text
    assert "Lena Fischer proposes Severity 3 instead of 2 for your case" in text
    assert "> The system is up, only reports are slow." in text
    assert "Minor impact, the majority of functions are still usable." in text
    assert (
        "The first reply is due by Tue 24 Nov, 12:00 Sydney. Agreed right away, it would be due by Tue 24 Nov, 15:00"
        in text
    )
    assert link_in(text) in written.body_html
    token = link_in(text).split("/")[2]
    assert token not in SeverityProposal.objects.get().token_hash
    assert len(token) >= 32
    assert kinds_to(office.lena) == []


@pytest.mark.clause("P2.4")
def test_a_contacts_request_goes_to_whoever_owns_the_case_without_a_link_that_decides(office: Office) -> None:
    case = office.log()
    office.take(case, "Tue 9:10")
    propose(case, office.priya, 2, at("Tue 10:00"))
    tell("Tue 10:00")
    written = mail("severity_proposed", office.lena)
    assert written.subject == f"[{case.reference}] Severity 2 is asked for: Jobs on BK-02 abort"
    assert "Priya Raman of Northwind IT asks for Severity 2 instead of 3" in written.body_text
    assert "/severity/" not in written.body_text
    assert f"/desk/cases/{case.reference}/" in written.body_text


@pytest.mark.clause("P2.3")
def test_whoever_proposed_it_hears_the_answer(office: Office) -> None:
    case = office.log()
    propose(case, office.omar, 2, at("Tue 10:00"))
    agree(case, office.lena, at("Tue 10:30"))
    tell("Tue 10:30")
    assert "severity_agreed" in kinds_to(office.priya)
    assert "severity_agreed" in kinds_to(office.omar)
    text = mail("severity_agreed", office.omar).body_text
    assert "Lena Fischer agreed: your case" in text
    assert "You get our first reply by Tue 24 Nov, 10:30 Perth (13:30 Sydney)." in text
    propose(case, office.lena, 4, at("Tue 11:00"))
    decline(case, office.priya, at("Tue 11:30"), "Two customers are down.")
    tell("Tue 11:30")
    text = mail("severity_declined", office.lena).body_text
    assert "Priya Raman declined Severity 4" in text
    assert "> Two customers are down." in text


@pytest.mark.clause("P2.3")
def test_after_the_first_response_it_says_that_only_the_updates_change(office: Office) -> None:
    case = office.log()
    answer(case, office.lena, at("Tue 9:30"))
    change(case, office.priya, office.lena, 2, at("Tue 10:00"))
    tell("Tue 10:00")
    assert "how often progress is reported goes by the new severity" in mail("severity_agreed").body_text


@pytest.mark.clause("P2.3")
def test_a_proposal_decided_before_its_mail_leaves_is_not_asked_about(office: Office) -> None:
    case = office.log()
    propose(case, office.lena, 4, at("Tue 10:00"))
    tell("Tue 10:00")
    agree(case, office.priya, at("Tue 10:00"))
    send("Tue 10:01")
    written = mail("severity_proposed")
    assert (written.state, written.last_error) == (MailState.WITHDRAWN, "The proposal was decided before it left.")


# --- The link ---------------------------------------------------------------------------------------------------------


def proposed(office: Office, severity: int = 4, when: str = "Tue 10:00") -> tuple[Case, str]:
    case = office.log()
    propose(case, office.lena, severity, at(when))
    tell(when)
    return case, link_in(mail("severity_proposed").body_text)


@pytest.mark.clause("P2.3", "P8.1")
def test_the_link_opens_a_page_that_decides_nothing_and_its_button_agrees_without_login(office: Office) -> None:
    case, link = proposed(office)
    page = get(Client(), link, at("Tue 10:10"))
    assert page.status_code == 200
    html = page.content.decode()
    assert "Do you agree to Severity 4?" in html
    assert "agreed now, due by" in html
    assert fresh(case).severity == 3
    done = post(Client(), link, {"proposal": open_proposal(case).pk}, at("Tue 10:20"))
    assert (done.status_code, done.url) == (302, link)
    agreement = SeverityAgreement.objects.get()
    assert (fresh(case).severity, fresh(case).agreement) == (4, agreement)
    assert (agreement.contact, agreement.specialist) == (office.priya, office.lena)
    after = get(Client(), link, at("Tue 10:21")).content.decode()
    assert "Severity 4 it is" in after
    assert "<button" not in after.partition("<main")[2].partition("</main>")[0]


@pytest.mark.clause("P2.3")
def test_the_link_declines_with_a_reason_and_serves_once(office: Office) -> None:
    case, link = proposed(office)
    key = open_proposal(case).pk
    refused = post(Client(), link, {"answer": "decline", "proposal": key, "reason": " "}, at("Tue 10:20"))
    assert refused.status_code == 422
    assert "The other side reads it" in refused.content.decode()
    post(Client(), link, {"answer": "decline", "proposal": key, "reason": "It is still down."}, at("Tue 10:20"))
    again = post(Client(), link, {"proposal": key}, at("Tue 10:21"))
    assert "This is decided" in again.content.decode()
    proposal = SeverityProposal.objects.get()
    assert (proposal.decision, proposal.answer, proposal.decided_by) == ("declined", "It is still down.", office.priya)
    assert fresh(case).severity == 3


@pytest.mark.clause("P2.6", "P4.2")
def test_the_link_asks_what_severity_1_asks_for(office: Office) -> None:
    case, link = proposed(office, 1)
    key = open_proposal(case).pk
    refused = post(Client(), link, {"proposal": key}, at("Tue 20:00"))
    assert "name the person who can work with us" in refused.content.decode()
    said = {"proposal": key, "technical_resource": "Omar, on his mobile"}
    refused = post(Client(), link, said, at("Tue 20:00"))
    assert "Accept the possible charges" in refused.content.decode()
    post(Client(), link, said | {"accept_charges": "on"}, at("Tue 20:00"))
    assert (fresh(case).severity, fresh(case).used_after_hours) == (1, True)


@pytest.mark.clause("P2.3")
def test_an_old_link_a_wrong_one_and_one_of_somebody_who_left_decide_nothing(office: Office) -> None:
    case, link = proposed(office)
    assert get(Client(), "/severity/" + "x" * 32 + "/", at("Tue 10:10")).status_code == 404
    late = post(Client(), link, {"proposal": open_proposal(case).pk}, at("Tue 8 Dec 10:00"))
    assert late.status_code == 410
    office.priya.memberships.update(is_active=False)
    gone = post(Client(), link, {"proposal": open_proposal(case).pk}, at("Tue 10:10"))
    assert gone.status_code == 404
    assert case.reference not in gone.content.decode()
    assert fresh(case).severity == 3


@pytest.mark.clause("P8.1")
def test_staff_do_not_read_the_link_in_the_outbox_nor_decide_by_it(office: Office) -> None:
    case, link = proposed(office)
    browser = browser_of(office.ann, at("Tue 10:10"))
    written = mail("severity_proposed")
    for address in (f"/desk/mail/{written.pk}/", f"/desk/mail/{written.pk}/body/"):
        page = get(browser, address, at("Tue 10:10"))
        assert page.status_code == 200
        assert link.split("/")[2] not in page.content.decode()
    assert post(browser, link, {"proposal": open_proposal(case).pk}, at("Tue 10:10")).status_code == 404
    assert fresh(case).severity == 3


@pytest.mark.clause("P2.3")
def test_a_link_of_a_replaced_proposal_leads_to_what_became_of_it(office: Office) -> None:
    case, link = proposed(office)
    propose(case, office.lena, 2, at("Tue 10:05"))
    answered = post(Client(), link, {"proposal": open_proposal(case).pk}, at("Tue 10:10"))
    assert "Replaced by a newer proposal" in answered.content.decode()
    assert fresh(case).severity == 3


# --- On call (P4.1) ---------------------------------------------------------------------------------------------------


@pytest.mark.clause("P4.1")
def test_people_on_call_are_woken_round_by_round(office: Office) -> None:
    case = office.log("Tue 24 Nov 20:00", severity=1, contact_phone="+61 8 5550 0100")
    tell("Tue 24 Nov 20:00")
    alerts = OutgoingMail.objects.filter(kind="on_call_alert")
    assert {alert.recipient for alert in alerts} == {office.lena, office.ruth}
    assert not OutgoingMail.objects.filter(kind="severity_1_logged", recipient=office.lena).exists()
    alert = mail("on_call_alert", office.lena)
    assert alert.subject == f"[{case.reference}] ON CALL, round 1: Severity 1, Jobs on BK-02 abort"
    assert "The first reply is due by Tue 24 Nov, 21:00 Sydney." in alert.body_text
    assert "Works with us around the clock: Omar, +61 8 5550 0123, at the console." in alert.body_text
    assert f"/desk/cases/{case.reference}/" in alert.body_text
    actions.alert_on_call(alert_id=case.alerts.get().pk, now=at("Tue 20:10"))
    tell("Tue 20:10")
    latest = OutgoingMail.objects.filter(kind="on_call_alert", recipient=office.lena).latest("pk")
    assert "Nobody has taken it yet; this is round 2." in latest.body_text


@pytest.mark.clause("P4.1")
def test_an_alert_that_somebody_took_wakes_nobody_any_more(office: Office) -> None:
    case = office.log("Tue 24 Nov 20:00", severity=1)
    tell("Tue 24 Nov 20:00")
    actions.take_alert(case_id=case.pk, actor=office.ruth, now=at("Tue 20:00"))
    send("Tue 20:01")
    assert mail("on_call_alert", office.lena).last_error == "Somebody took the alert, or it ended, before it left."


@pytest.mark.clause("P4.1")
def test_a_request_at_night_says_when_its_answer_is_due(office: Office) -> None:
    case = office.log()
    propose(case, office.priya, 1, at("Tue 23:00"), "Now the whole site is down.")
    tell("Tue 23:00")
    text = mail("on_call_alert", office.lena).body_text
    assert "Northwind IT asks for Severity 1 while the desk is closed." in text
    assert "The answer is due by Wed 25 Nov, 00:00 Sydney." in text
    assert "> Now the whole site is down." in text


# --- Charges (P4.2) ---------------------------------------------------------------------------------------------------


@pytest.mark.clause("P4.2")
def test_managers_are_asked_and_the_contact_is_told(office: Office) -> None:
    case = office.log("Mon 23:00", severity=1)
    answer(case, office.lena, at("Mon 23:10"))
    close(case, office.lena, at("Tue 9:00"))
    actions.judge_charges(
        case_id=case.pk,
        verdict="never_qualified",
        reason="One test machine.",
        actor=office.lena,
        now=at("Tue 9:30"),
    )
    tell("Tue 9:30")
    text = mail("charge_to_decide", office.ruth).body_text
    assert "Lena Fischer says that it never qualified as Severity 1." in text
    assert "> One test machine." in text
    assert "> Emergency support outside business hours is for Severity 1 cases alone." in text
    review = ChargeReview.objects.get()
    assert f"/manager/charges/{review.pk}/" in text
    said = {"decision": "waive", "reason": "It is the first time."}
    actions.decide_charges(review_id=review.pk, actor=office.ruth, now=at("Tue 10:00"), **said)
    tell("Tue 10:00")
    written = mail("charge_decided", office.priya)
    assert written.subject == f"[{case.reference}] After-hours support is not charged: Jobs on BK-02 abort"
    assert "> It is the first time." in written.body_text
    send("Tue 10:01")
    assert mail("charge_to_decide", office.ruth).state == MailState.WITHDRAWN


@pytest.mark.clause("P4.2")
def test_an_impact_that_was_reduced_asks_no_manager(office: Office) -> None:
    case = office.log("Mon 23:00", severity=1)
    change(case, office.lena, office.priya, 2, at("Mon 23:30"))
    actions.judge_charges(case_id=case.pk, verdict="impact_reduced", reason="", actor=office.lena, now=at("Tue 9:30"))
    tell("Tue 9:30")
    assert not OutgoingMail.objects.filter(kind="charge_to_decide").exists()
