"""A reminder mail is a contact attempt only once it has left (P9.5): this tells the case what became of the mail."""

from datetime import datetime

from cases import actions
from cases.models import Case
from cases.rules import AttemptOutcome
from notifications.models import MailState, OutgoingMail

SETTLED = (MailState.SENT, MailState.WITHDRAWN, MailState.GAVE_UP)


def settle(mail: OutgoingMail, *, now: datetime) -> Case | None:
    """Count the attempt of a reminder that left, at the time it left; a reminder that never will is no attempt."""
    if mail.contact_attempt_id is None:
        return None
    if mail.state == MailState.SENT and mail.sent_at is not None:
        return actions.confirm_reminder(
            attempt_id=mail.contact_attempt_id, text=mail.body_text, message_id=mail.message_id, now=mail.sent_at
        )
    if mail.state in (MailState.WITHDRAWN, MailState.GAVE_UP):
        return actions.fail_reminder(attempt_id=mail.contact_attempt_id, reason=mail.last_error, now=now)
    return None


def unsettled(*, limit: int) -> list[OutgoingMail]:
    """Return reminders whose mail is done and whose attempt does not know: their sender died in between."""
    done = OutgoingMail.objects.filter(contact_attempt__outcome=AttemptOutcome.SENDING, state__in=SETTLED)
    return list(done.order_by("pk")[:limit])
