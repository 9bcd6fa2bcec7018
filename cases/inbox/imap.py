"""Reads a mailbox over IMAP: each mail is kept and committed here before the server is told that we have it."""

import imaplib
import logging
import re
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError

from cases.inbox.storing import MOST_KEPT, store

logger = logging.getLogger(__name__)

# Seconds to wait for an answer of the server.
PATIENCE = 20
# Seconds after which whoever waits looks whether to go on.
GLANCE = 1.0
# A mark of ours, which every reader of the mailbox leaves alone; then it goes to a folder of its own.
KEYWORD = "SupportStored"
FOLDER = "Stored"
Clock = Callable[[], datetime]


class MailboxDown(Exception):
    """The mailbox cannot be read. Nothing is lost: the mails are still there."""


@dataclass(frozen=True)
class Account:
    """A mailbox, and how to be let in; `security` is tls, starttls or none."""

    host: str
    port: int
    security: str
    user: str
    password: str = field(repr=False)

    def __str__(self) -> str:
        return f"{self.user}@{self.host}"


class Line:
    """A connection to the inbox of an account, kept open."""

    def __init__(self, box: BaseMailBox, account: Account) -> None:
        self._box = box
        self._account = account
        # What was taken over this line. A server that can neither mark nor move a mail shows it again and again.
        self._taken: set[str] = set()

    def take_new(self, clock: Clock) -> int:
        """Take in what is new in the inbox. Returns how many mails are new to us.

        A mail is marked and moved on the server only once it is committed here. If that fails, it is brought again and
        known again, whatever number it has by then.
        """
        new = 0
        told = self._box.client.untagged_responses
        while True:
            told.pop("EXISTS", None)
            uids = [uid for uid in _unmarked(self._box) if uid not in self._taken]
            for uid in uids:
                new += _take(self._box, uid, str(self._account), clock)
                self._taken.add(uid)
            # What came while the answer was on its way was told with it, and is not told again.
            if not uids and "EXISTS" not in told:
                return new

    @property
    def pushes(self) -> bool:
        """Whether the server tells of a new mail by itself."""
        return "IDLE" in self._box.client.capabilities

    def wait(self, *, seconds: float, goes_on: Callable[[], bool]) -> None:
        """Wait until the server tells of a mail, but no longer than `seconds` (RFC 2177: below 29 minutes).

        `goes_on` is asked each second. The end of it wants an answer of the server, so a dead line is found then.
        """
        until = time.monotonic() + seconds
        with self._box.idle as idle:
            if b"EXISTS" in self._read_ahead():
                return
            while goes_on() and time.monotonic() < until:
                asked_at = time.monotonic()
                told = idle.poll(timeout=GLANCE)
                # Nothing, and at once: the line has ended, which the goodbye finds.
                has_ended = not told and time.monotonic() - asked_at < GLANCE / 2
                if has_ended or any(b"EXISTS" in line for line in told):
                    return

    def _read_ahead(self) -> bytes:
        """Return what came in one piece with the answer to IDLE: no poll of the socket sees it any more."""
        client = self._box.client
        client.sock.settimeout(0)
        try:
            return bytes(client.file.peek())  # type: ignore[union-attr]  # a buffered reader
        except OSError:
            # There is nothing, which TLS says so.
            return b""
        finally:
            client.sock.settimeout(PATIENCE)


def collect(account: Account, *, clock: Clock) -> int:
    """Take in what is new, over a connection that is made for it. Returns how many mails are new to us.

    Raises:
        MailboxDown: no connection could be had, or it broke.
    """
    with opened(account) as line:
        return line.take_new(clock)


@contextmanager
def opened(account: Account) -> Iterator[Line]:
    """Hold a line to the inbox for as long as the block lasts.

    Raises:
        MailboxDown: no connection could be had, or it broke.
    """
    try:
        with _logged_in(account) as box:
            yield Line(box, account)
    except (imaplib.IMAP4.error, OSError, ImapToolsError, UnicodeError) as error:
        raise MailboxDown(f"{type(error).__name__}: {error}"[:300]) from error


@contextmanager
def _logged_in(account: Account) -> Iterator[BaseMailBox]:
    context = ssl.create_default_context()
    box: BaseMailBox
    if account.security == "tls":
        box = MailBox(account.host, account.port, timeout=PATIENCE, ssl_context=context)
    elif account.security == "starttls":
        box = MailBoxStartTls(account.host, account.port, timeout=PATIENCE, ssl_context=context)
    else:
        box = MailBoxUnencrypted(account.host, account.port, timeout=PATIENCE)
    try:
        box.login(account.user, account.password, initial_folder="INBOX")
        # What a server offers to those who logged in is often more than it said before.
        box.client._get_capabilities()
        yield box
    finally:
        with suppress(imaplib.IMAP4.error, OSError, ImapToolsError):
            box.client.logout()
        # After a broken line the goodbye fails before it lets go of the socket.
        with suppress(OSError):
            box.client.shutdown()


def _unmarked(box: BaseMailBox) -> list[str]:
    kind, found = box.client.uid("SEARCH", "UNDELETED", "UNKEYWORD", KEYWORD)
    if kind != "OK":
        kind, found = box.client.uid("SEARCH", "UNDELETED")
    words = b" ".join(part for part in found if isinstance(part, bytes)).split()
    return [word.decode() for word in words if word.isdigit()]


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
                # By its number where that can be, so that what a person marked as deleted stays theirs.
                client.uid("EXPUNGE", uid) if "UIDPLUS" in client.capabilities else client.expunge()
        if kind == "OK":
            return
        client.create(FOLDER)
    logger.warning("The mailbox has no folder %s and lets us make none; mails stay in the inbox", FOLDER)
