"""When each part of the timetable last ran: read by staff when nothing seems to happen."""

from datetime import datetime

from notifications.models import Heartbeat

MAIL_SERVER = "mail server"
SENDER = "send outbox"


def beat(name: str, *, now: datetime, trouble: str = "") -> None:
    """Note that `name` ran, and what stood in its way."""
    known = Heartbeat.objects.filter(pk=name).first()
    since = None if not trouble else (known.trouble_since if known is not None and known.trouble_since else now)
    Heartbeat.objects.update_or_create(pk=name, defaults={"at": now, "trouble": trouble, "trouble_since": since})


def last(name: str) -> Heartbeat | None:
    """Return the last beat of `name`, if it ever ran."""
    return Heartbeat.objects.filter(pk=name).first()
