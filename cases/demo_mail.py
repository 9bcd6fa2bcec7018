"""The demo's mail to sort, kept by the same actions as a real one (P1.2)."""

import hashlib
from datetime import datetime, timedelta

from cases import actions
from cases.models import MailFate, MailReason

_RAW = b"""From: Nina Okafor <nina@northwind.example>
To: care@probax.io
Subject: Copy of the file server takes nine hours
Message-ID: <demo-1@northwind.example>

Hello,

since Monday the nightly copy of our file server takes nine hours. It was two before.
Severity 3.

Nina Okafor, Northwind IT
"""


def load_mail(now: datetime) -> None:
    """Let a mail come in from somebody whom nobody knows yet."""
    came_at, digest = now - timedelta(minutes=12), hashlib.sha256(_RAW).hexdigest()
    mail = actions.keep_mail(
        raw=_RAW,
        sha256=digest,
        identity="demo-1@northwind.example",
        content_hash=digest,
        source="demo",
        received_at=came_at,
        now=came_at,
    )
    if mail is None:
        return
    words = _RAW.decode().partition("\n\n")[2].strip()
    read = actions.MailRead(
        from_address="nina@northwind.example",
        from_name="Nina Okafor",
        to_addresses="care@probax.io",
        subject="Copy of the file server takes nine hours",
        whole_text=words,
        said=words,
        severity=3,
    )
    actions.put_mail(mail_id=mail.pk, read=read, fate=MailFate.TRAY, reason=MailReason.UNKNOWN_SENDER, now=came_at)
