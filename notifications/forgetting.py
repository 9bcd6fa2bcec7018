"""A person whom nothing reaches any more: what waits for them goes to nobody, and their own channels end."""

from datetime import datetime

from cases.models import User
from cases.rules import REMOVED
from notifications.models import AlertChannel, MailState, OutgoingMail


def forget(person: User, now: datetime) -> None:
    """Withdraw what was not sent yet, and remove the keys of chats and pagers."""
    waiting = OutgoingMail.objects.filter(recipient=person, state__in=(MailState.QUEUED, MailState.HELD))
    waiting.update(state=MailState.WITHDRAWN, last_error="Its reader was erased.")
    own = AlertChannel.objects.filter(person=person)
    own.update(removed_at=now, is_active=False, address="", shown=REMOVED, name=REMOVED)
