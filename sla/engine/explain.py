"""Why a deadline is when it is: the sum behind a promise, step by step, as data and as text.

The stretches in which the clock ran always add up to the target. The data is kept with the deadline and rendered again
later without the calendar, so it holds reasons and zones, not references.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sla.engine.calendar import DAY, Calendar
from sla.engine.deadlines import Basis, Facts, Phase, Promise, clock_phases, promises
from sla.engine.drawing import drawing
from sla.engine.instants import SECOND, ZERO, clock_change, instant
from sla.engine.wording import in_words, moment

__all__ = ["ClockChange", "Explanation", "Step", "Turn", "drawing", "explain"]

VERSION = 1

Kind = Literal["open", "closed", "suspended"]


@dataclass(frozen=True, slots=True)
class Step:
    """A stretch of the sum. `used` is zero unless the clock ran; `reason` says why it ran or stood."""

    kind: Kind
    begins_at: datetime
    ends_at: datetime
    reason: str

    @property
    def used(self) -> timedelta:
        """How much of the target this stretch used."""
        return self.ends_at - self.begins_at if self.kind == "open" else ZERO


@dataclass(frozen=True, slots=True)
class ClockChange:
    """A change of the clocks in a desk's zone inside the sum: forward when `minutes` is positive."""

    at: datetime
    zone: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Turn:
    """A severity that lasted, with the deadline it led to."""

    at: datetime
    severity: int
    basis: Basis
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Explanation:
    """A promise with its whole sum; all instants in UTC. `edition` names the calendar, empty for round the clock.

    `clause`, `name` and `within` are those of the target that decides, which after a change that moved nothing is of
    another severity, `target_severity`, than the one in force.
    """

    severity: int
    target_severity: int
    clause: str
    name: str
    within: timedelta
    round_the_clock: bool
    logged_at: datetime
    counted_from: datetime
    started_at: datetime
    start_reason: str
    warn_at: datetime
    due_at: datetime
    basis: Basis
    steps: tuple[Step, ...]
    clock_changes: tuple[ClockChange, ...]
    turns: tuple[Turn, ...]
    edition: str
    zone: str

    def as_data(self) -> dict[str, Any]:
        """Return the explanation as plain JSON values: instants in ISO form, durations in seconds."""
        return {
            "version": VERSION,
            "severity": self.severity,
            "target_severity": self.target_severity,
            "clause": self.clause,
            "name": self.name,
            "within_seconds": self.within // SECOND,
            "round_the_clock": self.round_the_clock,
            "logged_at": self.logged_at.isoformat(),
            "counted_from": self.counted_from.isoformat(),
            "started_at": self.started_at.isoformat(),
            "start_reason": self.start_reason,
            "warn_at": self.warn_at.isoformat(),
            "due_at": self.due_at.isoformat(),
            "basis": self.basis,
            "steps": [
                {
                    "kind": step.kind,
                    "begins_at": step.begins_at.isoformat(),
                    "ends_at": step.ends_at.isoformat(),
                    "used_seconds": step.used // SECOND,
                    "reason": step.reason,
                }
                for step in self.steps
            ],
            "clock_changes": [
                {"at": change.at.isoformat(), "zone": change.zone, "minutes": change.minutes}
                for change in self.clock_changes
            ],
            "turns": [
                {"at": turn.at.isoformat(), "severity": turn.severity, "basis": turn.basis}
                | {"due_at": turn.due_at.isoformat()}
                for turn in self.turns
            ],
            "edition": self.edition,
            "zone": self.zone,
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Explanation:
        """Return the explanation that `as_data` wrote, whichever version of the engine wrote it.

        Raises:
            ValueError: the data is of a version that this engine does not know.
        """
        if data["version"] != VERSION:
            raise ValueError(f"An explanation of version {data['version']} is not known here.")
        at = datetime.fromisoformat
        return cls(
            severity=data["severity"],
            target_severity=data["target_severity"],
            clause=data["clause"],
            name=data["name"],
            within=timedelta(seconds=data["within_seconds"]),
            round_the_clock=data["round_the_clock"],
            logged_at=at(data["logged_at"]),
            counted_from=at(data["counted_from"]),
            started_at=at(data["started_at"]),
            start_reason=data["start_reason"],
            warn_at=at(data["warn_at"]),
            due_at=at(data["due_at"]),
            basis=data["basis"],
            steps=tuple(
                Step(row["kind"], at(row["begins_at"]), at(row["ends_at"]), row["reason"]) for row in data["steps"]
            ),
            clock_changes=tuple(
                ClockChange(at(row["at"]), row["zone"], row["minutes"]) for row in data["clock_changes"]
            ),
            turns=tuple(Turn(at(row["at"]), row["severity"], row["basis"], at(row["due_at"])) for row in data["turns"]),
            edition=data["edition"],
            zone=data["zone"],
        )

    def used_percent(self, at: datetime) -> int:
        """Return how much of the target's time was used at `at`, in whole percent; 100 once it is due."""
        at = instant(at)
        ran = (min(step.ends_at, at) - step.begins_at for step in self.steps if step.kind == "open")
        return 100 * sum((stretch for stretch in ran if stretch > ZERO), ZERO) // self.within

    def as_text(self, zone: str | None = None) -> str:
        """Return the sum as lines of text, its times in `zone` (an IANA name; the desk's own by default)."""
        return "\n".join(_lines(self, ZoneInfo(zone or self.zone)))


def explain(calendar: Calendar | None, facts: Facts) -> Explanation:
    """Return the sum behind the promise in force after `facts`, before any response (P2.1).

    Raises:
        NaiveTime: an instant has no zone.
        ValueError: as `deadlines.promises`.
    """
    found = promises(calendar, facts)
    promise, target = found[-1], found[-1].target
    phases = list(clock_phases(calendar, promise.counted_from, target, facts.suspensions, facts.unavailable))
    steps = tuple(step for phase in phases for step in _steps(phase, promise.due_at))
    return Explanation(
        severity=promise.severity,
        target_severity=target.severity,
        clause=target.clause,
        name=target.name,
        within=target.within,
        round_the_clock=target.round_the_clock,
        logged_at=instant(facts.logged_at),
        counted_from=promise.counted_from,
        started_at=promise.started_at,
        start_reason=_start_reason(promise, steps),
        warn_at=promise.warn_at,
        due_at=promise.due_at,
        basis=promise.basis,
        steps=steps,
        clock_changes=tuple(_clock_changes(calendar, promise)),
        turns=_turns(facts, found),
        edition=calendar.edition if calendar else "",
        zone=str(calendar.zone) if calendar else "UTC",
    )


def _steps(phase: Phase, due_at: datetime) -> Iterator[Step]:
    """Yield the stretches of `phase` up to `due_at`."""
    begin, end = phase.begins_at, due_at if phase.ends_at is None else min(phase.ends_at, due_at)
    if begin >= end:
        return
    if phase.suspended:
        yield Step("suspended", begin, end, "the clock was suspended")
        return
    if phase.calendar is None:
        yield Step("open", begin, end, "round the clock")
        return
    reason = "desk hours, while the technical resource is unavailable" if phase.unavailable else "desk hours"
    for opens, closes in phase.calendar.intervals(begin, end):
        if begin < opens:
            yield Step("closed", begin, opens, ", ".join(phase.calendar.reasons_between(begin, opens)))
        yield Step("open", opens, closes, reason)
        begin = closes
    if begin < end:
        yield Step("closed", begin, end, ", ".join(phase.calendar.reasons_between(begin, end)))


def _start_reason(promise: Promise, steps: tuple[Step, ...]) -> str:
    if promise.started_at > promise.counted_from:
        stood = ", ".join(step.reason for step in steps if step.ends_at <= promise.started_at)
        return f"when the desk opens; until then: {stood}"
    return f"at once: {steps[0].reason}" if steps else "at once"


def _clock_changes(calendar: Calendar | None, promise: Promise) -> Iterator[ClockChange]:
    """Yield the clock changes of the calendar's zones between the start of the sum and the deadline."""
    if calendar is None or promise.target.round_the_clock:
        return
    for zone in dict.fromkeys(shift.tz for shift in calendar.shifts):
        at = promise.counted_from
        while at < promise.due_at:
            later = min(at + DAY, promise.due_at)
            before, after = at.astimezone(zone).utcoffset(), later.astimezone(zone).utcoffset()
            if before != after and before is not None and after is not None:
                minutes = (after - before) // timedelta(minutes=1)
                yield ClockChange(clock_change(at, later, zone), str(zone), minutes)
            at = later


def _turns(facts: Facts, found: list[Promise]) -> tuple[Turn, ...]:
    """Return one turn per severity that lasted; none when it never changed."""
    if len(found) == 1:
        return ()
    lasted = facts.lasting()
    return tuple(
        Turn(change.agreed_at, promise.severity, promise.basis, promise.due_at)
        for change, promise in zip(lasted, found, strict=True)
    )


def _lines(told: Explanation, zone: ZoneInfo) -> Iterator[str]:
    kind = "clock time" if told.round_the_clock else "working time"
    title = f"Severity {told.target_severity}" + (f" ({told.name})" if told.name else "")
    if told.severity != told.target_severity:
        title = f"Severity {told.severity}, with the deadline of {title[0].lower()}{title[1:]}"
    yield f"{title}: first response within {in_words(told.within)} of {kind}. {told.clause}".rstrip()
    yield f"Logged        {moment(told.logged_at, zone)}"
    for turn in told.turns:
        how = {"logged": "as logged", "kept": "deadline kept"}.get(turn.basis, turn.basis)
        yield f"Severity {turn.severity}    {moment(turn.at, zone)}  {how}: due {moment(turn.due_at, zone)}"
    if told.counted_from != told.logged_at:
        yield f"Counted from  {moment(told.counted_from, zone)}  the severity was raised"
    yield f"Clock starts  {moment(told.started_at, zone)}  {told.start_reason}"
    left = told.within
    for step in told.steps:
        left -= step.used
        tail = f"{in_words(step.used)} used, {in_words(left)} left" if step.kind == "open" else step.reason
        yield f"  {moment(step.begins_at, zone)} - {moment(step.ends_at, zone)}  {step.kind:9s}  {tail}"
    for change in told.clock_changes:
        way = "forward" if change.minutes > 0 else "back"
        size = in_words(timedelta(minutes=abs(change.minutes)))
        yield f"  Clocks in {change.zone} go {way} {size} at {moment(change.at, zone)}."
    yield f"Warning       {moment(told.warn_at, zone)}"
    yield f"Due           {moment(told.due_at, zone)}"
