"""Mails around "Talk to a Manager" (P9.4): managers are alerted at once, the contact hears when and what."""

from typing import Any

from cases.models import CaseEvent, ManagerRequest, ManagerRequestWord
from notifications import recipients
from notifications.letters import Letter
from notifications.models import MailKind

Secrets = dict[str, str]


def manager_asked(event: CaseEvent, secrets: Secrets) -> list[Letter]:
    """Alert every manager, each time words are added."""
    content = _content(event)
    return [Letter(MailKind.MANAGER_ASKED, person, event, content) for person in recipients.managers()]


def manager_request_received(event: CaseEvent, secrets: Secrets) -> list[Letter]:
    """Say to the contact that managers were told, and by when one answers. Words added later need no second mail."""
    if event.facts["again"]:
        return []
    return [Letter(MailKind.MANAGER_REQUEST_RECEIVED, event.case.contact, event, _content(event))]


def manager_answered(event: CaseEvent, secrets: Secrets) -> list[Letter]:
    """Bring the manager's answer to the contact."""
    asked = ManagerRequest.objects.select_related("answered_by").get(pk=event.facts["request"], case=event.case)
    return [Letter(MailKind.MANAGER_ANSWERED, event.case.contact, event, {"asked": asked})]


def _content(event: CaseEvent) -> dict[str, Any]:
    word = ManagerRequestWord.objects.select_related("said_by", "request__deadline").get(pk=event.facts["word"])
    return {
        "word": word,
        "again": event.facts["again"],
        "due_at": word.request.deadline.due_at,
        # Staff took it down for the contact.
        "heard_by": word.said_by if word.said_by.works_here else None,
    }
