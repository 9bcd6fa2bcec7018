"""An SMTP server on loopback that keeps what it is given and can be told to refuse or to be slow."""

import asyncio
import email
import email.policy
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from tests.servers import free_port


@dataclass(frozen=True)
class ReceivedMail:
    """One mail as one recipient got it, written down before the server said 250."""

    recipient: str
    message_id: str
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

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

    `refusal` is the answer to every message while it is set, such as "451 try again later"; `delay` is how many seconds
    the server thinks before it answers; `answer_lost` keeps the mail and cuts the connection instead of saying 250.
    """

    def __init__(self) -> None:
        self.received: list[ReceivedMail] = []
        self.refusal = ""
        self.delay = 0.0
        self.answer_lost = False
        self.port = free_port()
        self._lock = threading.Lock()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    @property
    def url(self) -> str:
        """The EMAIL_URL that sends here."""
        return f"smtp://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop(no_assert=True)

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

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Take a message, as told."""
        if self.delay:
            await asyncio.sleep(self.delay)
        if self.refusal:
            return self.refusal
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        with self._lock:
            for recipient in envelope.rcpt_tos:
                # A long one is folded onto a line of its own.
                self.received.append(ReceivedMail(recipient, str(message["Message-ID"]).strip(), message))
        if self.answer_lost:
            server.transport.abort()
        return "250 OK"
