"""Nobody of another partner can ever get a mail, whatever a caller asks for."""

from datetime import timedelta

import pytest

from cases.models import Case, Membership, User
from notifications import outbox
from notifications.letters import Letter
from notifications.models import MailKind, MailState, OutgoingMail
from tests.builders import at
from tests.notifications.office import TUESDAY_9, Office, event, send, tell
from tests.smtp_sink import SmtpSink

# They are written from a survey or a review, which no case has from the start.
TELL_OF_A_ROW = (MailKind.LOW_SCORE, MailKind.CHARGE_TO_DECIDE, MailKind.CLOUD_ACTION_WITHOUT_CONSENT)


def slip_in(case: Case, kind: MailKind, person: User) -> OutgoingMail:
    """Ask the outbox for a mail to a person, as a caller with a mistake in it would."""
    moments = {"due_at": at(TUESDAY_9), "starts_at": at(TUESDAY_9), "within": timedelta(hours=6)}
    content = {"message": case.messages.first(), **moments}
    letter = Letter(kind, person, event(case, "case_logged"), content)
    outbox.enqueue(letter, now=at(TUESDAY_9))
    return OutgoingMail.objects.get(key=letter.key)


@pytest.mark.parametrize("kind", [MailKind.CASE_RECEIVED, MailKind.SPECIALIST_REPLIED, MailKind.CLOSING_TAKEN_BACK])
def test_the_outbox_refuses_a_contact_of_another_partner(
    office: Office, mail_by_smtp: SmtpSink, kind: MailKind
) -> None:
    case = office.log()
    office.reply(case, TUESDAY_9)
    refused = slip_in(case, kind, office.zoe)
    assert (refused.state, refused.last_error) == (MailState.WITHDRAWN, "The recipient may not see this case.")
    # Even a row that somebody queued by hand stays where it is.
    OutgoingMail.objects.filter(pk=refused.pk).update(state=MailState.QUEUED)
    send(TUESDAY_9)
    refused.refresh_from_db()
    assert refused.state == MailState.WITHDRAWN
    assert mail_by_smtp.to("zoe.keller@bhms.example") == []


def test_the_outbox_refuses_a_colleague_who_sees_only_their_own_cases(office: Office) -> None:
    case = office.log()
    Membership.objects.filter(user=office.omar).update(sees_all_cases=False)
    assert slip_in(case, MailKind.CLOSING_TAKEN_BACK, office.omar).state == MailState.WITHDRAWN


@pytest.mark.parametrize("kind", [kind for kind in MailKind if kind.is_for_staff and kind not in TELL_OF_A_ROW])
def test_the_outbox_refuses_a_mail_for_staff_to_the_contact_of_the_case(office: Office, kind: MailKind) -> None:
    case = office.log()
    office.answer(case, TUESDAY_9)
    refused = slip_in(case, kind, office.priya)
    assert refused.state == MailState.WITHDRAWN
    assert refused.last_error == "This mail is for staff, and its recipient is none."


def test_mail_goes_to_the_address_of_the_account_and_not_to_one_that_was_typed(office: Office) -> None:
    """An address typed into a form proved nothing."""
    office.log(contact_email="somebody@elsewhere.example")
    tell(TUESDAY_9)
    assert OutgoingMail.objects.get().to_address == "priya.raman@nwit.example"
