"""The timetable's round of the mailbox: take in what came, then handle what waits."""

import logging
from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from cases.inbox import handling, imap
from cases.models import IncomingMail
from cases.models.incoming import TO_SORT
from cases.rules import ROUND_THE_CLOCK_SEVERITY
from notifications import heartbeat, mailserver, outbox
from notifications.messages import by_mail

logger = logging.getLogger(__name__)

# What one round handles at most; the next goes on.
MOST = 500


def read(*, clock: Callable[[], datetime]) -> int:
    """Take in new mail, and handle what waits. Returns how many mails were handled.

    A mailbox that cannot be read keeps nothing from being handled that is here already, such as by the webhook.
    """
    try:
        _collect(clock)
    except (imap.MailboxDown, OSError) as down:
        logger.warning("The mailbox cannot be read: %s", down)
        heartbeat.beat(heartbeat.MAILBOX, now=clock(), trouble=str(down) or type(down).__name__)
    handled = handling.handle_waiting(clock, limit=MOST)
    alert_of_unsorted(now=clock())
    return handled


def alert_of_unsorted(*, now: datetime) -> int:
    """Tell people on call of each Severity 1 that nobody could place: better one false alarm. Once for a mail."""
    waiting = IncomingMail.objects.filter(fate__in=TO_SORT, severity=ROUND_THE_CLOCK_SEVERITY, alerted_at=None)
    return sum(_alert(mail_id, now=now) for mail_id in list(waiting.order_by("pk").values_list("pk", flat=True)[:MOST]))


@transaction.atomic(durable=True)
def _alert(mail_id: int, *, now: datetime) -> bool:
    if IncomingMail.objects.filter(pk=mail_id, fate__in=TO_SORT, alerted_at=None).update(alerted_at=now) != 1:
        return False
    for letter in by_mail.severity_1_unsorted(IncomingMail.objects.get(pk=mail_id), now):
        outbox.enqueue(letter, now=now)
    return True


def _collect(clock: Callable[[], datetime]) -> None:
    server = mailserver.mailbox()
    if server is None:
        return
    imap.collect(
        host=server.host,
        port=server.port,
        security=str(server.security.value),
        user=server.user,
        password=server.password,
        clock=clock,
    )
    heartbeat.beat(heartbeat.MAILBOX, now=clock())
