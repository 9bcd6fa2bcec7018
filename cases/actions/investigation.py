"""The investigation offline, and the follow-up that a specialist promises for a time they name (P7.1)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cases import promises, rules
from cases.actions import _promises, _record, _waiting
from cases.lifecycle import Status, Trigger
from cases.models import Case, Deadline, DeadlineKind, EventKind, Investigation, User
from cases.rules import RuleBroken


@transaction.atomic(durable=True)
def begin_investigation(*, case_id: int, follow_up_at: datetime, note: str = "", actor: User, now: datetime) -> Case:
    """Begin to investigate, and promise to follow up by a time. Waiting on the contact ends; the contact is told.

    The same again changes nothing. The next public word of ours keeps the promise, or misses it.

    Raises:
        RuleBroken: the time is not to come within a month, or somebody investigates already.
    """
    _record.require_staff(actor)
    case = _record.locked(case_id, actor=actor)
    running = case.investigations.select_related("begun_by").filter(ended_at=None).first()
    if running is not None:
        return _investigated_already(case, running, follow_up_at, actor)
    _require_time_to_come(follow_up_at, now)
    _record.move(case, Trigger.INVESTIGATE, actor=actor)
    _waiting.end(case, now=now)
    Investigation.objects.create(case=case, begun_by=actor, begun_at=now, note=note)
    promise = _promise(case, follow_up_at, actor=actor, now=now)
    facts = {"deadline": promise.pk, "due_at": follow_up_at.isoformat()}
    _record.record(case, EventKind.INVESTIGATION_BEGAN, actor=actor, now=now, public=True, facts=facts)
    return case


@transaction.atomic(durable=True)
def move_follow_up(
    *, case_id: int, follow_up_at: datetime, reason: str, expected_id: int, actor: User, now: datetime
) -> Case:
    """Promise the follow-up for another time, with a reason that the contact is told. The old promise stays on record.

    `expected_id` is the promise that the page showed.

    Raises:
        RuleBroken: the promise was kept, missed or moved meanwhile; no reason is given; or the time is not to come.
    """
    _record.require_staff(actor)
    case = _record.locked(case_id, actor=actor)
    old = _open_promise(case)
    if old is not None and old.due_at == follow_up_at and old.named_by_id == actor.pk:
        return case
    if old is None or old.pk != expected_id:
        raise RuleBroken(
            "follow_up_moved_meanwhile",
            _("The promise to follow up was kept or moved meanwhile. Look at it as it stands. Nothing was changed."),
        )
    if now > old.due_at:
        raise RuleBroken(
            "follow_up_missed", _("This promise is missed and stays so. Write to the contact, then promise anew.")
        )
    if not reason.strip():
        raise RuleBroken("follow_up_reason_missing", _("Say why it takes longer or shorter. The contact reads this."))
    _require_time_to_come(follow_up_at, now)
    reckoned = promises.named_by_a_person(case, follow_up_at, now)
    new = _promises.replace_promise(case, old.pk, reckoned, named_by=actor, now=now)
    facts = {
        "deadline": None if new is None else new.pk,
        "old_due_at": old.due_at.isoformat(),
        "new_due_at": follow_up_at.isoformat(),
        "reason": reason.strip(),
    }
    _record.record(case, EventKind.FOLLOW_UP_MOVED, actor=actor, now=now, public=True, facts=facts)
    return case


@transaction.atomic(durable=True)
def end_investigation(*, case_id: int, actor: User, now: datetime) -> Case:
    """End an investigation without a word to the contact yet: the promise to follow up stands until one is said.

    Raises:
        RuleBroken: nobody investigates.
    """
    _record.require_staff(actor)
    case = _record.locked(case_id, actor=actor)
    if case.status != Status.INVESTIGATING:
        raise RuleBroken("not_investigating", _("The investigation ended already. Nothing was changed."))
    _record.move(case, Trigger.GO_ON, actor=actor)
    _record.record(case, EventKind.INVESTIGATION_ENDED, actor=actor, now=now, public=True)
    return case


def _investigated_already(case: Case, running: Investigation, follow_up_at: datetime, actor: User) -> Case:
    promise = _open_promise(case)
    if running.begun_by_id == actor.pk and promise is not None and promise.due_at == follow_up_at:
        return case
    raise RuleBroken(
        "investigated_already",
        _("%(name)s investigates this case already. Change the promised time instead. Nothing was changed.")
        % {"name": running.begun_by},
    )


def _promise(case: Case, follow_up_at: datetime, *, actor: User, now: datetime) -> Deadline:
    """Promise the follow-up; one that still stands from an earlier investigation makes room."""
    reckoned = promises.named_by_a_person(case, follow_up_at, now)
    old = _open_promise(case)
    if old is not None and now <= old.due_at:
        new = _promises.replace_promise(case, old.pk, reckoned, named_by=actor, now=now)
        if new is not None:
            return new
    if old is not None:
        _promises.withdraw_promise(case, DeadlineKind.FOLLOW_UP, now=now)
    return _promises.make_promise(case, DeadlineKind.FOLLOW_UP, reckoned, named_by=actor, now=now)


def _open_promise(case: Case) -> Deadline | None:
    return case.deadlines.select_for_update().open().filter(kind=DeadlineKind.FOLLOW_UP).first()


def _require_time_to_come(follow_up_at: datetime, now: datetime) -> None:
    if not rules.follow_up_may_be_promised(follow_up_at, now):
        raise RuleBroken(
            "follow_up_time",
            _("Name a time that is still to come, within %(days)s days. Nothing was changed.")
            % {"days": rules.FOLLOW_UP_WITHIN.days},
        )
