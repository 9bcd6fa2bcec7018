"""Tries out a mail server and a mailbox with a real message, and says in sentences what came of it.

Nothing here waits for ever: the trial runs in a thread of its own, and after PATIENCE seconds the report says that the
rest did not answer.
"""

import contextlib
import email.utils
import imaplib
import secrets
import smtplib
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from socket import gaierror
from typing import Literal

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from notifications import letters
from notifications.mailserver import Known, NotAnAddress, Security, Server, connection

# Seconds: for everything, for one answer of a server, for the message to come in, between two looks for it.
PATIENCE = 15.0
ANSWER = 6.0
ARRIVAL = 10.0
BETWEEN_LOOKS = 0.5
LONGEST_QUOTE = 200


@dataclass(frozen=True)
class Finding:
    """One thing that was tried: how it went, what to do about it, and which part of mail it is about."""

    kind: Literal["good", "warn", "bad"]
    said: str
    advice: str = ""
    about: str = ""


@dataclass(frozen=True)
class Trial:
    """What is to be tried: a message to `reader` by the mail server, and whether it comes in at the mailbox."""

    mail_server: Known | None
    mailbox: Server | None
    sent_from: str
    reader: str
    site_name: str
    # The subject holds it: servers may rewrite a Message-ID, but hardly a subject.
    mark: str = field(default_factory=lambda: secrets.token_hex(4).upper())

    @property
    def mailbox_address(self) -> str:
        """Where a mail is sent to that shall come in at the mailbox."""
        if self.mailbox is None:
            return ""
        return self.mailbox.user if "@" in self.mailbox.user else email.utils.parseaddr(self.sent_from)[1]


def report(trial: Trial) -> list[Finding]:
    """Try everything, for PATIENCE seconds at most, and say how each part went."""
    findings: list[Finding] = []
    ended: Future[None] = Future()
    language = translation.get_language()

    def run() -> None:
        try:
            with translation.override(language):
                _try(trial, findings.append, ends=time.monotonic() + PATIENCE - 0.5)
            ended.set_result(None)
        except Exception as error:
            # Raised where it is waited for.
            ended.set_exception(error)

    threading.Thread(target=run, name="mail-trial", daemon=True).start()
    try:
        ended.result(timeout=PATIENCE)
    except TimeoutError:
        seconds = round(PATIENCE)
        return [
            *findings,
            Finding(
                "bad",
                _("The rest did not answer within %(seconds)s seconds.") % {"seconds": seconds},
                str(_SILENCE),
            ),
        ]
    return findings


def _try(trial: Trial, say: Callable[[Finding], None], *, ends: float) -> None:
    """Try one part after the other, and say each finding at once: whoever gives up waiting has the earlier ones."""
    sent = False
    if trial.mail_server is not None:
        finding = _send(trial, trial.mail_server)
        sent = finding.kind == "good"
        say(replace(finding, about=_("Mail out")))
    if trial.mailbox is not None:
        say(replace(_look(trial, trial.mailbox, sent=sent, ends=ends), about=_("Mail in")))


# --- Out ----------------------------------------------------------------------------------------------------------


def _send(trial: Trial, server: Known) -> Finding:
    try:
        backend = connection(server, timeout=ANSWER)
    except NotAnAddress as wrong:
        return Finding("bad", str(wrong))
    with _closing(backend):
        try:
            backend.open()
        except (OSError, UnicodeError) as error:
            # smtplib's own exceptions are OSErrors too.
            return _no_way_in(error, server.place)
        return _hand_over(trial, backend, server.place)


def _hand_over(trial: Trial, backend: BaseEmailBackend, place: str) -> Finding:
    at = {"server": place, "sender": trial.sent_from, "reader": trial.reader}
    try:
        backend.send_messages([_message(trial, address) for address in _recipients(trial)])
    except smtplib.SMTPSenderRefused as error:
        said = _("%(server)s does not send for %(sender)s: “%(answer)s”.")
        advice = _("Write a sender address that belongs to this user of the mail server.")
        return Finding("bad", said % {**at, "answer": _quote(error)}, advice)
    except OSError as error:
        said = _("%(server)s let us in but did not take the message: “%(answer)s”.")
        advice = _("Its words say why. Often the sender's or the recipient's address is meant, or a login is missing.")
        return Finding("bad", said % {**at, "answer": _quote(error)}, advice)
    said = _("%(server)s took a message to %(reader)s.")
    return Finding("good", said % at, _("Look whether it arrived. It may take a minute, or be taken for junk."))


@contextlib.contextmanager
def _closing(backend: BaseEmailBackend) -> Iterator[None]:
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            backend.close()


def _recipients(trial: Trial) -> list[str]:
    address = trial.mailbox_address
    return [trial.reader] if address.casefold() in ("", trial.reader.casefold()) else [trial.reader, address]


def _message(trial: Trial, address: str) -> EmailMessage:
    body = _(
        "Somebody, most likely you, is setting up %(site)s at %(url)s and asked for this message.\n\n"
        "That you can read it shows that mail goes out. There is nothing to do.\n"
    )
    domain = email.utils.parseaddr(trial.sent_from)[1].rpartition("@")[2]
    return EmailMessage(
        subject=letters.one_line(
            _("Test message %(mark)s from %(site)s") % {"mark": trial.mark, "site": trial.site_name}
        ),
        body=body % {"site": trial.site_name, "url": settings.SITE_URL},
        from_email=trial.sent_from,
        to=[address],
        headers={"Message-ID": email.utils.make_msgid(domain=domain), "Auto-Submitted": "auto-generated"},
    )


# --- In -----------------------------------------------------------------------------------------------------------


def _look(trial: Trial, mailbox: Server, *, sent: bool, ends: float) -> Finding:
    place = f"{mailbox.host}:{mailbox.port}"
    at = {"server": place, "user": mailbox.user}
    try:
        with _opened(mailbox) as box:
            if not sent:
                said = _("%(server)s lets %(user)s in. No message could be sent there, so none was looked for.")
                return Finding("good", said % at)
            waited = _wait_for(box, trial.mark, until=min(time.monotonic() + ARRIVAL, ends))
    except (imaplib.IMAP4.error, OSError, UnicodeError) as error:
        return _no_way_in(error, place)
    if waited is None:
        said = _("%(server)s lets %(user)s in, but the message to %(address)s has not come in yet.")
        advice = _("Some providers take minutes. Look for it there, among the junk too, or test again later.")
        return Finding("warn", said % {**at, "address": trial.mailbox_address}, advice)
    said = _("%(server)s lets %(user)s in, and the message to %(address)s came in after %(seconds)s s.")
    return Finding("good", said % {**at, "address": trial.mailbox_address, "seconds": max(1, round(waited))})


@contextlib.contextmanager
def _opened(mailbox: Server) -> Iterator[imaplib.IMAP4]:
    """Log in and open the inbox for reading alone."""
    context = ssl.create_default_context()
    if mailbox.security == Security.TLS:
        box: imaplib.IMAP4 = imaplib.IMAP4_SSL(mailbox.host, mailbox.port, ssl_context=context, timeout=ANSWER)
    else:
        box = imaplib.IMAP4(mailbox.host, mailbox.port, timeout=ANSWER)
    try:
        if mailbox.security == Security.STARTTLS:
            if "STARTTLS" not in box.capabilities:
                raise NoStartTLS
            box.starttls(context)
        try:
            box.login(_quoted(mailbox.user), mailbox.password)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            raise WrongPassword(*error.args) from error
        box.select("INBOX", readonly=True)
        yield box
    finally:
        with contextlib.suppress(imaplib.IMAP4.error, OSError):
            box.logout()


def _quoted(text: str) -> str:
    # imaplib quotes the password, and the user's name not.
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _wait_for(box: imaplib.IMAP4, mark: str, *, until: float) -> float | None:
    """Look for the message until it is there. Return how long that took, or None."""
    began = time.monotonic()
    while True:
        _kind, found = box.search(None, "SUBJECT", f'"{mark}"')
        if found and found[0]:
            return time.monotonic() - began
        if time.monotonic() + BETWEEN_LOOKS > until:
            return None
        time.sleep(BETWEEN_LOOKS)
        # Without a word from us some servers show nothing new.
        box.noop()


# --- What went wrong ----------------------------------------------------------------------------------------------


class WrongPassword(OSError):
    """The mailbox does not let this user in."""


class NoLogin(OSError):
    """The mail server does not ask for a user's name and password."""


class NoStartTLS(OSError):
    """The mailbox does not offer to change over to TLS."""


_SILENCE = gettext_lazy(
    "Check host, port and security: TLS where STARTTLS is expected looks like this, and so does a firewall."
)
# What may go wrong before a server lets us in, the more special first: what to say, and what to try.
_REASONS: list[tuple[type[Exception] | tuple[type[Exception], ...], StrOrPromise, StrOrPromise]] = [
    (
        (smtplib.SMTPAuthenticationError, WrongPassword),
        gettext_lazy("%(server)s does not accept this user name and password: “%(answer)s”."),
        gettext_lazy("Type both again. Some providers want a password made for programs instead of the usual one."),
    ),
    (
        NoLogin,
        gettext_lazy("%(server)s asks for no login here."),
        gettext_lazy("Leave user name and password empty, or choose STARTTLS or TLS: many servers ask only then."),
    ),
    (
        (smtplib.SMTPNotSupportedError, NoStartTLS),
        gettext_lazy("%(server)s does not offer STARTTLS on this port."),
        gettext_lazy("Choose TLS from the start with its port, or None if the server stands in your own network."),
    ),
    (
        ssl.SSLCertVerificationError,
        gettext_lazy("%(server)s shows a certificate that cannot be trusted: “%(answer)s”."),
        gettext_lazy("Write the server's name as its certificate has it, and ask its operator whether it has run out."),
    ),
    (
        ssl.SSLError,
        gettext_lazy("%(server)s does not speak TLS as chosen."),
        gettext_lazy("Choose STARTTLS instead, or the port for TLS: 465 for mail out, 993 for a mailbox."),
    ),
    (
        UnicodeError,
        gettext_lazy(
            "The login for %(server)s cannot be sent: mail servers take only plain letters, digits and signs."
        ),
        gettext_lazy("Choose a password without accents and the like."),
    ),
    (
        gaierror,
        gettext_lazy("No server is called %(server)s."),
        gettext_lazy("Check the spelling. A name inside your own network must be known to this machine too."),
    ),
    (
        ConnectionRefusedError,
        gettext_lazy("%(server)s refuses the connection: nothing listens there."),
        gettext_lazy("Check the port: 587, 465 or 25 for mail out, 993 or 143 for a mailbox."),
    ),
    (
        imaplib.IMAP4.abort,
        gettext_lazy("%(server)s does not speak as a mailbox does: “%(answer)s”."),
        gettext_lazy("Check the port: 993 or 143. Others may belong to the server for mail out."),
    ),
    (TimeoutError, gettext_lazy("%(server)s does not answer."), _SILENCE),
    (
        Exception,
        gettext_lazy("%(server)s ended the conversation: “%(answer)s”."),
        gettext_lazy("Check port and security; its words may say more."),
    ),
]


def _no_way_in(error: Exception, place: str) -> Finding:
    """Say why no connection could be had, and what to try."""
    meant = _meant(error)
    said, advice = next((said, advice) for kinds, said, advice in _REASONS if isinstance(meant, kinds))
    return Finding("bad", str(said) % {"server": place, "answer": _quote(error)}, str(advice))


def _meant(error: Exception) -> Exception:
    """Return what smtplib means where it says it in words alone, or wraps it."""
    if isinstance(error, smtplib.SMTPNotSupportedError) and "AUTH" in str(error):
        return NoLogin()
    inner: BaseException | None = error
    while isinstance(inner, (smtplib.SMTPServerDisconnected, imaplib.IMAP4.abort)):
        inner = inner.__cause__ or inner.__context__
    return inner if isinstance(inner, TimeoutError) else error


def _quote(error: Exception) -> str:
    """Return what the server said, short and on one line."""
    answer: object = error.args[0] if error.args and isinstance(error.args[0], bytes) else error
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        _code, answer = next(iter(error.recipients.values()))
    elif isinstance(error, smtplib.SMTPResponseException):
        answer = error.smtp_error
    elif isinstance(error, ssl.SSLCertVerificationError):
        answer = error.verify_message
    words = answer.decode(errors="replace") if isinstance(answer, bytes) else str(answer)
    return letters.one_line(words)[:LONGEST_QUOTE] or type(error).__name__
