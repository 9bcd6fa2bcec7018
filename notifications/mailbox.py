"""The timetable's round of the mailbox: take in what came, then handle what waits."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from cases.inbox import handling, imap
from cases.models import IncomingMail
from cases.models.incoming import TO_SORT
from cases.rules import ROUND_THE_CLOCK_SEVERITY
from notifications import alerts, heartbeat, mailserver, outbox
from notifications.messages import by_mail

logger = logging.getLogger(__name__)

# What one round handles at most; the next goes on.
MOST = 500
# A reader of which nothing was heard for so long has died; it beats every `reader.TURN` seconds.
READER_GONE = timedelta(minutes=1)


def read(*, clock: Callable[[], datetime]) -> int:
    """Take in new mail, and handle what waits. Returns how many mails were handled.

    While a reader keeps a line to the mailbox (`manage.py read_mailbox`), taking in is left to it. A mailbox that
    cannot be read keeps nothing from being handled that is here already, such as by a webhook.
    """
    if not has_a_reader(now=clock()):
        try:
            _collect(clock)
        except (imap.MailboxDown, OSError) as down:
            say_down(down, now=clock())
    return handle(clock=clock)


def handle(*, clock: Callable[[], datetime]) -> int:
    """Handle what waits. Returns how many mails were handled."""
    handled = handling.handle_waiting(clock, limit=MOST)
    alert_of_unsorted(now=clock())
    return handled


def say_down(down: Exception, *, now: datetime) -> None:
    """Have staff see that the mailbox cannot be read, and why."""
    logger.warning("The mailbox cannot be read: %s", down)
    heartbeat.beat(heartbeat.MAILBOX, now=now, trouble=str(down) or type(down).__name__)


def account() -> imap.Account | None:
    """Return the mailbox that mails come in to, if there is one.

    Raises:
        OSError: what is known of it cannot be read or is no address.
    """
    server = mailserver.mailbox()
    if server is None:
        return None
    return imap.Account(server.host, server.port, str(server.security.value), server.user, server.password)


def has_a_reader(*, now: datetime) -> bool:
    """Return whether a reader was heard of within the minute."""
    reader = heartbeat.last(heartbeat.READER)
    return reader is not None and now - READER_GONE < reader.at


def alert_of_unsorted(*, now: datetime) -> int:
    """Tell people on call of each Severity 1 that nobody could place: better one false alarm. Once for a mail."""
    waiting = IncomingMail.objects.filter(fate__in=TO_SORT, severity=ROUND_THE_CLOCK_SEVERITY, alerted_at=None)
    return sum(_alert(mail_id, now=now) for mail_id in list(waiting.order_by("pk").values_list("pk", flat=True)[:MOST]))


@transaction.atomic(durable=True)
def _alert(mail_id: int, *, now: datetime) -> bool:
    if IncomingMail.objects.filter(pk=mail_id, fate__in=TO_SORT, alerted_at=None).update(alerted_at=now) != 1:
        return False
    told = by_mail.severity_1_unsorted(IncomingMail.objects.get(pk=mail_id), now)
    outbox.enqueue(told, now=now)
    alerts.ring(told, now=now)
    return True


def _collect(clock: Callable[[], datetime]) -> None:
    known = account()
    if known is not None:
        imap.collect(known, clock=clock)
        heartbeat.beat(heartbeat.MAILBOX, now=clock())
