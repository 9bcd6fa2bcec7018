"""Reads a mailbox over IMAP: each mail is kept and committed here before the server is told that we have it."""

import imaplib
import logging
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError

from cases.inbox.storing import MOST_KEPT, store

logger = logging.getLogger(__name__)

# Seconds to wait for an answer of the server.
PATIENCE = 20
# What one run takes; the next goes on.
MOST_MAILS = 200
# A mark of ours, which every reader of the mailbox leaves alone; then it goes to a folder of its own.
KEYWORD = "SupportStored"
FOLDER = "Stored"
Clock = Callable[[], datetime]


class MailboxDown(Exception):
    """The mailbox cannot be read. Nothing is lost: the mails are still there."""


def collect(*, host: str, port: int, security: str, user: str, password: str, clock: Clock) -> int:
    """Take in what is new in the inbox. Returns how many mails are new to us.

    A mail is marked and moved on the server only once it is committed here. If that fails, it is brought again and
    known again, whatever number it has by then.

    Raises:
        MailboxDown: no connection could be had, or it broke.
    """
    try:
        with _opened(host, port, security, user, password) as box:
            return sum(_take(box, uid, f"{user}@{host}", clock) for uid in _new(box))
    except (imaplib.IMAP4.error, OSError, ImapToolsError, UnicodeError) as error:
        raise MailboxDown(f"{type(error).__name__}: {error}"[:300]) from error


@contextmanager
def _opened(host: str, port: int, security: str, user: str, password: str) -> Iterator[BaseMailBox]:
    context = ssl.create_default_context()
    box: BaseMailBox
    if security == "tls":
        box = MailBox(host, port, timeout=PATIENCE, ssl_context=context)
    elif security == "starttls":
        box = MailBoxStartTls(host, port, timeout=PATIENCE, ssl_context=context)
    else:
        box = MailBoxUnencrypted(host, port, timeout=PATIENCE)
    try:
        box.login(user, password, initial_folder="INBOX")
        yield box
    finally:
        with suppress(imaplib.IMAP4.error, OSError, ImapToolsError):
            box.client.logout()
        # After a broken line the goodbye fails before it lets go of the socket.
        with suppress(OSError):
            box.client.shutdown()


def _new(box: BaseMailBox) -> list[str]:
    kind, found = box.client.uid("SEARCH", "UNDELETED", "UNKEYWORD", KEYWORD)
    if kind != "OK":
        kind, found = box.client.uid("SEARCH", "UNDELETED")
    words = b" ".join(part for part in found if isinstance(part, bytes)).split()
    return [word.decode() for word in words if word.isdigit()][:MOST_MAILS]


def _take(box: BaseMailBox, uid: str, source: str, clock: Clock) -> bool:
    """Keep one mail, then tell the server. Returns whether it is new."""
    # PEEK leaves it unread for whoever looks into the mailbox; a giant is read no further than what is kept.
    _kind, answer = box.client.uid("FETCH", uid, f"(INTERNALDATE BODY.PEEK[]<0.{MOST_KEPT}>)")
    found = [part for part in answer if isinstance(part, tuple)]
    if not found:
        return False
    told, raw = found[0][0], found[0][1]
    told += b" ".join(part for part in answer if isinstance(part, bytes))
    now = clock()
    new = store(raw, source=source, received_at=_internal_date(told) or now, now=now)
    _put_away(box, uid)
    return new


def _internal_date(told: bytes) -> datetime | None:
    """Return when the server received a mail, by its own clock."""
    found = re.search(rb'INTERNALDATE "([^"]{20,40})"', told)
    if found is None:
        return None
    try:
        return datetime.strptime(found[1].decode().strip(), "%d-%b-%Y %H:%M:%S %z").astimezone(UTC)
    except (ValueError, UnicodeError, OverflowError):
        return None


def _put_away(box: BaseMailBox, uid: str) -> None:
    """Mark and move a mail that we have. A server that does neither brings it again, and it is known again."""
    client = box.client
    client.uid("STORE", uid, "+FLAGS.SILENT", f"({KEYWORD})")
    for _try in range(2):
        if "MOVE" in client.capabilities:
            kind, _answer = client.uid("MOVE", uid, FOLDER)
        else:
            kind, _answer = client.uid("COPY", uid, FOLDER)
            if kind == "OK":
                client.uid("STORE", uid, "+FLAGS.SILENT", r"(\Deleted)")
                client.expunge()
        if kind == "OK":
            return
        client.create(FOLDER)
    logger.warning("The mailbox has no folder %s and lets us make none; mails stay in the inbox", FOLDER)
