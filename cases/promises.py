"""What would be promised: the policy's targets and a partner's hours, put to the engine. Reads only."""

from dataclasses import dataclass
from datetime import datetime

from cases.models import Partner
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
    if not partner.follows_the_sun:
        return store.calendar([desk])
    others = Desk.objects.exclude(pk=desk.pk).order_by("code")
    return store.calendar([desk, *others])


def home_hours(desk: Desk) -> Calendar:
    """Return the desk's own hours: "separate business days" are its days, also for Sev 1 and follow-the-sun (P9.5)."""
    return store.calendar([desk])


def first_response(partner: Partner, desk: Desk, policy: PolicyVersion, severity: int, now: datetime) -> Reckoned:
    """Reckon when a case logged at `now` is to be answered first (P2.1, P2.5)."""
    facts = deadlines.Facts(logged_at=now, target=store.targets(policy)[severity])
    calendar = hours_of(partner, desk)
    promise = deadlines.after_severity_changes(calendar, facts)
    return Reckoned(severity, calendar, promise, explain.explain(calendar, facts))
