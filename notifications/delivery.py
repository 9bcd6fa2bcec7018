"""Handing a mail to the mail server, and what its answer means. One connection is kept for a whole run."""

import contextlib
import email.utils
import logging
import smtplib
from collections.abc import Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from cases.rules import without_links_that_act, without_links_that_agree
from notifications import alerts, letters, mailserver, owed
from notifications.models import MailState, OutgoingMail
from notifications.outbox import NotTaken

logger = logging.getLogger(__name__)

PERMANENT = 500


class MailServerDown(Exception):
    """No connection could be had. It says nothing about any mail."""


def server_is_set() -> bool:
    """Return whether mails go to a mail server. Without one they can be read in the outbox alone."""
    return not mailserver.mail_goes_nowhere()


def as_staff_read_it(text: str) -> str:
    """Return what a mail says without the links that act in its reader's name.

    Where no mail leaves, mails are read by staff alone: only those that agree are taken out.
    """
    return without_links_that_act(text) if server_is_set() else without_links_that_agree(text)


class Connection:
    """A connection to the mail server that is opened when needed and again after a failure."""

    def __init__(self) -> None:
        # What the server's silence was in words, once it did not answer in time; whoever goes on waits as long again.
        self.fell_silent = ""
        self.sent_from = letters.sender()
        self._backend: BaseEmailBackend = get_connection(fail_silently=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def open(self) -> None:
        """Connect and log in, unless that is done.

        Raises:
            MailServerDown: the server does not answer, or does not let us in.
        """
        try:
            self._backend.open()
        except OSError as error:
            # smtplib's own exceptions are OSErrors too.
            raise MailServerDown(_in_words(error)) from error

    def close(self) -> None:
        """Say goodbye; a server that hangs up first is no trouble."""
        with contextlib.suppress(OSError):
            self._backend.close()

    def why_withdraw(self, rows: Sequence[OutgoingMail], now: datetime) -> list[str]:
        """Return why each mail must not leave any more; empty if it is still owed to its reader."""
        return owed.why_withdraw(rows, now)

    def settled(self, row: OutgoingMail, now: datetime) -> None:
        """Ring managers of a mail that was given up. What became of a reminder is told to its case afterwards."""
        if row.state == MailState.GAVE_UP:
            alerts.ring_of_given_up(row, now=now)

    def hand_over(self, row: OutgoingMail, now: datetime) -> dict[str, Any]:
        """Give the mail to the server. When this returns, the server has it.

        Raises:
            NotTaken: it has not, or its answer was lost.
        """
        message = EmailMultiAlternatives(
            subject=row.subject,
            body=row.body_text,
            from_email=self.sent_from,
            to=[email.utils.formataddr((letters.one_line(_name_of(row)), row.to_address))],
            connection=self._backend,
            headers={**row.headers, "Message-ID": row.message_id},
        )
        message.attach_alternative(row.body_html, "text/html")
        try:
            message.send()
        except OSError as error:
            self.close()
            if _is_silence(error):
                self.fell_silent = _in_words(error)
            raise _not_taken(error) from error
        return {"sent_from": self.sent_from}


def _not_taken(error: OSError) -> NotTaken:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, answer = next(iter(error.recipients.values()))
        return NotTaken(f"{code} {_decoded(answer)}", for_good=code >= PERMANENT)
    if isinstance(error, smtplib.SMTPDataError):
        return NotTaken(_in_words(error), for_good=error.smtp_code >= PERMANENT)
    if isinstance(error, smtplib.SMTPResponseException):
        # The server does not like us, the sender: no fault of this mail, and mended by an administrator.
        return NotTaken(_in_words(error))
    # The line went dead, perhaps after the server had taken the mail.
    return NotTaken(_in_words(error), maybe_taken=not isinstance(error, smtplib.SMTPNotSupportedError))


def _is_silence(error: OSError) -> bool:
    # smtplib tells it as a lost line.
    return isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)


def _in_words(error: OSError) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_decoded(error.smtp_error)}"
    return letters.one_line(str(error)) or type(error).__name__


def _decoded(answer: bytes | str) -> str:
    return letters.one_line(answer.decode(errors="replace") if isinstance(answer, bytes) else answer)


def _name_of(mail: OutgoingMail) -> str:
    """Return the reader's name; somebody who is only invited has none yet."""
    return "" if mail.recipient is None else mail.recipient.name
