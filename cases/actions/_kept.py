"""Requests of partners whose plan has ended: kept whole, to be decided on (P1.1)."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.db import transaction

from cases import rules
from cases.actions import _request, _waking
from cases.actions.intake import CaseDetails
from cases.models import Attachment, Case, CaseDraft, Channel, KeptRequest, Notice, NoticeKind, Partner, User


def keep(
    partner: Partner,
    contact: User,
    details: CaseDetails,
    severity: int,
    *,
    channel: Channel,
    charges_accepted: bool = False,
    follow_up_of: Case | None = None,
    key: UUID | None = None,
    actor: User,
    now: datetime,
) -> KeptRequest:
    """Keep a request with all that was said, and have the contact and staff told. The partner is locked."""
    kept = KeptRequest.objects.create(
        partner=partner,
        contact=contact,
        channel=channel,
        details=asdict(details),
        severity=severity,
        charge_words=str(rules.CHARGE_WORDS) if charges_accepted else "",
        follow_up_of=follow_up_of,
        taken_by=actor if actor != contact else None,
        asked_at=now,
        submission_key=key,
    )
    give_notice(NoticeKind.REQUEST_KEPT, partner, {"request": kept.pk}, now=now)
    _request.leave_receipt(None, made=kept.pk, now=now)
    return kept


def take_files_of_draft(kept: KeptRequest, follow_up_of: Case | None) -> None:
    """Move the files of the contact's draft into the request; the draft has become it."""
    draft = CaseDraft.objects.select_for_update().filter(user=kept.contact, follow_up_of=follow_up_of).first()
    if draft is not None:
        Attachment.objects.filter(draft=draft).update(draft=None, kept_request=kept)
        draft.delete()


def give_notice(kind: NoticeKind, partner: Partner, facts: Mapping[str, int | str], *, now: datetime) -> None:
    """Have people told of something that is about no case."""
    Notice.objects.create(kind=kind, partner=partner, at=now, facts=dict(facts))
    transaction.on_commit(_waking.wake)
