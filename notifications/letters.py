"""A mail on its way from an event to the outbox: to whom, about what; and how it is written out for its reader."""

import email.utils
import re
import unicodedata
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template import Context
from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone, translation

from cases.inbox import marks
from cases.models import Case, CaseEvent, Invitation, Partner, Site, User
from notifications import heartbeat
from notifications.models import MailKind
from notifications.once import once
from notifications.preferences import choosing

LONGEST_SUBJECT = 200
BIDI_CONTROLS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True)
class Letter:
    """One message to one person, about an event of a case or about no case. `due_at` is when it may leave, if not now.

    What is about no case says by `about` what it is, such as `invitation.7`, and by `partner` whose business; what goes
    to somebody without an account names them by `invitation`.
    """

    kind: MailKind
    recipient: User | None
    event: CaseEvent | None = None
    content: Mapping[str, Any] = field(default_factory=dict)
    due_at: datetime | None = None
    contact_attempt_id: int | None = None
    about: str = ""
    partner: Partner | None = None
    invitation: Invitation | None = None

    @property
    def key(self) -> str:
        """What makes it one letter, however often its event is taken up."""
        what = self.about if self.event is None else self.event.pk
        return f"{what}:{self.kind}:{'' if self.recipient is None else self.recipient.pk}"

    @property
    def case(self) -> Case | None:
        """The case it is about, if it is about one."""
        return None if self.event is None else self.event.case

    @property
    def reader(self) -> "User | Invitation":
        """Who reads it: in whose language and zone it is written, and to which address it goes."""
        reader = self.recipient or self.invitation
        if reader is None:
            raise ValueError("A letter goes to a person or to somebody who is invited.")
        return reader


@dataclass(frozen=True)
class Written:
    """A letter as its reader gets it."""

    subject: str
    text: str
    html: str
    message_id: str
    headers: dict[str, str]


def one_line(text: str) -> str:
    """Return `text` on one line without control characters, so that what a person typed cannot end a header."""
    visible = (" " if unicodedata.category(char) in ("Cc", "Zl", "Zp") else char for char in text)
    return " ".join("".join(char for char in visible if char not in BIDI_CONTROLS).split())


def address(path: str) -> str:
    """Return the full address of a page, for links in mails."""
    return f"{settings.SITE_URL}{path}"


def sender() -> str:
    """Return what mails are sent from: the site's own setting, or the installation's."""
    return _sender_of(_site())


def write(letter: Letter, *, now: datetime) -> Written:
    """Write a letter in its reader's language and zone."""
    reader = letter.reader
    site = _site()
    sent_from = _sender_of(site)
    with translation.override(reader.language), timezone.override(ZoneInfo(reader.zone)):
        context = _context(letter, "Probax Support" if site is None else site.name, now)
        return Written(
            subject=one_line(_render(letter.kind, "subject.txt", context))[:LONGEST_SUBJECT],
            text=_tidy(_render(letter.kind, "body.txt", context)),
            html=_render(letter.kind, "body.html", context),
            message_id=(message_id := _message_id(letter, _domain_of(sent_from))),
            headers={**_headers(letter, sent_from), marks.MARK_HEADER: marks.mark(message_id)},
        )


def headline(letter: Letter, *, language: str, zone: str, now: datetime) -> str:
    """Return the subject of a letter for somebody else than its reader: a chat of the desk, in the desk's zone."""
    with translation.override(language), timezone.override(ZoneInfo(zone)):
        context = _context(letter, "", now) | {"reader_zone": zone}
        return one_line(_render(letter.kind, "subject.txt", context))[:LONGEST_SUBJECT]


def _message_id(letter: Letter, domain: str) -> str:
    """Return a new Message-ID. That of a mail about a case says which one, signed, so that an answer finds it."""
    if letter.event is None:
        return f"<{uuid.uuid4().hex}@{domain}>"
    return marks.message_id(letter.event.case_id, letter.reader.email, domain)


def _headers(letter: Letter, sent_from: str) -> dict[str, str]:
    """Return the headers beside subject, from and to.

    The mails of a case hang together under one root. They say that a machine wrote them, so that no machine answers.
    """
    domain = _domain_of(sent_from)
    root = f"<{letter.about}@{domain}>" if letter.event is None else marks.root(letter.event.case_id, domain)
    audience = "alerts" if letter.kind.is_for_staff else "cases"
    return {
        "In-Reply-To": root,
        "References": root,
        "Reply-To": _reply_to(letter, sent_from),
        "List-Id": f"<{audience}.{domain}>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        **_headers_to_turn_off(letter),
    }


def _headers_to_turn_off(letter: Letter) -> dict[str, str]:
    """Return what lets a mail program offer to unsubscribe with one click (RFC 8058), where that may be."""
    link = choosing.link_to_turn_off(letter.kind, letter.recipient)
    if not link:
        return {}
    return {"List-Unsubscribe": f"<{address(link)}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _reply_to(letter: Letter, sent_from: str) -> str:
    """Return where answers go: an address that carries the case, where the mailbox takes such addresses."""
    case = letter.case
    if case is None or not settings.MAIL_PLUS_ADDRESSING:
        return sent_from
    return marks.reply_address(case.reference, case.pk, letter.reader.email, sent_from)


def case_address(case: Case, reader: User) -> str:
    """Return where `reader` reads and answers the case."""
    name = "desk_case" if reader.works_here else "case"
    return address(reverse(name, kwargs={"reference": case.reference}))


def _context(letter: Letter, site_name: str, now: datetime) -> dict[str, Any]:
    case, reader = letter.case, letter.recipient
    about_case: dict[str, Any] = {}
    turn_off = choosing.link_to_turn_off(letter.kind, reader)
    if case is not None and reader is not None:
        about_case = {"case": case, "case_url": case_address(case, reader), "desk": case.desk, "event": letter.event}
    return {
        "site_name": site_name,
        "site_url": settings.SITE_URL,
        **about_case,
        "reader": letter.reader,
        "reader_zone": letter.reader.zone,
        "answers_come_in": _answers_come_in(),
        "turn_off_url": address(turn_off) if turn_off else "",
        "choose_url": address(reverse("account_mail")),
        # What `when_words` reckons "this year" from.
        "now": now,
        **letter.content,
    }


@once
def _answers_come_in() -> bool:
    by_webhook = bool(settings.INBOUND_KEY or settings.INBOUND_PROVIDER)
    return by_webhook or heartbeat.last(heartbeat.MAILBOX) is not None


def _render(kind: MailKind, name: str, context: dict[str, Any]) -> str:
    backend = get_template(f"emails/{kind}/{name}")
    # Plain text is not HTML: an apostrophe stays one.
    template = backend.template  # type: ignore[attr-defined]
    return str(template.render(Context(context, autoescape=name.endswith(".html"))))


def _tidy(text: str) -> str:
    lines = (line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


@once
def _site() -> Site | None:
    return Site.objects.first()


def _sender_of(site: Site | None) -> str:
    return one_line(site.mail_from if site is not None and site.mail_from else settings.DEFAULT_FROM_EMAIL)


def _domain_of(sent_from: str) -> str:
    _name, mailbox = email.utils.parseaddr(sent_from)
    return mailbox.rpartition("@")[2] or "localhost"
