"""Removing a secret that somebody pasted: gone from everything that is kept, with a trace of who removed it and why."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases import rules
from cases.actions import _erasing, _record
from cases.models import Attachment, Case, EventKind, IncomingMail, Redaction, User
from cases.rules import REMOVED, RuleBroken


@transaction.atomic(durable=True)
def redact_text(*, case_id: int, secret: str, reason: str, actor: User, now: datetime) -> Case:
    """Remove an exact text from a case: its page, record, mails, drafts. Nothing of it is kept.

    Raises:
        RuleBroken: it stands nowhere, is too short, lacks a reason, or is not the actor's to remove.
    """
    case = _record.locked(case_id, actor=actor)
    text = secret.strip()
    _require_reason(reason)
    if rules.is_too_short_to_remove(text):
        raise RuleBroken("secret_too_short", _("Give at least four characters, exactly as they stand in the case."))
    if not actor.works_here and not _wrote_it(case, text, actor):
        raise RuleBroken(
            "secret_not_yours",
            _("None of your own words in this case hold that text. Copy it exactly, or ask us to remove it."),
        )
    erased = _erasing.erase(case, text)
    if not erased:
        raise RuleBroken(
            "secret_nowhere", _("That text stands nowhere in this case, or was removed already. Copy it exactly.")
        )
    # What is saved below must not bring it back.
    case.refresh_from_db()
    _leave_trace(case, reason.replace(text, REMOVED), erased, actor=actor, now=now)
    return case


@transaction.atomic(durable=True)
def redact_file(*, case_id: int, attachment_id: int, reason: str, actor: User, now: datetime) -> Case:
    """Remove a file from a case and from the disk, unless another case has the very same one.

    Raises:
        RuleBroken: it was removed already, lacks a reason, or is not the actor's to remove.
    """
    case = _record.locked(case_id, actor=actor)
    _require_reason(reason)
    file = Attachment.objects.visible_to(actor).filter(pk=attachment_id, case=case).first()
    if file is None:
        raise RuleBroken("file_gone", _("This file is not there any more: somebody removed it. Nothing was changed."))
    if not actor.works_here and file.uploaded_by_id != actor.pk:
        raise RuleBroken("file_not_yours", _("Only whoever sent a file, or we, can remove it. Ask us to do it."))
    erased = {"places": {_erasing.place_of(file): 1}}
    stored, message = file.file.name, file.message
    file.delete()
    _erasing.forget_file(stored)
    if message is not None:
        for mail in IncomingMail.objects.filter(message=message):
            _erasing.forget_raw_mail(mail)
    _leave_trace(case, reason, erased, actor=actor, now=now)
    return case


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise RuleBroken("redaction_reason_missing", _("Say why it is removed. Nothing was changed."))


def _wrote_it(case: Case, text: str, actor: User) -> bool:
    """Return whether the text stands in what the actor wrote: their messages, or the case they logged."""
    if case.messages.filter(author=actor, body__contains=text).exists():
        return True
    asked = ("title", "explanation", "effect", "error_messages", "steps_to_reproduce", "known_workarounds")
    return case.contact_id == actor.pk and any(text in getattr(case, name) for name in asked)


def _leave_trace(case: Case, reason: str, erased: dict[str, Any], *, actor: User, now: datetime) -> None:
    short = reason.strip()[:300]
    redaction = Redaction.objects.create(case=case, at=now, by=actor, reason=short, places=erased["places"])
    facts = {"redaction": redaction.pk, "reason": short} | erased
    # Of what stood in notes alone no contact hears.
    public = bool(rules.places_of_contacts(erased["places"]))
    _record.record(case, EventKind.REDACTED, actor=actor, now=now, public=public, facts=facts)
