"""What people do about severity in these tests, in few words."""

from datetime import datetime
from typing import Any

from cases import actions
from cases.models import Case, DeadlineKind, SeverityProposal, User
from tests.builders import deadline_of

RESOURCE = "Omar, +61 8 5550 0123, at the console"


def propose(
    case: Case, by: User, severity: int, when: datetime, reason: str = "The impact changed.", **said: Any
) -> Case:
    """Propose a severity; a contact who asks for Sev 1 names somebody and accepts charges unless said otherwise."""
    if severity == 1 and not by.works_here:
        said = {"technical_resource": RESOURCE, "charges_accepted": True} | said
    return actions.propose_severity(case_id=case.pk, severity=severity, reason=reason, actor=by, now=when, **said)


def open_proposal(case: Case) -> SeverityProposal:
    """Return the proposal that waits."""
    return SeverityProposal.objects.get(case=case, decision="")


def agree(case: Case, by: User, when: datetime, **said: Any) -> Case:
    """Agree to the proposal that waits."""
    proposal = open_proposal(case)
    if proposal.severity == 1 and not by.works_here:
        said = {"technical_resource": RESOURCE, "charges_accepted": True} | said
    return actions.agree_to_severity(proposal_id=proposal.pk, actor=by, now=when, **said)


def decline(case: Case, by: User, when: datetime, answer: str = "The system is up.") -> Case:
    """Decline the proposal that waits."""
    return actions.decline_severity(proposal_id=open_proposal(case).pk, answer=answer, actor=by, now=when)


def change(case: Case, by: User, other: User, severity: int, when: datetime) -> Case:
    """Propose and agree at one moment."""
    propose(case, by, severity, when)
    return agree(case, other, when)


def first_response(case: Case) -> Any:
    """Return the newest promise of a first response."""
    return case.deadlines.filter(kind=DeadlineKind.FIRST_RESPONSE).latest("pk")


__all__ = ["agree", "change", "deadline_of", "decline", "first_response", "open_proposal", "propose"]
