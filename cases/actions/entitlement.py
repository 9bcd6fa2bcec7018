"""Who may raise cases (P1.1): requests of partners whose plan has ended, trials that end."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cases import rules
from cases.actions import _beginning, _kept, _record, _request, intake
from cases.actions.intake import CaseDetails, Upload
from cases.models import Attachment, Case, Channel, KeptRequest, NoticeKind, Partner, Plan, RequestDecision, User
from cases.rules import RuleBroken


@transaction.atomic(durable=True)
def submit_or_keep(
    *,
    partner_id: int,
    details: CaseDetails,
    severity: int,
    channel: Channel = Channel.PORTAL,
    charges_accepted: bool = False,
    follow_up_of: str = "",
    submission_key: UUID | None = None,
    uploads: Sequence[Upload] = (),
    actor: User,
    now: datetime,
) -> Case | KeptRequest:
    """Log a case; if the partner's plan has ended, keep the request whole for staff to decide on instead.

    Nothing is asked of a request that is kept: what a Sev 1 needs is asked for when it becomes a case.

    Raises:
        RuleBroken: see `submit_case`.
        Partner.DoesNotExist: the actor does not write for this partner.
    """
    begun = _beginning.begun(partner_id=partner_id, key=submission_key, severity=severity, actor=actor, now=now)
    partner = begun.partner
    if begun.request_id is not None:
        return KeptRequest.objects.get(pk=begun.request_id)
    if rules.is_entitled(partner.plan, partner.trial_ends_at, now) or begun.case_id is not None:
        return intake.enter(
            begun,
            details=details,
            severity=severity,
            channel=channel,
            charges_accepted=charges_accepted,
            follow_up_of=follow_up_of,
            submission_key=submission_key,
            uploads=uploads,
            actor=actor,
            now=now,
        )
    earlier = intake.earlier_case(follow_up_of, partner, actor)
    kept = _kept.keep(
        partner,
        actor,
        details,
        severity,
        channel=channel,
        charges_accepted=charges_accepted,
        follow_up_of=earlier,
        key=submission_key,
        actor=actor,
        now=now,
    )
    _kept.take_files_of_draft(kept, earlier)
    for upload in uploads:
        intake.keep_file(upload, actor=actor, now=now, kept_request=kept)
    return kept


@transaction.atomic(durable=True)
def log_kept_request(*, request_id: int, word: str = "", actor: User, now: datetime) -> Case:
    """Log a kept request as a case after all. Its clock starts at this decision, and the contact hears of it.

    Raises:
        RuleBroken: somebody has decided already.
    """
    _record.require_staff(actor)
    kept = _undecided(request_id)
    case = Case(
        partner=kept.partner,
        contact=kept.contact,
        desk=kept.partner.home_desk,
        channel=kept.channel,
        logged_by=actor,
        follow_up_of=kept.follow_up_of,
        submission_key=kept.submission_key,
        charge_words=kept.charge_words,
        charges_accepted_at=kept.asked_at if kept.charge_words else None,
        **kept.details,
    )
    intake.log(case, kept.severity, actor=actor, now=now)
    intake.tell_earlier_case(case, actor=actor, now=now)
    Attachment.objects.filter(kept_request=kept).update(kept_request=None, case=case)
    _decide(kept, RequestDecision.LOGGED, word, case=case, actor=actor, now=now)
    if word.strip():
        _kept.give_notice(NoticeKind.REQUEST_LOGGED, kept.partner, {"request": kept.pk}, now=now)
    return case


@transaction.atomic(durable=True)
def decline_kept_request(*, request_id: int, word: str, actor: User, now: datetime) -> KeptRequest:
    """Decline a kept request with a word to the contact. What they wrote stays readable.

    Raises:
        RuleBroken: there is no word for the contact, or somebody has decided already.
    """
    _record.require_staff(actor)
    kept = _undecided(request_id)
    if not word.strip():
        raise RuleBroken("word_missing", _("Give the contact a word on why. Nothing was decided."))
    _decide(kept, RequestDecision.DECLINED, word, case=None, actor=actor, now=now)
    _kept.give_notice(NoticeKind.REQUEST_DECLINED, kept.partner, {"request": kept.pk}, now=now)
    _request.leave_receipt(None, made=kept.pk, now=now)
    return kept


@transaction.atomic(durable=True)
def tell_of_trial(*, partner_id: int, actor: None = None, now: datetime) -> Partner | None:
    """Have a partner's administrators and ours told that a trial ends in three days, or has ended. Each once.

    Returns None when nothing is to be told, or it was told before.
    """
    partner = Partner.objects.select_for_update().get(pk=partner_id)
    end = partner.trial_ends_at
    if partner.plan != Plan.TRIAL or end is None:
        return None
    facts = {"trial_ends_at": end.isoformat()}
    if now >= end and partner.told_of_trial_end != end:
        partner.told_of_trial_end = partner.warned_of_trial_end = end
        _kept.give_notice(NoticeKind.TRIAL_ENDED, partner, facts, now=now)
    elif rules.trial_is_ending(end, now) and partner.warned_of_trial_end != end:
        partner.warned_of_trial_end = end
        _kept.give_notice(NoticeKind.TRIAL_ENDING, partner, facts, now=now)
    else:
        return None
    partner.save(update_fields=["told_of_trial_end", "warned_of_trial_end"])
    return partner


def _undecided(request_id: int) -> KeptRequest:
    """Lock a kept request and its partner, in the order of every submission."""
    partner_id = KeptRequest.objects.values_list("partner_id", flat=True).get(pk=request_id)
    partner = Partner.objects.select_for_update().get(pk=partner_id)
    kept = KeptRequest.objects.select_for_update().get(pk=request_id)
    if kept.decision:
        raise RuleBroken(
            "decided_already",
            _("%(name)s has decided on this request already: %(decision)s. Nothing was changed.")
            % {"name": kept.decided_by, "decision": RequestDecision(kept.decision).label},
        )
    kept.partner = partner
    return kept


def _decide(
    kept: KeptRequest, decision: RequestDecision, word: str, *, case: Case | None, actor: User, now: datetime
) -> None:
    kept.decision, kept.word, kept.case = decision, word.strip(), case
    kept.decided_at, kept.decided_by = now, actor
    kept.save(update_fields=["decision", "word", "case", "decided_at", "decided_by"])
