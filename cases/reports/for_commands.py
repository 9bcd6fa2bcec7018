"""What sla's commands ask of this room: which open promises a change would move, and the deadlines of a case."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from cases import calendar_edits
from cases.models import INTERNAL_KINDS, Deadline, DeadlineEnd
from sla import store
from sla.explained import ExplainedDeadline
from sla.moves import Move


def would_move(after: store.Reckon, now: datetime) -> Iterator[Move]:
    """Yield the open promises that could be moved if calendars came from `after`."""
    for move in calendar_edits.moves(store.calendar, after, now).moving:
        deadline = move.deadline
        yield Move(move.case.reference, deadline.get_kind_display(), deadline.due_at, move.new_due_at)


def deadlines_of(reference: str) -> Iterator[ExplainedDeadline]:
    """Yield the deadlines of the case with this reference, the newest last."""
    found = Deadline.objects.filter(case__reference=reference.strip().upper())
    # There is an update for each word of ours; the open one is what anybody asks about.
    for deadline in found.exclude(kind__in=INTERNAL_KINDS, ended_at__isnull=False).order_by("id"):
        yield ExplainedDeadline(deadline.get_kind_display(), state_of(deadline), deadline.due_at, deadline.explanation)


def state_of(deadline: Deadline) -> str:
    """Return how a promise stands in a word or two."""
    if deadline.ended_at is None:
        return _("open") if deadline.breached_at is None else _("open, missed")
    if deadline.ended_as == DeadlineEnd.REPLACED:
        return _("replaced")
    return {True: _("kept"), False: _("missed"), None: _("withdrawn")}[deadline.kept]
