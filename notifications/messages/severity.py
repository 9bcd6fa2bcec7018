"""Mails about severity: each side gets what the other one proposed, agreed to or declined (P2.3)."""

from typing import Any

from django.urls import reverse

from cases import promises
from cases.lifecycle import Side
from cases.models import CaseEvent, DeadlineKind, SeverityProposal, User
from notifications import recipients
from notifications.letters import Letter, address
from notifications.models import MailKind

Secrets = dict[str, str]


def severity_proposed(event: CaseEvent, secrets: Secrets) -> list[Letter]:
    """Bring a proposal to the other side, with the deadline it would give. A contact may decide by the link in it."""
    proposal = _proposal(event)
    token = secrets.get("severity_token", "")
    content = {
        "proposal": proposal,
        "words": proposal.definition.partition("\n")[0],
        "examples": proposal.definition.partition("\n")[2],
        "due_now": _due_now(event),
        "due_then": _due_then(event, proposal),
        "decide_url": address(reverse("severity_link", kwargs={"token": token})) if token else "",
    }
    if proposal.side == Side.STAFF:
        return [Letter(MailKind.SEVERITY_PROPOSED, event.case.contact, event, content)]
    return _to_each(recipients.owner_or_desk(event.case), MailKind.SEVERITY_PROPOSED, event, content)


def severity_agreed(event: CaseEvent, secrets: Secrets) -> list[Letter]:
    """Tell the side that proposed it that the severity changed, and when the first reply is due now."""
    proposal = _proposal(event)
    content = {"proposal": proposal, "was": event.facts["was"], "due_at": _due_now(event)}
    return _to_each(_who_waited(event, proposal), MailKind.SEVERITY_AGREED, event, content)


def severity_declined(event: CaseEvent, secrets: Secrets) -> list[Letter]:
    """Tell the side that proposed it that the severity stays, and why."""
    proposal = _proposal(event)
    content = {"proposal": proposal, "stays": event.facts["stays"]}
    return _to_each(_who_waited(event, proposal), MailKind.SEVERITY_DECLINED, event, content)


def _proposal(event: CaseEvent) -> SeverityProposal:
    return SeverityProposal.objects.select_related("proposed_by", "decided_by").get(pk=event.facts["proposal"])


def _who_waited(event: CaseEvent, proposal: SeverityProposal) -> list[User]:
    case = event.case
    if proposal.side == Side.CONTACT:
        return recipients.each_once([proposal.proposed_by], [case.contact])
    owner = [] if case.assignee is None else [case.assignee]
    return recipients.each_once([proposal.proposed_by], owner)


def _due_now(event: CaseEvent) -> Any:
    """Return when the first response is due; None once it was given."""
    open_ones = event.case.deadlines.open().filter(kind=DeadlineKind.FIRST_RESPONSE)
    return open_ones.values_list("due_at", flat=True).first()


def _due_then(event: CaseEvent, proposal: SeverityProposal) -> Any:
    case, due_now = event.case, _due_now(event)
    if due_now is None or due_now < event.at or proposal.decision:
        return None
    hours = promises.hours_of(case.partner, case.desk)
    return promises.reckon(hours, promises.with_agreement(case, proposal.severity, event.at)).promise.due_at


def _to_each(people: list[User], kind: MailKind, event: CaseEvent, content: dict[str, Any]) -> list[Letter]:
    return [Letter(kind, person, event, content) for person in people]
