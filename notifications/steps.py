"""The steps at which a promise warns people: at which share of its time, and whom. Data that managers change (P2.1)."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from django.utils.translation import gettext_lazy as _lazy

from cases.models import Case, User
from notifications import recipients
from notifications.models import Moment, WarningStep
from notifications.once import once

Group: TypeAlias = str

GROUPS = {
    "owner": _lazy("Owner"),
    "shift": _lazy("Desk on shift"),
    "managers": _lazy("Managers"),
    "administrators": _lazy("Administrators"),
}
# What holds until a manager says otherwise.
AT_FIRST: dict[Moment, frozenset[Group]] = {
    Moment.UPDATE_DUE: frozenset({"owner"}),
    Moment.AT_RISK: frozenset({"owner", "managers"}),
    Moment.MISSED: frozenset({"owner", "managers"}),
}
SHARES = range(1, 100)


@dataclass(frozen=True)
class Step:
    """Who is told at a moment, and who said so last."""

    moment: Moment
    tells: frozenset[Group]
    changed_by: User | None = None
    changed_at: datetime | None = None


def steps() -> list[Step]:
    """Return every step, in the order in which they come."""
    rows = {row.moment: row for row in WarningStep.objects.select_related("changed_by")}
    return [_step(moment, rows.get(moment)) for moment in Moment]


def people(moment: Moment, case: Case, owners: list[User], at: datetime) -> list[User]:
    """Return whom a step tells. `owners` are those whose promise it is, or who stand in where nobody owns the case."""
    tells = _step(moment, _row(moment)).tells
    if not recipients.has_owner(case):
        tells |= {"owner", "managers"}
    groups = {
        "owner": lambda: owners,
        "shift": lambda: recipients.on_shift(case, at),
        "managers": recipients.managers,
        "administrators": recipients.administrators,
    }
    return recipients.each_once(*(find() for name, find in groups.items() if name in tells))


@once
def _row(moment: Moment) -> WarningStep | None:
    return WarningStep.objects.filter(pk=moment).first()


def _step(moment: Moment, row: WarningStep | None) -> Step:
    if row is None:
        return Step(moment, AT_FIRST[moment])
    tells = frozenset(name for name in GROUPS if getattr(row, name))
    return Step(moment, tells, row.changed_by, row.changed_at)
