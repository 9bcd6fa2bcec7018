"""Whether anything still runs: the age of the oldest thing that should have been done."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from cases.models import Deadline, Dispatch, IncomingMail, WaitingEpisode
from cases.models.incoming import TO_SORT
from notifications.models import MailState, Outgoing, OutgoingAlert, OutgoingMail, StuckEvent, WebhookDelivery


def oldest_due(now: datetime) -> timedelta:
    """Return for how long the oldest due row has waited; zero when nothing is due. Each read is one step in an index.

    An event that is stuck, or a mail that waits for its next try, is no sign that nothing runs; both are counted apart.
    """
    waiting = WaitingEpisode.objects.filter(ended_at=None)
    since = [
        *(now - oldest_outgoing(now, of) for of in (OutgoingMail, OutgoingAlert, WebhookDelivery)),
        Dispatch.objects.filter(event__stuck=None).order_by("pk").values_list("event__at", flat=True).first(),
        _first(Deadline.objects.to_warn(now), "warn_at"),
        _first(Deadline.objects.to_breach(now), "due_at"),
        _first(waiting.filter(next_reminder_at__lte=now), "next_reminder_at"),
        _first(waiting.filter(closes_at__lte=now), "closes_at"),
    ]
    return max((now - at for at in since if at is not None and at < now), default=timedelta(0))


def oldest_outgoing(now: datetime, of: type[Outgoing]) -> timedelta:
    """Return for how long the oldest row that should leave has waited; zero when none should."""
    rows = of._default_manager
    since = [
        _first(rows.filter(state=MailState.QUEUED, due_at__lte=now), "due_at"),
        _first(rows.filter(state=MailState.IN_FLIGHT, lease_until__lte=now), "lease_until"),
    ]
    return max((now - at for at in since if at is not None and at < now), default=timedelta(0))


def given_up(limit: int = 100, *, of: type[Outgoing] = OutgoingMail) -> int:
    """Return how many mails, or rows `of` another kind, were given up and wait for a look, counted up to `limit`."""
    return len(of._default_manager.filter(state=MailState.GAVE_UP).values_list("pk", flat=True)[:limit])


def stuck() -> int:
    """Return how many events could not be turned into mails."""
    return StuckEvent.objects.count()


def _first(rows: QuerySet[Any], column: str) -> datetime | None:
    found: datetime | None = rows.order_by(column).values_list(column, flat=True).first()
    return found


def to_sort() -> int:
    """Return how many mails wait to be sorted, counted to 99."""
    return IncomingMail.objects.filter(fate__in=TO_SORT).values("pk")[:99].count()
