"""The one place that sets status, severity and deadlines and writes `CaseEvent`.

Every action locks its case first (`locked`), changes it through the functions here, and ends with `record`, which
numbers the event, saves the case and leaves a dispatch row, all in the action's transaction. What the clock says of
many promises at once goes by `_by_the_clock`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from cases import lifecycle, promises, rules
from cases.actions import _chain, _endings, _request, _updates, _waking
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
    Milestone,
    SeverityAgreement,
    User,
)
from cases.promises import Reckoned
from cases.rules import RuleBroken
from sla import store
from sla.engine import explain
from sla.written_once import insert, update


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
    cases = Case.objects.all() if actor is None else Case.objects.visible_to(actor)
    rows = Case.objects.select_for_update().filter(pk__in=cases.filter(pk=case_id).values("pk"))
    # Read after the lock is there: a join of before would miss a contact or a desk that was changed meanwhile.
    case = Case.objects.select_related("partner", "desk", "contact").get(pk=rows.values_list("pk", flat=True).get())
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
        _end(deadline, DeadlineEnd.CASE_ENDED, now=now, kept=False if now > deadline.due_at else None)
    _endings.end_with_case(case, now=now)
    if rules.asks_about_charges(used_after_hours=case.used_after_hours, was=case.severity, becomes=None):
        ask_about_charges(case, now=now)


def set_dismissed(case: Case, *, actor: User, now: datetime) -> None:
    """End a case that never was one (P9.6): its promises are withdrawn without a verdict, so it counts nowhere."""
    move(case, Trigger.CLOSE, actor=actor)
    case.closed_at = case.dismissed_at = now
    for deadline in case.deadlines.select_for_update().open():
        _end(deadline, DeadlineEnd.WITHDRAWN, now=now, kept=None)
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
        _stand_again(ended, now=now)
    if ended_at is not None:
        _endings.take_up_again(case, ended_at, now=now)


def unanswer(case: Case, *, at: datetime, status: Status | None, now: datetime) -> None:
    """Let the clocks run on as if an answer at `at` had not been: the first response it gave is owed again.

    `status` is where the case stood before it; None where it has moved on since.
    """
    if status is not None:
        case.status = status
    for followed in case.deadlines.filter(kind=DeadlineKind.FOLLOW_UP, ended_at=at, ended_as=DeadlineEnd.DONE):
        _stand_again(followed, now=now)
    _endings.take_up_diagnostics(case, at)
    if case.first_response_at != at:
        return
    case.first_response_at = None
    _endings.wake_again(case, at, now=now)
    first = case.deadlines.filter(kind=DeadlineKind.FIRST_RESPONSE, ended_at=at, ended_as=DeadlineEnd.DONE)
    for ended in first:
        _stand_again(ended, now=now)


def _stand_again(ended: Deadline, *, now: datetime) -> None:
    """Make an ended promise anew with the same due time. The old row is replaced, so that it counts once."""
    again = Deadline(
        case=ended.case,
        kind=ended.kind,
        severity=ended.severity,
        made_at=now,
        started_at=ended.started_at,
        warn_at=ended.warn_at,
        due_at=ended.due_at,
        edition=ended.edition,
        explanation=ended.explanation,
        milestone=ended.milestone,
        named_by=ended.named_by,
        warned_at=ended.warned_at,
        breached_at=ended.breached_at,
    )
    insert(again)
    Deadline.objects.filter(pk=ended.pk).update(ended_as=DeadlineEnd.REPLACED, kept=None, replaced_by=again)


def make_promise(
    case: Case,
    kind: DeadlineKind,
    reckoned: Reckoned,
    *,
    milestone: Milestone | None = None,
    named_by: User | None = None,
    warned_at: datetime | None = None,
    now: datetime,
) -> Deadline:
    """Write a promise with the calendar edition and the sum it was made with, unless a person named the time."""
    promise = Deadline(
        case=case,
        kind=kind,
        severity=reckoned.severity,
        made_at=now,
        started_at=reckoned.promise.started_at,
        warn_at=reckoned.promise.warn_at,
        due_at=reckoned.promise.due_at,
        edition=store.remember(reckoned.calendar, now),
        explanation={} if reckoned.explanation is None else reckoned.explanation.as_data(),
        milestone=milestone,
        named_by=named_by,
        warned_at=warned_at,
    )
    return insert(promise)


def replace_promise(
    case: Case, deadline_id: int, reckoned: Reckoned, *, named_by: User | None = None, now: datetime
) -> Deadline | None:
    """End an open promise and make the one that takes its place. None when it ended meanwhile.

    Who was warned of the old one is warned again only if the new one's warning is still to come.
    """
    old = case.deadlines.select_for_update().open().filter(pk=deadline_id).first()
    if old is None:
        return None
    _end(old, DeadlineEnd.REPLACED, now=now, kept=None)
    if old.explanation:
        used = explain.Explanation.from_data(old.explanation).used_percent(now)
        Deadline.objects.filter(pk=old.pk).update(used_percent=used)
    warned_at = old.warned_at if reckoned.promise.warn_at <= now else None
    new = make_promise(
        case,
        DeadlineKind(old.kind),
        reckoned,
        milestone=old.milestone,
        named_by=named_by,
        warned_at=warned_at,
        now=now,
    )
    Deadline.objects.filter(pk=old.pk).update(replaced_by=new)
    return new


def reckon_first_response_again(case: Case, *, now: datetime) -> Deadline | None:
    """Promise the first response anew from all facts, after one of them changed (P2.3, P2.6).

    None when nothing is promised any more, or the promise stays as it is; one already missed stays missed.
    """
    old = case.deadlines.select_for_update().open().filter(kind=DeadlineKind.FIRST_RESPONSE).first()
    if old is None:
        return None
    hours = promises.hours_of(case.partner, case.desk)
    reckoned = promises.reckon(hours, promises.facts_of_case(case, now))
    same = reckoned.explanation is not None and reckoned.explanation.as_data() == old.explanation
    if same or not rules.promise_may_move(old.due_at, reckoned.promise.due_at, now):
        return None
    return replace_promise(case, old.pk, reckoned, now=now)


def answer_promise(case: Case, kind: DeadlineKind, *, now: datetime) -> None:
    """End an open promise of a kind because what it promised was done."""
    for deadline in case.deadlines.select_for_update().open().filter(kind=kind):
        _end(deadline, DeadlineEnd.DONE, now=now, kept=now <= deadline.due_at)


def withdraw_promise(case: Case, kind: DeadlineKind, *, now: datetime) -> None:
    """End an open promise of a kind because nobody waits for it any more; one already missed stays missed."""
    for deadline in case.deadlines.select_for_update().open().filter(kind=kind):
        _end(deadline, DeadlineEnd.WITHDRAWN, now=now, kept=False if now > deadline.due_at else None)


def promise_milestone(case: Case, milestone: Milestone, reckoned: Reckoned, *, now: datetime) -> Deadline | None:
    """Promise a milestone of ours (P9.7), in the place of what was promised for it before; late stays late."""
    old = case.deadlines.select_for_update().open().filter(milestone=milestone).first()
    if old is None:
        return make_promise(case, DeadlineKind.MILESTONE, reckoned, milestone=milestone, now=now)
    if now <= old.due_at:
        return replace_promise(case, old.pk, reckoned, now=now)
    _end(old, DeadlineEnd.REPLACED, now=now, kept=False)
    new = make_promise(case, DeadlineKind.MILESTONE, reckoned, milestone=milestone, now=now)
    Deadline.objects.filter(pk=old.pk).update(replaced_by=new)
    return new


def settle_milestone(case: Case, milestone: Milestone, *, done: bool, now: datetime) -> None:
    """End the promise of a milestone, if there is one: kept or missed when done; dropped, it is withdrawn."""
    for deadline in case.deadlines.select_for_update().open().filter(milestone=milestone):
        late = now > deadline.due_at
        verdict = not late if done else (False if late else None)
        _end(deadline, DeadlineEnd.DONE if done else DeadlineEnd.WITHDRAWN, now=now, kept=verdict)


def _end(deadline: Deadline, ended_as: DeadlineEnd, *, now: datetime, kept: bool | None) -> None:
    deadline.ended_at = now
    deadline.ended_as = ended_as
    deadline.kept = kept
    update(deadline, "ended_at", "ended_as", "kept")


def keep_promise(case: Case, deadline_id: int, *, at: datetime) -> None:
    """End an open promise by what was promised, done at `at`: kept, or missed."""
    deadline = case.deadlines.select_for_update().open().filter(pk=deadline_id).first()
    if deadline is not None:
        _end(deadline, DeadlineEnd.DONE, now=at, kept=at <= deadline.due_at)


def respond_first(case: Case, *, at: datetime) -> Deadline | None:
    """Stop the response clock at `at`, if it still runs (P2.5). Returns the promise that was kept or missed.

    A call from before a reply that was logged after it was the first response: the clock stops at the call.
    """
    if case.first_response_at is not None:
        return _responded_earlier(case, at=at) if at < case.first_response_at else None
    case.first_response_at = at
    _endings.end_alert(case, at=at)
    owed = case.deadlines.select_for_update().open().filter(kind=DeadlineKind.FIRST_RESPONSE)
    deadline = owed.defer("explanation").first()
    if deadline is not None:
        _end(deadline, DeadlineEnd.DONE, now=at, kept=at <= deadline.due_at)
    return deadline


def _responded_earlier(case: Case, *, at: datetime) -> Deadline | None:
    """Judge anew what ended as done with the later reply; the record says both. What a breach said stays said."""
    ended = case.deadlines.select_for_update().filter(
        kind=DeadlineKind.FIRST_RESPONSE, ended_as=DeadlineEnd.DONE, ended_at=case.first_response_at
    )
    deadline = ended.first()
    case.first_response_at = at
    if deadline is not None:
        _end(deadline, DeadlineEnd.DONE, now=at, kept=at <= deadline.due_at)
    return deadline


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
        _end(running, step.ends_as, now=now, kept=step.kept)
    if step.begins is None:
        return None
    replaced = running if step.ends_as == DeadlineEnd.REPLACED else None
    warned_at = replaced.warned_at if replaced and step.begins.promise.warn_at <= now else None
    new = make_promise(case, DeadlineKind.UPDATE, step.begins, warned_at=warned_at, now=now)
    if replaced is not None:
        Deadline.objects.filter(pk=replaced.pk).update(replaced_by=new)
    return new


def _keep_follow_up(kind: EventKind, facts: dict[str, Any], standing: Sequence[Deadline], *, now: datetime) -> None:
    """End the promise to follow up with the next public word of ours: kept, or missed (P7.1)."""
    at = _updates.followed_up_at(kind, facts, now)
    for deadline in standing:
        if at is not None and deadline.kind == DeadlineKind.FOLLOW_UP and deadline.started_at < at:
            _end(deadline, DeadlineEnd.DONE, now=at, kept=at <= deadline.due_at)


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
) -> CaseEvent:
    """Append the event, save the case's `changed` columns, and leave a dispatch row for those who must be told.

    Whatever the act was, the next progress update is kept as it should be after it. `standing` are the case's open
    promises, for who has just made them all.
    """
    case.last_event_at = now
    if standing is None:
        # Sums are long, and nobody reads them here.
        standing = list(case.deadlines.open().defer("explanation"))
    _keep_promises(case, kind, facts or {}, standing, now=now)
    _endings.end_with_status(case, now=now)
    event = _chain.append(case, kind, facts or {}, side=side_of(actor), actor=actor, public=public, now=now)
    columns = ("last_event_number", "last_event_at", "chained_to", "chain_digest", "next_due_at", "status")
    update(case, *columns, *changed)
    insert(Dispatch(event=event, secrets=secrets or {}))
    _request.leave_receipt(case, now=now)
    transaction.on_commit(_waking.wake)
    return event
