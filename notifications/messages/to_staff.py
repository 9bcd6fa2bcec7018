"""Mails to staff. They may say what contacts must not read, and go to nobody else."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from cases.models import CaseEvent, Survey, User
from cases.rules import ROUND_THE_CLOCK_SEVERITY
from notifications import recipients
from notifications.letters import Letter
from notifications.models import MailKind

Secrets = dict[str, str]

# Answers of 1 to 5; a satisfaction up to this is followed up by a manager (P11.2).
LOW_SCORE = 2


def severity_1_logged(event: CaseEvent, secrets: Secrets) -> list[Letter]:
    """Wake everybody at the desk, and the managers, at once for a Severity 1 (P4.1)."""
    if event.facts["severity"] != ROUND_THE_CLOCK_SEVERITY:
        return []
    content = {"due_at": datetime.fromisoformat(event.facts["due_at"]), "desk_open": event.facts["desk_open"]}
    people = recipients.each_once(recipients.desk_specialists(event.case), recipients.managers())
    return _to_each(people, MailKind.SEVERITY_1_LOGGED, event, content)


def contact_replied(event: CaseEvent, secrets: Secrets) -> list[Letter]:
    """Bring the contact's words to whoever owns the case, or to the desk when nobody does."""
    message = event.case.messages.select_related("author").get(pk=event.facts["message"], by_staff=False)
    content = {
        "message": message,
        "files": list(message.attachments.values_list("name", flat=True).order_by("pk")),
    }
    return _to_each(recipients.owner_or_desk(event.case), MailKind.CONTACT_REPLIED, event, content)


def promise_at_risk(event: CaseEvent, secrets: Secrets) -> list[Letter]:
    """Warn that most of a target is used and nobody has answered yet."""
    return _about_promise(event, MailKind.PROMISE_AT_RISK)


def promise_missed(event: CaseEvent, secrets: Secrets) -> list[Letter]:
    """Say that a promise was broken."""
    return _about_promise(event, MailKind.PROMISE_MISSED)


def low_score(event: CaseEvent, secrets: Secrets) -> list[Letter]:
    """Bring a survey with a low score to the managers, who follow it up (P11.2)."""
    if event.facts["satisfaction"] > LOW_SCORE:
        return []
    survey = Survey.objects.select_related("closing__closed_by").get(pk=event.facts["survey"])
    return _to_each(recipients.managers(), MailKind.LOW_SCORE, event, {"survey": survey, "closing": survey.closing})


def _about_promise(event: CaseEvent, kind: MailKind) -> list[Letter]:
    case = event.case
    deadline = case.deadlines.get(pk=event.facts["deadline"])
    target = case.policy.targets.get(severity=deadline.severity)
    content = {"deadline": deadline, "due_at": deadline.due_at, "warn_at_percent": target.warn_at_percent}
    people = recipients.each_once(recipients.owner_or_desk(case), recipients.managers())
    return _to_each(people, kind, event, content)


def _to_each(people: Iterable[User], kind: MailKind, event: CaseEvent, content: dict[str, Any]) -> list[Letter]:
    return [Letter(kind, person, event, content) for person in people]
