"""Whether after-hours support is charged: the specialist's word, then a manager's decision (P4.2)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cases.actions import _charges, _record
from cases.models import Case, ChargeDecision, ChargeReview, ChargeVerdict, EventKind, User
from cases.rules import RuleBroken


@transaction.atomic(durable=True)
def judge_charges(*, case_id: int, verdict: str, reason: str, actor: User, now: datetime) -> Case:
    """Say whether an after-hours Severity 1 that fell or ended ever qualified. "Never" goes before a manager (P4.2).

    Raises:
        RuleBroken: the actor is no staff, nobody asked, somebody said it already, or "never" lacks its reason.
    """
    _record.require_staff(actor)
    case = _record.locked(case_id, actor=actor)
    _charges.judge(case, verdict, reason, actor=actor, now=now)
    return case


@transaction.atomic(durable=True)
def decide_charges(*, review_id: int, decision: str, reason: str, actor: User, now: datetime) -> Case:
    """Charge, or waive, with a reason that the contact reads. Once (P4.2).

    Raises:
        RuleBroken: the actor is no manager, another manager decided meanwhile, nothing is to be decided, or the
            reason is missing.
    """
    if not actor.manages:
        raise RuleBroken("managers_only_charges", _("Only managers decide about charges. Nothing was changed."))
    case = _record.locked_by(ChargeReview, review_id)
    review = ChargeReview.objects.select_for_update().get(pk=review_id)
    if review.decision:
        raise RuleBroken(
            "charges_decided_meanwhile",
            _("%(name)s decided this already: %(decision)s. Nothing was changed.")
            % {"name": review.decided_by, "decision": review.get_decision_display()},
        )
    if review.verdict != ChargeVerdict.NEVER_QUALIFIED:
        raise RuleBroken(
            "charges_not_to_decide",
            _("Charges are decided only where a specialist said that it never qualified. Nothing was changed."),
        )
    if decision not in ChargeDecision.values:
        raise RuleBroken("charge_decision_missing", _("Choose: charge or waive."))
    if not reason.strip():
        raise RuleBroken("charge_decision_reason_missing", _("Say why. The contact reads it."))
    review.decision, review.decision_reason, review.decided_by, review.decided_at = decision, reason.strip(), actor, now
    review.save()
    facts = {"review": review.pk, "decision": decision}
    _record.record(case, EventKind.CHARGES_DECIDED, actor=actor, now=now, public=True, facts=facts)
    return case
