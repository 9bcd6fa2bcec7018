"""One round of the sender: the mails that are due leave over one kept connection, a batch at a time.

A batch is claimed, and asked whether it is still owed, in a few queries; then each mail costs one transaction, which
settles it and begins the next.
"""

import logging
import time
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

from notifications import heartbeat, outbox, reminders
from notifications.delivery import Connection, MailServerDown
from notifications.models import MailState, OutgoingMail
from notifications.outbox import NotTaken

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]

BATCH = 50
# A batch that takes longer is put back: what is still owed was asked a while ago, and others may want the rest.
BATCH_SECONDS = 2.0
# A round ends after this long, so that the timetable's other work gets its turn.
ROUND_SECONDS = 30.0
# A mail server that cannot be reached is left alone this long; a hanging one would hold up a worker at each tick.
PAUSE = timedelta(seconds=10)


class Round:
    """What one round did, for the heartbeat."""

    def __init__(self, clock: Clock) -> None:
        self.tried = self.sent = self.failed = 0
        # What stood in the way of all mails, in words.
        self.trouble = ""
        self._clock = clock

    def run(self) -> None:
        """Send what is due until nothing is left, the time is up, or the mail server is down or was a moment ago."""
        if self._server_rests() or not outbox.is_anything_due(of=OutgoingMail, now=self._clock()):
            return
        ends_at = time.monotonic() + ROUND_SECONDS
        with Connection() as line:
            try:
                # Before anything is claimed: a server that cannot be reached costs no mail a claim.
                line.open()
                while time.monotonic() < ends_at and not self.trouble and self._send_batch(line):
                    pass
            except MailServerDown as down:
                logger.warning("The mail server cannot be reached: %s", down)
                self.trouble = str(down)
        if self.tried or self.trouble:
            heartbeat.beat(heartbeat.MAIL_SERVER, now=self._clock(), trouble=self.trouble)

    def _server_rests(self) -> bool:
        last = heartbeat.last(heartbeat.MAIL_SERVER)
        return last is not None and bool(last.trouble) and self._clock() - last.at < PAUSE

    def _send_batch(self, line: Connection) -> bool:
        """Send the next batch, or what of it the time allows. Returns whether there was one."""
        mails = outbox.claim_due(of=OutgoingMail, limit=BATCH, now=self._clock())
        left = deque(outbox.still_owed(mails, line, now=self._clock()))
        for mail in mails:
            if mail not in left:
                self._done(mail)
        try:
            self._send_each(left, line)
        finally:
            outbox.give_back(left, now=self._clock())
        return bool(mails)

    def _send_each(self, left: deque[OutgoingMail], line: Connection) -> None:
        """Send one mail after the other. What is in `left` afterwards was not handed over."""
        ends_at = time.monotonic() + BATCH_SECONDS
        begun = False
        while left and time.monotonic() < ends_at and not self.trouble:
            line.open()
            begun = begun or outbox.begin(left[0], now=self._clock())
            mail = left.popleft()
            if begun:
                begun = self._send_one(mail, left[0] if left else None, line)

    def _send_one(self, mail: OutgoingMail, following: OutgoingMail | None, line: Connection) -> bool:
        """Send a mail that was begun, and begin the next. Returns whether that was done."""
        answer = outbox.hand_over(mail, line, now=self._clock())
        self.trouble = line.fell_silent
        if isinstance(answer, NotTaken):
            # The line may be gone; the next mail is begun once there is another.
            following = None
        try:
            begun = outbox.settle(mail, line, answer, following=following, now=self._clock())
        except Exception:
            # Its lease runs out and it is tried again.
            logger.exception("Mail %s could not be settled", mail.pk)
            return False
        self._done(mail)
        return begun

    def _done(self, mail: OutgoingMail) -> None:
        self.tried += 1
        self.sent += mail.state == MailState.SENT
        self.failed += mail.state in (MailState.QUEUED, MailState.GAVE_UP)
        settle_attempt(mail, now=self._clock())


def settle_attempt(mail: OutgoingMail, *, now: datetime) -> bool:
    """Tell its case what became of a mail that is a contact attempt. Returns whether there was anything to tell."""
    try:
        return reminders.settle(mail, now=now) is not None
    except Exception:
        # `keep_contact_attempts` finds it again.
        logger.exception("The attempt of mail %s could not be settled", mail.pk)
        return False
