"""From what happened to the mails that tell it: dispatch rows become outbox rows, a few events at a time."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from cases.models import CaseEvent, Channel, Dispatch
from notifications import alerts, outbox, routing, webhooks
from notifications.letters import Letter
from notifications.models import MailKind, StuckEvent
from notifications.once import in_this_batch

logger = logging.getLogger(__name__)

# So many events are told in one transaction: what they ask alike is read once, and no writer waits for long.
TOGETHER = 20
# An event that could not be told waits this long, times the number of tries, before the next one.
WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)


def waiting(now: datetime, *, limit: int) -> list[int]:
    """Return the events to tell, oldest first, without those that are stuck and not to be tried yet."""
    # Without a join to the events: PostgreSQL walked through all that there are to find the few that wait.
    resting = StuckEvent.objects.filter(event=OuterRef("event_id"), next_try_at__gt=now)
    ready = Dispatch.objects.exclude(Exists(resting)).order_by("event_id")
    return list(ready.values_list("event_id", flat=True)[:limit])


def tell(event_ids: Sequence[int], *, now: datetime) -> int:
    """Put the mails of events into the outbox. Returns how many events this call told; one that fails is kept aside."""
    parts = (event_ids[begin : begin + TOGETHER] for begin in range(0, len(event_ids), TOGETHER))
    return sum(_tell(part, now=now) for part in parts)


def _tell(event_ids: Sequence[int], *, now: datetime) -> int:
    try:
        return _tell_together(event_ids, now=now)
    except Exception as mistake:
        # Whatever is wrong with one event must not keep the others waiting.
        if len(event_ids) > 1:
            return sum(_tell([event_id], now=now) for event_id in event_ids)
        logger.exception("Event %s could not be turned into mails", event_ids[0])
        _put_aside(event_ids[0], f"{type(mistake).__name__}: {mistake}", now=now)
        return 0


@transaction.atomic(durable=True)
def _tell_together(event_ids: Sequence[int], *, now: datetime) -> int:
    # What is told already, or is being told by another worker right now, is not among them.
    rows = Dispatch.objects.select_for_update(skip_locked=True).filter(pk__in=event_ids)
    secrets = dict(rows.values_list("pk", "secrets"))
    Dispatch.objects.filter(pk__in=secrets).delete()
    events = CaseEvent.objects.filter(pk__in=secrets).select_related(
        "actor", "wording", "case__partner", "case__desk", "case__contact", "case__assignee", "case__policy"
    )
    with in_this_batch():
        letters: list[Letter] = []
        for event in events.order_by("pk"):
            told = routing.letters_for(event, secrets[event.pk])
            alerts.ring(told, now=now)
            webhooks.tell(event, now=now)
            letters += told
            if event.case.channel == Channel.EMAIL and any(one.kind == MailKind.CASE_RECEIVED for one in told):
                # Whoever wrote again in this very batch has had their answer of this hour.
                outbox.enqueue(letters, now=now)
                letters = []
        outbox.enqueue(letters, now=now)
    StuckEvent.objects.filter(pk__in=secrets).delete()
    return len(secrets)


def _put_aside(event_id: int, error: str, *, now: datetime) -> None:
    stuck, _made = StuckEvent.objects.get_or_create(pk=event_id, defaults={"next_try_at": now, "last_error": error})
    wait = min(WAIT * (stuck.tries + 1), LONGEST_WAIT)
    StuckEvent.objects.filter(pk=event_id).update(tries=F("tries") + 1, next_try_at=now + wait, last_error=error)
