"""What each mail says. Clauses of the policy in brackets."""

import re

from django.core import mail as django_mail

from cases import actions
from cases.models import EventKind, Survey, User
from cases.rules import Outcome
from notifications import routing
from notifications.models import OutgoingMail
from tests.builders import at
from tests.notifications.office import Office, kinds_to, mail, post, tell, tick


def paragraphs(text: str) -> list[str]:
    return [line for line in text.splitlines() if line]


def test_every_kind_of_event_stands_in_the_table() -> None:
    assert set(routing.ROUTES) == set(EventKind)


def test_an_acknowledgement_says_reference_severity_and_when_a_reply_is_due_in_both_zones(office: Office) -> None:
    """P2.1, P2.5."""
    case = office.log(contact=office.omar)
    tell("Tue 24 Nov 09:00")
    written = mail("case_received", office.omar)
    assert written.subject == f"[{case.reference}] We have your case: Jobs on BK-02 abort"
    # Six hours of the desk, from 9:00 Sydney; Perth is three hours behind.
    assert "You get our first reply by Tue 24 Nov, 12:00 Perth (15:00 Sydney)." in paragraphs(written.body_text)
    assert (
        "Severity 3 is answered within 6 h of business hours. The clock started when your case came in."
        in paragraphs(written.body_text)
    )
    assert f"/cases/{case.reference}/" in written.body_text
    assert "12:00 Perth (15:00 Sydney)" in written.body_html
    assert "charges" not in written.body_text


def test_an_acknowledgement_after_hours_says_when_the_clock_starts(office: Office) -> None:
    """P4.1."""
    office.log("Tue 24 Nov 20:00")
    tell("Tue 24 Nov 20:00")
    text = mail("case_received").body_text
    assert "so the clock starts when it opens: Wed 25 Nov, 08:00 Sydney." in text
    assert "You get our first reply by Wed 25 Nov, 14:00 Sydney." in text


def test_an_acknowledgement_of_severity_1_after_hours_states_the_charges(office: Office) -> None:
    """P4.2."""
    office.log("Tue 24 Nov 20:00", severity=1)
    tell("Tue 24 Nov 20:00")
    text = mail("case_received").body_text
    assert "You get our first reply by Tue 24 Nov, 21:00 Sydney." in text
    assert "Severity 1 is answered within 1 h, around the clock." in text
    assert "If this case turns out not to be Severity 1, additional charges may apply. You accepted this" in text


def test_severity_1_tells_the_desks_specialists_and_the_managers_at_once(office: Office) -> None:
    """P4.1. Outside business hours those on call get an alert instead, see test_severity_mails."""
    case = office.log("Tue 24 Nov 10:00", severity=1, contact_phone="+61 8 5550 0100")
    tell("Tue 24 Nov 10:00")
    alerts = OutgoingMail.objects.filter(kind="severity_1_logged")
    assert {alert.recipient for alert in alerts} == {office.lena, office.ruth}
    alert = mail("severity_1_logged", office.lena)
    assert alert.subject == f"[{case.reference}] SEVERITY 1, reply by Tue 24 Nov, 11:00 Sydney: Jobs on BK-02 abort"
    assert "Whoever can, take it now." in alert.body_text
    assert "Works with us around the clock: Omar, +61 8 5550 0123, at the console." in alert.body_text
    assert "Phone of the contact: +61 8 5550 0100." in alert.body_text
    assert f"/desk/cases/{case.reference}/" in alert.body_text


def test_no_alert_goes_out_for_a_case_that_can_wait_for_the_queue(office: Office) -> None:
    office.log(severity=2)
    tell("Tue 24 Nov 09:00")
    assert kinds_to(office.lena) == kinds_to(office.ruth) == []


def test_a_reply_begins_with_the_specialists_words(office: Office) -> None:
    """P9.1."""
    case = office.log()
    office.reply(case, "Tue 24 Nov 09:30", "Please update the agent.\nThen run the job, it isn't slow.")
    tell("Tue 24 Nov 09:30")
    written = mail("specialist_replied")
    assert written.subject == f"[{case.reference}] Lena Fischer replied: Jobs on BK-02 abort"
    assert written.body_text.startswith("Please update the agent.\nThen run the job, it isn't slow.\n\nLena Fischer, ")
    assert "needs your answer" not in written.body_text


def test_a_question_says_that_we_wait_for_the_answer(office: Office) -> None:
    case = office.log()
    office.ask(case, "Tue 24 Nov 09:30")
    tell("Tue 24 Nov 09:30")
    assert "Lena Fischer needs your answer to go on." in mail("specialist_replied").body_text


def test_a_contacts_word_goes_to_whoever_owns_the_case(office: Office) -> None:
    case = office.log()
    office.take(case, "Tue 24 Nov 09:10")
    office.answer(case, "Tue 24 Nov 09:20", "It also happens on BK-03.")
    tell("Tue 24 Nov 09:20")
    written = mail("contact_replied", office.lena)
    assert written.body_text.startswith("It also happens on BK-03.\n\nPriya Raman, Northwind IT")
    assert kinds_to(office.max) == kinds_to(office.ruth) == []


def test_a_word_on_a_case_that_nobody_owns_goes_to_the_desks_specialists(office: Office) -> None:
    case = office.log()
    office.answer(case, "Tue 24 Nov 09:20")
    tell("Tue 24 Nov 09:20")
    assert kinds_to(office.lena) == ["contact_replied"]
    assert kinds_to(office.max) == []


def test_a_word_on_a_case_whose_owner_left_goes_to_the_desk(office: Office) -> None:
    case = office.log(contact=office.zoe)
    office.take(case, "Tue 24 Nov 09:10")
    User.objects.filter(pk=office.lena.pk).update(is_active=False)
    office.answer(case, "Tue 24 Nov 09:20")
    tell("Tue 24 Nov 09:20")
    assert kinds_to(office.lena) == []
    assert kinds_to(office.max) == ["contact_replied"]


def test_an_internal_note_is_told_to_nobody(office: Office) -> None:
    case = office.log()
    actions.write_note(case_id=case.pk, body="The partner is cross.", actor=office.lena, now=at("Tue 24 Nov 09:20"))
    tell("Tue 24 Nov 09:20")
    assert [row.kind for row in OutgoingMail.objects.all()] == ["case_received"]


def test_a_promise_at_risk_and_then_missed_alerts_owner_and_manager_once_each(office: Office) -> None:
    case = office.log()
    office.take(case, "Tue 24 Nov 09:10")
    for when in ("Tue 24 Nov 13:29", "Tue 24 Nov 13:30", "Tue 24 Nov 13:31", "Tue 24 Nov 15:00", "Tue 24 Nov 15:01"):
        tick(when)
        tick(when)
    assert kinds_to(office.lena) == kinds_to(office.ruth) == ["promise_at_risk", "promise_missed"]
    at_risk, missed = mail("promise_at_risk", office.lena), mail("promise_missed", office.ruth)
    assert at_risk.subject == f"[{case.reference}] At risk, reply by Tue 24 Nov, 15:00 Sydney: Jobs on BK-02 abort"
    assert "75 % of the time for the first reply" in at_risk.body_text
    assert "It was due by Tue 24 Nov, 15:00 Sydney." in missed.body_text
    assert "assigned to Lena Fischer" in missed.body_text
    # The due second itself is in time.
    assert missed.made_at == at("Tue 24 Nov 15:01")


def test_a_promise_on_a_case_that_nobody_owns_alerts_the_desk_and_the_manager(office: Office) -> None:
    office.log()
    tick("Tue 24 Nov 13:31")
    assert kinds_to(office.lena) == kinds_to(office.ruth) == ["promise_at_risk"]
    assert "assigned to nobody" in mail("promise_at_risk", office.ruth).body_text


def test_a_timetable_that_comes_late_says_missed_and_not_at_risk(office: Office) -> None:
    office.log()
    tick("Wed 25 Nov 09:00")
    assert kinds_to(office.ruth) == ["promise_missed"]


def test_a_closing_says_outcome_explanation_detail_survey_and_follow_up(office: Office) -> None:
    """P9.3, P9.6, P9.7, P11.1."""
    case = office.log()
    office.close(case, "Tue 24 Nov 10:00")
    tell("Tue 24 Nov 10:00")
    written = mail("case_closed")
    text = written.body_text
    assert f"We have closed {case.reference}, “Jobs on BK-02 abort”." in text
    assert "How it ended: Software update or fix" in text
    assert "The update fixed it." in text
    assert "Release or fix reference:\nAgent 6.2" in text
    assert f"/cases/new/?follow_up={case.reference}" in text
    [token] = re.findall(r"/survey/([\w-]+)/", text)
    assert actions.closing.hash_of(token) == Survey.objects.get().token_hash
    assert f"/survey/{token}/" in written.body_html


def test_a_closing_by_the_contact_thanks_them(office: Office) -> None:
    case = office.log()
    actions.close_case(
        case_id=case.pk,
        outcome=Outcome.SOLVED_BY_CONTACT,
        explanation="A restart helped.",
        actor=office.priya,
        now=at("Tue 24 Nov 10:00"),
    )
    tell("Tue 24 Nov 10:00")
    assert f"You closed {case.reference}, “Jobs on BK-02 abort”, as solved. Thank you" in mail("case_closed").body_text


def test_a_low_score_goes_to_the_managers_with_the_comment(office: Office) -> None:
    """P11.2."""
    content, unhappy = office.log(), office.log()
    for case, satisfaction in ((content, 3), (unhappy, 2)):
        office.close(case, "Tue 24 Nov 10:00")
        actions.answer_survey(
            survey_id=Survey.objects.get(closing__case=case).pk,
            handling=2,
            professionalism=4,
            satisfaction=satisfaction,
            comment="Nobody called back.",
            actor=office.priya,
            now=at("Tue 24 Nov 12:00"),
        )
    tell("Tue 24 Nov 12:00")
    written = mail("low_score")
    assert written.recipient == office.ruth
    assert written.subject == f"[{unhappy.reference}] Satisfaction 2 of 5: Jobs on BK-02 abort"
    assert "Nobody called back." in written.body_text
    assert "Professionalism and expertise: 4 of 5" in written.body_text


def test_a_title_with_line_ends_cannot_write_headers(office: Office) -> None:
    office.log(title="Help\r\nBcc: everybody@evil.example\x07\u202egnp")
    post("Tue 24 Nov 09:00")
    [message] = django_mail.outbox
    assert message.subject.endswith("We have your case: Help Bcc: everybody@evil.example gnp")
    assert message.recipients() == ["Priya Raman <priya.raman@nwit.example>"]
    assert message.message()["Bcc"] is None


def test_markup_in_a_persons_words_is_shown_and_not_obeyed(office: Office) -> None:
    case = office.log(title="<b>bold</b> & 'quoted'")
    office.answer(case, "Tue 24 Nov 09:05", "<script>alert(1)</script>")
    tell("Tue 24 Nov 09:05")
    received, replied = mail("case_received"), mail("contact_replied", office.lena)
    assert "“<b>bold</b> & 'quoted'”" in received.body_text
    assert "&lt;b&gt;bold&lt;/b&gt; &amp;" in received.body_html
    assert "<script>" not in replied.body_html
    assert replied.body_text.startswith("<script>alert(1)</script>")


def test_mails_of_a_case_hang_together_and_say_that_a_machine_wrote_them(office: Office) -> None:
    case = office.log()
    office.reply(case, "Tue 24 Nov 09:30")
    post("Tue 24 Nov 09:31")
    first, second = (message.message() for message in django_mail.outbox)
    assert first["References"] == second["References"] == first["In-Reply-To"]
    assert first["Message-ID"] != second["Message-ID"]
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["List-Id"] == "<cases.probax.io>"
    assert "care@probax.io" in first["Reply-To"]


def test_no_mail_to_a_contact_leads_to_the_desk(office: Office) -> None:
    case = office.log()
    office.ask(case, "Tue 24 Nov 09:30")
    office.close(case, "Tue 24 Nov 10:00")
    tell("Tue 24 Nov 10:00")
    for written in OutgoingMail.objects.filter(recipient=office.priya):
        assert "/desk/" not in written.body_text + written.body_html
