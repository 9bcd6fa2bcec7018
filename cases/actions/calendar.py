"""A manager's word on a single day of a desk (P3.2), and what it does to open promises: nothing, or what was shown."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cases import calendar_edits
from cases.actions import _record
from cases.calendar_edits import Move, Moves
from cases.models import EventKind, User
from cases.rules import RuleBroken
from sla import changes, store
from sla.models import Desk


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
    if not _was_said(desk, on, closed, reason, expected_revision, actor):
        _require_revision(desk, expected_revision)
        calendar_edits.with_day(desk, on, closed=closed, reason=reason)
        changes.change_day(
            desk, on, closed=closed, reason=reason, changed_by_name=str(actor), changed_by_id=actor.pk, now=now
        )
    if not move_promises:
        return 0
    touched = calendar_edits.moves(calendar_edits.without_day(desk, on), store.calendar, now)
    return _move(touched, reason=reason, actor=actor, now=now)


@transaction.atomic(durable=True)
def move_promises_left_alone(*, reason: str, actor: User, now: datetime) -> int:
    """Move the open promises that earlier edits, or a holiday upgrade, left as they were, to the hours in force.

    Returns how many were moved. As with a changed day, none goes to before `now`, and a missed one stays missed.

    Raises:
        RuleBroken: the actor is no manager, or gives no reason.
    """
    _require_manager_with_reason(actor, reason)
    return _move(calendar_edits.left_alone(now), reason=reason, actor=actor, now=now)


def _move(found: Moves, *, reason: str, actor: User, now: datetime) -> int:
    """Move what may move, in the order of cases, each locked first. Returns how many were moved."""
    in_order = sorted(found.moving, key=lambda move: move.deadline.case_id)
    return sum(_move_promise(move, reason=reason.strip(), actor=actor, now=now) for move in in_order)


def _move_promise(move: Move, *, reason: str, actor: User, now: datetime) -> bool:
    """Put one promise in another's place, on the record that the contact reads. False when it ended meanwhile."""
    case = _record.locked(move.deadline.case_id, actor=actor)
    new = _record.replace_promise(case, move.deadline.pk, move.reckoned(), now=now)
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


def _require_manager_with_reason(actor: User, reason: str) -> None:
    if not actor.manages:
        raise RuleBroken("managers_only", _("Only managers can change the calendar. Nothing was changed."))
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


def _was_said(desk: Desk, on: date, closed: bool, reason: str, expected_revision: int, actor: User) -> bool:
    """Return whether this very word is the last change of the desk, made from the page that comes again now."""
    last = desk.holiday_changes.order_by("-id").first()
    if last is None or desk.revision != expected_revision + 1:
        return False
    said = (last.on, last.closed, last.reason, last.changed_by_id)
    return said == (on, closed, reason.strip(), actor.pk)
