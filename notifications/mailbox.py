"""The timetable's round of the mailbox: take in what came, then handle what waits."""

import logging
from collections.abc import Callable
from datetime import datetime

from cases.inbox import handling, imap
from notifications import heartbeat, mailserver

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
    return handling.handle_waiting(clock, limit=MOST)


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
