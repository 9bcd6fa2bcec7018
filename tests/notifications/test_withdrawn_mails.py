"""A mail is asked for once more before it leaves: whether it is still owed, and whether its reader may have it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.models import CaseEvent, Deadline, Membership, User
from notifications import outbox, sweeps
from notifications.delivery import Connection
from notifications.models import MailState, OutgoingMail
from tests.builders import at, behind_the_back
from tests.notifications.office import TUESDAY_9, Office, mail, post, send, tell, tick
from tests.notifications.test_outbox import state_of
from tests.smtp_sink import SmtpSink

pytestmark = pytest.mark.usefixtures("mail_by_smtp")

# --- Still owed? --------------------------------------------------------------------------------------------------


def test_a_warning_is_withdrawn_when_somebody_replied_before_it_left(office: Office, smtp: SmtpSink) -> None:
    case = office.log()
    post(TUESDAY_9)
    sweeps.warn_and_breach(now=at("Tue 24 Nov 13:30"))
    tell("Tue 24 Nov 13:30")
    office.reply(case, "Tue 24 Nov 13:30")
    send("Tue 24 Nov 13:31")
    assert mail("promise_at_risk", office.ruth).state == MailState.WITHDRAWN
    assert smtp.to("ruth.adeyemi@probax.example") == []


def test_a_warning_is_withdrawn_when_the_promise_was_missed_before_it_left(office: Office, smtp: SmtpSink) -> None:
    office.log()
    sweeps.warn_and_breach(now=at("Tue 24 Nov 14:00"))
    tell("Tue 24 Nov 14:00")
    tick("Tue 24 Nov 15:01")
    assert [received.subject.split(",")[0][9:] for received in smtp.to("ruth.adeyemi@probax.example")] == ["Missed"]
    assert Deadline.objects.get().breached_at == at("Tue 24 Nov 15:01")


def test_an_alert_for_severity_1_is_withdrawn_when_somebody_answered_before_it_left(
    office: Office, smtp: SmtpSink
) -> None:
    case = office.log(severity=1)
    tell(TUESDAY_9)
    office.reply(case, TUESDAY_9)
    send(TUESDAY_9)
    assert mail("severity_1_logged", office.lena).last_error == "Somebody answered before it left."
    assert smtp.to("lena.fischer@probax.example") == []


def test_a_closing_waits_out_its_minute(office: Office, smtp: SmtpSink) -> None:
    """P9.5."""
    case = office.log()
    office.close(case, "Tue 24 Nov 10:00")
    tell("Tue 24 Nov 10:00")
    send("Tue 24 Nov 10:00:59")
    assert state_of("case_closed") == MailState.QUEUED
    send("Tue 24 Nov 10:01")
    assert state_of("case_closed") == MailState.SENT


# --- Who may be a recipient ---------------------------------------------------------------------------------------


def test_a_contact_who_left_the_partner_before_the_mail_was_made_gets_none(office: Office, smtp: SmtpSink) -> None:
    office.log()
    Membership.objects.filter(user=office.priya).update(is_active=False)
    post(TUESDAY_9)
    refused = mail("case_received")
    assert (refused.state, refused.last_error) == (MailState.WITHDRAWN, "The recipient may not see this case.")
    assert smtp.received == []


def test_a_contact_who_left_the_partner_before_the_mail_left_gets_none(office: Office, smtp: SmtpSink) -> None:
    office.log()
    tell(TUESDAY_9)
    Membership.objects.filter(user=office.priya).delete()
    send(TUESDAY_9)
    assert mail("case_received").state == MailState.WITHDRAWN
    assert smtp.received == []
    # Nor does the button change who may see the case.
    assert outbox.send_again(mail("case_received").pk, now=at("Tue 24 Nov 09:01"))
    send("Tue 24 Nov 09:01")
    assert mail("case_received").state == MailState.WITHDRAWN
    assert smtp.received == []


def test_a_specialist_who_left_gets_nothing_that_was_written_to_them(office: Office, smtp: SmtpSink) -> None:
    case = office.log()
    office.take(case, TUESDAY_9)
    office.answer(case, TUESDAY_9)
    tell(TUESDAY_9)
    User.objects.filter(pk=office.lena.pk).update(is_active=False)
    send(TUESDAY_9)
    assert mail("contact_replied").last_error == "This mail is for staff, and its recipient is none."
    assert smtp.to("lena.fischer@probax.example") == []


def test_a_mail_that_cannot_be_judged_keeps_no_other_waiting(office: Office, smtp: SmtpSink) -> None:
    broken, sound = office.log(), office.log()
    for case in (broken, sound):
        office.reply(case, TUESDAY_9)
    tell(TUESDAY_9)
    with behind_the_back():
        CaseEvent.objects.filter(case=broken, kind="specialist_replied").update(facts={})
    send("Tue 24 Nov 09:05")
    replies = OutgoingMail.objects.filter(kind="specialist_replied")
    assert (replies.get(case=broken).state, replies.get(case=sound).state) == (MailState.QUEUED, MailState.SENT)
    assert "names no message" in replies.get(case=broken).last_error


def test_what_is_owed_is_asked_for_many_mails_in_as_few_queries_as_for_one(office: Office, smtp: SmtpSink) -> None:
    def asked(cases: int) -> int:
        for number in range(cases):
            case = office.log(contact=(office.priya, office.omar, office.zoe)[number % 3])
            office.reply(case, TUESDAY_9)
        tell(TUESDAY_9)
        mails = outbox.claim_due(of=OutgoingMail, limit=50, now=at("Tue 24 Nov 09:05"))
        with Connection() as line, CaptureQueriesContext(connection) as queries:
            assert len(outbox.still_owed(mails, line, now=at("Tue 24 Nov 09:05"))) == 2 * cases
        return len(queries)

    assert asked(3) == asked(9) <= 6
