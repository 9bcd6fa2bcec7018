"""From what happened to the mails that tell it: dispatch rows become outbox rows, one event at a time."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from cases.models import CaseEvent, Dispatch
from notifications import alerts, outbox, routing, webhooks
from notifications.models import StuckEvent

logger = logging.getLogger(__name__)

# An event that could not be told waits this long, times the number of tries, before the next one.
WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)


def waiting(now: datetime, *, limit: int) -> list[int]:
    """Return the events to tell, oldest first, without those that are stuck and not to be tried yet."""
    ready = Q(event__stuck__isnull=True) | Q(event__stuck__next_try_at__lte=now)
    return list(Dispatch.objects.filter(ready).order_by("event_id").values_list("event_id", flat=True)[:limit])


def tell(event_id: int, *, now: datetime) -> bool:
    """Put the mails of one event into the outbox. Returns whether this call did; an event that fails is kept aside."""
    try:
        return _tell(event_id, now=now)
    except Exception as mistake:
        # Whatever is wrong with one event must not keep the others waiting.
        logger.exception("Event %s could not be turned into mails", event_id)
        _put_aside(event_id, f"{type(mistake).__name__}: {mistake}", now=now)
        return False


@transaction.atomic(durable=True)
def _tell(event_id: int, *, now: datetime) -> bool:
    dispatch = Dispatch.objects.select_for_update(skip_locked=True).filter(pk=event_id).first()
    if dispatch is None or Dispatch.objects.filter(pk=event_id).delete()[0] != 1:
        # Told already, or being told by another worker right now.
        return False
    event = CaseEvent.objects.select_related(
        "actor", "wording", "case__partner", "case__desk", "case__contact", "case__assignee", "case__policy"
    ).get(pk=event_id)
    told = routing.letters_for(event, dispatch.secrets)
    for letter in told:
        outbox.enqueue(letter, now=now)
    alerts.ring(told, now=now)
    webhooks.tell(event, now=now)
    StuckEvent.objects.filter(pk=event_id).delete()
    return True


def _put_aside(event_id: int, error: str, *, now: datetime) -> None:
    stuck, _made = StuckEvent.objects.get_or_create(pk=event_id, defaults={"next_try_at": now, "last_error": error})
    wait = min(WAIT * (stuck.tries + 1), LONGEST_WAIT)
    StuckEvent.objects.filter(pk=event_id).update(tries=F("tries") + 1, next_try_at=now + wait, last_error=error)
