"""What staff hear of promises and of what they set themselves: due soon, and not kept. Each kind in its own words."""

from datetime import datetime
from typing import Any

from cases.models import INTERNAL_KINDS, CaseEvent, Deadline, DeadlineKind, User
from notifications import recipients, steps
from notifications.letters import Letter
from notifications.models import MailKind, Moment
from notifications.once import once
from sla.models import PolicyVersion

Secrets = dict[str, str]


def promise_at_risk(event: CaseEvent, secrets: Secrets) -> list[Letter]:
    """Warn that a promise is due soon (P2.1), a progress update (P9.2) or a milestone (P9.7)."""
    deadline = _deadline(event)
    if deadline.kind == DeadlineKind.MILESTONE:
        return _letters(MailKind.MILESTONE_DUE, _owners(deadline, event.at), event, deadline)
    moment = Moment.UPDATE_DUE if deadline.kind in INTERNAL_KINDS else Moment.AT_RISK
    people = steps.people(moment, event.case, _owners(deadline, event.at), event.at)
    return _letters(MailKind.PROMISE_AT_RISK, people, event, deadline)


def promise_missed(event: CaseEvent, secrets: Secrets) -> list[Letter]:
    """Say that a promise was broken, an update or a milestone is overdue: to whom the step tells."""
    deadline = _deadline(event)
    kind = MailKind.MILESTONE_OVERDUE if deadline.kind == DeadlineKind.MILESTONE else MailKind.PROMISE_MISSED
    # What the managers themselves did not keep goes further up (P9.4).
    above = recipients.administrators() if deadline.kind == DeadlineKind.MANAGER_ANSWER else []
    people = recipients.each_once(steps.people(Moment.MISSED, event.case, _owners(deadline, event.at), event.at), above)
    return _letters(kind, people, event, deadline)


def _deadline(event: CaseEvent) -> Deadline:
    return event.case.deadlines.select_related("milestone__owner").get(pk=event.facts["deadline"])


def _owners(deadline: Deadline, now: datetime) -> list[User]:
    """Return whose it is: a milestone has its own owner, managers answer P9.4, the rest is the owner of the case's."""
    milestone = deadline.milestone
    if milestone is not None and milestone.owner.works_here and milestone.owner.is_active:
        return [milestone.owner]
    if deadline.kind == DeadlineKind.MANAGER_ANSWER:
        return recipients.managers()
    return recipients.owner_or_shift(deadline.case, now)


def _letters(kind: MailKind, people: list[User], event: CaseEvent, deadline: Deadline) -> list[Letter]:
    content: dict[str, Any] = {"deadline": deadline, "due_at": deadline.due_at, "what": deadline.kind}
    if deadline.kind == DeadlineKind.MILESTONE:
        content["milestone"] = deadline.milestone
    if deadline.kind == DeadlineKind.FIRST_RESPONSE and deadline.severity is not None:
        content["warn_at_percent"] = _warn_at_percent(event.case.policy, deadline.severity)
    return [Letter(kind, person, event, content) for person in people]


@once
def _warn_at_percent(policy: PolicyVersion, severity: int) -> int:
    return policy.targets.get(severity=severity).warn_at_percent
