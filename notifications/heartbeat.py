"""When each part of the timetable last ran, and how much it did: read by staff when nothing seems to happen."""

from datetime import datetime

from django.db.models import F

from notifications.models import Heartbeat

MAIL_SERVER = "mail server"
SENDER = "send outbox"
MAILBOX = "read mailbox"
# The process that keeps a line to the mailbox, if there is one.
READER = "mailbox reader"
ALERTS = "send alerts"
WEBHOOKS = "send webhooks"


def beat(name: str, *, now: datetime, trouble: str = "", done: int = 0, failed: int = 0) -> None:
    """Note that `name` ran, what stood in its way, and what it did and could not do."""
    known = Heartbeat.objects.filter(pk=name).first()
    if known is None:
        Heartbeat.objects.get_or_create(pk=name, defaults={"at": now})
    since = None if not trouble else (known.trouble_since if known is not None and known.trouble_since else now)
    Heartbeat.objects.filter(pk=name).update(
        at=now, trouble=trouble, trouble_since=since, done=F("done") + done, failed=F("failed") + failed
    )


def last(name: str) -> Heartbeat | None:
    """Return the last beat of `name`, if it ever ran."""
    return Heartbeat.objects.filter(pk=name).first()


def stop(name: str) -> None:
    """Forget `name`, which ended on purpose."""
    Heartbeat.objects.filter(pk=name).delete()
