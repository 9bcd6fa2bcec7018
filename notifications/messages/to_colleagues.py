"""Mails between colleagues: a case that was handed over, a note that names somebody."""

from cases.models import CaseEvent, Message, MessageKind, User
from notifications.letters import Letter
from notifications.models import MailKind

Secrets = dict[str, str]


def handed_over(event: CaseEvent, secrets: Secrets) -> list[Letter]:
    """Tell the new owner of a case, with the note of whoever handed it over. Nobody is told what they took."""
    owner = event.facts["assignee"]
    if owner is None or owner == event.actor_id:
        return []
    content = {"by": event.actor, "note": _note(event, event.facts.get("note"))}
    return [Letter(MailKind.HANDED_OVER, User.objects.get(pk=owner), event, content)]


def mentioned(event: CaseEvent, secrets: Secrets) -> list[Letter]:
    """Bring a note to the colleagues whom it names with @."""
    people = User.objects.filter(pk__in=event.facts.get("mentioned", [])).order_by("pk")
    content = {"by": event.actor, "note": _note(event, event.facts["message"])}
    return [Letter(MailKind.MENTIONED, person, event, content) for person in people]


def _note(event: CaseEvent, message_id: int | None) -> Message | None:
    notes = event.case.messages.filter(kind=MessageKind.NOTE)
    return None if message_id is None else notes.filter(pk=message_id).first()
