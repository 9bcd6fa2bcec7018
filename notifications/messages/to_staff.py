"""Mails to staff. They may say what contacts must not read, and go to nobody else."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from cases.models import CaseEvent, Survey, User
from cases.rules import ROUND_THE_CLOCK_SEVERITY, is_low_score
from notifications import recipients
from notifications.letters import Letter
from notifications.models import MailKind

Secrets = dict[str, str]


def severity_1_logged(event: CaseEvent, secrets: Secrets) -> list[Letter]:
    """Tell everybody at the desk, and the managers, of a Severity 1 at once (P4.1).

    Outside business hours those on call get the alert that they can take instead.
    """
    if event.facts["severity"] != ROUND_THE_CLOCK_SEVERITY:
        return []
    content = {"due_at": datetime.fromisoformat(event.facts["due_at"]), "desk_open": event.facts["desk_open"]}
    people = recipients.each_once(recipients.desk_specialists(event.case), recipients.managers())
    if not event.facts["desk_open"]:
        woken = recipients.on_call(event.case, event.at)
        people = [person for person in people if person not in woken]
    return _to_each(people, MailKind.SEVERITY_1_LOGGED, event, content)


def contact_replied(event: CaseEvent, secrets: Secrets) -> list[Letter]:
    """Bring the contact's words to whoever owns the case, or to the desk when nobody does."""
    message = event.case.messages.select_related("author").get(pk=event.facts["message"], by_staff=False)
    content = {
        "message": message,
        "files": list(message.attachments.values_list("name", flat=True).order_by("pk")),
    }
    return _to_each(recipients.owner_or_desk(event.case), MailKind.CONTACT_REPLIED, event, content)


def low_score(event: CaseEvent, secrets: Secrets) -> list[Letter]:
    """Bring a survey with a low score to the managers, who follow it up (P11.2)."""
    if not is_low_score(event.facts["satisfaction"]):
        return []
    survey = Survey.objects.select_related("closing__closed_by").get(pk=event.facts["survey"])
    return _to_each(recipients.managers(), MailKind.LOW_SCORE, event, {"survey": survey, "closing": survey.closing})


def _to_each(people: Iterable[User], kind: MailKind, event: CaseEvent, content: dict[str, Any]) -> list[Letter]:
    return [Letter(kind, person, event, content) for person in people]
