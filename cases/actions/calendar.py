"""A manager's word on a single day of a desk (P3.2) or on its weekly hours (P3.1), and what it does to open promises.

A day does nothing to them, or what was shown. Hours change on a day to come and do nothing: who had a promise keeps it,
until a manager moves it like any other that an edit left alone.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from cases import calendar_edits
from cases.actions import _promises, _record, _request
from cases.calendar_edits import Move
from cases.models import EventKind, User
from cases.rules import RuleBroken
from sla import changes, store
from sla.models import Desk, HolidayChange, HoursChange
from sla.store import Hours


@transaction.atomic(durable=True)
def change_calendar_day(
    *,
    desk_id: int,
    on: date,
    closed: bool,
    reason: str,
    move_promises: bool,
    expected_revision: int,
    actor: User,
    now: datetime,
) -> int:
    """Close a desk on a day, or open it in spite of a holiday, and move the open promises on it if the manager says so.

    Returns how many were moved. A promise is never moved to before `now`, and a missed one stays missed. The same word
    again, as of a double click, changes nothing twice. `expected_revision` is the calendar that the page showed.

    Raises:
        RuleBroken: the actor is no manager, gives no reason, saw another calendar, or would change nothing.
    """
    _require_manager_with_reason(actor, reason)
    desk = Desk.objects.select_for_update().get(pk=desk_id)
    change = _said_before(desk, on, closed, reason, expected_revision, actor)
    if change is None:
        _require_revision(desk, expected_revision)
        calendar_edits.with_day(desk, on, closed=closed, reason=reason)
        change = changes.change_day(
            desk, on, closed=closed, reason=reason, changed_by_name=str(actor), changed_by_id=actor.pk, now=now
        )
    _request.leave_receipt(None, made=change.pk, now=now)
    if not move_promises:
        return 0
    touched = calendar_edits.moves(calendar_edits.without_day(desk, on), store.calendar, now)
    return _move(touched.moving, reason=reason, actor=actor, now=now)


@transaction.atomic(durable=True)
def publish_hours(
    *,
    desk_id: int,
    hours: Sequence[Hours],
    since: date,
    reason: str,
    expected_revision: int,
    actor: User,
    now: datetime,
) -> HoursChange:
    """Give a desk other weekly hours from a local day to come. The same form again, as of a double click, once.

    Raises:
        RuleBroken: the actor is no manager, gives no reason or saw another calendar; the day has begun, another change
            is to come, or the hours are those in force.
    """
    _require_manager_with_reason(actor, reason)
    desk = Desk.objects.select_for_update().get(pk=desk_id)
    said = [[sorted(one.weekdays), one.starts.isoformat(), one.ends.isoformat()] for one in hours]
    to_come = desk.hours_changes.filter(taken_back_at=None, since__gt=_today(desk, now)).first()
    if to_come is not None and (to_come.since, to_come.hours, to_come.changed_by_id) == (since, said, actor.pk):
        return to_come
    _require_revision(desk, expected_revision)
    _require_new_hours(desk, hours, since, to_come, now)
    changes.change_hours(desk, hours, since=since)
    change = HoursChange.objects.create(
        desk=desk,
        since=since,
        hours=said,
        reason=reason.strip(),
        changed_by_id=actor.pk,
        changed_by_name=str(actor),
        changed_at=now,
    )
    _request.leave_receipt(None, made=change.pk, now=now)
    return change


@transaction.atomic(durable=True)
def take_hours_back(*, change_id: int, actor: User, now: datetime) -> None:
    """Take hours back that are not yet in force: those of before go on. Done twice, the second finds nothing to do.

    Raises:
        RuleBroken: the actor is no manager, or the hours are in force.
    """
    _require_manager(actor)
    change = HoursChange.objects.get(pk=change_id)
    desk = Desk.objects.select_for_update().get(pk=change.desk_id)
    change.refresh_from_db()
    if change.taken_back_at is not None:
        return
    if change.since <= _today(desk, now):
        raise RuleBroken(
            "hours_in_force", _("These hours are in force already. Publish others for a day to come instead.")
        )
    changes.take_hours_back(desk, change.since)
    change.taken_back_at, change.taken_back_by_name = now, str(actor)
    change.save(update_fields=["taken_back_at", "taken_back_by_name"])


@transaction.atomic(durable=True)
def move_promises_left_alone(*, shown: Collection[int], reason: str, actor: User, now: datetime) -> int:
    """Move open promises that earlier edits, or a holiday upgrade, left as they were, to the hours in force.

    Returns how many were moved. As with a changed day, none goes to before `now`, and a missed one stays missed.
    `shown` are the ids of those that the actor was told would move: what would move only since then stays.

    Raises:
        RuleBroken: the actor is no manager, or gives no reason.
    """
    _require_manager_with_reason(actor, reason)
    seen = set(shown)
    confirmed = [move for move in calendar_edits.left_alone(now).moving if move.deadline.pk in seen]
    _request.leave_receipt(None, made=len(confirmed), now=now)
    return _move(confirmed, reason=reason, actor=actor, now=now)


def _move(moving: list[Move], *, reason: str, actor: User, now: datetime) -> int:
    """Move what may move, in the order of cases, each locked first. Returns how many were moved."""
    in_order = sorted(moving, key=lambda move: move.deadline.case_id)
    return sum(_move_promise(move, reason=reason.strip(), actor=actor, now=now) for move in in_order)


def _move_promise(move: Move, *, reason: str, actor: User, now: datetime) -> bool:
    """Put one promise in another's place, on the record that the contact reads. False when it ended meanwhile."""
    case = _record.locked(move.deadline.case_id, actor=actor)
    new = _promises.replace_promise(case, move.deadline.pk, move.reckoned(), now=now)
    if new is None:
        return False
    facts = {
        "deadline": new.pk,
        "old_due_at": move.deadline.due_at.isoformat(),
        "new_due_at": new.due_at.isoformat(),
        "reason": reason,
    }
    _record.record(case, EventKind.PROMISE_MOVED, actor=actor, now=now, public=True, facts=facts)
    return True


def _require_manager(actor: User) -> None:
    if not actor.manages:
        raise RuleBroken("managers_only", _("Only managers can change the calendar. Nothing was changed."))


def _require_manager_with_reason(actor: User, reason: str) -> None:
    _require_manager(actor)
    if not reason.strip():
        raise RuleBroken("reason_missing", _("Say why, in words that partners may read. Nothing was changed."))


def _require_revision(desk: Desk, expected: int) -> None:
    if desk.revision != expected:
        raise RuleBroken(
            "calendar_changed_meanwhile",
            _(
                "Somebody changed the calendar of the %(desk)s desk after this page was made. Nothing was changed now. "
                "Look at the days as they stand, then send it again."
            )
            % {"desk": desk},
        )


def _require_new_hours(
    desk: Desk, hours: Sequence[Hours], since: date, to_come: HoursChange | None, now: datetime
) -> None:
    if since <= _today(desk, now):
        raise RuleBroken(
            "hours_day_has_begun",
            _("Hours change on a day to come: cases of today have their promises. Choose a later day."),
        )
    if to_come is not None:
        raise RuleBroken(
            "hours_to_come_already",
            _("Other hours of the %(desk)s desk are published for %(day)s. Take them back first, or wait for that day.")
            % {"desk": desk, "day": calendar_edits.in_words(to_come.since)},
        )
    if _week(hours) == _week(store.hours_at(desk, now)):
        raise RuleBroken("hours_as_they_are", _("These are the hours that are in force. Nothing was changed."))


def _week(hours: Sequence[Hours]) -> set[tuple[int, time, time]]:
    return {(day, one.starts, one.ends) for one in hours for day in one.weekdays}


def _today(desk: Desk, now: datetime) -> date:
    return now.astimezone(ZoneInfo(desk.zone)).date()


def _said_before(
    desk: Desk, on: date, closed: bool, reason: str, expected_revision: int, actor: User
) -> HolidayChange | None:
    """Return the last change of the desk, if it is this very word, made from the page that comes again now."""
    last = desk.holiday_changes.order_by("-id").first()
    if last is None or desk.revision != expected_revision + 1:
        return None
    said = (last.on, last.closed, last.reason, last.changed_by_id)
    return last if said == (on, closed, reason.strip(), actor.pk) else None
