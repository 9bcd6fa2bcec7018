"""What would be promised: the policy's targets and a partner's hours, put to the engine. Reads only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from cases import rules
from cases.models import Case, Partner
from sla import store
from sla.engine import deadlines, explain
from sla.engine.calendar import Calendar
from sla.models import Desk, PolicyVersion

# When a spell ends that still lasts.
NO_END_IN_SIGHT = datetime(3000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Reckoned:
    """A promise that could be made: the instants, the hours that count for it, and the sum.

    There is no sum where a person named the time, or the rhythm of progress updates did.
    """

    severity: int
    calendar: Calendar
    promise: deadlines.Promise | deadlines.Times
    explanation: explain.Explanation | None = None


def hours_of(partner: Partner, desk: Desk) -> Calendar:
    """Return the opening hours that count for a partner: the desk's, or every desk's if it follows the sun (P3.1)."""
    return store.calendar(desks_that_count(desk, follows_the_sun=partner.follows_the_sun))


def desks_that_count(desk: Desk, *, follows_the_sun: bool, among: Iterable[Desk] | None = None) -> list[Desk]:
    """Return the desks whose hours count for a partner of `desk`, home first. `among` are all desks, if read."""
    if not follows_the_sun:
        return [desk]
    every = Desk.objects.order_by("code") if among is None else among
    return [desk, *(one for one in every if one.pk != desk.pk)]


def home_hours(desk: Desk) -> Calendar:
    """Return the desk's own hours: "separate business days" are its days, also for Sev 1 and follow-the-sun (P9.5)."""
    return store.calendar([desk])


def facts_of_case(
    case: Case, now: datetime, *, targets: Mapping[int, deadlines.Target] | None = None
) -> deadlines.Facts:
    """Return what decides a case's first response, from its rows: its logging, every agreement, every absence.

    Work around the clock rests while nobody at the partner can work with us, and while a workaround is in place (P2.6).
    What still lasts at `now` is taken to last: the promise changes on the day it ends. `targets` are those of the
    case's policy version, for who asks about many cases.
    """
    if targets is None:
        targets = store.targets(case.policy)
    agreed = sorted(case.severity_agreements.all(), key=lambda row: (row.agreed_at, row.pk))
    return deadlines.Facts(
        logged_at=case.logged_at,
        target=targets[case.perceived_severity],
        changes=tuple(deadlines.Change(row.agreed_at, targets[row.severity]) for row in agreed),
        unavailable=spells_in_desk_hours(case),
    )


def with_agreement(case: Case, severity: int, now: datetime) -> deadlines.Facts:
    """Return the facts as they would be if both sides agreed on `severity` at `now` (P2.3)."""
    facts = facts_of_case(case, now)
    change = deadlines.Change(now, store.targets(case.policy)[severity])
    return replace(facts, changes=(*facts.changes, change))


def severity_answer(case: Case, now: datetime) -> Reckoned:
    """Reckon when a request for Severity 1 at night is to be answered: within one clock hour of the request."""
    target = deadlines.Target(
        severity=rules.ROUND_THE_CLOCK_SEVERITY,
        within=rules.SEVERITY_ANSWER_WITHIN,
        round_the_clock=True,
        name="answer to a request for it",
        clause="Our reading of section 4: an emergency does not wait for an agreement",
    )
    return reckon(hours_of(case.partner, case.desk), deadlines.Facts(logged_at=now, target=target))


def manager_answer(case: Case, now: datetime) -> Reckoned:
    """Reckon by when a manager answers a request made at `now`: the policy's working time of the desk (P9.4)."""
    target = deadlines.Target(
        severity=case.severity,
        within=timedelta(minutes=case.policy.manager_answer_within_minutes),
        name="answer by a manager",
        clause="Our reading of section 9: whoever asks for a manager hears from one within half a working day",
    )
    return reckon(hours_of(case.partner, case.desk), deadlines.Facts(logged_at=now, target=target))


def reckon(calendar: Calendar, facts: deadlines.Facts) -> Reckoned:
    """Reckon a first response from facts, with its sum."""
    promise = deadlines.after_severity_changes(calendar, facts)
    return Reckoned(promise.severity, calendar, promise, explain.explain(calendar, facts))


def first_response(partner: Partner, desk: Desk, policy: PolicyVersion, severity: int, now: datetime) -> Reckoned:
    """Reckon when a case logged at `now` is to be answered first (P2.1, P2.5)."""
    facts = deadlines.Facts(logged_at=now, target=store.targets(policy)[severity])
    return reckon(hours_of(partner, desk), facts)


def next_update(case: Case, begin: datetime) -> Reckoned:
    """Reckon when the progress update after one at `begin` is due (P9.2): round the clock for Sev 1, unless P2.6."""
    target = store.target_of(case.policy_id, case.severity)
    hours = hours_of(case.partner, case.desk)
    away = spells_in_desk_hours(case) if target.update_unit == "hours_24x7" else ()
    times = deadlines.next_update(hours, begin, target, unavailable=away)
    return Reckoned(case.severity, hours, times)


def spells_in_desk_hours(case: Case) -> tuple[deadlines.Spell, ...]:
    """Return when work on a Sev 1 kept to the desk's hours (P2.6): nobody was there to work with, or a workaround held.

    One that lasts has no end in sight.
    """
    away = [(absence.began_at, absence.ended_at) for absence in case.resource_absences.all()]
    eased = [(workaround.in_place_at, workaround.failed_at) for workaround in case.workarounds.all()]
    return tuple(deadlines.Spell(began_at, ended_at or NO_END_IN_SIGHT) for began_at, ended_at in (*away, *eased))


def named_by_a_person(case: Case, due_at: datetime, now: datetime) -> Reckoned:
    """Return a promise whose time a person named at `now` (P7.1): warned of after the same share as a reckoned one."""
    warn_at_percent = store.targets(case.policy)[case.severity].warn_at_percent
    times = deadlines.Times(now, now + (due_at - now) * warn_at_percent / 100, due_at)
    return Reckoned(case.severity, hours_of(case.partner, case.desk), times)
