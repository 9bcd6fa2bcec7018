"""A word of the contact that is no reply: a decision, a proposal, news of their technical resource."""

from datetime import datetime

from cases.actions import _record, _waiting
from cases.lifecycle import Trigger
from cases.models import Case, User


def hear(case: Case, *, actor: User, now: datetime) -> None:
    """Let what a contact says end the waiting, like any word (P9.5). What staff say changes nothing here."""
    if not actor.works_here:
        _record.move(case, Trigger.WORD, actor=actor)
        _waiting.end(case, now=now)
