"""Logging a case: the draft, its files, the submission (P1, P2.2, P4, P5.1)."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from cases import promises, rules
from cases.actions import _alerts, _promises, _record
from cases.actions._beginning import Begun, Opening, begun
from cases.models import (
    AlertReason,
    Attachment,
    Case,
    CaseDraft,
    Channel,
    Deadline,
    DeadlineKind,
    EventKind,
    KeptRequest,
    Partner,
    User,
)
from cases.rules import RuleBroken
from sla import store
from sla.engine.deadlines import Facts
from sla.written_rows import Changed, New, reserve


@dataclass(frozen=True)
class CaseDetails:
    """What P5.1 asks for, as typed. Empty text where nothing was said."""

    title: str
    explanation: str
    effect: str
    contact_email: str
    product_area_id: int | None = None
    error_messages: str = ""
    steps_to_reproduce: str = ""
    known_workarounds: str = ""
    contact_phone: str = ""
    preferred_times: str = ""
    preferred_method: str = "either"
    technical_resource: str = ""


@dataclass(frozen=True)
class Upload:
    """A checked file on its way into a case."""

    name: str
    content_type: str
    content: File[bytes]
    # Of an archive: something in it could not be looked into.
    unseen: bool = False


@transaction.atomic(durable=True)
def keep_draft(
    *, fields: Mapping[str, Any], submission_key: UUID | None, follow_up_of: str = "", actor: User, now: datetime
) -> CaseDraft | None:
    """Keep what a person has typed so far; the last state wins (P5.1). None when it is a case by now.

    The follow-up of a case, named by its reference, has a draft of its own: neither takes the other's words or files.
    """
    mine = {"contact": actor, "submission_key": submission_key}
    if submission_key is not None and (
        Case.objects.filter(**mine).exists() or KeptRequest.objects.filter(**mine).exists()
    ):
        return None
    draft, _made = CaseDraft.objects.update_or_create(
        user=actor, follow_up_of=_goes_on(follow_up_of, actor), defaults={"fields": dict(fields), "saved_at": now}
    )
    return draft


def _goes_on(reference: str, actor: User) -> Case | None:
    """Return the case that a draft goes on from; None for a new case."""
    return Case.objects.visible_to(actor).filter(reference=reference).first() if reference else None


@transaction.atomic(durable=True)
def discard_draft(*, follow_up_of: str = "", actor: User, now: datetime) -> None:
    """Throw one draft and its files away, because its owner said so at `now`."""
    earlier = _goes_on(follow_up_of, actor)
    CaseDraft.objects.filter(user=actor, follow_up_of=earlier, saved_at__lte=now).delete()


@transaction.atomic(durable=True)
def attach_to_draft(*, upload: Upload, follow_up_of: str = "", actor: User, now: datetime) -> Attachment:
    """Keep an uploaded file with the draft, so that a form with an error does not ask for it again."""
    # Locked, so that a double click does not keep the same file twice.
    draft, _made = CaseDraft.objects.select_for_update().get_or_create(
        user=actor, follow_up_of=_goes_on(follow_up_of, actor), defaults={"saved_at": now}
    )
    return keep_file(upload, actor=actor, now=now, draft=draft)


@transaction.atomic(durable=True)
def detach_from_draft(*, attachment_id: int, actor: User, now: datetime) -> None:
    """Take a file off the draft; somebody else's, or one already part of a case, is left alone."""
    Attachment.objects.filter(pk=attachment_id, draft__user=actor, uploaded_at__lte=now).delete()


def digest_of(upload: Upload) -> str:
    """Return the SHA-256 of a file's content."""
    digest = hashlib.sha256()
    for chunk in upload.content.chunks():
        digest.update(chunk)
    upload.content.seek(0)
    return digest.hexdigest()


def keep_file(upload: Upload, *, actor: User, now: datetime, **owner: Any) -> Attachment:
    """Store a file under its content's hash for its `owner` (draft, or case and message). Twice the same is once."""
    content, sha256 = upload.content, digest_of(upload)
    known = Attachment.objects.filter(name=upload.name, sha256=sha256, **owner).first()
    if known is not None:
        return known
    attachment = Attachment(
        name=upload.name,
        size=content.size,
        content_type=upload.content_type,
        sha256=sha256,
        unseen=upload.unseen,
        uploaded_by=actor,
        uploaded_at=now,
        **owner,
    )
    attachment.file.save(upload.name, content, save=False)
    attachment.save()
    return attachment


@transaction.atomic(durable=True)
def submit_case(
    *,
    partner_id: int,
    details: CaseDetails,
    severity: int,
    channel: Channel = Channel.PORTAL,
    charges_accepted: bool = False,
    follow_up_of: str = "",
    submission_key: UUID | None = None,
    actor: User,
    now: datetime,
) -> Case:
    """Log a case and promise a first response (P2.1). The same `submission_key` again returns the same case.

    Raises:
        RuleBroken: the partner's plan has ended (P1.1), or a Sev 1 lacks its technical resource (P2.6) or, after
            hours, the accepted charges (P4.2).
        Partner.DoesNotExist: the actor does not write for this partner.
    """
    return enter(
        begun(partner_id=partner_id, key=submission_key, severity=severity, actor=actor, now=now),
        details=details,
        severity=severity,
        channel=channel,
        charges_accepted=charges_accepted,
        follow_up_of=follow_up_of,
        submission_key=submission_key,
        actor=actor,
        now=now,
    )


def enter(
    begun: Begun,
    *,
    details: CaseDetails,
    severity: int,
    channel: Channel,
    charges_accepted: bool,
    follow_up_of: str,
    submission_key: UUID | None,
    uploads: Sequence[Upload] = (),
    actor: User,
    now: datetime,
) -> Case:
    """Do what `submit_case` says, inside the transaction of an action."""
    partner = begun.partner
    if begun.case_id is not None:
        CaseDraft.objects.filter(user=actor, follow_up_of=_goes_on(follow_up_of, actor), saved_at__lte=now).delete()
        return Case.objects.get(pk=begun.case_id)
    case = case_of(partner, actor, details, channel=channel, key=submission_key)
    case.follow_up_of = earlier_case(follow_up_of, partner, actor)
    require_entitlement(partner, now)
    _require_what_severity_1_needs(case, severity, charges_accepted=charges_accepted, now=now)
    log(case, severity, opening=begun.opening, actor=actor, now=now)
    tell_earlier_case(case, actor=actor, now=now)
    if begun.has_draft:
        _take_files_of_draft(case, follow_up_of, actor)
    for upload in uploads:
        keep_file(upload, actor=actor, now=now, case=case)
    return case


def case_of(partner: Partner, contact: User, details: CaseDetails, *, channel: Channel, key: UUID | None) -> Case:
    """Return a case as it was typed, not yet logged; its phone number in E.164 where it is one (P6.1)."""
    case = Case(partner=partner, contact=contact, channel=channel, submission_key=key, **vars(details))
    case.desk = partner.home_desk
    case.contact_phone = rules.phone_as_kept(details.contact_phone, partner.home_desk.country)
    return case


def earlier_case(reference: str, partner: Partner, actor: User) -> Case | None:
    """Return the case of this partner that a new one goes on from; None when no such case is the actor's business."""
    if not reference:
        return None
    return Case.objects.visible_to(actor).filter(partner=partner, reference=reference).first()


def require_entitlement(partner: Partner, now: datetime) -> None:
    """Refuse a case of a partner whose plan has ended (P1.1)."""
    if not rules.is_entitled(partner.plan, partner.trial_ends_at, now):
        raise RuleBroken(
            "not_entitled",
            _(
                "Your plan has ended, so this case was not logged. What you typed is kept as a draft. "
                "Write to sales@probax.io to renew the plan, then send it again. Your open cases go on."
            ),
        )


def _require_what_severity_1_needs(case: Case, severity: int, *, charges_accepted: bool, now: datetime) -> None:
    if rules.needs_technical_resource(severity) and not case.technical_resource.strip():
        raise RuleBroken(
            "technical_resource_missing",
            _("For Severity 1, name the person who can work with us around the clock, and how to reach them."),
        )
    desk_is_open = promises.hours_of(case.partner, case.desk).is_open(now)
    if not rules.needs_charge_acceptance(severity, desk_is_open):
        return
    if not charges_accepted:
        raise RuleBroken(
            "charges_not_accepted",
            _("The desk is closed now. Accept the possible charges below to log this case as Severity 1."),
        )
    case.charge_words = str(rules.CHARGE_WORDS)
    case.charges_accepted_at = now


def log(
    case: Case,
    severity: int,
    *,
    came_at: datetime | None = None,
    opening: Opening | None = None,
    actor: User,
    now: datetime,
) -> None:
    """Give a case of a locked partner its reference, its policy and its first promise, and put it on the record.

    The clock of a mail starts when our server received it, at `came_at`, though it is read a little later. `opening`
    is what was read of it already.
    """
    began = came_at or now
    partner = case.partner
    partner.last_case_number += 1
    case.reference = f"{partner.code}-{partner.last_case_number}"
    if opening is None:
        case.policy, target = store.target_in_force(severity, began)
        case_key, deadline_key = reserve(Case, Deadline)
        opening = Opening(case_key, deadline_key, None)
    else:
        case.policy_id, target = store.target_from(opening.target, began)
    case.logged_at = case.last_event_at = began
    hours = promises.hours_of(partner, case.desk)
    desk_open = hours.is_open(began)
    case.used_after_hours = rules.needs_charge_acceptance(severity, desk_open)
    _record.set_opening(case, severity=severity)
    reckoned = promises.reckon(hours, Facts(logged_at=began, target=target))
    # The event is bound to their keys, and all of it is written at once.
    case.pk = opening.case_key
    deadline = _promises.promise_of(case, DeadlineKind.FIRST_RESPONSE, reckoned, key=opening.deadline_key, now=now)
    facts = {
        "severity": severity,
        "deadline": deadline.pk,
        "due_at": deadline.due_at.isoformat(),
        "desk_open": desk_open,
    }
    _record.record(
        case,
        EventKind.CASE_LOGGED,
        actor=actor,
        now=now,
        public=True,
        facts=facts,
        standing=[deadline],
        beside=[Changed(partner, ("last_case_number",)), New(deadline)],
    )
    if case.used_after_hours:
        _alerts.raise_alert(case, AlertReason.AFTER_HOURS, now=now)


def tell_earlier_case(case: Case, *, actor: User, now: datetime) -> None:
    """Link both ways: the earlier case's record says which case goes on (P9.6)."""
    if case.follow_up_of_id is None:
        return
    earlier = _record.locked(case.follow_up_of_id, actor=actor)
    facts = {"case": case.pk, "reference": case.reference}
    _record.record(earlier, EventKind.FOLLOW_UP_OPENED, actor=actor, now=now, public=True, facts=facts)


def _take_files_of_draft(case: Case, follow_up_of: str, actor: User) -> None:
    drafts = CaseDraft.objects.filter(user=actor, follow_up_of=_goes_on(follow_up_of, actor))
    # Locked first: a file that is just being attached waits, and finds no draft any more.
    draft = drafts.select_for_update().first()
    if draft is not None:
        Attachment.objects.filter(draft=draft).update(draft=None, case=case)
        draft.delete()
