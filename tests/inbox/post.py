"""Mails as people and machines write them, and the way in."""

from datetime import datetime
from email.message import EmailMessage
from typing import Any

from cases.inbox import handling, storing
from cases.models import Case, IncomingMail, User
from notifications.models import OutgoingMail
from tests.builders import at

CARE = "care@probax.io"


def letter(
    sender: User | str,
    subject: str = "Restores are slow",
    body: str = "A restore of 400 GB runs at 3 MB/s.",
    *,
    to: str = CARE,
    files: dict[str, bytes] | None = None,
    **headers: str,
) -> EmailMessage:
    """Write a mail. `Message_ID="..."` and the like are its headers."""
    message = EmailMessage()
    message["From"] = f"{sender.name} <{sender.email}>" if isinstance(sender, User) else sender
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = "Tue, 01 Jan 1980 00:00:00 +0000"
    message["Message-ID"] = f"<{abs(hash((str(sender), subject, body)))}@mua.example>"
    message.set_content(body)
    for name, content in (files or {}).items():
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    for name, value in headers.items():
        del message[name.replace("_", "-")]
        message[name.replace("_", "-")] = value
    return message


def answer_to(mail: OutgoingMail, sender: User | str, body: str = "It is 6.1.", **headers: str) -> EmailMessage:
    """Answer one of our mails, as a mail program does."""
    asked: dict[str, Any] = {
        "In_Reply_To": mail.message_id,
        "References": f"{mail.headers['References']} {mail.message_id}",
    }
    quoted = "\n".join(f"> {line}" for line in mail.body_text.splitlines())
    wrote = "On Tue, 24 Nov 2026 at 10:00, Probax Support <care@probax.io> wrote:"
    return letter(sender, f"Re: {mail.subject}", f"{body}\n\n{wrote}\n{quoted}\n", **asked | headers)


def deliver(message: EmailMessage | bytes, when: datetime | str, *, handled_at: datetime | None = None) -> IncomingMail:
    """Let a mail come in at a moment, and be handled at once or at `handled_at`. Returns its row."""
    moment = at(when) if isinstance(when, str) else when
    raw = message if isinstance(message, bytes) else message.as_bytes()
    storing.store(raw, source="test", received_at=moment, now=moment)
    mail = IncomingMail.objects.latest("pk")
    for mail_id in handling.waiting(handled_at or moment, limit=100):
        handling.handle(mail_id, now=handled_at or moment)
    mail.refresh_from_db()
    return mail


def about(asked: OutgoingMail) -> Case:
    """Return the case that one of our mails is about."""
    assert asked.case is not None
    return asked.case


def case_of(mail: IncomingMail) -> Case:
    """Return the case that a mail became or belongs to."""
    assert mail.case is not None, (mail.fate, mail.reason, mail.detail)
    return mail.case
