"""Promises as pages show them: the desk's hours now, a deadline with its sum."""

from dataclasses import dataclass
from datetime import datetime

from cases import promises
from cases.models import Case, Deadline, DeadlineKind, Partner
from cases.templatetags.stored_words import drawn
from sla import store
from sla.engine import deadlines, explain
from sla.engine.calendar import Calendar
from sla.models import Desk


@dataclass(frozen=True)
class DeskLine:
    """Whether a desk is open, until when, or when it opens."""

    name: str
    zone: str
    is_open: bool
    until: datetime | None
    opens_at: datetime | None


def desk_line(desk: Desk, hours: Calendar, now: datetime) -> DeskLine:
    """Say whether the hours that count for a partner of a desk are open at `now` (P3.1)."""
    if hours.is_open(now):
        return DeskLine(desk.name, desk.zone, is_open=True, until=hours.closes_at(now), opens_at=None)
    return DeskLine(desk.name, desk.zone, is_open=False, until=None, opens_at=hours.next_open(now))


@dataclass(frozen=True)
class SeverityChoice:
    """One severity as a card: the policy's words, and when a reply would be due if the case were sent now (P2.1)."""

    value: int
    name: str
    examples: str
    due_at: datetime
    starts_at: datetime
    round_the_clock: bool


def severity_choices(partner: Partner, now: datetime) -> list[SeverityChoice]:
    """Return the four cards with the deadline that each choice would give right now, Sev 1 first."""
    hours = promises.hours_of(partner, partner.home_desk)
    cards = []
    for row, target in store.targets_in_force(now):
        reckoned = promises.reckon(hours, deadlines.Facts(logged_at=now, target=target))
        cards.append(
            SeverityChoice(
                row.severity,
                row.name,
                row.examples,
                reckoned.promise.due_at,
                reckoned.promise.started_at,
                row.round_the_clock,
            )
        )
    return cards


@dataclass(frozen=True)
class ShownPromise:
    """A promise with its sum: the steps as values, and as a drawing in the reader's zone."""

    deadline: Deadline
    explanation: explain.Explanation
    drawing: str
    missed: bool


def first_response_of(case: Case, now: datetime) -> ShownPromise | None:
    """Return the newest promise of a first response, open or ended."""
    made = [deadline for deadline in case.deadlines.all() if deadline.kind == DeadlineKind.FIRST_RESPONSE]
    if not made:
        return None
    found = max(made, key=lambda deadline: deadline.pk)
    return ShownPromise(
        deadline=found,
        explanation=explain.Explanation.from_data(found.explanation),
        drawing=drawn(found.explanation),
        missed=found.is_missed(now),
    )
