"""Each mail that waits becomes exactly one thing: a reply, a new case, kept with a reason, or put aside."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Q
from django.utils.translation import gettext as _

from cases import actions
from cases.actions import MailRead
from cases.inbox import reading, routing
from cases.inbox.reading import Letter, OverLimit
from cases.inbox.routing import Placed
from cases.models import IncomingMail, MailFate, MailReason, Triage
from cases.rules import RuleBroken, severity_in

logger = logging.getLogger(__name__)


def waiting(now: datetime, *, limit: int) -> list[int]:
    """Return the mails to handle, in the order in which they came in."""
    ready = Q(next_try_at=None) | Q(next_try_at__lte=now)
    mails = IncomingMail.objects.filter(ready, fate=MailFate.WAITING)
    return list(mails.order_by("received_at", "pk").values_list("pk", flat=True)[:limit])


def handle(mail_id: int, *, now: datetime) -> bool:
    """Handle one mail. Returns whether it was handled; one that fails is tried again, and keeps no other waiting."""
    try:
        _handle(IncomingMail.objects.get(pk=mail_id), now=now)
    except Exception as mistake:
        logger.exception("Mail %s could not be handled", mail_id)
        actions.fail_mail(mail_id=mail_id, error=f"{type(mistake).__name__}: {mistake}", now=now)
        return False
    return True


def _handle(mail: IncomingMail, *, now: datetime) -> None:
    raw = raw_of(mail)
    try:
        letter = reading.read(raw)
    except OverLimit as over:
        _put_aside(mail, reading.read_head(raw), over.reason, now=now)
        return
    _act(mail, read_of(letter), routing.place(letter, mail, now=now), now=now)


def _put_aside(mail: IncomingMail, head: Letter, reason: MailReason, *, now: datetime) -> None:
    """Keep a mail that is not taken apart, and have its sender told if they are a contact of ours and no machine."""
    sender, partner = routing.who_is_told(head)
    actions.put_mail(
        mail_id=mail.pk,
        read=read_of(head),
        fate=MailFate.ASIDE,
        reason=reason,
        sender_id=None if sender is None else sender.pk,
        tell_sender_of=partner,
        now=now,
    )


def raw_of(mail: IncomingMail) -> bytes:
    """Return the bytes of a mail as they came."""
    with mail.raw.open("rb") as file:
        content: bytes = file.read()
    return content


def read_of(letter: Letter) -> MailRead:
    """Return what the acts need of a letter."""
    return MailRead(
        from_address=letter.from_address,
        from_name=letter.from_name,
        to_addresses=letter.to_addresses,
        subject=letter.subject,
        whole_text=letter.whole_text,
        said=letter.said,
        severity=severity_in(letter.subject, letter.said),
        files=letter.files,
        refused_files=letter.refused_files,
        copies=letter.cc,
    )


def read_again(mail: IncomingMail) -> MailRead:
    """Return what a mail says, with its files, for whoever sorts it. What cannot be taken apart says so."""
    raw = b""
    try:
        raw = raw_of(mail)
        return read_of(reading.read(raw))
    except Exception as mistake:
        # A mail that failed here before: it is kept as it came, and staff decide without its words.
        if not isinstance(mistake, OverLimit):
            logger.warning("Mail %s could not be read again", mail.pk, exc_info=True)
        words = _("(This mail could not be taken apart. Support staff have the original.)")
        return replace(read_of(reading.read_head(raw)), said=words, whole_text=words)


def _act(mail: IncomingMail, read: MailRead, placed: Placed, *, now: datetime) -> None:
    """Call the one act that a mail asks for. What it refuses is put before staff with its words."""
    if placed.reason is not None or placed.sender is None:
        _keep(mail, read, placed, now=now)
        return
    asked: dict[str, Any] = {"mail_id": mail.pk, "read": read, "actor": placed.sender, "now": now}
    try:
        _say_or_keep(placed, asked)
    except RuleBroken as broken:
        reason = MailReason.NOT_ENTITLED if broken.code == "kept_already" else MailReason.REFUSED
        _keep(mail, read, Placed(reason=reason, sender=placed.sender, case=placed.case), detail=str(broken), now=now)
    except ObjectDoesNotExist as gone:
        # Somebody lost sight of the case, or left the partner, while the mail was read.
        _keep(mail, read, Placed(reason=MailReason.REFUSED, sender=placed.sender), detail=str(gone), now=now)


def _say_or_keep(placed: Placed, asked: dict[str, Any]) -> None:
    """Let a mail do what it asks for. What a lapsed partner asks for is kept for staff to decide on (P1.1)."""
    try:
        _say(placed, asked)
    except RuleBroken as broken:
        if broken.code != "not_entitled":
            raise
        case = placed.case
        partner_id = placed.partner_id if case is None else case.partner_id
        if partner_id is None:
            raise
        actions.keep_request_from_mail(**asked, partner_id=partner_id, case_id=None if case is None else case.pk)


def _say(placed: Placed, asked: dict[str, Any]) -> None:
    if placed.partner_id is not None:
        triage = Triage.WHICH_PARTNER if placed.several_partners else None
        actions.log_case_from_mail(**asked, partner_id=placed.partner_id, triage=triage)
    elif placed.case is not None and asked["actor"].works_here:
        actions.answer_from_mail(**asked, case_id=placed.case.pk)
    elif placed.case is not None:
        _reply(placed.case.pk, asked)


def _reply(case_id: int, asked: dict[str, Any]) -> None:
    """Reply, or open a provisional follow-up if the case is closed and stays so (P9.5, P9.6)."""
    try:
        actions.reply_from_mail(**asked, case_id=case_id)
    except RuleBroken as broken:
        if broken.code != "case_closed":
            raise
        actions.log_follow_up_from_mail(**asked, case_id=case_id)


def _keep(mail: IncomingMail, read: MailRead, placed: Placed, *, detail: str = "", now: datetime) -> None:
    reason = placed.reason or MailReason.UNKNOWN_SENDER
    if placed.fate == MailFate.FILED and placed.case is not None:
        actions.file_mail(
            mail_id=mail.pk, read=read, case_id=placed.case.pk, reason=reason, bounce=placed.bounce, now=now
        )
        return
    actions.put_mail(
        mail_id=mail.pk,
        read=read,
        fate=placed.fate,
        reason=reason,
        detail=detail,
        sender_id=None if placed.sender is None else placed.sender.pk,
        case_id=None if placed.case is None else placed.case.pk,
        now=now,
    )


def handle_waiting(clock: Callable[[], datetime], *, limit: int) -> int:
    """Handle what waits, one after the other. Returns how many were handled."""
    return sum(handle(mail_id, now=clock()) for mail_id in waiting(clock(), limit=limit))
