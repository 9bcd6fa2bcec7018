"""Where mails leave and where they come in: one mail server, one mailbox.

The environment says which (EMAIL_URL, MAILBOX_URL). Where it is silent, files in the data folder do, which set-up
writes for this installation's own user alone. Their passwords are never in the database.
"""

import contextlib
import ipaddress
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import TextChoices
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from environ import Env

from notifications import letters

HERE = "notifications.mailserver.Backend"
NOWHERE = "dummymail://"
DUMMY = "django.core.mail.backends.dummy.EmailBackend"

# Each setting of the environment, and the file that speaks where it is silent.
FILES = {"EMAIL_URL": "email_url", "MAILBOX_URL": "mailbox_url"}


class Security(TextChoices):
    """How the line to a server is kept private."""

    STARTTLS = "starttls", _("STARTTLS")
    TLS = "tls", _("TLS from the start")
    NONE = "none", _("None")


# As EMAIL_URL writes it: smtp+tls:// begins in the clear and changes over, smtp+ssl:// is TLS from the first byte.
_ENDINGS = {Security.STARTTLS: "+tls", Security.TLS: "+ssl", Security.NONE: ""}
_MAILBOX_SCHEMES = {f"imap{ending}": security for security, ending in _ENDINGS.items()} | {"imaps": Security.TLS}
PORTS = {
    "smtp": {Security.STARTTLS: 587, Security.TLS: 465, Security.NONE: 25},
    "imap": {Security.STARTTLS: 143, Security.TLS: 993, Security.NONE: 143},
}


class NotAnAddress(OSError):
    """What should be the address of a server is none. To whoever sends, that server cannot be reached."""


@dataclass(frozen=True)
class Server:
    """A mail server or a mailbox, and how to be let in."""

    host: str
    port: int
    security: Security
    user: str = ""
    password: str = field(default="", repr=False)

    def url(self, protocol: str) -> str:
        """Return all of it as one address; `protocol` is smtp or imap."""
        login = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}@" if self.user else ""
        host = f"[{self.host}]" if _is_ipv6(self.host) else self.host
        return f"{protocol}{_ENDINGS[self.security]}://{login}{host}:{self.port}"


def _is_ipv6(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).version == 6
    except ValueError:
        return False


# --- What is known ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Known:
    """An address that is known, and who said so: a name in the environment, or a file."""

    url: str = field(repr=False)
    source: str

    @property
    def goes_nowhere(self) -> bool:
        """Whether it asks for mails to be kept here."""
        return f"{self.url.partition('://')[0]}://" == NOWHERE

    @property
    def place(self) -> str:
        """The host and port, for people; never the password."""
        try:
            parts = urlsplit(self.url)
            port = parts.port
        except ValueError:
            return ""
        return f"{parts.hostname}:{port}" if parts.hostname and port else parts.hostname or parts.scheme


def folder() -> Path:
    """Return the folder of the files."""
    return Path(settings.DATA_DIR) / "mail"


def known(name: str) -> Known | None:
    """Return what EMAIL_URL or MAILBOX_URL is, in the environment or in its file.

    Raises:
        OSError: the file is there and cannot be read.
    """
    if given := getattr(settings, name):
        return Known(given, name)
    file = folder() / FILES[name]
    try:
        kept = file.read_text(encoding="utf-8").strip()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return Known(kept, str(file)) if kept else None


def mail_goes_nowhere() -> bool:
    """Return whether no mail leaves this installation, so that mails are read on its own pages alone."""
    if settings.EMAIL_BACKEND != HERE:
        return str(settings.EMAIL_BACKEND) == DUMMY
    try:
        server = known("EMAIL_URL")
    except OSError:
        # A server is set and cannot be read; the sender says so.
        return False
    return server is None or server.goes_nowhere


def mailbox() -> Server | None:
    """Return the mailbox that mails come in to, if there is one.

    Raises:
        OSError: what is known of it cannot be read or is no address.
    """
    found = known("MAILBOX_URL")
    return None if found is None else mailbox_at(found)


def mailbox_at(found: Known) -> Server:
    """Return the mailbox behind an address.

    Raises:
        NotAnAddress: there is none.
    """
    try:
        parts = urlsplit(found.url)
        security = _MAILBOX_SCHEMES[parts.scheme]
        port = parts.port or PORTS["imap"][security]
    except (ValueError, KeyError):
        raise NotAnAddress(f"{found.source} is no mailbox such as imap+ssl://user:password@mail.example.com") from None
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Server(parts.hostname or "localhost", port, security, user, password)


# --- Sending ------------------------------------------------------------------------------------------------------


class Backend(BaseEmailBackend):
    """Sends by the mail server that is known when a connection is opened, so that a change needs no restart.

    What Django itself writes in the name of DEFAULT_FROM_EMAIL, such as a mail to reset a password, is sent in the name
    of the site instead once that has one.
    """

    def __init__(self, fail_silently: bool = False, **_options: Any) -> None:
        super().__init__(fail_silently=fail_silently)
        self._server: BaseEmailBackend | None = None

    def open(self) -> bool | None:
        """Connect, unless that is done. None: mail goes nowhere, or the failure is to be silent."""
        if self._server is None:
            self._server = self._found()
        try:
            return self._server.open()
        except OSError:
            # The next attempt looks anew for the server.
            with contextlib.suppress(OSError):
                self.close()
            raise

    def close(self) -> None:
        """Let go of the server."""
        server, self._server = self._server, None
        if server is not None:
            server.close()

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Send over the open connection, or over one of their own. Return how many were sent."""
        server = self._server or self._found()
        for message in email_messages:
            if message.from_email == settings.DEFAULT_FROM_EMAIL:
                message.from_email = self._sender
        return server.send_messages(email_messages) or 0

    @cached_property
    def _sender(self) -> str:
        """What mails are sent from, asked once for a run of mails."""
        return letters.sender()

    def _found(self) -> BaseEmailBackend:
        return connection(known("EMAIL_URL"), fail_silently=self.fail_silently)


def connection(server: Known | None, *, timeout: float | None = None, fail_silently: bool = False) -> BaseEmailBackend:
    """Return Django's own backend for a mail server; for none the one that sends nothing. Nothing is opened yet.

    Raises:
        NotAnAddress: what is known is no address of a mail server.
    """
    reading = _reading(server or Known(NOWHERE, ""))
    made: BaseEmailBackend = get_connection(
        reading["EMAIL_BACKEND"],
        fail_silently=fail_silently,
        host=reading["EMAIL_HOST"] or "localhost",
        port=reading["EMAIL_PORT"] or PORTS["smtp"][Security.NONE],
        # Empty and not None, which would ask the settings.
        username=reading["EMAIL_HOST_USER"] or "",
        password=reading["EMAIL_HOST_PASSWORD"] or "",
        use_tls=bool(reading.get("EMAIL_USE_TLS")),
        use_ssl=bool(reading.get("EMAIL_USE_SSL")),
        timeout=settings.EMAIL_TIMEOUT if timeout is None else timeout,
        file_path=reading["EMAIL_FILE_PATH"] or None,
    )
    return made


def _reading(server: Known) -> Mapping[str, Any]:
    """Read an address as Django's settings would have it."""
    try:
        reading: Mapping[str, Any] = Env.email_url_config(server.url)
    except (ImproperlyConfigured, ValueError):
        # Said without the address, which may hold a password.
        raise NotAnAddress(
            f"{server.source} is no mail server such as smtp+tls://user:password@mail.example.com:587"
        ) from None
    return reading


# --- Keeping what set-up was told ---------------------------------------------------------------------------------


class Staged:
    """Addresses written beside their files. `keep` puts them in place at one stroke; otherwise they vanish."""

    def __init__(self, urls: Mapping[str, str]) -> None:
        """Write each address, by the name of its setting, where nobody else can read it.

        Raises:
            OSError: the folder cannot be written.
        """
        self._written: dict[str, Path] = {}
        if not urls:
            return
        folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            for name, url in urls.items():
                self._written[name] = _write_private(url)
        except OSError:
            self._drop()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._drop()

    def keep(self) -> None:
        """Put the files in place, where web and worker find them with their next connection."""
        for name in list(self._written):
            self._written.pop(name).replace(folder() / FILES[name])

    def _drop(self) -> None:
        for path in self._written.values():
            path.unlink(missing_ok=True)
        self._written.clear()


def _write_private(text: str) -> Path:
    # Made readable and writable for its owner alone, whatever the umask.
    handle, path = tempfile.mkstemp(dir=folder(), prefix=".")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(f"{text}\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        Path(path).unlink(missing_ok=True)
        raise
    return Path(path)
