"""Mail that comes in: kept raw first, then each is one act that also says what became of it.

The act and the mark "handled" are one transaction, so a mail is handled once whatever runs twice or dies. Actions
return None when somebody else handled the mail meanwhile.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from cases.actions import _bounces, _kept, _record
from cases.actions._beginning import partner_locked
from cases.actions.conversation import answer, hear_reply
from cases.actions.intake import (
    CaseDetails,
    Upload,
    keep_file,
    log,
    require_entitlement,
    tell_earlier_case,
)
from cases.models import (
    Case,
    Channel,
    EventKind,
    IncomingMail,
    KeptRequest,
    MailFate,
    MailReason,
    Membership,
    Message,
    Notice,
    NoticeKind,
    Partner,
    Triage,
    User,
    Watcher,
)
from cases.rules import DEFAULT_SEVERITY, RuleBroken

# A mail that cannot be handled is tried again after a minute, then two; the third failure puts it aside.
MOST_TRIES = 3
WAIT = timedelta(minutes=1)
ONE_KEPT_WITHIN = timedelta(hours=1)
ONE_TOLD_WITHIN = timedelta(days=1)
LONGEST_WORDS = 100_000
# "Re: [NWIT-104] " says nothing about a problem.
_PREFIX = re.compile(r"^(?:\s*(?:re|fwd?|aw|wg|antw|sv)\s*:|\s*\[[A-Z][A-Z0-9]{1,5}-\d{1,9}\])+\s*", re.IGNORECASE)


@dataclass(frozen=True)
class MailRead:
    """What was read in a mail."""

    from_address: str = ""
    from_name: str = ""
    to_addresses: str = ""
    subject: str = ""
    whole_text: str = ""
    said: str = ""
    severity: int | None = None
    files: Sequence[Upload] = ()
    refused_files: Sequence[dict[str, str]] = ()
    # Colleagues in copy, by their addresses.
    copies: Sequence[str] = field(default=())

    @property
    def words(self) -> str:
        """What stands in the case: the sender's own words, or that only files came."""
        return self.said[:LONGEST_WORDS].strip() or _("(This mail has files and no words.)")

    @property
    def title(self) -> str:
        """What a case made from it is called."""
        first = next((line.strip() for line in self.said.splitlines() if line.strip()), "")
        return (_PREFIX.sub("", self.subject) or first or _("Mail without a subject"))[:200]


@transaction.atomic(durable=True)
def keep_mail(
    *,
    raw: bytes,
    sha256: str,
    identity: str,
    content_hash: str,
    source: str,
    received_at: datetime,
    actor: None = None,
    now: datetime,
) -> IncomingMail | None:
    """Keep a mail as it came, before anybody reads it. None when it is kept already, however often it is delivered."""
    if IncomingMail.objects.filter(identity=identity, content_hash=content_hash).exists():
        return None
    mail = IncomingMail(
        identity=identity,
        content_hash=content_hash,
        sha256=sha256,
        size=len(raw),
        source=source,
        received_at=min(received_at, now),
        stored_at=now,
    )
    # The file is there before the row; a file without a row is harmless, and the next try writes the same one.
    mail.raw.save(sha256, ContentFile(raw), save=False)
    # Of two who bring the same mail at one moment, one keeps it.
    IncomingMail.objects.bulk_create([mail], ignore_conflicts=True)
    return IncomingMail.objects.filter(identity=identity, content_hash=content_hash).get()


@transaction.atomic(durable=True)
def log_case_from_mail(
    *, mail_id: int, read: MailRead, partner_id: int, triage: Triage | None = None, actor: User, now: datetime
) -> Case | None:
    """Log a case that came by mail (P1.2). Its clock began when our server received it.

    Without a named severity it is a 3, flagged (P2.2). A Sev 1 starts at once, also after hours: the acknowledgement
    states the charges (P4.2) and asks who works with us (P2.6).

    Raises:
        RuleBroken: the partner's plan has ended (P1.1).
        Partner.DoesNotExist: the sender no longer writes for the partner.
    """
    partner = partner_locked(partner_id, actor)
    mail = waiting_mail(mail_id)
    if mail is None:
        return None
    require_entitlement(partner, mail.received_at)
    case = case_of(mail, read, partner, contact=actor)
    case.triage = triage or case.triage
    enter(case, mail, read, actor=actor, now=now)
    settle(mail, read, MailFate.NEW_CASE, case=case, sender=actor, now=now)
    return case


@transaction.atomic(durable=True)
def log_follow_up_from_mail(*, mail_id: int, read: MailRead, case_id: int, actor: User, now: datetime) -> Case | None:
    """Open a provisional follow-up for a reply to a closed case, with its clock (P9.6).

    Raises:
        RuleBroken: the partner's plan has ended (P1.1).
        Case.DoesNotExist: the sender may not see the closed case.
    """
    earlier = Case.objects.visible_to(actor).select_related("partner").get(pk=case_id)
    partner = partner_locked(earlier.partner_id, actor)
    mail = waiting_mail(mail_id)
    if mail is None:
        return None
    require_entitlement(partner, mail.received_at)
    case = case_of(mail, read, partner, contact=actor)
    case.follow_up_of, case.is_provisional = earlier, True
    enter(case, mail, read, actor=actor, now=now)
    tell_earlier_case(case, actor=actor, now=now)
    settle(mail, read, MailFate.NEW_CASE, case=case, sender=actor, now=now)
    return case


@transaction.atomic(durable=True)
def keep_request_from_mail(
    *, mail_id: int, read: MailRead, partner_id: int, case_id: int | None = None, actor: User, now: datetime
) -> KeptRequest | None:
    """Keep what a contact of a lapsed partner asked for, for staff to decide on, and tell the contact (P1.1).

    Raises:
        RuleBroken: one of theirs was kept within the hour. Two machines that answer each other get no second answer.
    """
    partner = partner_locked(partner_id, actor)
    mail = waiting_mail(mail_id)
    if mail is None:
        return None
    earlier = KeptRequest.objects.filter(contact=actor, channel=Channel.EMAIL, asked_at__gt=now - ONE_KEPT_WITHIN)
    if earlier.exists():
        raise RuleBroken("kept_already", _("The partner's plan has ended, and an earlier mail of the sender is kept."))
    details = CaseDetails(
        title=read.title, explanation=read.words, effect="", contact_email=actor.email, contact_phone=actor.phone
    )
    goes_on = None if case_id is None else Case.objects.visible_to(actor).filter(pk=case_id).first()
    severity = read.severity or DEFAULT_SEVERITY
    kept = _kept.keep(
        partner, actor, details, severity, channel=Channel.EMAIL, follow_up_of=goes_on, actor=actor, now=now
    )
    for upload in read.files:
        keep_file(upload, actor=actor, now=now, kept_request=kept)
    settle(mail, read, MailFate.KEPT, reason=MailReason.NOT_ENTITLED, sender=actor, now=now)
    return kept


@transaction.atomic(durable=True)
def reply_from_mail(*, mail_id: int, read: MailRead, case_id: int, actor: User, now: datetime) -> Case | None:
    """Put a contact's reply by mail on its case. It was said when our server received it (P9.5).

    Raises:
        RuleBroken: the case is closed; a follow-up is the way on (P9.6).
    """
    case = _record.locked(case_id, actor=actor)
    mail = waiting_mail(mail_id)
    if mail is None:
        return None
    message = hear_reply(
        case, read.words, read.files, channel=Channel.EMAIL, said_at=mail.received_at, actor=actor, now=now
    )
    _add_colleagues(case, read.copies, actor=actor, now=now)
    settle(mail, read, MailFate.REPLY, case=case, message=message, sender=actor, now=now)
    return case


@transaction.atomic(durable=True)
def answer_from_mail(*, mail_id: int, read: MailRead, case_id: int, actor: User, now: datetime) -> Case | None:
    """Send a specialist's reply by mail on to the contact. It stops the response clock now, as it leaves now (P2.5)."""
    _record.require_staff(actor)
    case = _record.locked(case_id, actor=actor)
    mail = waiting_mail(mail_id)
    if mail is None:
        return None
    message = answer(case, read.words, read.files, channel=Channel.EMAIL, actor=actor, now=now)
    settle(mail, read, MailFate.REPLY, case=case, message=message, sender=actor, now=now)
    return case


@transaction.atomic(durable=True)
def file_mail(
    *,
    mail_id: int,
    read: MailRead,
    case_id: int,
    reason: MailReason,
    bounce: _bounces.Bounce | None = None,
    actor: None = None,
    now: datetime,
) -> Case | None:
    """Keep a machine's mail with its case, for staff. It is no word of the contact and is never answered (P9.5).

    A bounce marks the address, and the reminder that it is about is no attempt.
    """
    case = _record.locked(case_id, actor=actor)
    mail = waiting_mail(mail_id)
    if mail is None:
        return None
    if bounce is not None:
        _bounces.take_in(case, bounce, now=now)
        mail.bounced_address = bounce.address
    facts = {"mail": mail.pk, "reason": reason, "from": read.from_address, "bounced": mail.bounced_address}
    _record.record(case, EventKind.MAIL_FILED, actor=actor, now=now, public=False, facts=facts)
    settle(mail, read, MailFate.FILED, reason=reason, case=case, now=now)
    return case


@transaction.atomic(durable=True)
def put_mail(
    *,
    mail_id: int,
    read: MailRead,
    fate: MailFate,
    reason: MailReason,
    detail: str = "",
    sender_id: int | None = None,
    case_id: int | None = None,
    tell_sender_of: Partner | None = None,
    actor: None = None,
    now: datetime,
) -> IncomingMail | None:
    """Keep a mail without a case: in the tray, put aside, or as a machine's. `case_id` is what it may belong to.

    A sender who writes for the partner `tell_sender_of` is told, once a day, that it was put aside.
    """
    mail = waiting_mail(mail_id)
    if mail is None:
        return None
    mail.sender_id, mail.case_id = sender_id, case_id
    if tell_sender_of is not None and sender_id is not None:
        _tell_sender(sender_id, tell_sender_of, reason, now=now)
    settle(mail, read, fate, reason=reason, detail=detail, now=now)
    return mail


def _tell_sender(sender_id: int, partner: Partner, reason: MailReason, *, now: datetime) -> None:
    told = Notice.objects.filter(kind=NoticeKind.MAIL_PUT_ASIDE, facts__person=sender_id, at__gt=now - ONE_TOLD_WITHIN)
    if not told.exists():
        _kept.give_notice(
            NoticeKind.MAIL_PUT_ASIDE, partner, {"person": sender_id, "reason": str(reason.label)}, now=now
        )


@transaction.atomic(durable=True)
def fail_mail(*, mail_id: int, error: str, actor: None = None, now: datetime) -> IncomingMail | None:
    """Note that a mail could not be handled. The third time it is put aside with the error, and the next goes on."""
    mail = waiting_mail(mail_id)
    if mail is None:
        return None
    mail.tries += 1
    mail.detail = error.replace("\0", "")[:2000]
    if mail.tries < MOST_TRIES:
        mail.next_try_at = now + WAIT * mail.tries
    else:
        mail.fate, mail.reason, mail.handled_at = MailFate.ASIDE, MailReason.FAILED, now
    mail.save(update_fields=["tries", "detail", "next_try_at", "fate", "reason", "handled_at"])
    return mail


# --- Shared with the tray -----------------------------------------------------------------------------------------


def waiting_mail(mail_id: int) -> IncomingMail | None:
    """Lock a mail that nobody handled yet."""
    return IncomingMail.objects.select_for_update().filter(pk=mail_id, fate=MailFate.WAITING).first()


def enter(case: Case, mail: IncomingMail, read: MailRead, *, actor: User, now: datetime) -> None:
    """Log a case made from a mail, with its files and the colleagues in copy."""
    log(case, read.severity or DEFAULT_SEVERITY, came_at=mail.received_at, actor=actor, now=now)
    for upload in read.files:
        keep_file(upload, actor=actor, now=now, case=case)
    _add_colleagues(case, read.copies, actor=actor, now=now)


def case_of(mail: IncomingMail, read: MailRead, partner: Partner, *, contact: User) -> Case:
    """Return a case with what a mail says of what P5.1 asks for; the acknowledgement asks for the rest."""
    return Case(
        partner=partner,
        desk=partner.home_desk,
        contact=contact,
        channel=Channel.EMAIL,
        title=read.title,
        explanation=read.words,
        contact_email=contact.email,
        contact_phone=contact.phone,
        triage="" if read.severity else Triage.NO_SEVERITY,
    )


def settle(
    mail: IncomingMail,
    read: MailRead,
    fate: MailFate,
    *,
    reason: MailReason | str = "",
    detail: str = "",
    case: Case | None = None,
    message: Message | None = None,
    sender: User | None = None,
    now: datetime,
) -> None:
    """Say what became of a locked mail, and keep what was read in it."""
    mail.fate, mail.reason, mail.detail, mail.handled_at = fate, reason, detail, now
    mail.case, mail.message = case or mail.case, message
    mail.sender = sender or mail.sender
    if read.from_address or read.whole_text or read.subject:
        for name in ("from_address", "from_name", "to_addresses", "subject", "whole_text", "said", "severity"):
            setattr(mail, name, getattr(read, name))
        mail.refused_files = list(read.refused_files)
    mail.save()


def _add_colleagues(case: Case, addresses: Sequence[str], *, actor: User, now: datetime) -> None:
    """Let colleagues in copy hear of the case: people of the same partner who may see it, each once."""
    colleagues = Membership.objects.filter(
        partner=case.partner, is_active=True, sees_all_cases=True, user__is_active=True, user__email__in=addresses
    ).exclude(user__in=[actor, case.contact])
    for membership in colleagues.select_related("user").order_by("user_id")[:20]:
        person = membership.user
        _watcher, added = Watcher.objects.get_or_create(
            case=case, user=person, defaults={"added_at": now, "added_by": actor}
        )
        if added:
            facts: dict[str, Any] = {"user": person.pk, "name": str(person)}
            _record.record(case, EventKind.WATCHER_ADDED, actor=actor, now=now, public=True, facts=facts)
