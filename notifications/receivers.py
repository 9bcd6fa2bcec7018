"""Telling chats, pagers and systems: to many at once, to each one by one, and what is noted of how each fares."""

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db.models import Min

from notifications import outbox
from notifications.models import MailState, OutgoingAlert, WebhookDelivery
from notifications.outbox import NotTaken, Way

logger = logging.getLogger(__name__)

Row = TypeVar("Row", OutgoingAlert, WebhookDelivery)
Clock = Callable[[], datetime]

# How many receivers are told at the same time: one that hangs keeps the others waiting for one turn only.
AT_ONCE = 8
# A run ends after this long, so that the timetable's other work gets its turn.
SECONDS = 20.0
# What waits for a receiver that just failed waits this long with it.
REST = timedelta(minutes=1)


def send_due(of: type[Row], way: Way[Row], *, clock: Clock) -> list[Row]:
    """Send what is due. Returns every row that was tried, as it stands now."""
    tried: list[Row] = []
    ends_at = time.monotonic() + SECONDS
    with ThreadPoolExecutor(AT_ONCE) as pool:
        while time.monotonic() < ends_at and (batch := _claimed(of, clock)):
            owed = outbox.still_owed(batch, way, now=clock())
            begun = [row for row in owed if outbox.begin(row, now=clock())]
            answers = [pool.submit(outbox.hand_over, row, way, now=clock()) for row in begun]
            for row, answer in zip(begun, answers, strict=True):
                _settle(row, way, answer.result(), now=clock())
            tried += batch
    return tried


def _settle(row: Row, way: Way[Row], answer: dict[str, Any] | NotTaken, *, now: datetime) -> None:
    try:
        outbox.settle(row, way, answer, now=now)
    except Exception:
        # Its lease runs out and it is told again. What the others answered is still to be written down.
        logger.exception("%s %s could not be settled", row._meta.model_name, row.pk)


def _claimed(of: type[Row], clock: Clock) -> list[Row]:
    """Claim the oldest due row of each receiver that nobody is telling something right now."""
    now = clock()
    busy = of._default_manager.filter(state=MailState.IN_FLIGHT, lease_until__gt=now).values("receiver")
    due = of._default_manager.filter(outbox.is_due(now)).exclude(receiver__in=busy)
    oldest = due.values("receiver").annotate(row=Min("pk"), since=Min("due_at")).order_by("since")
    return outbox.claim([one["row"] for one in oldest[:AT_ONCE]], of=of, now=now)


def note(row: OutgoingAlert | WebhookDelivery, *, now: datetime) -> None:
    """Write down at its receiver what became of a row. What else waits for one that failed waits a little with it."""
    receiver, rows = row.receiver, type(row)._default_manager
    if row.state == MailState.SENT:
        receiver.last_ok_at, receiver.failing_since, receiver.last_error = now, None, ""
    elif row.state in (MailState.QUEUED, MailState.GAVE_UP):
        receiver.failing_since, receiver.last_error = receiver.failing_since or now, row.last_error
        waiting = rows.filter(receiver=receiver.pk, state=MailState.QUEUED, due_at__lt=now + REST)
        waiting.exclude(pk=row.pk).update(due_at=now + REST)
    else:
        return
    receiver.save(update_fields=["last_ok_at", "failing_since", "last_error"])


def send_now(row: Row, way: Way[Row], *, now: datetime) -> Row:
    """Send one row at once, if nobody else is doing so. Returns it as it stands then. Outside any transaction."""
    for claimed in outbox.claim([row.pk], of=type(row), now=now):
        outbox.send(claimed, way, now=now)
        return claimed
    row.refresh_from_db()
    return row
