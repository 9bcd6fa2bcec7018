"""What would be promised: the policy's targets and a partner's hours, put to the engine. Reads only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cases.models import Deadline, Partner
from sla import store
from sla.engine import deadlines, explain
from sla.engine.calendar import Calendar
from sla.models import Desk, PolicyVersion


@dataclass(frozen=True)
class Reckoned:
    """A promise that could be made: the instants, the hours it was reckoned with, and the sum."""

    severity: int
    calendar: Calendar
    promise: deadlines.Promise
    explanation: explain.Explanation


def hours_of(partner: Partner, desk: Desk) -> Calendar:
    """Return the opening hours that count for a partner: the desk's, or every desk's if it follows the sun (P3.1)."""
    return store.calendar(desks_that_count(desk, follows_the_sun=partner.follows_the_sun))


def desks_that_count(desk: Desk, *, follows_the_sun: bool) -> list[Desk]:
    """Return the desks whose hours count for a partner of `desk`, home first."""
    others = Desk.objects.exclude(pk=desk.pk).order_by("code") if follows_the_sun else []
    return [desk, *others]


def home_hours(desk: Desk) -> Calendar:
    """Return the desk's own hours: "separate business days" are its days, also for Sev 1 and follow-the-sun (P9.5)."""
    return store.calendar([desk])


def facts_of(deadline: Deadline, targets: Mapping[int, deadlines.Target]) -> deadlines.Facts:
    """Return what decided a promise, as it was put on the record with it: when its clock began, which severities held.

    `targets` are those of the case's policy version.
    """
    told = explain.Explanation.from_data(deadline.explanation)
    agreed = [deadlines.Change(turn.at, targets[turn.severity]) for turn in told.turns]
    first = agreed[0].target if agreed else targets[told.severity]
    return deadlines.Facts(logged_at=told.logged_at, target=first, changes=tuple(agreed[1:]))


def reckon(calendar: Calendar, facts: deadlines.Facts) -> Reckoned:
    """Reckon a first response from facts, with its sum."""
    promise = deadlines.after_severity_changes(calendar, facts)
    return Reckoned(promise.severity, calendar, promise, explain.explain(calendar, facts))


def first_response(partner: Partner, desk: Desk, policy: PolicyVersion, severity: int, now: datetime) -> Reckoned:
    """Reckon when a case logged at `now` is to be answered first (P2.1, P2.5)."""
    facts = deadlines.Facts(logged_at=now, target=store.targets(policy)[severity])
    return reckon(hours_of(partner, desk), facts)
