"""The one place that sets status, severity and deadlines and writes `CaseEvent`.

Every action locks its case first (`locked`), changes it through the functions here, and ends with `record`, which
numbers the event, saves the case and leaves a dispatch row, all in the action's transaction.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Min, Model
from django.utils.translation import gettext as _

from cases import lifecycle
from cases.lifecycle import Side, Status, Trigger
from cases.models import Case, CaseEvent, Deadline, DeadlineEnd, DeadlineKind, Dispatch, EventKind, User
from cases.promises import Reckoned
from cases.rules import RuleBroken
from sla import store

Waker = Callable[[], None]
_wakers: list[Waker] = []


def wake_on_commit(waker: Waker) -> None:
    """Call `waker` after each act that leaves something to tell. It must not raise and must not wait."""
    if waker not in _wakers:
        _wakers.append(waker)


def _wake() -> None:
    for waker in _wakers:
        waker()


def side_of(actor: User | None) -> Side:
    """Return for which side a person acts; nobody is the timetable."""
    if actor is None:
        return Side.CLOCK
    return Side.STAFF if actor.works_here else Side.CONTACT


def locked(case_id: int, *, actor: User | None) -> Case:
    """Lock a case that `actor` may see, until the end of the transaction.

    Raises:
        Case.DoesNotExist: there is no such case, or it is none of the actor's business.
    """
    cases = Case.objects.all() if actor is None else Case.objects.visible_to(actor)
    return (
        Case.objects.select_for_update(of=("self",))
        .select_related("partner", "desk", "contact")
        .get(pk__in=cases.filter(pk=case_id).values("pk"))
    )


def locked_by(model: type[Model], row_id: int, *, path: str = "case") -> Case:
    """Lock the case that a row belongs to, for the clock, which knows rows and no cases.

    `path` is the way from the row to its case. The case is always locked first, whatever row is changed after it.
    """
    case_id = model._default_manager.filter(pk=row_id).values_list(path, flat=True)
    return locked(case_id.get(), actor=None)


def require_staff(actor: User) -> None:
    """Refuse what only staff may do."""
    if not actor.works_here:
        raise RuleBroken("staff_only", _("Only support staff can do this. Nothing was changed."))


def move(case: Case, trigger: Trigger, *, actor: User | None) -> None:
    """Take the step of the lifecycle table, or refuse it."""
    case.status = lifecycle.after(case.status, trigger, side_of(actor))


def set_opening(case: Case, *, severity: int) -> None:
    """Give a new case its first status and the perceived severity, on which its clock runs (P2.2)."""
    case.status = Status.NEW
    case.perceived_severity = severity
    case.severity = severity


def set_closed(case: Case, trigger: Trigger, *, actor: User | None, now: datetime) -> None:
    """Close a case; its open promises end with it, missed where they were already past due."""
    move(case, trigger, actor=actor)
    case.closed_at = now
    for deadline in case.deadlines.select_for_update().open():
        _end(deadline, DeadlineEnd.CASE_ENDED, now=now, kept=False if now > deadline.due_at else None)


def reopen(case: Case, *, actor: User, now: datetime) -> None:
    """Take a closing back: the case goes on, and promises that the closing ended stand again as new rows."""
    ended_at = case.closed_at
    move(case, Trigger.TAKE_BACK, actor=actor)
    case.closed_at = None
    for ended in case.deadlines.filter(ended_at=ended_at, ended_as=DeadlineEnd.CASE_ENDED, replaced_by=None):
        again = Deadline(
            case=case,
            kind=ended.kind,
            severity=ended.severity,
            made_at=now,
            started_at=ended.started_at,
            warn_at=ended.warn_at,
            due_at=ended.due_at,
            edition=ended.edition,
            explanation=ended.explanation,
            warned_at=ended.warned_at,
            breached_at=ended.breached_at,
        )
        again.save()
        Deadline.objects.filter(pk=ended.pk).update(replaced_by=again)


def make_promise(
    case: Case, kind: DeadlineKind, reckoned: Reckoned, *, warned_at: datetime | None = None, now: datetime
) -> Deadline:
    """Write a promise with the calendar edition and the sum it was made with."""
    return Deadline.objects.create(
        case=case,
        kind=kind,
        severity=reckoned.severity,
        made_at=now,
        started_at=reckoned.promise.started_at,
        warn_at=reckoned.promise.warn_at,
        due_at=reckoned.promise.due_at,
        edition=store.remember(reckoned.calendar, now),
        explanation=reckoned.explanation.as_data(),
        warned_at=warned_at,
    )


def replace_promise(case: Case, deadline_id: int, reckoned: Reckoned, *, now: datetime) -> Deadline | None:
    """End an open promise and make the one that takes its place. None when it ended meanwhile.

    Who was warned of the old one is warned again only if the new one's warning is still to come.
    """
    old = case.deadlines.select_for_update().open().filter(pk=deadline_id).first()
    if old is None:
        return None
    _end(old, DeadlineEnd.REPLACED, now=now, kept=None)
    warned_at = old.warned_at if reckoned.promise.warn_at <= now else None
    new = make_promise(case, DeadlineKind(old.kind), reckoned, warned_at=warned_at, now=now)
    Deadline.objects.filter(pk=old.pk).update(replaced_by=new)
    return new


def _end(deadline: Deadline, ended_as: DeadlineEnd, *, now: datetime, kept: bool | None) -> None:
    deadline.ended_at = now
    deadline.ended_as = ended_as
    deadline.kept = kept
    deadline.save(update_fields=["ended_at", "ended_as", "kept"])


def respond_first(case: Case, *, at: datetime) -> Deadline | None:
    """Stop the response clock at `at`, if it still runs (P2.5). Returns the promise that was kept or missed."""
    if case.first_response_at is not None:
        return None
    case.first_response_at = at
    deadline = case.deadlines.select_for_update().open().filter(kind=DeadlineKind.FIRST_RESPONSE).first()
    if deadline is not None:
        _end(deadline, DeadlineEnd.DONE, now=at, kept=at <= deadline.due_at)
    return deadline


def record(
    case: Case,
    kind: EventKind,
    *,
    actor: User | None,
    now: datetime,
    public: bool,
    changed: tuple[str, ...] = (),
    facts: dict[str, Any] | None = None,
    secrets: dict[str, str] | None = None,
) -> CaseEvent:
    """Append the event, save the case's `changed` columns, and leave a dispatch row for those who must be told."""
    case.last_event_number += 1
    case.last_event_at = now
    case.next_due_at = case.deadlines.open().aggregate(due=Min("due_at"))["due"]
    case.save(update_fields=["last_event_number", "last_event_at", "next_due_at", "status", *changed])
    event = CaseEvent.objects.create(
        case=case,
        number=case.last_event_number,
        kind=kind,
        at=now,
        side=side_of(actor),
        actor=actor,
        public=public,
        facts=facts or {},
    )
    Dispatch.objects.create(event=event, secrets=secrets or {})
    transaction.on_commit(_wake)
    return event
