"""The outbox: whatever goes out is kept as a row, claimed by one sender at a time, and sent until it was taken.

A sender claims rows for a moment, marks each as begun for the length of a lease, sends it outside any transaction, and
settles it under the attempt number of its claim. If it dies in between, the lease runs out and the next one sends the
row again with the same name for its receiver, marked ambiguous: nothing is lost, and at most the one in flight goes
twice. What was claimed and not begun cannot have been sent: others simply take it up.

Mails, alerts and webhook deliveries are such rows. How each is handed over, its `Way` knows.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, When

from notifications import recipients
from notifications.letters import Letter, write
from notifications.models import COLLECTING, How, MailState, Outgoing, OutgoingMail
from notifications.preferences import choosing
from notifications.recipients import Asked

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
# How long a row that was claimed waits to be begun before others may take it: whoever claims many at once is done with
# them sooner. That somebody took it is found out by whoever begins it.
HOLD = timedelta(seconds=5)
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

    def why_withdraw(self, rows: Sequence[Row_contra], now: datetime) -> list[str]:
        """Return why each row must not leave any more; empty if it is still owed."""

    def hand_over(self, row: Row_contra, now: datetime) -> dict[str, Any]:
        """Give the row to its receiver, and return what to note with it. It asks the database nothing.

        Raises:
            NotTaken: the receiver does not have it, or its answer was lost.
        """

    def settled(self, row: Row_contra, now: datetime) -> None:
        """Do what follows from what became of a row, in the same transaction."""


def lease() -> timedelta:
    """Return how long a row stays its sender's once it is begun: longer than the slowest send."""
    return timedelta(seconds=WAITS_PER_SEND * (settings.EMAIL_TIMEOUT or 20))


# --- In -----------------------------------------------------------------------------------------------------------


def enqueue(letters: Sequence[Letter], *, now: datetime) -> None:
    """Keep letters until they are sent. The same letter again changes nothing.

    A letter to somebody who must not have it is kept as withdrawn, with the reason, and never sent.
    """
    asked = [Asked(letter.case, letter.recipient, letter.kind.is_for_staff, letter.partner) for letter in letters]
    refused = recipients.why_not_each(asked)
    mails = [_mail(letter, reason, now) for letter, reason in zip(letters, refused, strict=True)]
    # No exception on a second time, so the transaction around it goes on.
    OutgoingMail.objects.bulk_create(mails, ignore_conflicts=True)


def _mail(letter: Letter, refused: str, now: datetime) -> OutgoingMail:
    if refused:
        logger.warning("%s on %s goes to nobody: %s", letter.kind, letter.about or letter.case, refused)
    state, due_at, reason = (MailState.WITHDRAWN, letter.due_at or now, refused) if refused else _wanted(letter, now)
    written = write(letter, now=now)
    return OutgoingMail(
        key=letter.key,
        event=letter.event,
        case=letter.case,
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


def is_anything_due(*, of: type[Outgoing] = OutgoingMail, now: datetime) -> bool:
    """Return whether there is anything to send."""
    return of._default_manager.filter(is_due(now)).exists()


def claim_due(*, of: type[Row], limit: int, now: datetime) -> list[Row]:
    """Take rows to send: those whose sender died first, then the oldest. No two senders get the same."""
    with transaction.atomic():
        free = of._default_manager.select_for_update(skip_locked=True)
        died = free.filter(state=MailState.IN_FLIGHT, lease_until__lte=now).order_by("lease_until")
        waiting = free.filter(state=MailState.QUEUED, due_at__lte=now).order_by("due_at", "id")
        ids = list(died.values_list("pk", flat=True)[:limit])
        ids += waiting.values_list("pk", flat=True)[: limit - len(ids)]
        return _taken(ids, of, now)


def claim(ids: Sequence[int], *, of: type[Row], now: datetime) -> list[Row]:
    """Take these rows, but for those that somebody else has or that are not due."""
    with transaction.atomic():
        free = of._default_manager.select_for_update(skip_locked=True).filter(is_due(now), pk__in=ids)
        return _taken(list(free.values_list("pk", flat=True)), of, now)


def _taken(locked: Sequence[int], of: type[Row], now: datetime) -> list[Row]:
    """Claim rows that the transaction holds, and return them in that order."""
    if not locked:
        return []
    rows = of._default_manager.filter(pk__in=locked)
    rows.update(
        state=MailState.IN_FLIGHT,
        attempt=F("attempt") + 1,
        lease_until=now + HOLD,
        # Whoever had begun it may have sent it.
        ambiguous=Case(When(begun=True, then=True), default=F("ambiguous")),
        begun=False,
    )
    return sorted(rows.select_related(*of.related), key=lambda row: locked.index(row.pk))


def send(row: Row, way: Way[Row], *, now: datetime) -> None:
    """Send a claimed row if it is still owed, and settle it. Must run outside any transaction."""
    if still_owed([row], way, now=now) and begin(row, now=now):
        settle(row, way, hand_over(row, way, now=now), now=now)


def still_owed(rows: Sequence[Row], way: Way[Row], *, now: datetime) -> list[Row]:
    """Return the claimed rows that are still owed; the others are withdrawn."""
    try:
        reasons = way.why_withdraw(rows, now)
    except Exception as mistake:
        if len(rows) > 1:
            # One that cannot be judged keeps no other waiting.
            return [owed for row in rows for owed in still_owed([row], way, now=now)]
        settle(rows[0], way, _ours(rows[0], mistake), now=now)
        return []
    for row, reason in zip(rows, reasons, strict=True):
        if reason:
            with transaction.atomic():
                _settle(row, way, now=now, state=MailState.WITHDRAWN, last_error=reason)
    return [row for row, reason in zip(rows, reasons, strict=True) if not reason]


def begin(row: Row, *, now: datetime) -> bool:
    """Mark a claimed row as on its way, which from now on may have been taken. False when somebody else has it."""
    return _held(row).update(begun=True, lease_until=now + lease()) == 1


def hand_over(row: Row, way: Way[Row], *, now: datetime) -> dict[str, Any] | NotTaken:
    """Try to give a row that was begun to its receiver. Returns what to note with it, or why it was not taken."""
    try:
        return way.hand_over(row, now)
    except NotTaken as refusal:
        return refusal
    except Exception as mistake:
        return _ours(row, mistake)


def _ours(row: Outgoing, mistake: Exception) -> NotTaken:
    """Return a mistake of ours, such as a header that cannot be written. Until we mend it the row waits as ever."""
    logger.error("%s %s could not be sent", row._meta.model_name, row.pk, exc_info=mistake)
    return NotTaken(f"{type(mistake).__name__}: {mistake}")


def settle(
    row: Row, way: Way[Row], answer: dict[str, Any] | NotTaken, *, following: Row | None = None, now: datetime
) -> bool:
    """Say what became of a row: it is sent, or tried again later, or given up.

    In the same stroke begin `following`, and return whether that was still to be had.
    """
    with transaction.atomic():
        _settle(row, way, now=now, **_what_became_of(row, answer, now))
        return following is not None and begin(following, now=now)


def give_back(rows: Sequence[Row], *, now: datetime) -> None:
    """Let others have claimed rows that were certainly not sent."""
    for row in rows:
        _held(row).update(state=MailState.QUEUED, lease_until=None, begun=False)


def _what_became_of(row: Outgoing, answer: dict[str, Any] | NotTaken, now: datetime) -> dict[str, Any]:
    if not isinstance(answer, NotTaken):
        return {"state": MailState.SENT, "sent_at": now, "last_error": "", **answer}
    failed = {"last_error": str(answer), "ambiguous": row.ambiguous or answer.maybe_taken, **answer.notes}
    if answer.for_good or row.tries >= len(RETRY_AFTER):
        logger.error("Gave up %s: %s", row, answer)
        return {"state": MailState.GAVE_UP, **failed}
    again_at = now + RETRY_AFTER[row.tries]
    return {"state": MailState.QUEUED, "tries": row.tries + 1, "due_at": again_at, **failed}


def _settle(row: Row, way: Way[Row], *, now: datetime, **changes: Any) -> None:
    """Write down what became of a claimed row, unless the lease ran out and somebody else has it now."""
    changes |= {"lease_until": None, "begun": False}
    if _held(row).update(**changes) != 1:
        logger.warning("%s %s took longer than its lease; another sender has it", row._meta.model_name, row.pk)
        return
    for name, value in changes.items():
        setattr(row, name, value)
    way.settled(row, now)


def _held(row: Row) -> QuerySet[Row]:
    """Match a row as long as it is this claim's."""
    return type(row)._default_manager.filter(pk=row.pk, state=MailState.IN_FLIGHT, attempt=row.attempt)


# --- The button ---------------------------------------------------------------------------------------------------


def send_all_again(*, of: type[Outgoing] = OutgoingMail, now: datetime) -> int:
    """Queue everything that was given up as if it had never failed. Returns how much."""
    given_up = of._default_manager.filter(state=MailState.GAVE_UP)
    return given_up.update(state=MailState.QUEUED, tries=0, due_at=now, last_error="")


def send_again(row_id: int, *, of: type[Outgoing] = OutgoingMail, now: datetime) -> bool:
    """Queue what was given up or withdrawn as if it had never failed. Whether it is still owed is asked anew."""
    stopped = of._default_manager.filter(pk=row_id, state__in=(MailState.GAVE_UP, MailState.WITHDRAWN))
    return stopped.update(state=MailState.QUEUED, tries=0, due_at=now, last_error="") == 1
