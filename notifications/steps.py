"""The steps at which a promise warns people: at which share of its time, and whom. Data that managers change (P2.1)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases.models import Case, User
from cases.rules import RuleBroken
from notifications import recipients
from notifications.models import Moment, WarningStep
from notifications.once import once
from sla import changes, store

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


@transaction.atomic(durable=True)
def change(*, tells: Mapping[Moment, Collection[Group]], shares: Mapping[int, int], actor: User, now: datetime) -> None:
    """Keep whom each step tells, and after which share of its target each severity warns, in percent.

    What was promised before keeps its warning; the next promise has the new one.

    Raises:
        RuleBroken: the actor is no manager, a step would tell nobody, or a share is none.
    """
    if not actor.manages:
        raise RuleBroken("manager_only", _("Only a manager can do this. Nothing was changed."))
    if any(not groups or not set(groups) <= set(GROUPS) for groups in tells.values()):
        raise RuleBroken("step_tells_nobody", _("Each step must tell somebody. Nothing was changed."))
    if any(share not in SHARES for share in shares.values()):
        raise RuleBroken("share_out_of_range", _("A share is from 1 to 99 percent. Nothing was changed."))
    for moment, groups in tells.items():
        said = {name: name in groups for name in GROUPS}
        WarningStep.objects.update_or_create(pk=moment, defaults={**said, "changed_at": now, "changed_by": actor})
    changes.change_warnings(store.policy_in_force(now), shares)


@once
def _row(moment: Moment) -> WarningStep | None:
    return WarningStep.objects.filter(pk=moment).first()


def _step(moment: Moment, row: WarningStep | None) -> Step:
    if row is None:
        return Step(moment, AT_FIRST[moment])
    tells = frozenset(name for name in GROUPS if getattr(row, name))
    return Step(moment, tells, row.changed_by, row.changed_at)
