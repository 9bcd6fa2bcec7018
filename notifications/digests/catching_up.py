"""After our own downtime one mail a person instead of a storm.

When mails have been due for CATCH_UP_AFTER_MINUTES and nobody sent them, whoever gets more than CATCH_UP_MORE_THAN of
them gets one that says what they would have said. What a contact was promised and what is about Severity 1 still goes
alone.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q, QuerySet

from cases.models import User
from cases.rules import ROUND_THE_CLOCK_SEVERITY
from notifications import outbox
from notifications.digests import lines
from notifications.letters import Letter
from notifications.models import MailKind, MailState, OutgoingMail
from notifications.preferences.kinds import ALWAYS, OPTIONAL

logger = logging.getLogger(__name__)

# One mail holds so many lines; the rest makes another one.
MOST_LINES = 200

# A secret link, an alert that rings, and what collects others already, are no lines.
ALONE = frozenset(
    {
        MailKind.ON_CALL_ALERT,
        MailKind.SEVERITY_1_LOGGED,
        MailKind.SEVERITY_1_UNSORTED,
        MailKind.MANAGER_ASKED,
        MailKind.SURVEY_REMINDER,
        MailKind.CAUGHT_UP,
        MailKind.MAILS_GIVEN_UP,
        MailKind.RECORD_DIFFERS,
    }
)
MAY_BE_LINES = frozenset({*OPTIONAL, *(kind for kind in ALWAYS if kind.is_for_staff)}) - ALONE


def catch_up(*, now: datetime) -> int:
    """Bundle what is late for whoever has much of it. Returns how many mails became lines."""
    late = _late(now)
    if not late.exists():
        return 0
    # A reader is asked for again until few of their mails are left.
    counted = (
        late.order_by().values("recipient").annotate(mails=Count("pk")).filter(mails__gt=settings.CATCH_UP_MORE_THAN)
    )
    return sum(_bundled(row["recipient"], now=now) for row in list(counted))


def _bundled(recipient_id: int, *, now: datetime) -> int:
    try:
        return _bundle_for(recipient_id, now=now)
    except Exception:
        # Theirs go one by one, and nobody else's wait.
        logger.exception("The late mails of person %s could not be bundled", recipient_id)
        return 0


def _late(now: datetime) -> QuerySet[OutgoingMail]:
    """Return the mails that should have left long ago and were never tried, of the kinds that may become lines."""
    since = now - timedelta(minutes=settings.CATCH_UP_AFTER_MINUTES)
    waiting = OutgoingMail.objects.filter(state=MailState.QUEUED, due_at__lte=since, tries=0)
    urgent = Q(case__severity=ROUND_THE_CLOCK_SEVERITY, case__isnull=False)
    return waiting.filter(kind__in=MAY_BE_LINES, recipient__isnull=False).exclude(urgent)


@transaction.atomic(durable=True)
def _bundle_for(recipient_id: int, *, now: datetime) -> int:
    # One sender at a time bundles for a person: two would each find half of the mails, and so few.
    person = User.objects.select_for_update(no_key=True).get(pk=recipient_id)
    # Whatever another sender holds is sent alone; what is locked here is no sender's until all of it is settled.
    late = _late(now).filter(recipient=recipient_id).order_by("pk")[:MOST_LINES]
    locked = OutgoingMail.objects.select_for_update(of=("self",), skip_locked=True).filter(
        pk__in=list(late.values_list("pk", flat=True)), state=MailState.QUEUED
    )
    mails = list(locked.select_related("case", "event", "recipient").order_by("pk"))
    if len(mails) <= settings.CATCH_UP_MORE_THAN:
        return 0
    kept, told = lines.gathered(mails, now)
    if not kept:
        return 0
    letter = Letter(MailKind.CAUGHT_UP, person, content={"lines": told}, about=f"caught-up.{kept[0].pk}")
    outbox.enqueue([letter], now=now)
    lines.bundle(kept, OutgoingMail.objects.get(key=letter.key, made_at=now))
    return len(kept)
