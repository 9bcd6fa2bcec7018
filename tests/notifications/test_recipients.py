"""Nobody of another partner can ever get a mail, whatever a caller asks for."""

from datetime import timedelta

import pytest

from cases.models import Case, Membership, Notice, Partner, Plan, User
from notifications import outbox, sweeps
from notifications.letters import Letter
from notifications.models import MailKind, MailState, OutgoingMail
from tests.builders import at
from tests.notifications.office import TUESDAY_9, Office, event, send, tell
from tests.smtp_sink import SmtpSink

CANNOT_SEE = "The recipient may not see this case."
FOR_STAFF = "This mail is for staff, and its recipient is none."


class Row:
    """A row of anything, for the words of a mail: its times are Tuesday at nine, its number is 1, all else is empty."""

    pk = 1

    def __getattr__(self, name: str) -> object:
        return at(TUESDAY_9) if name.endswith(("_at", "_since", "wanted_by")) else ""


ROWS = ("webhook", "proposal", "earlier", "review", "asked", "action", "closing", "survey", "invitation", "kept")
TIMES = ("due_at", "due_now", "due_then", "starts_at", "closes_at", "old_due_at", "ends_at", "expires_at")


def slip_in(case: Case, kind: MailKind, person: User) -> OutgoingMail:
    """Ask the outbox for a mail to a person, as a caller with a mistake in it would."""
    moments = dict.fromkeys(TIMES, at(TUESDAY_9))
    rows = {name: Row() for name in ROWS}
    content = {"message": case.messages.first(), "within": timedelta(hours=6), "count": 1, **moments, **rows}
    letter = Letter(kind, person, event(case, "case_logged"), content)
    outbox.enqueue([letter], now=at(TUESDAY_9))
    return OutgoingMail.objects.get(key=letter.key)


def test_the_outbox_refuses_a_contact_of_another_partner(office: Office, mail_by_smtp: SmtpSink) -> None:
    case = office.log()
    office.reply(case, TUESDAY_9)
    for kind in MailKind:
        refused = slip_in(case, kind, office.zoe)
        why = FOR_STAFF if kind.is_for_staff else CANNOT_SEE
        assert (kind, refused.state, refused.last_error) == (kind, MailState.WITHDRAWN, why)
    # Even rows that somebody queued by hand stay where they are.
    hers = OutgoingMail.objects.filter(recipient=office.zoe)
    assert hers.update(state=MailState.QUEUED) == len(MailKind)
    send(TUESDAY_9)
    assert {mail.state for mail in hers} == {MailState.WITHDRAWN}
    assert mail_by_smtp.to("zoe.keller@bhms.example") == []


def test_the_outbox_refuses_a_colleague_who_sees_only_their_own_cases(office: Office) -> None:
    case = office.log()
    Membership.objects.filter(user=office.omar).update(sees_all_cases=False)
    assert slip_in(case, MailKind.CLOSING_TAKEN_BACK, office.omar).state == MailState.WITHDRAWN


def test_the_outbox_refuses_a_mail_for_staff_to_the_contact_of_the_case(office: Office) -> None:
    case = office.log()
    office.answer(case, TUESDAY_9)
    for kind in [kind for kind in MailKind if kind.is_for_staff]:
        refused = slip_in(case, kind, office.priya)
        assert (kind, refused.state, refused.last_error) == (kind, MailState.WITHDRAWN, FOR_STAFF)


@pytest.mark.clause("P1.1")
def test_the_outbox_refuses_a_contact_of_another_partner_what_is_about_no_case(
    office: Office, mail_by_smtp: SmtpSink
) -> None:
    Partner.objects.filter(pk=office.northwind.pk).update(plan=Plan.TRIAL, trial_ends_at=at("Fri 12:00"))
    sweeps.tell_of_trials(now=at("Tue 12:00"))
    tell("Tue 12:00")
    notice = Notice.objects.get()
    letter = Letter(
        MailKind.TRIAL_ENDING,
        office.zoe,
        content={"partner": office.northwind, "desk": office.northwind.home_desk, "ends_at": at("Fri 12:00")},
        about=f"notice.{notice.pk}",
        partner=office.northwind,
    )
    outbox.enqueue([letter], now=at("Tue 12:00"))
    refused = OutgoingMail.objects.get(key=letter.key)
    assert (refused.state, refused.last_error) == (
        MailState.WITHDRAWN,
        "The recipient does not write for this company.",
    )
    OutgoingMail.objects.filter(pk=refused.pk).update(state=MailState.QUEUED)
    send("Tue 12:01")
    assert mail_by_smtp.to("zoe.keller@bhms.example") == []
    assert mail_by_smtp.to("priya.raman@nwit.example") != []


def test_mail_goes_to_the_address_of_the_account_and_not_to_one_that_was_typed(office: Office) -> None:
    """An address typed into a form proved nothing."""
    office.log(contact_email="somebody@elsewhere.example")
    tell(TUESDAY_9)
    assert OutgoingMail.objects.get().to_address == "priya.raman@nwit.example"
