"""Who is there now: on shift while the desk is open, on call day and night. Reads only (P6.1, P4.1)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from cases import promises
from cases.models import RosterKind, RosterShift, StaffRole, User
from cases.rules import gaps
from sla.models import Desk


class Because(Enum):
    """Why these people are named."""

    ROSTERED = "rostered"
    # Nobody is rostered: the specialists of the desk stand in, then the managers.
    SPECIALISTS = "specialists"
    MANAGERS = "managers"


@dataclass(frozen=True)
class Duty:
    """The people for a purpose, and why it is they."""

    people: list[User]
    because: Because

    def __iter__(self) -> Iterator[User]:
        """Walk the people."""
        return iter(self.people)


def rostered(desk: Desk, kind: str, now: datetime) -> list[User]:
    """Return who stands in the roster of a desk at `now`. Nobody is on shift while the desk is closed."""
    if kind == RosterKind.SHIFT and not promises.home_hours(desk).is_open(now):
        return []
    rows = RosterShift.objects.filter(
        desk=desk, kind=kind, removed_at=None, starts_at__lte=now, ends_at__gt=now, person__is_active=True
    ).exclude(person__staff_role="")
    found = rows.select_related("person").order_by("starts_at", "pk")
    return list({row.person_id: row.person for row in found}.values())


def duty(desk: Desk, kind: str, now: datetime) -> Duty:
    """Return who is on shift or on call at a desk; where nobody is rostered its specialists, then the managers."""
    people = rostered(desk, kind, now)
    if people:
        return Duty(people, Because.ROSTERED)
    staff = User.objects.filter(is_active=True).order_by("pk")
    specialists = list(staff.filter(staff_role=StaffRole.SPECIALIST, desk=desk))
    if specialists:
        return Duty(specialists, Because.SPECIALISTS)
    managers = list(staff.filter(staff_role=StaffRole.MANAGER))
    return Duty(managers or list(staff.filter(staff_role=StaffRole.ADMINISTRATOR)), Because.MANAGERS)


def on_call(desk: Desk, now: datetime) -> list[User]:
    """Return who is woken for a desk at `now`."""
    return duty(desk, RosterKind.ON_CALL, now).people


def on_shift(desk: Desk, now: datetime) -> list[User]:
    """Return who works at a desk at `now`; while it is closed, who is on call."""
    if not promises.home_hours(desk).is_open(now):
        return on_call(desk, now)
    return duty(desk, RosterKind.SHIFT, now).people


def rows_between(begin: datetime, end: datetime) -> list[RosterShift]:
    """Return the roster of every desk in a stretch of time, in order."""
    rows = RosterShift.objects.filter(removed_at=None, starts_at__lt=end, ends_at__gt=begin)
    return list(rows.select_related("person", "rotation").order_by("kind", "starts_at", "pk"))


def gaps_between(
    desk: Desk, kind: str, rows: list[RosterShift], begin: datetime, end: datetime
) -> list[tuple[datetime, datetime]]:
    """Return when nobody is on call, or when the desk is open and nobody is on shift."""
    needed = [(begin, end)] if kind == RosterKind.ON_CALL else list(promises.home_hours(desk).intervals(begin, end))
    covered = [(row.starts_at, row.ends_at) for row in rows if row.kind == kind and row.person.works_here]
    return gaps(needed, covered)
