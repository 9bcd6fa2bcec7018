"""Asking the contact for something: in words that stand in the conversation, and then waiting for them (P9.5)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from cases.actions import _promises, _record, _waiting
from cases.actions.conversation import say
from cases.lifecycle import Trigger
from cases.models import Case, MessageKind, User


def ask(case: Case, trigger: Trigger, words: str, *, key: UUID | None, actor: User, now: datetime) -> dict[str, Any]:
    """Say what is asked for, publicly, and wait. It is a real reply, so it may be the first response (P2.5).

    Returns facts for the event. A reminder quotes the words, as it does those of a question.
    """
    _record.move(case, trigger, actor=actor)
    message = say(case, MessageKind.REPLY, words, (), key=key, actor=actor, now=now)
    kept = _promises.respond_first(case, at=now)
    _waiting.begin(case, now=now)
    return {"message": message.pk, "first_response": kept is not None}


def hear(case: Case, *, actor: User, now: datetime) -> None:
    """Take what a contact does for a word of theirs: it ends the waiting, whatever they say (P9.5)."""
    _record.move(case, Trigger.WORD, actor=actor)
    _waiting.end(case, now=now)
