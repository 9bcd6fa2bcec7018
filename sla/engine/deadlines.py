"""What the policy promises, as instants: the first response, its warning, and the next progress update.

Every promise is reckoned from facts: when the case was logged, which severities were agreed when, when the clock stood
still. Nothing is carried over from an earlier sum, so no pause and no change can be forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from sla.engine.blocks import merged
from sla.engine.calendar import Calendar
from sla.engine.clock import add, elapsed
from sla.engine.instants import ZERO, check_duration, instant

PERCENT = 100

UpdateUnit = Literal["hours_24x7", "working_minutes", "business_days"]
# Why a promise is due when it is: see `promises`.
Basis = Literal["logged", "raised", "lowered", "kept"]


@dataclass(frozen=True, slots=True)
class Target:
    """One line of the policy's table: a severity and how soon the first response is promised (P2.1).

    `within` counts open time, or clock time when `round_the_clock` (P2.6). `clause` is the place in the policy that an
    explanation cites. `warn_at_percent` of the target may be used before people are warned. Updates come every
    `update_every` `update_unit`s (P9.2).

    Raises:
        ValueError: `within` is not above zero or has a fraction of a second.
    """

    severity: int
    within: timedelta
    round_the_clock: bool = False
    name: str = ""
    clause: str = ""
    warn_at_percent: int = 75
    update_every: int = 1
    update_unit: UpdateUnit = "business_days"

    def __post_init__(self) -> None:
        """Refuse a target that no clock could reach."""
        check_duration(self.within)
        if not self.within:
            raise ValueError("A target promises a response within some time, not within none.")

    @property
    def warn_after(self) -> timedelta:
        """How much of the target may be used before the warning, in whole seconds."""
        return timedelta(seconds=self.within // timedelta(seconds=1) * self.warn_at_percent // PERCENT)

    def calendar(self, desk: Calendar | None) -> Calendar | None:
        """Return the calendar that this target counts in, given the desk's hours."""
        return None if self.round_the_clock else desk


@dataclass(frozen=True, slots=True)
class Spell:
    """A time [begins_at, ends_at) in which something held: the clock was suspended, or nobody could be reached.

    One that still lasts ends at the caller's present.
    """

    begins_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """A severity that both sides agreed: the target that counts from `agreed_at` on (P2.3)."""

    agreed_at: datetime
    target: Target


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides a case's deadline: everything that happened to its clock, and nothing reckoned from it.

    `target` is that of the severity at logging; `changes` come in the order of their agreement.
    """

    logged_at: datetime
    target: Target
    changes: tuple[Change, ...] = ()
    suspensions: tuple[Spell, ...] = ()
    unavailable: tuple[Spell, ...] = ()

    def lasting(self) -> list[Change]:
        """Return the severities that lasted, the one at logging first, without those that changed nothing."""
        return list(_lasting([Change(self.logged_at, self.target), *self.changes]))


@dataclass(frozen=True, slots=True)
class Times:
    """When a deadline begins to run, when people are warned and when it is due, where no sum leads there."""

    started_at: datetime
    warn_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Promise:
    """A deadline for the first response, all instants in UTC.

    `target` is the one that decides; after a change that moved nothing it is an earlier one than `severity`'s.
    `counted_from` is the instant its sum begins: the logging, or the agreement of a raised severity. `started_at` is
    when the clock first ran after that. `due_at` is always `target.within` of running clock after `counted_from`.
    """

    severity: int
    target: Target
    counted_from: datetime
    started_at: datetime
    warn_at: datetime
    due_at: datetime
    basis: Basis = "logged"

    def kept_by(self, responded_at: datetime) -> bool:
        """Say whether a response at this instant keeps the promise; one at the due second does."""
        return instant(responded_at) <= self.due_at


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of a case's time with one clock: a calendar, round the clock (None), or standing still."""

    begins_at: datetime
    ends_at: datetime | None
    calendar: Calendar | None
    suspended: bool = False
    unavailable: bool = False


def response(
    calendar: Calendar | None,
    start: datetime,
    target: Target,
    suspensions: Sequence[Spell] = (),
    unavailable: Sequence[Spell] = (),
) -> Promise:
    """Return the promise of a first response to a case logged at `start` (P2.1, P2.5, P4.1).

    The clock starts when the desk next opens, for a round-the-clock target at once. While suspended it stands still and
    the remaining time is kept. While the contact's technical resource is `unavailable` a round-the-clock target counts
    in the desk's hours, never in nothing (P2.6).

    Raises:
        NaiveTime: an instant has no zone.
        ValueError: a spell ends before it begins.
    """
    phases = list(clock_phases(calendar, start, target, suspensions, unavailable))
    started_at = _first_running(phases)
    return Promise(
        severity=target.severity,
        target=target,
        counted_from=phases[0].begins_at,
        started_at=started_at,
        # Three quarters of a second or two is none, and none would fall before the clock runs.
        warn_at=max(started_at, reach(phases, target.warn_after)),
        due_at=reach(phases, target.within),
    )


def after_severity_changes(calendar: Calendar | None, facts: Facts) -> Promise:
    """Return the promise in force after all of `facts`, before any response (P2.3, P2.4); see `promises`."""
    return promises(calendar, facts)[-1]


def promises(calendar: Calendar | None, facts: Facts) -> list[Promise]:
    """Return the promise under each severity that lasted, in order; the last one is in force.

    Raised: the earlier of the old deadline and the new target counted from the agreement. Lowered: the new target
    counted from the logging, never earlier than the old deadline. A severity that lasted no time drops out. After the
    first response do not ask: changes then touch the update cadence only.

    Raises:
        NaiveTime: an instant has no zone.
        ValueError: a spell ends before it begins, or a change comes before the logging or out of order.
    """
    first, *later = facts.lasting()
    found = [response(calendar, first.agreed_at, first.target, facts.suspensions, facts.unavailable)]
    for change in later:
        old = found[-1]
        raised = change.target.severity < old.severity
        begin = change.agreed_at if raised else first.agreed_at
        new = response(calendar, begin, change.target, facts.suspensions, facts.unavailable)
        if raised and new.due_at < old.due_at:
            found.append(replace(new, basis="raised"))
        elif not raised and new.due_at > old.due_at:
            found.append(replace(new, basis="lowered"))
        else:
            found.append(replace(old, severity=change.target.severity, basis="kept"))
    return found


def next_update(
    calendar: Calendar | None,
    last: datetime,
    target: Target,
    suspensions: Sequence[Spell] = (),
    unavailable: Sequence[Spell] = (),
) -> Times:
    """Return when the next progress update is due after one at `last`, and when to say so (P9.2, for staff only).

    Hours and working minutes stand still during `suspensions`; hours round the clock fall back to the desk's while
    nobody is there to work with (`unavailable`). Business days end at the home desk's closing, and its opening is the
    warning; after a wait for the contact, count from the end of the wait.
    """
    last = instant(last)
    if target.update_unit == "business_days" and calendar is not None:
        day = calendar.add_business_days(calendar.business_date(last), target.update_every)
        return Times(last, max(last, calendar.opens_on(day)), calendar.closes_on(day))
    hours = {"hours_24x7": 1, "working_minutes": 0, "business_days": 24}[target.update_unit] * target.update_every
    within = timedelta(hours=hours) if hours else timedelta(minutes=target.update_every)
    rhythm = replace(target, within=within, round_the_clock=target.update_unit == "hours_24x7")
    phases = list(clock_phases(calendar, last, rhythm, suspensions, unavailable))
    return Times(last, reach(phases, rhythm.warn_after), reach(phases, within))


def add_around(
    calendar: Calendar | None, start: datetime, duration: timedelta, suspensions: Sequence[Spell]
) -> datetime:
    """Return the first instant at which `duration` of open time outside all `suspensions` has passed since `start`."""
    return reach(list(_around(calendar, instant(start), suspensions)), duration)


def remaining(promise: Promise, phases: Iterable[Phase], at: datetime) -> timedelta:
    """Return how much of the target's time is left at `at`; zero once it is due."""
    at = instant(at)
    used = ZERO
    for phase in phases:
        if phase.begins_at >= at:
            break
        if not phase.suspended:
            used += elapsed(phase.calendar, phase.begins_at, min(phase.ends_at or at, at))
    return max(promise.target.within - used, ZERO)


def clock_phases(
    calendar: Calendar | None,
    start: datetime,
    target: Target,
    suspensions: Sequence[Spell] = (),
    unavailable: Sequence[Spell] = (),
) -> Iterator[Phase]:
    """Yield the phases of the clock from `start` on, in order and without gaps; the last has no end."""
    start = instant(start)
    if not target.round_the_clock:
        yield from _around(calendar, start, suspensions)
        return
    away = _joined(unavailable, start)
    edges = sorted({start, *(edge for spell in away for edge in spell)})
    for begins_at, ends_at in zip(edges, [*edges[1:], None], strict=True):
        absent = any(begin <= begins_at < end for begin, end in away)
        yield from _around(calendar if absent else None, begins_at, suspensions, ends_at, unavailable=absent)


def reach(phases: Sequence[Phase], duration: timedelta) -> datetime:
    """Return the first instant at which the clock of `phases` has run for `duration`."""
    check_duration(duration)
    left = duration
    for phase in phases:
        if phase.suspended:
            continue
        due = add(phase.calendar, phase.begins_at, left)
        if phase.ends_at is None or due <= phase.ends_at:
            return phases[0].begins_at if not duration else due
        left -= elapsed(phase.calendar, phase.begins_at, phase.ends_at)
    raise ValueError("The last phase of a clock has no end.")


def _around(
    calendar: Calendar | None,
    start: datetime,
    suspensions: Sequence[Spell],
    end: datetime | None = None,
    *,
    unavailable: bool = False,
) -> Iterator[Phase]:
    at = start
    for begin, finish in _joined(suspensions, start):
        if end is not None and begin >= end:
            break
        if at < begin:
            yield Phase(at, begin, calendar, unavailable=unavailable)
        at = finish if end is None else min(finish, end)
        yield Phase(begin, at, calendar, suspended=True)
    if end is None or at < end:
        yield Phase(at, end, calendar, unavailable=unavailable)


def _joined(spells: Sequence[Spell], start: datetime) -> list[tuple[datetime, datetime]]:
    """Return the spells as sorted stretches after `start`, overlapping ones joined, empty ones left out."""
    stretches = []
    for spell in spells:
        begin, end = instant(spell.begins_at), instant(spell.ends_at)
        if end < begin:
            raise ValueError(f"A spell cannot end, at {end.isoformat()}, before it begins, at {begin.isoformat()}.")
        if max(begin, start) < end:
            stretches.append((max(begin, start), end))
    return list(merged(sorted(stretches)))


def _lasting(changes: Sequence[Change]) -> Iterator[Change]:
    """Yield the changes in order without those that lasted no time, and without those that then change nothing."""
    ordered = [Change(instant(change.agreed_at), change.target) for change in changes]
    previous: Target | None = None
    for change, following in zip(ordered, [*ordered[1:], None], strict=True):
        if following is not None and following.agreed_at < change.agreed_at:
            raise ValueError("Severity changes come in the order in which they were agreed, after the logging.")
        if following is not None and following.agreed_at == change.agreed_at:
            continue
        if change.target != previous:
            yield change
        previous = change.target


def _first_running(phases: Sequence[Phase]) -> datetime:
    """Return the first instant at which the clock of `phases` runs."""
    for phase in phases:
        if phase.suspended:
            continue
        opens = phase.begins_at if phase.calendar is None else phase.calendar.next_open(phase.begins_at)
        if phase.ends_at is None or opens < phase.ends_at:
            return opens
    raise ValueError("The last phase of a clock has no end.")
