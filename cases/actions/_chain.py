"""Appending to the record: events are bound to those before them under the lock of their case, so no chain can fork."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import F

from cases import chain
from cases.actions._many_rows import save_all
from cases.lifecycle import Side
from cases.models import Case, CaseEvent, EventKind, EventWords, User
from sla.written_rows import insert


def append_by_the_clock(said: Sequence[tuple[Case, EventKind, dict[str, Any]]], *, now: datetime) -> list[CaseEvent]:
    """Write the next events of many locked cases, as the clock says them to staff, in order."""
    made = [
        next_event(case, kind, facts, side=Side.CLOCK, actor=None, public=False, now=now) for case, kind, facts in said
    ]
    events = CaseEvent.objects.bulk_create([event for event, _words in made])
    for event, words in made:
        if words is not None:
            # It was made before the event had a key.
            words.event = event
            insert(words)
    return events


def next_event(
    case: Case,
    kind: EventKind,
    facts: dict[str, Any],
    *,
    side: Side,
    actor: User | None,
    public: bool,
    now: datetime,
) -> tuple[CaseEvent, EventWords | None]:
    """Return the next event of a locked case, and its words if it has any: both are the caller's to write.

    So is the case, which holds the end of the chain.
    """
    # An older version, still at work while this one was put in its place, numbers its events and binds none.
    bind(case)
    case.last_event_number += 1
    number = case.last_event_number
    event = CaseEvent(case=case, number=number, kind=kind, at=now, side=side, actor=actor, public=public)
    return event, _bound(case, event, facts)


def bind(case: Case) -> int:
    """Bind the events of a locked case that no digest binds yet. Returns how many; the case is the caller's to save."""
    return bind_all([case]) if case.chained_to < case.last_event_number else 0


def bind_all(cases: Sequence[Case]) -> int:
    """Do the same for many locked cases."""
    by_key = {case.pk: case for case in cases}
    unbound = CaseEvent.objects.filter(case__in=cases, number__gt=F("case__chained_to"), digest="")
    loose = list(unbound.order_by("case_id", "number"))
    found = [_bound(by_key[event.case_id], event, event.facts) for event in loose]
    words = [one for one in found if one is not None]
    EventWords.objects.bulk_create(words)
    save_all([one.event for one in words], "facts", "words_digest")
    # The digest last: once it is there, the database refuses to change the rest.
    save_all(loose, "digest")
    return len(loose)


def rewrite(words: EventWords, new: dict[str, Any]) -> dict[str, str]:
    """Put words in the place of others, because something in them must not be kept. Returns what the record must say.

    The event keeps the digest of what was there; the one that tells of the removal holds the new one.
    """
    words.salt, words.words = chain.new_salt(), new
    words.save(update_fields=["salt", "words"])
    return {str(words.event.number): chain.digest_of_words(new, words.salt)}


def _bound(case: Case, event: CaseEvent, facts: dict[str, Any]) -> EventWords | None:
    """Bind an event to the end of its case's chain. Returns its words, if it has any."""
    event.facts, said = chain.parted(facts)
    words = EventWords(event=event, salt=chain.new_salt(), words=said) if said else None
    event.words_digest = chain.digest_of_words(said, words.salt) if words else ""
    event.digest = chain.digest_of_event(
        before=case.chain_digest,
        case_id=case.pk,
        number=event.number,
        kind=event.kind,
        at=event.at,
        side=event.side,
        actor_id=event.actor_id,
        public=event.public,
        facts=event.facts,
        words_digest=event.words_digest,
    )
    case.chained_to, case.chain_digest = event.number, event.digest
    return words
