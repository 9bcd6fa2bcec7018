"""An SMTP server on loopback that keeps what it is given and can be told to be as bad as mail servers get."""

import asyncio
import email
import email.policy
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from functools import cached_property
from typing import Any

from aiosmtpd.controller import Controller

from tests.servers import free_port

# It tells of every command.
logging.getLogger("mail").setLevel(logging.WARNING)


@dataclass(frozen=True)
class ReceivedMail:
    """One mail as one recipient got it, written down with its moment before the server said 250."""

    recipient: str
    message_id: str
    subject: str
    raw: bytes
    at: datetime

    @cached_property
    def message(self) -> EmailMessage:
        """The whole mail, read when it is asked for."""
        message = email.message_from_bytes(self.raw, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        return message

    @property
    def text(self) -> str:
        """The plain text of the mail."""
        body = self.message.get_body(preferencelist=("plain",))
        return str(body.get_content()) if body is not None else ""

    @property
    def html(self) -> str:
        """The HTML of the mail."""
        body = self.message.get_body(preferencelist=("html",))
        return str(body.get_content()) if body is not None else ""


class SmtpSink:
    """Where mails of a test end.

    `refusal` is the answer to every message while it is set, such as "451 try again later", `sender_refusal` that to
    every sender; `delay` is how many seconds the server thinks before it answers; while `hanging` it never does;
    `answer_lost` keeps the mail and cuts the connection instead of saying 250. Between `stop` and `start` nobody
    listens.
    """

    def __init__(self) -> None:
        self.received: list[ReceivedMail] = []
        self.refusal = ""
        self.sender_refusal = ""
        self.delay = 0.0
        self.hanging = False
        self.answer_lost = False
        self.refused = 0
        self.port = free_port()
        self._lock = threading.Lock()
        self._controller: Controller | None = None

    def be_well(self) -> None:
        """Take every mail again."""
        self.refusal = self.sender_refusal = ""
        self.delay, self.hanging, self.answer_lost = 0.0, False, False

    @property
    def url(self) -> str:
        """The EMAIL_URL that sends here."""
        return f"smtp://127.0.0.1:{self.port}"

    def start(self) -> None:
        # It has a loop of its own, which ends with it.
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop(no_assert=True)
        self._controller = None

    def to(self, address: str) -> list[ReceivedMail]:
        """Return what `address` received, oldest first."""
        with self._lock:
            return [mail for mail in self.received if mail.recipient == address]

    def wait_for(self, wanted: Callable[[ReceivedMail], bool], *, seconds: float = 20.0) -> ReceivedMail:
        """Return the first mail that is wanted.

        Raises:
            AssertionError: it did not come in time; the message lists what did.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with self._lock:
                found = next((mail for mail in self.received if wanted(mail)), None)
            if found is not None:
                return found
            time.sleep(0.05)
        came = [(mail.recipient, mail.subject) for mail in self.received]
        raise AssertionError(f"The mail did not come within {seconds} s. These did: {came}")

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Take a sender, as told."""
        if self.sender_refusal:
            self.refused += 1
            return self.sender_refusal
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Take a message, as told."""
        if self.delay:
            await asyncio.sleep(self.delay)
        if self.hanging:
            self.refused += 1
            # Whoever waits gives up first, and that ends this.
            await asyncio.Event().wait()
        if self.refusal:
            self.refused += 1
            return self.refusal
        headers = BytesHeaderParser(policy=email.policy.default).parsebytes(envelope.content)
        now = datetime.now(UTC)
        with self._lock:
            for recipient in envelope.rcpt_tos:
                # A long one is folded onto a line of its own.
                message_id, subject = str(headers["Message-ID"]).strip(), str(headers["Subject"])
                self.received.append(ReceivedMail(recipient, message_id, subject, envelope.content, now))
        if self.answer_lost:
            server.transport.abort()
        return "250 OK"
