"""Taking back a mistaken reply or closing before its mail leaves: the clocks run on as if it had not been."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases import lifecycle, rules
from cases.actions import _promises, _record, _waiting
from cases.lifecycle import Status
from cases.models import Case, Closing, EventKind, Message, MessageKind, Survey, User
from cases.rules import AttemptOutcome, Outcome, RuleBroken


@transaction.atomic(durable=True)
def take_reply_back(*, message_id: int, actor: User, now: datetime) -> Case:
    """Take one's own reply back within 10 seconds. Both stay on the record; the contact sees neither.

    Raises:
        RuleBroken: the mail has left, the reply is somebody else's, or the case was closed meanwhile.
    """
    _record.require_staff(actor)
    case = _record.locked_by(Message, message_id)
    message = case.messages.get(pk=message_id, kind=MessageKind.REPLY, by_staff=True)
    if message.taken_back_at is not None:
        return case
    if message.author_id != actor.pk:
        raise RuleBroken("reply_not_yours", _("Only whoever wrote a reply can take it back. Nothing was changed."))
    said = case.events.filter(kind=EventKind.SPECIALIST_REPLIED, facts__message=message.pk).first()
    if said is None:
        # Words of a request, such as for diagnostics: what belongs to it can be asked anew or dropped.
        raise RuleBroken(
            "request_stands", _("This asks the contact for something, so it stands. Ask anew, or say it is not needed.")
        )
    if not rules.may_take_reply_back(message.said_at, now):
        raise RuleBroken(
            "reply_left", _("The mail of this reply has left, so it stands. Write another reply to set it right.")
        )
    lifecycle.require_open(case.status)
    message.taken_back_at = now
    message.save(update_fields=["taken_back_at"])
    _undo_reply(case, message, said.facts, now=now)
    facts = {"message": message.pk}
    changed = ("first_response_at",)
    _record.record(case, EventKind.REPLY_TAKEN_BACK, actor=actor, now=now, public=False, changed=changed, facts=facts)
    return case


@transaction.atomic(durable=True)
def take_closing_back(*, case_id: int, actor: User, now: datetime) -> Case:
    """Take one's own closing back within 60 seconds: the case goes on where it stood.

    Raises:
        RuleBroken: the minute is over, the closing is somebody else's, or the case is open.
    """
    case = _record.locked(case_id, actor=actor)
    closing = case.closings.filter(taken_back_at=None).first()
    if closing is None:
        raise RuleBroken("case_open", _("This case is open: its closing was taken back already."))
    if closing.closed_by_id != actor.pk:
        raise RuleBroken("closing_not_yours", _("Only whoever closed a case can take it back. Nothing was changed."))
    if not rules.may_take_closing_back(closing.outcome, closing.closed_at, now):
        raise RuleBroken(
            "closing_left", _("The minute is over and the contact was told, so it stays closed. Open a follow-up case.")
        )
    undo_closing(case, closing, to=Status(closing.status_before), actor=actor, now=now)
    return case


def undo_closing(case: Case, closing: Closing, *, to: Status, actor: User, now: datetime) -> None:
    """Let a case go on as if a closing had not been. Its survey takes no answer any more."""
    closed = case.events.filter(kind=EventKind.CASE_CLOSED, facts__closing=closing.pk).get()
    closing.taken_back_at = now
    closing.save(update_fields=["taken_back_at"])
    Survey.objects.filter(closing=closing, answered_at=None).update(expires_at=now)
    _record.reopen(case, to=to, actor=actor, now=now)
    if closing.outcome != Outcome.NO_CONTACT:
        if case.first_response_at == closing.closed_at:
            _undo_answer(case, at=closing.closed_at, status=None, now=now)
        _waiting.go_on(case, closed.facts.get("waited", {}))
    case.merged_into = None
    facts = {"closing": closing.pk, "in_silence": closing.outcome == Outcome.NO_CONTACT}
    changed = ("closed_at", "first_response_at", "merged_into")
    _record.record(case, EventKind.CLOSING_TAKEN_BACK, actor=actor, now=now, public=True, changed=changed, facts=facts)


def _undo_reply(case: Case, message: Message, said: dict[str, Any], *, now: datetime) -> None:
    # Somebody may have moved the case on in these seconds; then it stays where they put it.
    untouched = case.status == said["status_after"]
    if said["waits_since"] and untouched:
        _waiting.never_began(case, now=now)
    status = Status(said["status_before"]) if untouched else None
    _undo_answer(case, at=message.said_at, status=status, now=now)


def _undo_answer(case: Case, *, at: datetime, status: Status | None, now: datetime) -> None:
    """Undo an answer; another one given meanwhile becomes the first response in its place (P2.5)."""
    _record.unanswer(case, at=at, status=status, now=now)
    if case.first_response_at is not None:
        return
    replies = case.messages.filter(kind=MessageKind.REPLY, by_staff=True, taken_back_at=None)
    calls = case.attempts.filter(outcome=AttemptOutcome.REACHED)
    others = [*replies.values_list("said_at", flat=True), *calls.values_list("made_at", flat=True)]
    if others:
        _promises.respond_first(case, at=min(others))
