"""What a manager supposes for a what-if: other hours, holidays, targets, or whose hours count."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Literal

from cases.rules import ROUND_THE_CLOCK_SEVERITY
from sla import store
from sla.engine.calendar import Calendar
from sla.engine.deadlines import Target
from sla.models import Desk, PolicyVersion

# Whose hours count: each partner's as it is, every desk's for everybody, or the home desk's for everybody.
Sun = Literal["", "everybody", "nobody"]


@dataclass(frozen=True)
class Assumption:
    """What is otherwise; whatever is empty stays as it is. Desks are named by their ids, targets by severity."""

    hours: Mapping[int, store.Hours] = field(default_factory=dict)
    without_holidays: frozenset[int] = frozenset()
    closed_too: Mapping[int, frozenset[date]] = field(default_factory=dict)
    within: Mapping[int, timedelta] = field(default_factory=dict)
    severity_1_in_desk_hours: bool = False
    sun: Sun = ""

    @property
    def changes_something(self) -> bool:
        """Whether anything is supposed at all."""
        return self != Assumption()


@dataclass(frozen=True)
class World:
    """What promises are reckoned with: calendars by home desk and whether the sun is followed, targets by policy."""

    calendars: Mapping[tuple[int, bool], Calendar]
    targets: Mapping[int, Mapping[int, Target]]


@dataclass(frozen=True)
class Rules:
    """The desks that have hours and the policy versions, read once for several worlds."""

    desks: list[Desk]
    versions: list[PolicyVersion]

    def as_they_are(self) -> World:
        """Return the hours, holidays and targets in force."""
        return self.supposed(Assumption())

    def supposed(self, assumption: Assumption) -> World:
        """Return the world as it would be."""
        hours = {
            desk.pk: [assumption.hours[desk.pk]] if desk.pk in assumption.hours else store.weekly_hours(desk)
            for desk in self.desks
        }
        reckon = store.proposed({desk.pk: _closed(desk, assumption) for desk in self.desks}, hours)
        calendars = {}
        for desk in self.desks:
            others = [other for other in self.desks if other != desk]
            for follows in (False, True):
                calendars[desk.pk, follows] = reckon([desk, *(others if _counts(assumption, follows) else [])])
        return World(calendars, {version.pk: _targets(version, assumption) for version in self.versions})


def rules() -> Rules:
    """Return the rules in force. A desk without hours promises nothing and is left out."""
    desks = Desk.objects.prefetch_related("shifts", "holidays", "holiday_changes").order_by("code")
    versions = PolicyVersion.objects.prefetch_related("targets").order_by("effective_on")
    return Rules([desk for desk in desks if desk.shifts.all()], list(versions))


def _counts(assumption: Assumption, follows: bool) -> bool:
    return {"everybody": True, "nobody": False}.get(assumption.sun, follows)


def _closed(desk: Desk, assumption: Assumption) -> dict[date, str]:
    dates = {} if desk.pk in assumption.without_holidays else store.closed_dates(desk)
    return dates | dict.fromkeys(assumption.closed_too.get(desk.pk, ()), "supposed")


def _targets(version: PolicyVersion, assumption: Assumption) -> dict[int, Target]:
    return {level: _target(found, assumption) for level, found in store.targets(version).items()}


def _target(target: Target, assumption: Assumption) -> Target:
    target = replace(target, within=assumption.within.get(target.severity, target.within))
    if target.severity == ROUND_THE_CLOCK_SEVERITY and assumption.severity_1_in_desk_hours:
        return replace(target, round_the_clock=False)
    return target
