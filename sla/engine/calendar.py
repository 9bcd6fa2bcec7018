"""When a desk is open: shifts in their own zones, and calendars that join them.

Everywhere in the engine `Calendar | None` is read the same way: None is round the clock, every day (P2.6, P4.1).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from typing import Any
from zoneinfo import ZoneInfo

from sla.engine.blocks import YEARS, Blocks, Stretch, merged
from sla.engine.instants import SECOND, OutOfReach, first_instant, instant

DAY = timedelta(days=1)
# After 28 years weekdays and clock changes fall on the same dates: what was open for so long, far from any closed date,
# is open for ever.
CYCLE = timedelta(days=28 * 366)
SATURDAY = 5
EDITION_LENGTH = 16


class BadCalendar(ValueError):
    """Hours that make no sense: no open time, an unknown zone, a weekday that does not exist."""


class NotOpen(ValueError):
    """A question about the open stretch or business day at a time that has none."""


@dataclass(frozen=True)
class Shift:
    """Hours that come back every week: local times of one zone, on some weekdays, except on its closed dates (P3.1).

    `weekdays` counts Monday as 0. `ends` at or before `starts` is on the next day, so 00:00-00:00 is a whole day.
    A shift belongs to the date on which it begins; a date in `closed` (with its reason) cancels what begins on it
    (P3.2). A start or end that exists twice on the local clock is the first of the two; one that is skipped is the
    moment of the skip. `desk` is the name shown where several desks' shifts meet. It is in force from the local date
    `since` on and before `until`; without one, always: so hours that change on a day to come are known before it.

    Raises:
        BadCalendar: an unknown zone, no weekday or a wrong one, a time with a zone or with fractions of a second.
    """

    zone: str
    weekdays: Collection[int]
    starts: time
    ends: time
    closed: Mapping[date, str] = field(default_factory=dict, hash=False)
    desk: str = ""
    since: date | None = None
    until: date | None = None
    tz: ZoneInfo = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check the hours and keep private copies of what could be changed from outside."""
        if not self.weekdays or not all(0 <= day <= 6 for day in self.weekdays):
            raise BadCalendar(f"Weekdays are numbers from 0 (Monday) to 6 (Sunday), not {list(self.weekdays)}.")
        for moment in (self.starts, self.ends):
            if moment.tzinfo or moment.microsecond:
                raise BadCalendar(f"A shift starts and ends at a plain local time in whole seconds, not {moment}.")
        try:
            tz = ZoneInfo(self.zone)
        except (KeyError, ValueError, OSError) as error:
            raise BadCalendar(f"There is no time zone called {self.zone!r}.") from error
        object.__setattr__(self, "weekdays", frozenset(self.weekdays))
        object.__setattr__(self, "closed", dict(self.closed))
        object.__setattr__(self, "tz", tz)

    def in_force_on(self, day: date) -> bool:
        """Say whether these are hours of the local date `day`, whatever its weekday."""
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)

    def has_hours_on(self, day: date) -> bool:
        """Say whether this shift has hours on the local date `day`, closed or not."""
        return day.weekday() in self.weekdays and self.in_force_on(day)

    def begins_on(self, day: date) -> bool:
        """Say whether this shift begins on the local date `day`."""
        return self.has_hours_on(day) and day not in self.closed

    def stretch_on(self, day: date) -> Stretch:
        """Return opening and closing (UTC) of the shift that begins on `day`, closed or not.

        On a day when the clock skips the whole shift, both are the same instant.
        """
        last = day + DAY if self.ends <= self.starts else day
        return first_instant(day, self.starts, self.tz), first_instant(last, self.ends, self.tz)

    def stretches(self, begin: datetime, end: datetime) -> Iterator[Stretch]:
        """Yield the open stretches that may meet [`begin`, `end`), in UTC; some lie outside."""
        # A local date is at most one off the UTC date, and a shift may have begun the day before.
        for ordinal in range(begin.toordinal() - 2, end.toordinal() + 2):
            day = date.fromordinal(ordinal)
            if self.begins_on(day):
                yield self.stretch_on(day)

    def why_closed(self, day: date) -> str | None:
        """Return why nothing begins on `day` ("weekend", a holiday's name); None when something does or never could."""
        if not self.in_force_on(day):
            return None
        if day.weekday() not in self.weekdays:
            return "weekend" if day.weekday() >= SATURDAY else "not a working day"
        return self.closed.get(day)


@dataclass(frozen=True)
class Calendar:
    """The union of shifts; a second in two of them counts once.

    The first shift's desk and zone are home: business dates and business days are read there, also when shifts of other
    desks are joined in (reading: "business days of a follow-the-sun partner are those of the home desk").

    Raises:
        BadCalendar: there is no shift, or none without an end, so there would be no open time.
    """

    shifts: tuple[Shift, ...]
    blocks: Blocks = field(init=False, repr=False, compare=False)
    home: tuple[Shift, ...] = field(init=False, repr=False, compare=False)
    edition: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Pick the home shifts and name the edition by its content."""
        shifts = tuple(self.shifts)
        if not shifts:
            raise BadCalendar("A calendar needs at least one shift; without any it would never be open.")
        if all(shift.until for shift in shifts):
            raise BadCalendar("A calendar needs a shift without an end; after the last one it would never be open.")
        first = shifts[0]
        object.__setattr__(self, "shifts", shifts)
        object.__setattr__(self, "blocks", Blocks(shifts))
        home = tuple(shift for shift in shifts if (shift.desk, shift.zone) == (first.desk, first.zone))
        object.__setattr__(self, "home", home)
        canonical = json.dumps(self.content(), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        object.__setattr__(self, "edition", digest[:EDITION_LENGTH])

    @property
    def zone(self) -> ZoneInfo:
        """The home desk's zone."""
        return self.shifts[0].tz

    # --- Content: what an edition keeps ---------------------------------------------------------------------------

    def content(self) -> dict[str, Any]:
        """Return everything needed to build this calendar again, as plain JSON values."""
        return {
            "version": 1,
            "shifts": [
                {
                    "desk": shift.desk,
                    "zone": shift.zone,
                    "weekdays": sorted(shift.weekdays),
                    "starts": shift.starts.isoformat(),
                    "ends": shift.ends.isoformat(),
                    "closed": {day.isoformat(): reason for day, reason in sorted(shift.closed.items())},
                    # Only where it is said, so that hours without a beginning and an end keep their edition.
                    **{name: day.isoformat() for name, day in _limits(shift).items()},
                }
                for shift in self.shifts
            ],
        }

    @classmethod
    def from_content(cls, content: Mapping[str, Any]) -> Calendar:
        """Build the calendar that `content()` described; its edition is the same again."""
        return cls(
            tuple(
                Shift(
                    zone=row["zone"],
                    weekdays=row["weekdays"],
                    starts=time.fromisoformat(row["starts"]),
                    ends=time.fromisoformat(row["ends"]),
                    closed={date.fromisoformat(day): reason for day, reason in row["closed"].items()},
                    desk=row["desk"],
                    **{name: date.fromisoformat(row[name]) for name in ("since", "until") if name in row},
                )
                for row in content["shifts"]
            )
        )

    # --- Open time --------------------------------------------------------------------------------------------------

    def is_open(self, at: datetime) -> bool:
        """Say whether `at` lies in a stretch [open, close)."""
        at = instant(at)
        block = self.blocks[at.year]
        return block.rows[block.first_after(at)][0] <= at

    def next_open(self, at: datetime) -> datetime:
        """Return the first open instant at or after `at`: `at` itself when the desk is open."""
        return next(self._pieces(instant(at)))[0]

    def closes_at(self, at: datetime) -> datetime:
        """Return the end of the open stretch that contains `at`.

        Raises:
            NotOpen: the calendar is closed at `at`.
            OutOfReach: it never closes again.
        """
        at = instant(at)
        pieces = self._pieces(at)
        begins_at, ends_at = next(pieces)
        if begins_at > at:
            raise NotOpen(f"The calendar is closed at {at.isoformat()}; ask next_open first.")
        never = max([at, *self._dates()]) + CYCLE
        for opens, closes in pieces:
            if opens > ends_at:
                break
            if closes > never:
                raise OutOfReach("This calendar never closes again.")
            ends_at = closes
        return ends_at

    def last_close(self, at: datetime) -> datetime:
        """Return the latest closing at or before `at`.

        Raises:
            OutOfReach: it never closed before.
        """
        at = instant(at)
        block = self.blocks[at.year]
        rows = block.rows[: block.first_after(at)]
        never = min([at, *self._dates()]) - CYCLE
        while block.end > never:
            for _, closes, _, _ in reversed(rows):
                # A stretch cut by the end of its block goes on in the next one.
                if closes < block.end or not self.is_open(closes):
                    return closes
            block = self.blocks[block.year - YEARS]
            rows = block.rows[:-1]
        raise OutOfReach("This calendar never closed before.")

    def intervals(self, a: datetime, b: datetime) -> Iterator[Stretch]:
        """Yield the open stretches between `a` and `b`, cut at both."""
        a, b = instant(a), instant(b)
        until_b = takewhile(lambda piece: piece[0] < b, self._pieces(a) if a < b else ())
        return merged((opens, min(closes, b)) for opens, closes in until_b)

    def _pieces(self, at: datetime) -> Iterator[Stretch]:
        """Yield the open stretches that end after `at`, cut at `at` and, into pieces that touch, where blocks end."""
        block = self.blocks[at.year]
        i = block.first_after(at)
        while True:
            for opens, closes, _, _ in block.rows[i:-1]:
                yield max(opens, at), closes
            block, i = self.blocks[block.year + YEARS], 0

    def _dates(self) -> Iterator[datetime]:
        """Yield every date on which it differs from the week before or after."""
        dates = (day for shift in self.shifts for day in (*shift.closed, *_limits(shift).values()))
        return (datetime.combine(day, time(), UTC) for day in dates)

    def closed_reason(self, at: datetime) -> str | None:
        """Return why the calendar is closed at `at` ("night", "weekend", a holiday's name), or None when it is open.

        With several desks the home desk's reason comes first; the others follow with their names.
        """
        at = instant(at)
        if self.is_open(at):
            return None
        return ", ".join(self.reasons_between(at, at + SECOND))

    def reasons_between(self, a: datetime, b: datetime) -> tuple[str, ...]:
        """Return the reasons for the closed stretch [`a`, `b`), in the order of shifts and dates, each once.

        Where no date is closed it is "night", or "break" between two shifts of one day of the home desk.
        """
        first, last = instant(a), instant(b) - SECOND
        reasons: dict[str, None] = {}
        for shift in self.shifts:
            name = "" if shift in self.home else f" ({shift.desk or shift.zone})"
            begin, end = (at.astimezone(shift.tz).date().toordinal() for at in (first, last))
            for ordinal in range(begin, end + 1):
                reason = shift.why_closed(date.fromordinal(ordinal))
                if reason:
                    reasons[reason + name] = None
        day = self.business_date(first)
        if not reasons and self.is_business_day(day) and self.opens_on(day) <= first and last < self.closes_on(day):
            return ("break",)
        return tuple(reasons) or ("night",)

    # --- Business days, on the home desk's local dates ----------------------------------------------------------------

    def business_date(self, at: datetime) -> date:
        """Return the home desk's local date at `at`, open or not."""
        return instant(at).astimezone(self.zone).date()

    def is_business_day(self, day: date) -> bool:
        """Say whether a shift of the home desk begins on `day` and lasts."""
        return any(_lasts(shift, day) for shift in self.home)

    def add_business_days(self, day: date, n: int) -> date:
        """Return the `n`-th business day after `day`, or before it when `n` is negative; `day` itself for 0."""
        step = DAY if n > 0 else -DAY
        try:
            for _ in range(abs(n)):
                day += step
                while not self.is_business_day(day):
                    day += step
        except OverflowError as error:
            raise OutOfReach("There is no such business day in the years that dates can hold.") from error
        return day

    def opens_on(self, day: date) -> datetime:
        """Return the home desk's first opening (UTC) on the business day `day`.

        Raises:
            NotOpen: `day` is not a business day.
        """
        return min(opens for opens, _ in self._home_stretches(day))

    def closes_on(self, day: date) -> datetime:
        """Return the end (UTC) of the last of the home desk's shifts that begin on the business day `day`.

        Raises:
            NotOpen: `day` is not a business day.
        """
        return max(closes for _, closes in self._home_stretches(day))

    def _home_stretches(self, day: date) -> list[Stretch]:
        found = [shift.stretch_on(day) for shift in self.home if _lasts(shift, day)]
        if not found:
            raise NotOpen(f"{day.isoformat()} is not a business day of {self.home[0].desk or self.zone}.")
        return found


def _limits(shift: Shift) -> dict[str, date]:
    limits = {"since": shift.since, "until": shift.until}
    return {name: day for name, day in limits.items() if day is not None}


def _lasts(shift: Shift, day: date) -> bool:
    if not shift.begins_on(day):
        return False
    opens, closes = shift.stretch_on(day)
    return opens < closes
