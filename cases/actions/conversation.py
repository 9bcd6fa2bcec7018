"""What is said in a case: the contact's words, the specialist's replies, notes between staff."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cases import rules
from cases.actions import _promises, _record, _waiting
from cases.actions.intake import Upload, keep_file
from cases.actions.take_backs import undo_closing
from cases.lifecycle import Status, Trigger
from cases.mentions import people_named_in
from cases.models import Case, CaseEvent, Channel, EventKind, Message, MessageKind, User
from cases.seen_by import SeenBy
from sla.written_once import WrittenOnce
from sla.written_rows import insert

_PLACES: dict[str, Any] = {"case": 30_001, "author": 30_002, "key": UUID(int=30_003), "number": 30_004}
WORDS = (EventKind.CONTACT_REPLIED, EventKind.SPECIALIST_REPLIED)
_WAY_ON = SeenBy(lambda cases: cases.filter(pk=_PLACES["case"]).values_list("pk", "merged_into"), **_PLACES)
_SAID_BEFORE = WrittenOnce(
    lambda: Message.objects.filter(author=_PLACES["author"], submission_key=_PLACES["key"]).values_list(
        "pk", flat=True
    ),
    **_PLACES,
)

_SAID_SINCE = WrittenOnce(
    lambda: (
        CaseEvent.objects.select_related("actor")
        .filter(case=_PLACES["case"], number__gt=_PLACES["number"], kind__in=WORDS)
        .exclude(actor=_PLACES["author"])
        .order_by("-number")[:1]
    ),
    **_PLACES,
)


@transaction.atomic(durable=True)
def reply_as_contact(
    *,
    case_id: int,
    body: str,
    uploads: Sequence[Upload] = (),
    channel: Channel = Channel.PORTAL,
    submission_key: UUID | None = None,
    actor: User,
    now: datetime,
) -> Case:
    """Add a word from the contact. It ends the waiting, and takes back a closing in silence within a minute (P9.5).

    Raises:
        RuleBroken: the case is closed; a follow-up is the way on (P9.6).
    """
    case = _record.locked(where_it_goes_on(case_id, actor), actor=actor)
    if said_before(submission_key, actor):
        return case
    hear_reply(case, body, uploads, channel=channel, key=submission_key, said_at=now, actor=actor, now=now)
    return case


def hear_reply(
    case: Case,
    body: str,
    uploads: Sequence[Upload],
    *,
    channel: Channel,
    key: UUID | None = None,
    said_at: datetime,
    actor: User,
    now: datetime,
) -> Message:
    """Put a contact's word, said at `said_at`, on a locked case. A mail was said when our server received it."""
    if case.merged_into_id is not None and where_it_goes_on(case.pk, actor) != case.pk:
        # It was merged between looking where it goes on and locking it.
        raise rules.RuleBroken(
            "merged_meanwhile", _("This case was just merged into another. What you wrote is here; send it again.")
        )
    take_closing_back_in_time(case, said_at=said_at, actor=actor, now=now)
    _record.move(case, Trigger.WORD, actor=actor)
    _waiting.end(case, now=now)
    message = say(
        case, MessageKind.REPLY, body, uploads, channel=channel, key=key, said_at=said_at, actor=actor, now=now
    )
    facts = {"message": message.pk}
    _record.record(case, EventKind.CONTACT_REPLIED, actor=actor, now=now, public=True, facts=facts)
    return message


@transaction.atomic(durable=True)
def reply_as_specialist(
    *,
    case_id: int,
    body: str,
    uploads: Sequence[Upload] = (),
    then_wait: bool = False,
    read_up_to: int | None = None,
    submission_key: UUID | None = None,
    actor: User,
    now: datetime,
) -> Case:
    """Send a public reply. The first one stops the response clock (P2.5); `then_wait` asks the contact for a word.

    `read_up_to` is the last event that the writer's page showed.

    Raises:
        RuleBroken: somebody else wrote to or from the contact since then.
    """
    _record.require_staff(actor)
    case = _record.locked(case_id, actor=actor)
    if said_before(submission_key, actor):
        return case
    if read_up_to is not None:
        _require_nothing_said_since(case, read_up_to, actor)
    answer(case, body, uploads, then_wait=then_wait, key=submission_key, actor=actor, now=now)
    return case


def answer(
    case: Case,
    body: str,
    uploads: Sequence[Upload],
    *,
    then_wait: bool = False,
    channel: Channel = Channel.PORTAL,
    key: UUID | None = None,
    actor: User,
    now: datetime,
) -> Message:
    """Put a specialist's public reply on a locked case."""
    status_before = case.status
    _record.move(case, Trigger.ASK if then_wait else Trigger.REPLY, actor=actor)
    message = say(case, MessageKind.REPLY, body, uploads, channel=channel, key=key, actor=actor, now=now)
    kept = _promises.respond_first(case, at=now)
    began = then_wait and _waiting.begin(case, now=now)
    facts: dict[str, Any] = {"message": message.pk, "asked": then_wait, "first_response": kept is not None}
    # What it takes to take the reply back.
    facts |= {"status_before": status_before, "status_after": case.status, "waits_since": began}
    changed = ("first_response_at",)
    _record.record(case, EventKind.SPECIALIST_REPLIED, actor=actor, now=now, public=True, changed=changed, facts=facts)
    return message


@transaction.atomic(durable=True)
def write_note(
    *,
    case_id: int,
    body: str,
    uploads: Sequence[Upload] = (),
    submission_key: UUID | None = None,
    actor: User,
    now: datetime,
) -> Case:
    """Write a note that staff alone see. It stops no clock and counts as no attempt. Closed cases take notes too."""
    _record.require_staff(actor)
    case = _record.locked(case_id, actor=actor)
    if said_before(submission_key, actor):
        return case
    put_note(case, body, uploads, key=submission_key, actor=actor, now=now)
    return case


def put_note(
    case: Case, body: str, uploads: Sequence[Upload], *, key: UUID | None, actor: User, now: datetime
) -> Message:
    """Put a note on a locked case. Staff whom it names with @ are told."""
    message = say(case, MessageKind.NOTE, body, uploads, key=key, actor=actor, now=now)
    people, _unclear = people_named_in(body)
    message.mentioned.set(people - {actor.pk})
    facts = {"message": message.pk, "mentioned": sorted(people - {actor.pk})}
    _record.record(case, EventKind.NOTE_WRITTEN, actor=actor, now=now, public=False, facts=facts)
    return message


def _require_nothing_said_since(case: Case, number: int, actor: User) -> None:
    """Refuse a reply whose writer has not read the latest words, lest two answer or one answers the wrong thing."""
    if number >= case.last_event_number:
        return
    latest = _SAID_SINCE.first(case=case.pk, number=number, author=actor.pk)
    if latest is not None:
        raise rules.RuleBroken(
            "answered_meanwhile",
            _("%(name)s wrote meanwhile. Read it above, then send your reply again, or change it. Nothing was sent.")
            % {"name": latest.actor},
        )


def where_it_goes_on(case_id: int, actor: User) -> int:
    """Return the case that takes a word said to this one: where it was merged into, if the actor may see that."""
    way = _WAY_ON.first(actor, case=case_id)
    if way is None:
        raise Case.DoesNotExist
    here, goes_on = way
    while goes_on is not None and (there := _WAY_ON.first(actor, case=goes_on)) is not None:
        here, goes_on = there
    return here


def said_before(submission_key: UUID | None, actor: User) -> bool:
    """Return whether the same form was sent before."""
    return submission_key is not None and _SAID_BEFORE.first(author=actor.pk, key=submission_key) is not None


def say(
    case: Case,
    kind: MessageKind,
    body: str,
    uploads: Sequence[Upload],
    *,
    channel: Channel = Channel.PORTAL,
    key: UUID | None,
    said_at: datetime | None = None,
    actor: User,
    now: datetime,
) -> Message:
    """Keep a message with its files. What its author had typed so far is done with."""
    if not body.strip():
        raise rules.RuleBroken("message_empty", _("Write a message first. Nothing was sent."))
    message = Message(
        case=case,
        kind=kind,
        author=actor,
        by_staff=actor.works_here,
        channel=channel,
        # Whoever pastes a link that acts in their name gives it to nobody else.
        body=rules.without_links_that_act(body),
        said_at=said_at or now,
        submission_key=key,
    )
    insert(message)
    for upload in uploads:
        keep_file(upload, actor=actor, now=now, case=case, message=message)
    case.word_drafts.filter(user=actor, kind=kind).delete()
    return message


def take_closing_back_in_time(case: Case, *, said_at: datetime | None = None, actor: User, now: datetime) -> None:
    """Take a closing in silence back if a word from the contact came before it or within the minute after it (P9.5)."""
    if case.status != Status.CLOSED:
        return
    closing = case.closings.get(taken_back_at=None)
    if not rules.word_takes_closing_back(closing.outcome, closing.closed_at, said_at or now):
        return
    undo_closing(case, closing, to=Status.OPEN, actor=actor, now=now)
