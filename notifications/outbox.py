"""The outbox: each mail is kept as a row, claimed by one sender at a time, and sent until a mail server took it.

A sender claims a row for the length of a lease, sends outside any transaction, and settles the row under the attempt
number of its claim. If it dies in between, the lease runs out and the next one sends the mail again with the same
Message-ID, marked ambiguous: nothing is lost, and at most the one mail in flight goes twice.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Case, F, Q, When

from notifications import letters, owed, recipients
from notifications.delivery import Connection, NotTaken
from notifications.letters import Letter
from notifications.models import MailState, OutgoingMail

logger = logging.getLogger(__name__)

# How long after each failure a mail is tried again: thirteen times in three and a half days, so a bad weekend of a
# mailbox is sat out. A server that cannot be reached at all costs no mail a try.
RETRY_AFTER = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=2),
    timedelta(hours=4),
    timedelta(hours=8),
    timedelta(hours=12),
    timedelta(hours=12),
    timedelta(hours=12),
    timedelta(hours=12),
    timedelta(hours=24),
)
# A send waits for the server at most this many times (connect, greet, log in, sender, recipient, data).
WAITS_PER_SEND = 6


def lease() -> timedelta:
    """Return how long one claim lasts: longer than the slowest send."""
    return timedelta(seconds=WAITS_PER_SEND * (settings.EMAIL_TIMEOUT or 20))


# --- In -----------------------------------------------------------------------------------------------------------


def enqueue(letter: Letter, *, now: datetime) -> None:
    """Keep a letter until it is sent. The same letter again changes nothing.

    A letter to somebody who must not have it is kept as withdrawn, with the reason, and never sent.
    """
    case = letter.case
    refused = recipients.why_not(case, letter.recipient, for_staff=letter.kind.is_for_staff, partner=letter.partner)
    if refused:
        logger.warning("%s on %s goes to nobody: %s", letter.kind, letter.about or case, refused)
    written = letters.write(letter, now=now)
    mail = OutgoingMail(
        key=letter.key,
        event=letter.event,
        case=case,
        invitation=letter.invitation,
        contact_attempt_id=letter.contact_attempt_id,
        recipient=letter.recipient,
        to_address=letter.reader.email,
        kind=letter.kind,
        subject=written.subject,
        body_text=written.text,
        body_html=written.html,
        message_id=written.message_id,
        headers=written.headers,
        state=MailState.WITHDRAWN if refused else MailState.QUEUED,
        due_at=letter.due_at or now,
        made_at=now,
        last_error=refused,
    )
    # No exception on a second time, so the transaction around it goes on.
    OutgoingMail.objects.bulk_create([mail], ignore_conflicts=True)


# --- Out ----------------------------------------------------------------------------------------------------------


def due(now: datetime, *, limit: int) -> list[int]:
    """Return mails to send: those whose sender died first, then the oldest. Two senders may be told the same ones."""
    died = OutgoingMail.objects.filter(state=MailState.IN_FLIGHT, lease_until__lte=now).order_by("lease_until")
    waiting = OutgoingMail.objects.filter(state=MailState.QUEUED, due_at__lte=now).order_by("due_at", "id")
    found = list(died.values_list("pk", flat=True)[:limit])
    return found + list(waiting.values_list("pk", flat=True)[: limit - len(found)])


def claim(mail_id: int, *, now: datetime) -> OutgoingMail | None:
    """Take a mail for the length of a lease. None when somebody else has it, or it is no longer due."""
    ours = Q(state=MailState.QUEUED, due_at__lte=now) | Q(state=MailState.IN_FLIGHT, lease_until__lte=now)
    claimed = OutgoingMail.objects.filter(ours, pk=mail_id).update(
        state=MailState.IN_FLIGHT,
        attempt=F("attempt") + 1,
        lease_until=now + lease(),
        # Whoever had it before may have sent it.
        ambiguous=Case(When(state=MailState.IN_FLIGHT, then=True), default=F("ambiguous")),
    )
    if claimed != 1:
        return None
    return OutgoingMail.objects.select_related(
        "case__desk", "case__partner", "event", "recipient", "contact_attempt__episode"
    ).get(pk=mail_id)


def send(mail: OutgoingMail, connection: Connection, *, now: datetime) -> None:
    """Send a claimed mail if it is still owed, and settle it. Must run outside any transaction."""
    reason = owed.why_withdraw(mail, now)
    if reason:
        _settle(mail, state=MailState.WITHDRAWN, last_error=reason)
        return
    try:
        connection.hand_over(mail)
    except NotTaken as refusal:
        _put_back(mail, refusal, now=now)
    except Exception as mistake:
        # Ours, such as a header that cannot be written. The mail waits for us to mend it, like any other failure.
        logger.exception("Mail %s could not be written out", mail.pk)
        _put_back(mail, NotTaken(f"{type(mistake).__name__}: {mistake}"), now=now)
    else:
        _settle(mail, state=MailState.SENT, sent_at=now, sent_from=connection.sent_from, last_error="")


def _put_back(mail: OutgoingMail, refusal: NotTaken, *, now: datetime) -> None:
    exhausted = mail.tries >= len(RETRY_AFTER)
    changes: dict[str, Any] = {"last_error": str(refusal), "ambiguous": mail.ambiguous or refusal.maybe_taken}
    if refusal.for_good or exhausted:
        logger.error("Gave up %s to %s: %s", mail.kind, mail.to_address, refusal)
        _settle(mail, state=MailState.GAVE_UP, **changes)
        return
    _settle(mail, state=MailState.QUEUED, tries=mail.tries + 1, due_at=now + RETRY_AFTER[mail.tries], **changes)


def _settle(mail: OutgoingMail, **changes: Any) -> None:
    """Say what became of a claimed mail, unless the lease ran out and somebody else has it now."""
    held = OutgoingMail.objects.filter(pk=mail.pk, state=MailState.IN_FLIGHT, attempt=mail.attempt)
    if held.update(lease_until=None, **changes) != 1:
        logger.warning("Mail %s took longer than its lease; another sender has it", mail.pk)
        return
    for name, value in {"lease_until": None, **changes}.items():
        setattr(mail, name, value)


# --- The button ---------------------------------------------------------------------------------------------------


def send_again(mail_id: int, *, now: datetime) -> bool:
    """Queue a mail that was given up or withdrawn as if it had never failed. Whether it is still owed is asked anew."""
    stopped = OutgoingMail.objects.filter(pk=mail_id, state__in=(MailState.GAVE_UP, MailState.WITHDRAWN))
    return stopped.update(state=MailState.QUEUED, tries=0, due_at=now, last_error="") == 1
