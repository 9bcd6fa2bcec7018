"""Action plans: milestones with owners, dates and dependencies, seen by both sides (P9.7)."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cases import lifecycle, promises, rules
from cases.actions import _promises, _record, _word
from cases.lifecycle import Side
from cases.models import ActionPlan, Case, DeadlineKind, EventKind, Milestone, MilestoneState, User
from cases.promises import Reckoned
from cases.rules import RuleBroken
from sla.engine.deadlines import Times

OPEN_STATES = (MilestoneState.PLANNED, MilestoneState.STARTED)


@transaction.atomic(durable=True)
def make_plan(*, case_id: int, summary: str, submission_key: UUID | None = None, actor: User, now: datetime) -> Case:
    """Begin an action plan. The case goes on (P9.7).

    Raises:
        RuleBroken: the case is closed, has a plan, or nothing says what the plan is for.
    """
    _record.require_staff(actor)
    case = _record.locked(case_id, actor=actor)
    if submission_key is not None and case.plans.filter(made_by=actor, submission_key=submission_key).exists():
        return case
    lifecycle.require_open(case.status)
    if not summary.strip():
        raise RuleBroken("plan_summary_missing", _("Say in a few words what the plan is for. Nothing was changed."))
    if case.plans.filter(ended_at=None).exists():
        raise RuleBroken("plan_exists", _("This case has a plan already. Add milestones to it. Nothing was changed."))
    plan = ActionPlan.objects.create(
        case=case, summary=summary.strip(), made_by=actor, made_at=now, submission_key=submission_key
    )
    facts = {"plan": plan.pk, "summary": plan.summary}
    _record.record(case, EventKind.PLAN_MADE, actor=actor, now=now, public=True, facts=facts)
    return case


@transaction.atomic(durable=True)
def end_plan(*, case_id: int, reason: str, actor: User, now: datetime) -> Case:
    """End the plan in force: what was still to do is dropped, and promised no more.

    Raises:
        RuleBroken: there is no plan, or no reason.
    """
    case, plan = _plan_in_force(case_id, actor=actor)
    _require_reason(reason)
    plan.ended_at, plan.ended_by, plan.end_reason = now, actor, reason.strip()
    plan.save(update_fields=["ended_at", "ended_by", "end_reason"])
    plan.milestones.filter(state__in=OPEN_STATES).update(
        state=MilestoneState.DROPPED, settled_at=now, next_reminder_at=None
    )
    _promises.withdraw_promise(case, DeadlineKind.MILESTONE, now=now)
    facts = {"plan": plan.pk, "reason": plan.end_reason}
    _record.record(case, EventKind.PLAN_ENDED, actor=actor, now=now, public=True, facts=facts)
    return case


@transaction.atomic(durable=True)
def add_milestone(
    *,
    case_id: int,
    title: str,
    side: Side,
    owner_id: int,
    due_on: date,
    after: Collection[int] = (),
    submission_key: UUID | None = None,
    actor: User,
    now: datetime,
) -> Case:
    """Add a milestone to the plan in force. One of ours is a promise, due at the desk's closing time of its day.

    Raises:
        RuleBroken: there is no plan, no title, the owner is not of that side, or the desk is closed on the day.
    """
    case, plan = _plan_in_force(case_id, actor=actor)
    if submission_key is not None and plan.milestones.filter(submission_key=submission_key).exists():
        return case
    if not title.strip():
        raise RuleBroken("milestone_title_missing", _("Say what is to be done. Nothing was changed."))
    owner = _owner(case, side, owner_id)
    times = _times(case, due_on, now=now)
    milestone = Milestone.objects.create(
        plan=plan,
        title=title.strip(),
        side=side,
        owner=owner,
        due_on=due_on,
        due_at=times.due_at,
        next_reminder_at=_reminder_at(side, times, now),
        submission_key=submission_key,
    )
    milestone.after.set(plan.milestones.filter(pk__in=after))
    if side == Side.STAFF:
        _promise(case, milestone, times, now=now)
    facts = {"milestone": milestone.pk, "title": milestone.title, "side": side, "due_at": times.due_at.isoformat()}
    _record.record(case, EventKind.MILESTONE_ADDED, actor=actor, now=now, public=True, facts=facts)
    return case


@transaction.atomic(durable=True)
def move_milestone(
    *, case_id: int, milestone_id: int, due_on: date, expected: date, reason: str, actor: User, now: datetime
) -> Case:
    """Give a milestone another day, with a reason that the contact reads. Its promise is replaced by another.

    Raises:
        RuleBroken: it is settled, somebody moved it meanwhile, there is no reason, or the desk is closed on the day.
    """
    case, plan = _plan_in_force(case_id, actor=actor)
    milestone = _open_milestone(plan, milestone_id)
    if milestone.due_on == due_on:
        return case
    if milestone.due_on != expected:
        raise _changed_meanwhile()
    _require_reason(reason)
    times = _times(case, due_on, now=now)
    was = milestone.due_on
    milestone.due_on, milestone.due_at = due_on, times.due_at
    milestone.next_reminder_at = _reminder_at(milestone.side, times, now)
    milestone.save(update_fields=["due_on", "due_at", "next_reminder_at"])
    if milestone.side == Side.STAFF:
        _promise(case, milestone, times, now=now)
    facts = {"milestone": milestone.pk, "title": milestone.title, "was_on": str(was), "reason": reason.strip()}
    facts |= {"due_at": times.due_at.isoformat(), "what": "date"}
    _record.record(case, EventKind.MILESTONE_CHANGED, actor=actor, now=now, public=True, facts=facts)
    return case


@transaction.atomic(durable=True)
def set_milestone_state(
    *, case_id: int, milestone_id: int, state: str, expected: str, actor: User, now: datetime
) -> Case:
    """Say where a milestone stands. Done keeps its promise, or misses it; dropped withdraws it.

    A contact speaks for their own side's milestones, and drops none.

    Raises:
        RuleBroken: it is settled or was changed meanwhile, it waits for others, or it is not this side's to say.
    """
    case = _record.locked(case_id, actor=actor)
    milestone = _milestone(_plan_of(case), milestone_id)
    if milestone.state == state:
        return case
    _require_ones_own(milestone, state, actor)
    if milestone.state != expected:
        raise _changed_meanwhile()
    rules.require_milestone_step(milestone.state, state)
    if state == MilestoneState.DONE:
        before = milestone.after.filter(state__in=OPEN_STATES).order_by("due_on", "pk")
        rules.require_nothing_before(milestone.title, list(before.values_list("title", flat=True)))
    was, milestone.state = milestone.state, state
    if state not in OPEN_STATES:
        milestone.settled_at, milestone.next_reminder_at = now, None
        _promises.settle_milestone(case, milestone, done=state == MilestoneState.DONE, now=now)
    milestone.save(update_fields=["state", "settled_at", "next_reminder_at"])
    _word.hear(case, actor=actor, now=now)
    facts = {"milestone": milestone.pk, "title": milestone.title, "what": "state", "was": was, "state": state}
    _record.record(case, EventKind.MILESTONE_CHANGED, actor=actor, now=now, public=True, facts=facts)
    return case


@transaction.atomic(durable=True)
def set_milestone_waits(*, case_id: int, milestone_id: int, after: Sequence[int], actor: User, now: datetime) -> Case:
    """Say which milestones come before this one.

    Raises:
        RuleBroken: it is settled, or some would wait for each other for ever.
    """
    case, plan = _plan_in_force(case_id, actor=actor)
    milestone = _open_milestone(plan, milestone_id)
    every = {one.pk: one for one in plan.milestones.prefetch_related("after")}
    waits = {pk: {earlier.pk for earlier in one.after.all()} for pk, one in every.items()}
    wanted = set(after) & every.keys()
    if waits[milestone.pk] == wanted:
        return case
    rules.require_no_circle(waits | {milestone.pk: wanted}, {pk: one.title for pk, one in every.items()})
    milestone.after.set(wanted)
    earlier = [every[pk].title for pk in sorted(wanted)]
    facts = {"milestone": milestone.pk, "title": milestone.title, "what": "waits", "after": earlier}
    _record.record(case, EventKind.MILESTONE_CHANGED, actor=actor, now=now, public=True, facts=facts)
    return case


@transaction.atomic(durable=True)
def remind_of_milestone(*, milestone_id: int, actor: None = None, now: datetime) -> Case | None:
    """Remind the contact of their own milestone: on the morning of its day, and once when it is overdue.

    None when there is nothing to remind of any more.
    """
    case = _record.locked_by(Milestone, milestone_id, path="plan__case")
    milestone = Milestone.objects.select_for_update().select_related("plan").get(pk=milestone_id)
    if milestone.next_reminder_at is None or now < milestone.next_reminder_at:
        return None
    overdue = now > milestone.due_at
    milestone.next_reminder_at = None if overdue or not case.is_open else milestone.due_at + timedelta(seconds=1)
    milestone.reminded_at = now
    milestone.save(update_fields=["next_reminder_at", "reminded_at"])
    if not case.is_open or milestone.plan.ended_at is not None:
        return None
    kind = EventKind.MILESTONE_OVERDUE if overdue else EventKind.MILESTONE_DUE
    facts = {"milestone": milestone.pk, "title": milestone.title, "due_at": milestone.due_at.isoformat()}
    _record.record(case, kind, actor=actor, now=now, public=True, facts=facts)
    return case


# --- What they share ------------------------------------------------------------------------------------------------


def _plan_in_force(case_id: int, *, actor: User) -> tuple[Case, ActionPlan]:
    _record.require_staff(actor)
    case = _record.locked(case_id, actor=actor)
    return case, _plan_of(case)


def _plan_of(case: Case) -> ActionPlan:
    lifecycle.require_open(case.status)
    plan = case.plans.filter(ended_at=None).first()
    if plan is None:
        raise RuleBroken("no_plan", _("This case has no action plan, or it ended meanwhile. Nothing was changed."))
    return plan


def _milestone(plan: ActionPlan, milestone_id: int) -> Milestone:
    milestone = plan.milestones.select_for_update().filter(pk=milestone_id).first()
    if milestone is None:
        raise RuleBroken("no_milestone", _("This milestone is not in the plan any more. Nothing was changed."))
    return milestone


def _open_milestone(plan: ActionPlan, milestone_id: int) -> Milestone:
    milestone = _milestone(plan, milestone_id)
    if milestone.state not in OPEN_STATES:
        rules.require_milestone_step(milestone.state, MilestoneState.PLANNED)
    return milestone


def _owner(case: Case, side: Side, owner_id: int) -> User:
    """Return who does it: somebody active of that side who can see the case."""
    owner = User.objects.filter(pk=owner_id, is_active=True).first()
    fits = owner is not None and owner.works_here is (side == Side.STAFF)
    if owner is None or not fits or not Case.objects.visible_to(owner).filter(pk=case.pk).exists():
        raise RuleBroken(
            "milestone_owner_wrong",
            _("Choose somebody of the side that does it, who can see this case. Nothing was changed."),
        )
    return owner


def _require_ones_own(milestone: Milestone, state: str, actor: User) -> None:
    if not actor.works_here and (milestone.side != Side.CONTACT or state == MilestoneState.DROPPED):
        raise RuleBroken("milestone_not_yours", _("This milestone is for support to settle. Nothing was changed."))


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise RuleBroken("milestone_reason_missing", _("Say why. The other side reads it. Nothing was changed."))


def _times(case: Case, due_on: date, *, now: datetime) -> Times:
    hours = promises.home_hours(case.desk)
    rules.require_milestone_day(hours, case.desk.name, due_on, now)
    return Times(now, max(now, hours.opens_on(due_on)), hours.closes_on(due_on))


def _reminder_at(side: str, times: Times, now: datetime) -> datetime | None:
    """Return when the contact is reminded next; one whose morning is over hears when it is overdue."""
    if side != Side.CONTACT:
        return None
    return times.warn_at if times.warn_at > now else times.due_at + timedelta(seconds=1)


def _promise(case: Case, milestone: Milestone, times: Times, *, now: datetime) -> None:
    reckoned = Reckoned(case.severity, promises.home_hours(case.desk), times)
    _promises.promise_milestone(case, milestone, reckoned, now=now)


def _changed_meanwhile() -> RuleBroken:
    return RuleBroken(
        "milestone_changed_meanwhile",
        _("Somebody changed this milestone meanwhile. Look at it as it stands now. Nothing was changed."),
    )
