"""Mails about workarounds and action plans (P2.6, P9.7): each side hears what the other one did."""

from datetime import datetime
from typing import Any

from cases.lifecycle import Side
from cases.models import CaseEvent, EventKind, Milestone, MilestoneState, User, Workaround
from notifications import recipients
from notifications.letters import Letter
from notifications.models import MailKind

Secrets = dict[str, str]


def workaround_changed(event: CaseEvent, secrets: Secrets) -> list[Letter]:
    """Say that a workaround is in place, holds, or does not, to the side that did not say so."""
    workaround = Workaround.objects.get(pk=event.whole["workaround"], case=event.case)
    content = {"workaround": workaround, "what": event.kind, "who": event.actor}
    return [Letter(MailKind.WORKAROUND, person, event, content) for person in _other_side(event)]


def plan_changed(event: CaseEvent, secrets: Secrets) -> list[Letter]:
    """Say what the other side did to the plan. What changes nothing for its reader stands on the page alone."""
    facts, milestone = event.whole, _milestone(event)
    changed = facts.get("what", "")
    to_do = event.kind == EventKind.MILESTONE_ADDED and facts["side"] == Side.CONTACT
    done = changed == "state" and facts["state"] in (MilestoneState.DONE, MilestoneState.DROPPED)
    if not (event.kind in (EventKind.PLAN_MADE, EventKind.PLAN_ENDED) or to_do or done or changed == "date"):
        return []
    people = _other_side(event)
    if milestone is not None and milestone.side == Side.CONTACT and event.side == Side.STAFF:
        people = [milestone.owner]
    content: dict[str, Any] = {
        "milestone": milestone,
        "what": changed or event.kind,
        "facts": facts,
        "who": event.actor,
    }
    if "due_at" in facts:
        content["due_at"] = datetime.fromisoformat(facts["due_at"])
    return [Letter(MailKind.PLAN_CHANGED, person, event, content) for person in people]


def your_milestone(event: CaseEvent, secrets: Secrets) -> list[Letter]:
    """Remind whoever owns a milestone of the contact's side: on the morning of its day, and once it is overdue."""
    milestone = _milestone(event)
    if milestone is None:
        return []
    overdue = event.kind == EventKind.MILESTONE_OVERDUE
    kind = MailKind.YOUR_MILESTONE_OVERDUE if overdue else MailKind.YOUR_MILESTONE_DUE
    content = {"milestone": milestone, "due_at": milestone.due_at, "reminded": True}
    return [Letter(kind, milestone.owner, event, content)]


def _milestone(event: CaseEvent) -> Milestone | None:
    found = Milestone.objects.select_related("owner", "plan").filter(plan__case=event.case)
    return found.get(pk=event.whole["milestone"]) if "milestone" in event.whole else None


def _other_side(event: CaseEvent) -> list[User]:
    return recipients.owner_or_desk(event.case) if event.side == Side.CONTACT else [event.case.contact]
