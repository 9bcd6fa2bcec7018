"""The outbox: whatever goes out is kept as a row, claimed by one sender at a time, and sent until it was taken.

A sender claims a row for the length of a lease, sends outside any transaction, and settles the row under the attempt
number of its claim. If it dies in between, the lease runs out and the next one sends the row again with the same name
for its receiver, marked ambiguous: nothing is lost, and at most the one in flight goes twice.

Mails, alerts and webhook deliveries are such rows. How each is handed over, its `Way` knows.
"""

import logging
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, Q, When

from notifications import letters, recipients
from notifications.letters import Letter
from notifications.models import COLLECTING, How, MailState, Outgoing, OutgoingMail
from notifications.preferences import choosing

logger = logging.getLogger(__name__)

Row = TypeVar("Row", bound=Outgoing)
Row_contra = TypeVar("Row_contra", bound=Outgoing, contravariant=True)

# How long after each failure a row is tried again: thirteen times in three and a half days, so a bad weekend of a
# receiver is sat out. A mail server that cannot be reached at all costs no mail a try.
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


class NotTaken(Exception):
    """The receiver did not take this. `maybe_taken` if it may have, and only its answer was lost.

    `notes` are columns to keep with the row.
    """

    def __init__(
        self, reason: str, *, for_good: bool = False, maybe_taken: bool = False, notes: dict[str, Any] | None = None
    ) -> None:
        super().__init__(reason)
        self.for_good = for_good
        self.maybe_taken = maybe_taken
        self.notes = notes or {}


class Way(Protocol[Row_contra]):
    """One way out, such as the mail server."""

    def why_withdraw(self, row: Row_contra, now: datetime) -> str:
        """Return why a row must not leave any more; empty if it is still owed."""

    def hand_over(self, row: Row_contra, now: datetime) -> dict[str, Any]:
        """Give the row to its receiver, and return what to note with it. It asks the database nothing.

        Raises:
            NotTaken: the receiver does not have it, or its answer was lost.
        """

    def settled(self, row: Row_contra, now: datetime) -> None:
        """Do what follows from what became of a row, in the same transaction."""


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
    state, due_at, reason = (MailState.WITHDRAWN, letter.due_at or now, refused) if refused else _wanted(letter, now)
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
        state=state,
        due_at=due_at,
        made_at=now,
        last_error=reason,
    )
    # No exception on a second time, so the transaction around it goes on.
    OutgoingMail.objects.bulk_create([mail], ignore_conflicts=True)


def _wanted(letter: Letter, now: datetime) -> tuple[MailState, datetime, str]:
    """Return what becomes of a letter by its reader's choice, when it may leave, and why it does not."""
    due_at, person, case = letter.due_at or now, letter.recipient, letter.case
    # A digest is made at an hour and of mails that its reader chose.
    if person is None or letter.kind in COLLECTING:
        return MailState.QUEUED, due_at, ""
    how = choosing.how(letter.kind, person)
    if how == How.NEVER:
        return MailState.WITHDRAWN, due_at, "Its reader chose not to get such mails."
    if case is not None and choosing.waits_for_nothing(case.severity):
        return MailState.QUEUED, due_at, ""
    if how == How.DIGEST:
        return MailState.HELD, due_at, ""
    return MailState.QUEUED, choosing.may_leave_at(letter.kind, person, due_at), ""


# --- Out ----------------------------------------------------------------------------------------------------------


def is_due(now: datetime) -> Q:
    """Match what should leave: it waits and its time has come, or its sender died."""
    return Q(state=MailState.QUEUED, due_at__lte=now) | Q(state=MailState.IN_FLIGHT, lease_until__lte=now)


def due(now: datetime, *, limit: int, of: type[Outgoing] = OutgoingMail) -> list[int]:
    """Return rows to send: those whose sender died first, then the oldest. Two senders may be told the same ones."""
    rows = of._default_manager
    died = rows.filter(state=MailState.IN_FLIGHT, lease_until__lte=now).order_by("lease_until")
    waiting = rows.filter(state=MailState.QUEUED, due_at__lte=now).order_by("due_at", "id")
    found = list(died.values_list("pk", flat=True)[:limit])
    return found + list(waiting.values_list("pk", flat=True)[: limit - len(found)])


def claim(row_id: int, *, of: type[Row], now: datetime) -> Row | None:
    """Take a row for the length of a lease. None when somebody else has it, or it is no longer due."""
    rows = of._default_manager
    claimed = rows.filter(is_due(now), pk=row_id).update(
        state=MailState.IN_FLIGHT,
        attempt=F("attempt") + 1,
        lease_until=now + lease(),
        # Whoever had it before may have sent it.
        ambiguous=Case(When(state=MailState.IN_FLIGHT, then=True), default=F("ambiguous")),
    )
    return rows.select_related(*of.related).get(pk=row_id) if claimed == 1 else None


def send(row: Row, way: Way[Row], *, now: datetime) -> None:
    """Send a claimed row if it is still owed, and settle it. Must run outside any transaction."""
    if still_owed(row, way, now=now):
        settle(row, way, hand_over(row, way, now=now), now=now)


def still_owed(row: Row, way: Way[Row], *, now: datetime) -> bool:
    """Return whether a claimed row is still owed; one that is not is withdrawn."""
    reason = way.why_withdraw(row, now)
    if reason:
        _settle(row, way, now=now, state=MailState.WITHDRAWN, last_error=reason)
    return not reason


def hand_over(row: Row, way: Way[Row], *, now: datetime) -> dict[str, Any] | NotTaken:
    """Try to give a claimed row to its receiver. Returns what to note with it, or why it was not taken."""
    try:
        return way.hand_over(row, now)
    except NotTaken as refusal:
        return refusal
    except Exception as mistake:
        # Ours, such as a header that cannot be written. The row waits for us to mend it, like any other failure.
        logger.exception("%s %s could not be written out", row._meta.model_name, row.pk)
        return NotTaken(f"{type(mistake).__name__}: {mistake}")


def settle(row: Row, way: Way[Row], answer: dict[str, Any] | NotTaken, *, now: datetime) -> None:
    """Say what became of a claimed row: it is sent, or tried again later, or given up."""
    if not isinstance(answer, NotTaken):
        _settle(row, way, now=now, state=MailState.SENT, sent_at=now, last_error="", **answer)
        return
    failed: dict[str, Any] = {"last_error": str(answer), "ambiguous": row.ambiguous or answer.maybe_taken}
    failed |= answer.notes
    if answer.for_good or row.tries >= len(RETRY_AFTER):
        logger.error("Gave up %s: %s", row, answer)
        _settle(row, way, now=now, state=MailState.GAVE_UP, **failed)
        return
    again_at = now + RETRY_AFTER[row.tries]
    _settle(row, way, now=now, state=MailState.QUEUED, tries=row.tries + 1, due_at=again_at, **failed)


def _settle(row: Row, way: Way[Row], *, now: datetime, **changes: Any) -> None:
    """Write down what became of a claimed row, unless the lease ran out and somebody else has it now."""
    changes["lease_until"] = None
    held = type(row)._default_manager.filter(pk=row.pk, state=MailState.IN_FLIGHT, attempt=row.attempt)
    with transaction.atomic():
        if held.update(**changes) != 1:
            logger.warning("%s %s took longer than its lease; another sender has it", row._meta.model_name, row.pk)
            return
        for name, value in changes.items():
            setattr(row, name, value)
        way.settled(row, now)


# --- The button ---------------------------------------------------------------------------------------------------


def send_all_again(*, of: type[Outgoing] = OutgoingMail, now: datetime) -> int:
    """Queue everything that was given up as if it had never failed. Returns how much."""
    given_up = of._default_manager.filter(state=MailState.GAVE_UP)
    return given_up.update(state=MailState.QUEUED, tries=0, due_at=now, last_error="")


def send_again(row_id: int, *, of: type[Outgoing] = OutgoingMail, now: datetime) -> bool:
    """Queue what was given up or withdrawn as if it had never failed. Whether it is still owed is asked anew."""
    stopped = of._default_manager.filter(pk=row_id, state__in=(MailState.GAVE_UP, MailState.WITHDRAWN))
    return stopped.update(state=MailState.QUEUED, tries=0, due_at=now, last_error="") == 1
