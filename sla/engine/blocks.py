"""Open time laid out in blocks of eight years, each made when it is first asked for.

A block holds the open stretches of its years in order, and for each the open time of the block before it. A question
about time is then a search in a sorted list, however long the duration.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from sla.engine.instants import ZERO, OutOfReach

# A block is the years that share `year >> YEAR_BITS`. The years 1-7 and 9992-9999 stay out, so that a local time of a
# day before or after never leaves what datetime can hold.
YEAR_BITS = 3
FIRST, LAST = 1, 1248
# Blocks kept per calendar; 256 years. The oldest made goes first.
KEPT = 32

Stretch = tuple[datetime, datetime]


class OpenTime(Protocol):
    """Whatever can list its open stretches: a shift."""

    def stretches(self, begin: datetime, end: datetime) -> Iterable[Stretch]:
        """Return the open stretches that meet [`begin`, `end`), in UTC, in any order."""


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """The open stretches [opens[i], closes[i]) between `begin` and `end`, cut at both.

    `opens` has one entry more, `end`, and `before` one more, `total`, so that a search may run off the last stretch.
    """

    number: int
    begin: datetime
    end: datetime
    opens: list[datetime]
    closes: list[datetime]
    before: list[timedelta]
    total: timedelta

    def worked(self, at: datetime) -> timedelta:
        """Return the open time between the block's beginning and `at`."""
        i = bisect_right(self.closes, at)
        opened = self.opens[i]
        return self.before[i] + (at - opened) if at > opened else self.before[i]


def merged(stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    """Yield sorted stretches joined where they touch or overlap, so that no second counts twice."""
    ordered = iter(stretches)
    for begin, end in ordered:
        for opens, closes in ordered:
            if opens > end:
                yield begin, end
                begin, end = opens, closes  # noqa: PLW2901 - the stretch being joined starts again
            elif closes > end:
                end = closes  # noqa: PLW2901 - it grows
        yield begin, end


def _lay_out(number: int, shifts: Iterable[OpenTime]) -> Block:
    begin = datetime(number << YEAR_BITS, 1, 1, tzinfo=UTC)
    end = datetime((number + 1) << YEAR_BITS, 1, 1, tzinfo=UTC)
    found = [stretch for shift in shifts for stretch in shift.stretches(begin, end)]
    opens, closes, before, total = [], [], [ZERO], ZERO
    for opened, closed in merged(sorted(found)):
        opened, closed = max(opened, begin), min(closed, end)  # noqa: PLW2901 - cut to the block
        if opened < closed:
            opens.append(opened)
            closes.append(closed)
            total += closed - opened
            before.append(total)
    opens.append(end)
    return Block(number, begin, end, opens, closes, before, total)


class Blocks(dict[int, Block]):
    """The blocks of one calendar by number; a missing one is laid out on the spot."""

    def __init__(self, shifts: Iterable[OpenTime]) -> None:
        super().__init__()
        self._shifts = tuple(shifts)

    def __missing__(self, number: int) -> Block:
        """Lay out block `number` and keep it.

        Raises:
            OutOfReach: the block lies outside the years 8 to 9991.
        """
        if not FIRST <= number <= LAST:
            raise OutOfReach("This reckoning leaves the years 8 to 9991, for which calendars are laid out.")
        block = _lay_out(number, self._shifts)
        if len(self) >= KEPT:
            # Another thread may have removed it already.
            self.pop(next(iter(self), number), None)
        self[number] = block
        return block
