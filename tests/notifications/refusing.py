"""An SMTP server that refuses senders and single recipients, before it sees a message."""

from typing import Any

from tests.smtp_sink import SmtpSink


class RefusingSink(SmtpSink):
    """`recipients` says how each address is refused; `sender` is the answer to whoever sends, while it is set."""

    def __init__(self) -> None:
        self.recipients: dict[str, str] = {}
        self.sender = ""
        super().__init__()

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Take or refuse a sender."""
        if self.sender:
            return self.sender
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Take or refuse a recipient."""
        if address in self.recipients:
            return self.recipients[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"
