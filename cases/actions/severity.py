"""Severity by two: either side proposes, the other agrees or declines (P2.3, P2.4, P8.1).

Nothing here, and nothing else, changes a severity alone: an agreement has a contact and a specialist, and the database
compares the case with it.
"""

import secrets
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cases import lifecycle, promises, rules
from cases.actions import _alerts, _charges, _endings, _promises, _record, _word
from cases.actions.closing import hash_of
from cases.lifecycle import Side
from cases.models import (
    AlertReason,
    Case,
    ChargeVerdict,
    Deadline,
    DeadlineKind,
    Decision,
    EventKind,
    SeverityAgreement,
    SeverityProposal,
    User,
)
from cases.rules import ROUND_THE_CLOCK_SEVERITY, RuleBroken


@transaction.atomic(durable=True)
def propose_severity(
    *,
    case_id: int,
    severity: int,
    reason: str,
    technical_resource: str = "",
    charges_accepted: bool = False,
    charge_verdict: str = "",
    charge_reason: str = "",
    submission_key: UUID | None = None,
    actor: User,
    now: datetime,
) -> Case:
    """Ask the other side for another severity. The proposal before, whoever made it, is replaced on the record.

    A contact who asks for Severity 1 names the technical resource (P2.6) and, after hours, accepts possible charges
    (P4.2); then people on call are woken, and the answer is due within an hour. A specialist may say with a lower
    severity whether the case ever qualified.

    Raises:
        RuleBroken: the case is closed or has that severity, the reason is missing, or what Severity 1 asks for.
    """
    case = _record.locked(case_id, actor=actor)
    made = SeverityProposal.objects.filter(proposed_by=actor, submission_key=submission_key)
    if submission_key is not None and made.exists():
        return case
    lifecycle.require_open(case.status)
    rules.require_another_severity(case.severity, severity)
    rules.require_reason(reason)
    proposal = SeverityProposal(
        case=case,
        side=_record.side_of(actor),
        proposed_by=actor,
        from_severity=case.severity,
        severity=severity,
        definition=_definition(case, severity),
        reason=reason.strip(),
        made_at=now,
        submission_key=submission_key,
    )
    _keep_what_was_said_with_it(
        proposal, technical_resource, charges_accepted, charge_verdict, charge_reason, actor=actor, now=now
    )
    replaced = _replace_open_proposal(case, actor=actor, now=now)
    token = _leave_link(proposal, case, now=now)
    proposal.save()
    _word.hear(case, actor=actor, now=now)
    answer = _ask_for_answer(case, proposal, now=now)
    facts = {
        "proposal": proposal.pk,
        "severity": severity,
        "was": case.severity,
        "replaced": replaced,
        "due_at": None if answer is None else answer.due_at.isoformat(),
    }
    open_half = {"severity_token": token} if token else {}
    _record.record(case, EventKind.SEVERITY_PROPOSED, actor=actor, now=now, public=True, facts=facts, secrets=open_half)
    if answer is not None:
        _alerts.raise_alert(case, AlertReason.REQUESTED, now=now)
    return case


@transaction.atomic(durable=True)
def agree_to_severity(
    *,
    proposal_id: int,
    technical_resource: str = "",
    charges_accepted: bool = False,
    charge_verdict: str = "",
    charge_reason: str = "",
    actor: User,
    now: datetime,
) -> Case:
    """Agree to what the other side proposed: the severity changes, and the first response is promised anew (P2.3).

    Raises:
        RuleBroken: somebody decided meanwhile, the actor's own side proposed it, or Severity 1 lacks what it asks for.
    """
    case, proposal = _open_proposal(proposal_id, actor=actor)
    if proposal.side == Side.STAFF:
        _keep_what_severity_1_needs(proposal, technical_resource, charges_accepted, now=now)
    elif charge_verdict:
        _charges.require_whole(charge_verdict, charge_reason)
        proposal.charge_verdict, proposal.charge_reason = charge_verdict, charge_reason.strip()
    _decide(proposal, Decision.AGREED, actor=actor, now=now)
    _word.hear(case, actor=actor, now=now)
    was = case.severity
    new = _take_effect(case, proposal, actor=actor, now=now)
    facts = {
        "proposal": proposal.pk,
        "severity": proposal.severity,
        "was": was,
        "deadline": None if new is None else new.pk,
        "due_at": None if new is None else new.due_at.isoformat(),
        "first_response": case.first_response_at is not None,
    }
    changed = ("severity", "agreement", "technical_resource", "charge_words", "charges_accepted_at", "used_after_hours")
    _record.record(case, EventKind.SEVERITY_AGREED, actor=actor, now=now, public=True, changed=changed, facts=facts)
    _settle_alert(case, was, actor=actor, now=now)
    _ask_about_charges(case, proposal, was, actor=actor, now=now)
    return case


@transaction.atomic(durable=True)
def decline_severity(*, proposal_id: int, answer: str, actor: User, now: datetime) -> Case:
    """Say no to what the other side proposed, with a reason: the severity stays as it is (P2.3).

    Raises:
        RuleBroken: somebody decided meanwhile, the actor's own side proposed it, or the reason is missing.
    """
    case, proposal = _open_proposal(proposal_id, actor=actor)
    rules.require_reason(answer)
    proposal.answer = answer.strip()
    _decide(proposal, Decision.DECLINED, actor=actor, now=now)
    _word.hear(case, actor=actor, now=now)
    facts = {"proposal": proposal.pk, "severity": proposal.severity, "stays": case.severity}
    _record.record(case, EventKind.SEVERITY_DECLINED, actor=actor, now=now, public=True, facts=facts)
    return case


@transaction.atomic(durable=True)
def withdraw_severity_proposal(*, proposal_id: int, actor: User, now: datetime) -> Case:
    """Take one's own side's proposal back before the other side decided.

    Raises:
        RuleBroken: somebody decided meanwhile, or the other side proposed it.
    """
    case = _case_of(proposal_id, actor=actor)
    proposal = _still_open(proposal_id)
    proposal.case = case
    if proposal.side != _record.side_of(actor):
        raise RuleBroken(
            "severity_not_yours",
            _("The other side proposed this. Agree to it or decline it. Nothing was changed."),
        )
    _decide(proposal, Decision.WITHDRAWN, actor=actor, now=now)
    facts = {"proposal": proposal.pk, "severity": proposal.severity}
    _record.record(case, EventKind.SEVERITY_PROPOSAL_WITHDRAWN, actor=actor, now=now, public=True, facts=facts)
    return case


# --- A proposal -------------------------------------------------------------------------------------------------------


def _definition(case: Case, severity: int) -> str:
    """Return the policy's words for a severity, as the case's version of the policy has them."""
    row = case.policy.targets.get(severity=severity)
    return f"{row.definition}\n{row.examples}"


def _keep_what_was_said_with_it(
    proposal: SeverityProposal,
    technical_resource: str,
    charges_accepted: bool,
    charge_verdict: str,
    charge_reason: str,
    *,
    actor: User,
    now: datetime,
) -> None:
    if not actor.works_here:
        _keep_what_severity_1_needs(proposal, technical_resource, charges_accepted, now=now)
        return
    proposal.technical_resource = technical_resource.strip()
    if charge_verdict:
        _charges.require_whole(charge_verdict, charge_reason)
        proposal.charge_verdict, proposal.charge_reason = charge_verdict, charge_reason.strip()


def _keep_what_severity_1_needs(
    proposal: SeverityProposal, technical_resource: str, charges_accepted: bool, *, now: datetime
) -> None:
    """Take from the contact's word what Severity 1 asks for: who works with us, and after hours the charges."""
    case = proposal.case
    named = technical_resource.strip() or proposal.technical_resource or case.technical_resource
    proposal.technical_resource = named if rules.needs_technical_resource(proposal.severity) else ""
    if rules.needs_technical_resource(proposal.severity) and not named:
        raise RuleBroken(
            "technical_resource_missing",
            _("For Severity 1, name the person who can work with us around the clock, and how to reach them."),
        )
    if not rules.needs_charge_acceptance(proposal.severity, _desk_is_open(case, now)):
        return
    if not charges_accepted:
        raise RuleBroken(
            "charges_not_accepted", _("The desk is closed now. Accept the possible charges below to go on.")
        )
    proposal.charge_words = str(rules.CHARGE_WORDS)
    proposal.charges_accepted_at = now


def _desk_is_open(case: Case, now: datetime) -> bool:
    return promises.hours_of(case.partner, case.desk).is_open(now)


def _replace_open_proposal(case: Case, *, actor: User, now: datetime) -> int | None:
    """Let a newer proposal take the place of the open one; from the other side it is an answer too."""
    proposal = case.severity_proposals.select_for_update().filter(decision="").first()
    if proposal is None:
        return None
    proposal.case = case
    _decide(proposal, Decision.REPLACED, actor=actor, now=now)
    return proposal.pk


def _leave_link(proposal: SeverityProposal, case: Case, *, now: datetime) -> str:
    """Make the link with which the contact decides from the mail. Only its hash is stored."""
    if proposal.side != Side.STAFF:
        return ""
    token = secrets.token_urlsafe(24)
    proposal.token_hash = hash_of(token)
    proposal.link_for = case.contact
    proposal.expires_at = now + rules.SEVERITY_LINK_OPEN_FOR
    return token


def _ask_for_answer(case: Case, proposal: SeverityProposal, *, now: datetime) -> Deadline | None:
    """Promise an answer to a request for Severity 1 at night. A second request waits no longer than the first."""
    by_contact = proposal.side == Side.CONTACT
    if by_contact and proposal.severity != ROUND_THE_CLOCK_SEVERITY:
        _wait_no_more(case, now=now)
    if not rules.asks_for_severity_answer(
        proposal.severity, by_contact=by_contact, desk_is_open=_desk_is_open(case, now)
    ):
        return None
    kind = DeadlineKind.SEVERITY_ANSWER
    return case.deadlines.open().filter(kind=kind).first() or _promises.make_promise(
        case, kind, promises.severity_answer(case, now), now=now
    )


# --- The other side's answer ------------------------------------------------------------------------------------------


def _case_of(proposal_id: int, *, actor: User) -> Case:
    """Lock the case of a proposal, if it is the actor's business."""
    found = SeverityProposal.objects.filter(pk=proposal_id).values_list("case_id", flat=True).first()
    if found is None:
        raise Case.DoesNotExist
    return _record.locked(found, actor=actor)


def _open_proposal(proposal_id: int, *, actor: User) -> tuple[Case, SeverityProposal]:
    """Lock a proposal that waits for the actor's side."""
    case = _case_of(proposal_id, actor=actor)
    proposal = _still_open(proposal_id)
    rules.require_the_other_side(proposal.side, _record.side_of(actor))
    proposal.case = case
    return case, proposal


def _still_open(proposal_id: int) -> SeverityProposal:
    proposal = SeverityProposal.objects.select_for_update().get(pk=proposal_id)
    if proposal.decision:
        raise RuleBroken("severity_decided_meanwhile", what_became_of(proposal))
    return proposal


def what_became_of(proposal: SeverityProposal) -> str:
    """Return in a sentence what became of a proposal that waits no more."""
    facts = {"level": proposal.severity, "name": proposal.decided_by}
    return {
        Decision.AGREED: _("%(name)s agreed to Severity %(level)s already. Nothing more was changed."),
        Decision.DECLINED: _("%(name)s declined Severity %(level)s already. Nothing more was changed."),
        Decision.REPLACED: _(
            "%(name)s proposed another severity meanwhile. Look at the case, then decide on that one."
        ),
        Decision.WITHDRAWN: _("%(name)s took this proposal back meanwhile. Nothing was changed."),
        Decision.CASE_ENDED: _("The case ended meanwhile, and the proposal with it. Nothing was changed."),
    }[Decision(proposal.decision)] % facts


def _decide(proposal: SeverityProposal, decision: Decision, *, actor: User, now: datetime) -> None:
    """End a proposal. Whatever staff decide about it answers the contact."""
    proposal.decision, proposal.decided_by, proposal.decided_at = decision, actor, now
    proposal.save()
    if actor.works_here:
        _answer_the_contact(proposal.case, actor=actor, now=now)
    elif decision == Decision.WITHDRAWN:
        _wait_no_more(proposal.case, now=now)


def _answer_the_contact(case: Case, *, actor: User, now: datetime) -> None:
    """Keep the promise of an answer; whoever gives it was woken, or need not be any more."""
    _promises.answer_promise(case, DeadlineKind.SEVERITY_ANSWER, now=now)
    if _asked_for_by_alert(case):
        _alerts.take(case, by=actor, now=now)


def _wait_no_more(case: Case, *, now: datetime) -> None:
    """Withdraw the promise of an answer, because the contact asks for Severity 1 no more."""
    _promises.withdraw_promise(case, DeadlineKind.SEVERITY_ANSWER, now=now)
    if _asked_for_by_alert(case):
        _endings.end_alert(case, at=now)


def _asked_for_by_alert(case: Case) -> bool:
    return case.alerts.filter(ended_at=None, reason=AlertReason.REQUESTED).exists()


def _take_effect(case: Case, proposal: SeverityProposal, *, actor: User, now: datetime) -> Deadline | None:
    """Let both sides' agreement change the case, and promise the first response anew if it is still to come."""
    proposer, other = proposal.proposed_by, actor
    by_contact = proposal.side == Side.CONTACT
    agreement = SeverityAgreement.objects.create(
        case=case,
        severity=proposal.severity,
        proposal=proposal,
        contact=proposer if by_contact else other,
        specialist=other if by_contact else proposer,
        agreed_at=now,
    )
    if proposal.technical_resource:
        case.technical_resource = proposal.technical_resource
    if proposal.charges_accepted_at is not None:
        # The contact asked for it, or agreed to it, while the desk was closed.
        case.charge_words, case.charges_accepted_at = proposal.charge_words, proposal.charges_accepted_at
        case.used_after_hours = True
    _record.set_agreed(case, agreement)
    return _promises.reckon_first_response_again(case, now=now)


def _settle_alert(case: Case, was: int, *, actor: User, now: datetime) -> None:
    """Wake people for a case that became Severity 1 at night by the contact's word; let them sleep when it fell."""
    if case.severity != ROUND_THE_CLOCK_SEVERITY:
        _endings.end_alert(case, at=now)
    elif was != case.severity and not actor.works_here and not _desk_is_open(case, now):
        _alerts.raise_alert(case, AlertReason.AFTER_HOURS, now=now)


def _ask_about_charges(case: Case, proposal: SeverityProposal, was: int, *, actor: User, now: datetime) -> None:
    """Ask whether an after-hours Severity 1 ever qualified, now that it fell; take the answer given with it (P4.2)."""
    used = case.used_after_hours
    if not rules.asks_about_charges(used_after_hours=used, was=was, becomes=case.severity):
        return
    if _record.ask_about_charges(case, now=now) and proposal.charge_verdict in ChargeVerdict.values:
        specialist = proposal.proposed_by if proposal.side == Side.STAFF else actor
        _charges.judge(case, proposal.charge_verdict, proposal.charge_reason, actor=specialist, now=now)
