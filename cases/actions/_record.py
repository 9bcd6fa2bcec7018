"""The one place that sets status and severity and writes `CaseEvent`.

Every action locks its case first (`locked`), changes it through the functions here, and ends with `record`, which
numbers the event, saves the case and leaves a dispatch row, all in the action's transaction. What it means for the
case's promises stands in `_promises`; what the clock says of many at once goes by `_by_the_clock`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from cases import lifecycle, rules
from cases.actions import _chain, _endings, _promises, _request, _updates, _waking
from cases.lifecycle import Side, Status, Trigger
from cases.models import (
    Case,
    CaseEvent,
    ChargeReview,
    Deadline,
    DeadlineEnd,
    DeadlineKind,
    Dispatch,
    EventKind,
    SeverityAgreement,
    User,
)
from cases.rules import RuleBroken
from cases.seen_by import SeenBy
from sla.written_once import WrittenOnce
from sla.written_rows import Changed, New, write

# The columns of a case that each of its events writes.
EVERY_EVENT_CHANGES = ("last_event_number", "last_event_at", "chained_to", "chain_digest", "next_due_at", "status")

_PLACES = {"case": 30_001}
# Whoever asks: a case that they came to know of since the lock was asked for would be read without it.
_LOCK = WrittenOnce(
    lambda: Case.objects.select_for_update().filter(pk=_PLACES["case"]).values_list("pk", flat=True), **_PLACES
)
_CASE = SeenBy(lambda cases: cases.select_related("partner", "desk", "contact").filter(pk=_PLACES["case"]), **_PLACES)
# Sums are long, and nobody reads them here.
_STANDING = WrittenOnce(lambda: Deadline.objects.open().filter(case=_PLACES["case"]).defer("explanation"), **_PLACES)


def side_of(actor: User | None) -> Side:
    """Return for which side a person acts; nobody is the timetable."""
    if actor is None:
        return Side.CLOCK
    return Side.STAFF if actor.works_here else Side.CONTACT


def locked(case_id: int, *, actor: User | None) -> Case:
    """Lock a case that `actor` may see, until the end of the transaction.

    Raises:
        Case.DoesNotExist: there is no such case, or it is none of the actor's business.
        RuleBroken: a machine asked that the case be as it read it, and it changed.
    """
    # Read after the lock is there: a join of before would miss a contact or a desk that was changed meanwhile.
    case = _CASE.first_behind(_LOCK, actor, case=case_id)
    if case is None:
        raise Case.DoesNotExist
    case.stood_as = case.status
    _request.require_as_read(case)
    return case


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
    case.status = case.stood_as = Status.NEW
    case.perceived_severity = severity
    case.severity = severity


def set_imported(case: Case, *, severity: int, closed_at: datetime | None) -> None:
    """Give a case of another help desk the severity and the state that it had there."""
    set_opening(case, severity=severity)
    case.closed_at = closed_at
    if closed_at is not None:
        case.status = Status.CLOSED
    elif case.first_response_at is not None:
        case.status = Status.OPEN


def set_agreed(case: Case, agreement: SeverityAgreement) -> None:
    """Give a case the severity that both sides agreed on (P2.3, P8.1): the only way it ever changes.

    The database compares the case with its agreement.
    """
    case.severity = agreement.severity
    case.agreement = agreement


def set_closed(case: Case, trigger: Trigger, *, actor: User | None, now: datetime) -> None:
    """Close a case; its open promises end with it, missed where they were already past due."""
    move(case, trigger, actor=actor)
    case.closed_at = now
    # Whoever asked for a manager waits for one, also when the case is closed meanwhile (P9.4).
    for deadline in case.deadlines.select_for_update().open().exclude(kind=DeadlineKind.MANAGER_ANSWER):
        _promises.end(deadline, DeadlineEnd.CASE_ENDED, now=now, kept=False if now > deadline.due_at else None)
    _endings.end_with_case(case, now=now)
    if rules.asks_about_charges(used_after_hours=case.used_after_hours, was=case.severity, becomes=None):
        ask_about_charges(case, now=now)


def set_dismissed(case: Case, *, actor: User, now: datetime) -> None:
    """End a case that never was one (P9.6): its promises are withdrawn without a verdict, so it counts nowhere."""
    move(case, Trigger.CLOSE, actor=actor)
    case.closed_at = case.dismissed_at = now
    for deadline in case.deadlines.select_for_update().open():
        _promises.end(deadline, DeadlineEnd.WITHDRAWN, now=now, kept=None)
    _endings.end_with_case(case, now=now)


def ask_about_charges(case: Case, *, now: datetime) -> bool:
    """Ask the specialist whether an after-hours Severity 1 ever qualified (P4.2). Returns whether now."""
    review, asked = ChargeReview.objects.get_or_create(case=case, defaults={"asked_at": now})
    if asked:
        facts = {"review": review.pk}
        changed = ("closed_at",)
        record(case, EventKind.CHARGES_ASKED, actor=None, now=now, public=False, changed=changed, facts=facts)
    return asked


def reopen(case: Case, *, to: Status = Status.OPEN, actor: User, now: datetime) -> None:
    """Take a closing back: the case goes on where it stood, and promises that the closing ended stand again."""
    ended_at = case.closed_at
    move(case, Trigger.TAKE_BACK, actor=actor)
    case.status = to
    case.closed_at = None
    for ended in case.deadlines.filter(ended_at=ended_at, ended_as=DeadlineEnd.CASE_ENDED, replaced_by=None):
        _promises.stand_again(ended, now=now)
    if ended_at is not None:
        _endings.take_up_again(case, ended_at, now=now)


def unanswer(case: Case, *, at: datetime, status: Status | None, now: datetime) -> None:
    """Let the clocks run on as if an answer at `at` had not been: the first response it gave is owed again.

    `status` is where the case stood before it; None where it has moved on since.
    """
    if status is not None:
        case.status = status
    for followed in case.deadlines.filter(kind=DeadlineKind.FOLLOW_UP, ended_at=at, ended_as=DeadlineEnd.DONE):
        _promises.stand_again(followed, now=now)
    _endings.take_up_diagnostics(case, at)
    if case.first_response_at != at:
        return
    case.first_response_at = None
    _endings.wake_again(case, at, now=now)
    first = case.deadlines.filter(kind=DeadlineKind.FIRST_RESPONSE, ended_at=at, ended_as=DeadlineEnd.DONE)
    for ended in first:
        _promises.stand_again(ended, now=now)


def _keep_promises(
    case: Case, kind: EventKind, facts: dict[str, Any], standing: Sequence[Deadline], *, now: datetime
) -> None:
    """Settle the promises that stand as the act asks, and note when the next one is due."""
    made = _keep_updates(case, kind, facts, standing, now=now)
    _keep_follow_up(kind, facts, standing, now=now)
    open_ones = [one for one in (*standing, made) if one is not None and one.ended_at is None]
    case.next_due_at = min((one.due_at for one in open_ones), default=None)


def _keep_updates(
    case: Case, kind: EventKind, facts: dict[str, Any], standing: Sequence[Deadline], *, now: datetime
) -> Deadline | None:
    """End the running progress update, and begin the next one, as the act asks (P9.2). Returns the one that begins."""
    running = next((one for one in standing if one.kind == DeadlineKind.UPDATE), None)
    step = _updates.after(case, running, kind, facts, now=now)
    if running is not None and step.ends_as is not None:
        _promises.end(running, step.ends_as, now=now, kept=step.kept)
    if step.begins is None:
        return None
    replaced = running if step.ends_as == DeadlineEnd.REPLACED else None
    warned_at = replaced.warned_at if replaced and step.begins.promise.warn_at <= now else None
    new = _promises.make_promise(case, DeadlineKind.UPDATE, step.begins, warned_at=warned_at, now=now)
    if replaced is not None:
        Deadline.objects.filter(pk=replaced.pk).update(replaced_by=new)
    return new


def _keep_follow_up(kind: EventKind, facts: dict[str, Any], standing: Sequence[Deadline], *, now: datetime) -> None:
    """End the promise to follow up with the next public word of ours: kept, or missed (P7.1)."""
    at = _updates.followed_up_at(kind, facts, now)
    for deadline in standing:
        if at is not None and deadline.kind == DeadlineKind.FOLLOW_UP and deadline.started_at < at:
            _promises.end(deadline, DeadlineEnd.DONE, now=at, kept=at <= deadline.due_at)


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
    standing: Sequence[Deadline] | None = None,
    beside: Sequence[New | Changed] = (),
) -> CaseEvent:
    """Append the event, save the case's `changed` columns, and leave a dispatch row for those who must be told.

    Whatever the act was, the next progress update is kept as it should be after it. `standing` are the case's open
    promises, for who has just made them all. A case that is new is written with its first event. What else of the act
    is to be written, `beside`, goes to the database along with it.
    """
    case.last_event_at = now
    if standing is None:
        standing = _STANDING.all(case=case.pk)
    _keep_promises(case, kind, facts or {}, standing, now=now)
    _endings.end_with_status(case, now=now)
    event, words = _chain.next_event(case, kind, facts or {}, side=side_of(actor), actor=actor, public=public, now=now)
    write(
        New(case) if case._state.adding else Changed(case, (*EVERY_EVENT_CHANGES, *changed)),
        *beside,
        New(event),
        *([] if words is None else [New(words)]),
        New(Dispatch(event=event, secrets=secrets or {})),
        *_request.receipts(case, now=now),
    )
    transaction.on_commit(_waking.wake)
    return event
