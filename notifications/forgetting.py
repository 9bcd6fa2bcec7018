"""A person whom nothing reaches any more: what waits for them goes to nobody, and their own channels end."""

from datetime import datetime

from cases.models import User
from cases.rules import REMOVED
from notifications.models import AlertChannel, MailKind, MailState, OutgoingMail


def forget(person: User, now: datetime) -> None:
    """Withdraw what was not sent yet; remove keys of chats and pagers, and from where they changed their account."""
    waiting = OutgoingMail.objects.filter(recipient=person, state__in=(MailState.QUEUED, MailState.HELD))
    waiting.update(state=MailState.WITHDRAWN, last_error="Its reader was erased.")
    # Their sessions, which hold network addresses too, are gone by now.
    OutgoingMail.objects.filter(recipient=person, kind=MailKind.ACCOUNT_CHANGED).update(
        body_text=REMOVED, body_html=REMOVED
    )
    own = AlertChannel.objects.filter(person=person)
    own.update(removed_at=now, is_active=False, address="", shown=REMOVED, name=REMOVED)
