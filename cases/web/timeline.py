"""A case as a story: what was said and what happened, in order, for each side what it may see."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.lifecycle import Side
from cases.models import Attachment, Case, CaseEvent, EventKind
from cases.web.sentences import sentence_of

# What happened to promises.
PROMISES = {EventKind.PROMISE_AT_RISK, EventKind.PROMISE_MISSED, EventKind.PROMISE_MOVED, EventKind.FOLLOW_UP_MOVED}
# These stand in the story as the message itself.
SAID = {EventKind.CONTACT_REPLIED, EventKind.SPECIALIST_REPLIED, EventKind.NOTE_WRITTEN}


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
    taken_back: bool = False


def story_of(case: Case) -> list[Entry]:
    """Return what was read of a case for its reader (`case_reading.py`), oldest first."""
    events = case.events.all()
    files: dict[int | None, list[Attachment]] = {}
    for attachment in case.attachments.all():
        files.setdefault(attachment.message_id, []).append(attachment)
    opening = Entry(
        case.logged_at,
        "opening",
        Side.CONTACT,
        _first_contact(case, events),
        case.explanation,
        attachments=files.get(None, []),
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
            taken_back=message.taken_back_at is not None,
        )
        for message in case.messages.all()
    ]
    happened = _entries_of(events)
    return [opening, *sorted([*said, *happened], key=lambda entry: entry.at)]


@dataclass(frozen=True)
class Show:
    """A part of the story that can be looked at alone: its key in addresses, its name, how many entries it has."""

    key: str
    name: Promise
    count: int
    current: bool


def shown_of(story: Sequence[Entry], asked: str) -> tuple[list[Entry], list[Show]]:
    """Return the entries of the part that is asked for, the whole where none is, and every part with its count."""
    parts = {key: [entry for entry in story if belongs(entry)] for key, (_name, belongs) in SHOWS.items()}
    key = asked if asked in SHOWS else "everything"
    return parts[key], [Show(one, SHOWS[one][0], len(parts[one]), one == key) for one in SHOWS]


SHOWS: dict[str, tuple[Promise, Callable[[Entry], bool]]] = {
    "everything": (_("Everything"), lambda entry: True),
    "conversation": (_("Conversation"), lambda entry: entry.kind in ("opening", "reply")),
    "notes": (_("Notes"), lambda entry: entry.kind == "note"),
    "promises": (_("Promises"), lambda entry: entry.icon in PROMISES or entry.due_at is not None),
    "files": (_("Files"), lambda entry: bool(entry.attachments) or entry.icon == EventKind.FILE_ADDED),
}


def _first_contact(case: Case, events: Iterable[CaseEvent]) -> str:
    """Name whose words the case began with, whoever it was handed to since."""
    for event in events:
        if event.kind == EventKind.CONTACT_CHANGED:
            return str(event.whole.get("name_before", case.contact))
    return str(case.contact)


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
