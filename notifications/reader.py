"""Keeps a line to the mailbox, so that a mail is handled within a second or two of its arrival.

It is a process of its own, so that a server that hangs keeps no other work waiting. Where it does not run, the
timetable's round looks into the mailbox instead. Two of them at once, or one beside the round, do no harm.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime

from django.db import Error, close_old_connections, connection

from cases.inbox import imap
from notifications import heartbeat, mailbox

logger = logging.getLogger(__name__)

# Seconds of one turn: then the server is asked for an answer, so that a dead line is found, the heartbeat is noted, and
# another mailbox is looked for.
TURN = 20.0
# Seconds between two looks where the server does not tell of new mail.
LOOK = 5.0
# Seconds until a mailbox that is down is tried again: twice as long each time, up to the last.
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
# Seconds after which whoever rests looks whether to go on.
GLANCE = 0.2


class Reader:
    """Reads for as long as `goes_on` says so; whatever dies meanwhile, mailbox, line or database, it comes back."""

    def __init__(self, *, clock: Callable[[], datetime], goes_on: Callable[[], bool]) -> None:
        self._clock = clock
        self._goes_on = goes_on
        self._pause = FIRST_PAUSE

    def run(self) -> None:
        """Read until the end."""
        while self._goes_on():
            try:
                account = mailbox.account()
                if account is not None:
                    self._stay(account)
                else:
                    heartbeat.beat(heartbeat.READER, now=self._clock())
                    self._rest(TURN)
            except (imap.MailboxDown, OSError) as down:
                self._note(down)
                self._rest_longer()
            except Error as mistake:
                _database_failed(mistake)
                self._rest_longer()
        self._say_goodbye()

    def _stay(self, account: imap.Account) -> None:
        """Read over one line, until there is another mailbox to read or none."""
        with imap.opened(account) as line:
            while self._goes_on() and mailbox.account() == account:
                line.take_new(self._clock)
                for name in (heartbeat.READER, heartbeat.MAILBOX):
                    heartbeat.beat(name, now=self._clock())
                mailbox.handle(clock=self._clock)
                close_old_connections()
                if line.pushes:
                    line.wait(seconds=TURN, goes_on=self._goes_on)
                else:
                    self._rest(LOOK)
                # Only now: a server that lets us in and then cuts the line is not asked again and again.
                self._pause = FIRST_PAUSE

    def _note(self, down: Exception) -> None:
        try:
            heartbeat.beat(heartbeat.READER, now=self._clock(), trouble=str(down) or type(down).__name__)
            mailbox.say_down(down, now=self._clock())
        except Error as mistake:
            _database_failed(mistake)

    def _rest_longer(self) -> None:
        self._rest(self._pause)
        self._pause = min(self._pause * 2, LONGEST_PAUSE)

    def _rest(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while self._goes_on() and time.monotonic() < until:
            time.sleep(min(GLANCE, seconds))

    def _say_goodbye(self) -> None:
        """Leave the mailbox to the timetable's round at once."""
        try:
            heartbeat.stop(heartbeat.READER)
        except Error as mistake:
            _database_failed(mistake)


def _database_failed(mistake: Exception) -> None:
    logger.warning("The database does not answer (%s); mails stay in the mailbox.", type(mistake).__name__)
    connection.close()
