"""A case as a story: what was said and what happened, in order, for each side what it may see."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases.lifecycle import Side
from cases.models import Attachment, Case, CaseEvent, EventKind, MessageKind, User
from cases.rules import AttemptOutcome, Outcome

# These stand in the story as the message itself.
SAID = {EventKind.CONTACT_REPLIED, EventKind.SPECIALIST_REPLIED, EventKind.NOTE_WRITTEN}
PLAIN_SENTENCES = {
    EventKind.ATTEMPT_FAILED: _lazy("A reminder could not be delivered, so it is no contact attempt"),
    EventKind.PROMISE_AT_RISK: _lazy("Most of the time for the first response is used"),
    EventKind.PROMISE_MISSED: _lazy("The promised first response is late"),
    EventKind.CLOSING_TAKEN_BACK: _lazy("The contact wrote in time, so the closing was taken back"),
    EventKind.SURVEY_ANSWERED: _lazy("answered the survey"),
}


@dataclass(frozen=True)
class Entry:
    """One entry of the story. `kind` is opening, reply, note or event; `text` is a sentence for an event."""

    at: datetime
    kind: str
    side: str
    who: str
    text: str
    number: int = 0
    icon: str = ""
    attachments: list[Attachment] = field(default_factory=list)
    due_at: datetime | None = None


def story_of(case: Case, reader: User) -> list[Entry]:
    """Return the entries of a case that `reader` may see, oldest first. Five queries, however long the story."""
    staff = reader.works_here
    events = case.events.select_related("actor").order_by("number")
    messages = case.messages.select_related("author").order_by("said_at", "id")
    if not staff:
        events, messages = events.filter(public=True), messages.exclude(kind=MessageKind.NOTE)
    files: dict[int | None, list[Attachment]] = {}
    for attachment in Attachment.objects.visible_to(reader).filter(case=case).order_by("id"):
        files.setdefault(attachment.message_id, []).append(attachment)
    opening = Entry(
        case.logged_at, "opening", Side.CONTACT, str(case.contact), case.explanation, attachments=files.get(None, [])
    )
    said = [
        Entry(
            message.said_at,
            message.kind,
            Side.STAFF if message.by_staff else Side.CONTACT,
            str(message.author),
            message.body,
            number=message.pk,
            attachments=files.get(message.pk, []),
        )
        for message in messages
    ]
    happened = _entries_of(events)
    return [opening, *sorted([*said, *happened], key=lambda entry: entry.at)]


def _entries_of(events: Iterable[CaseEvent]) -> list[Entry]:
    return [
        Entry(
            event.at,
            "event",
            event.side,
            str(event.actor or ""),
            sentence_of(event),
            number=event.number,
            icon=event.kind,
            due_at=_due_at(event.facts),
        )
        for event in events
        if event.kind not in SAID and event.kind != EventKind.CASE_LOGGED
    ]


def _due_at(facts: dict[str, Any]) -> datetime | None:
    instant = facts.get("due_at") or facts.get("new_due_at") or facts.get("closes_at")
    return parse_datetime(instant) if instant else None


def sentence_of(event: CaseEvent) -> str:
    """Return what happened in one short sentence."""
    facts = event.facts
    if event.kind == EventKind.CALL_LOGGED:
        return _call_sentence(facts)
    if event.kind == EventKind.CASE_CLOSED:
        return _("closed the case: %(outcome)s") % {"outcome": Outcome(facts["outcome"]).label}
    if event.kind == EventKind.CASE_ASSIGNED:
        if event.actor_id is not None and facts.get("assignee") == event.actor_id:
            return _("took the case")
        return _("gave the case to %(name)s") % {"name": facts["name"] or _("nobody")}
    if event.kind == EventKind.FOLLOW_UP_OPENED:
        return _("opened the follow-up case %(reference)s") % {"reference": facts["reference"]}
    if event.kind in (EventKind.REMINDER_MADE, EventKind.ATTEMPT_COUNTED):
        return _attempt_sentence(event)
    if event.kind == EventKind.PROMISE_MOVED:
        return _("moved the promised first reply, because the calendar changed (%(reason)s)") % {
            "reason": facts["reason"]
        }
    return str(PLAIN_SENTENCES[EventKind(event.kind)])


def _attempt_sentence(event: CaseEvent) -> str:
    number = event.facts["number"]
    if event.kind == EventKind.REMINDER_MADE:
        return _("Reminder %(number)s of 2 is on its way to the contact") % {"number": number}
    if number is None:
        return _("A reminder left, and counts as no attempt")
    return _("Contact attempt %(number)s of 2 counted") % {"number": number}


def _call_sentence(facts: dict[str, Any]) -> str:
    if facts["outcome"] == AttemptOutcome.REACHED:
        return _("spoke with the contact on the phone")
    if facts.get("number"):
        return _("called and reached nobody: contact attempt %(number)s of 2") % {"number": facts["number"]}
    return _("called and reached nobody")
