"""The promises of a locked case: made, kept, missed, replaced. One is never overwritten (P2.5).

A promise keeps its due time, the hours and the sum that it was made with. What changes it ends the row and makes
another. `_record.record` settles what an act means for those that stand.
"""

from datetime import datetime

from cases import promises, rules
from cases.actions import _endings
from cases.models import Case, Deadline, DeadlineEnd, DeadlineKind, Milestone, User
from cases.promises import Reckoned
from sla import store
from sla.engine import explain
from sla.written_once import WrittenOnce
from sla.written_rows import insert, update

_PLACES = {"case": 30_001}
_OWED = WrittenOnce(
    lambda: (
        Deadline.objects.select_for_update()
        .open()
        .filter(case=_PLACES["case"], kind=DeadlineKind.FIRST_RESPONSE)
        .defer("explanation")
    ),
    **_PLACES,
)


def stand_again(ended: Deadline, *, now: datetime) -> None:
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
    promise = promise_of(case, kind, reckoned, milestone=milestone, named_by=named_by, warned_at=warned_at, now=now)
    return insert(promise)


def promise_of(
    case: Case,
    kind: DeadlineKind,
    reckoned: Reckoned,
    *,
    key: int | None = None,
    milestone: Milestone | None = None,
    named_by: User | None = None,
    warned_at: datetime | None = None,
    now: datetime,
) -> Deadline:
    """Return a promise that is the caller's to write, by a `key` that was reserved for it or one to come."""
    return Deadline(
        pk=key,
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


def replace_promise(
    case: Case, deadline_id: int, reckoned: Reckoned, *, named_by: User | None = None, now: datetime
) -> Deadline | None:
    """End an open promise and make the one that takes its place. None when it ended meanwhile.

    Who was warned of the old one is warned again only if the new one's warning is still to come.
    """
    old = case.deadlines.select_for_update().open().filter(pk=deadline_id).first()
    if old is None:
        return None
    end(old, DeadlineEnd.REPLACED, now=now, kept=None)
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
        end(deadline, DeadlineEnd.DONE, now=now, kept=now <= deadline.due_at)


def withdraw_promise(case: Case, kind: DeadlineKind, *, now: datetime) -> None:
    """End an open promise of a kind because nobody waits for it any more; one already missed stays missed."""
    for deadline in case.deadlines.select_for_update().open().filter(kind=kind):
        end(deadline, DeadlineEnd.WITHDRAWN, now=now, kept=False if now > deadline.due_at else None)


def promise_milestone(case: Case, milestone: Milestone, reckoned: Reckoned, *, now: datetime) -> Deadline | None:
    """Promise a milestone of ours (P9.7), in the place of what was promised for it before; late stays late."""
    old = case.deadlines.select_for_update().open().filter(milestone=milestone).first()
    if old is None:
        return make_promise(case, DeadlineKind.MILESTONE, reckoned, milestone=milestone, now=now)
    if now <= old.due_at:
        return replace_promise(case, old.pk, reckoned, now=now)
    end(old, DeadlineEnd.REPLACED, now=now, kept=False)
    new = make_promise(case, DeadlineKind.MILESTONE, reckoned, milestone=milestone, now=now)
    Deadline.objects.filter(pk=old.pk).update(replaced_by=new)
    return new


def settle_milestone(case: Case, milestone: Milestone, *, done: bool, now: datetime) -> None:
    """End the promise of a milestone, if there is one: kept or missed when done; dropped, it is withdrawn."""
    for deadline in case.deadlines.select_for_update().open().filter(milestone=milestone):
        late = now > deadline.due_at
        verdict = not late if done else (False if late else None)
        end(deadline, DeadlineEnd.DONE if done else DeadlineEnd.WITHDRAWN, now=now, kept=verdict)


def end(deadline: Deadline, ended_as: DeadlineEnd, *, now: datetime, kept: bool | None) -> None:
    """End a promise, with its verdict if there is one."""
    deadline.ended_at = now
    deadline.ended_as = ended_as
    deadline.kept = kept
    update(deadline, "ended_at", "ended_as", "kept")


def keep_promise(case: Case, deadline_id: int, *, at: datetime) -> None:
    """End an open promise by what was promised, done at `at`: kept, or missed."""
    deadline = case.deadlines.select_for_update().open().filter(pk=deadline_id).first()
    if deadline is not None:
        end(deadline, DeadlineEnd.DONE, now=at, kept=at <= deadline.due_at)


def respond_first(case: Case, *, at: datetime) -> Deadline | None:
    """Stop the response clock at `at`, if it still runs (P2.5). Returns the promise that was kept or missed.

    A call from before a reply that was logged after it was the first response: the clock stops at the call.
    """
    if case.first_response_at is not None:
        return _responded_earlier(case, at=at) if at < case.first_response_at else None
    case.first_response_at = at
    _endings.end_alert(case, at=at)
    deadline = _OWED.first(case=case.pk)
    if deadline is not None:
        end(deadline, DeadlineEnd.DONE, now=at, kept=at <= deadline.due_at)
    return deadline


def _responded_earlier(case: Case, *, at: datetime) -> Deadline | None:
    """Judge anew what ended as done with the later reply; the record says both. What a breach said stays said."""
    ended = case.deadlines.select_for_update().filter(
        kind=DeadlineKind.FIRST_RESPONSE, ended_as=DeadlineEnd.DONE, ended_at=case.first_response_at
    )
    deadline = ended.first()
    case.first_response_at = at
    if deadline is not None:
        end(deadline, DeadlineEnd.DONE, now=at, kept=at <= deadline.due_at)
    return deadline
