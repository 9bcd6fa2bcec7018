"""Open time laid out in blocks of two years, each made when it is first asked for.

A block lists the open stretches of its years, each with the open time of the block before and after it. A sum looks up
the right stretch twice: by the day on which it starts, and by the open time at which it ends, however far away that is.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Protocol

from sla.engine.instants import ZERO, OutOfReach

# The first year of each block divides by this. The first years and the last stay out, so that a local time of a day
# before or after never leaves what datetime can hold.
YEARS = 2
FIRST_YEAR, LAST_YEAR = 2, 9997
# Blocks kept per calendar, 200 years. The one made first goes first.
KEPT = 100

Stretch = tuple[datetime, datetime]
# A stretch [opens, closes) of a block, and the open time of the block before it and after it.
Row = tuple[datetime, datetime, timedelta, timedelta]


class OpenTime(Protocol):
    """Whatever can list its open stretches: a shift."""

    def stretches(self, begin: datetime, end: datetime) -> Iterable[Stretch]:
        """Return the open stretches that meet [`begin`, `end`), in UTC, in any order."""


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """The open stretches of the years from `year` on, cut at both ends of the block.

    `rows` are all of them in order, and one of no length at the end of the block. `by_day[n]` are those among which an
    instant of the n-th UTC day finds the first that ends after it; `by_work[n]` those in which n days and some hours of
    open time are reached.
    """

    year: int
    end: datetime
    total: timedelta
    first_day: int
    rows: list[Row]
    by_day: list[tuple[Row, ...]]
    by_work: list[tuple[Row, ...]]

    def worked(self, at: datetime) -> timedelta:
        """Return the open time between the block's beginning and `at`."""
        for opens, closes, before, _ in self.by_day[at.toordinal() - self.first_day]:
            if at < closes:
                return before + (at - opens) if at > opens else before
        return self.total

    def reached(self, work: timedelta) -> datetime:
        """Return the first instant at which `work`, above zero and at most `total`, is done in this block."""
        for _, closes, _, after in self.by_work[work.days]:
            if work <= after:
                return closes - (after - work)
        return self.end

    def first_after(self, at: datetime) -> int:
        """Return the number of the first row that ends after `at`; it contains `at` or begins later."""
        return bisect_right(self.rows, at, key=lambda row: row[1])


def merged(stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    """Yield sorted stretches joined where they touch or overlap, so that no second counts twice."""
    begin, end = None, None
    for opens, closes in stretches:
        if begin is None or end is None:
            begin, end = opens, closes
        elif opens > end:
            yield begin, end
            begin, end = opens, closes
        elif closes > end:
            end = closes
    if begin is not None and end is not None:
        yield begin, end


def _rows(stretches: Iterable[Stretch], begin: datetime, end: datetime) -> Iterator[Row]:
    """Yield the sorted stretches, joined and cut to [`begin`, `end`), and one of no length at `end`."""
    total = ZERO
    for opens, closes in merged(stretches):
        first, last = max(opens, begin), min(closes, end)
        if first < last:
            before, total = total, total + (last - first)
            yield first, last, before, total
    yield end, end, total, total


def _lay_out(year: int, shifts: Iterable[OpenTime]) -> Block:
    begin, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + YEARS, 1, 1, tzinfo=UTC)
    found = sorted(stretch for shift in shifts for stretch in shift.stretches(begin, end))
    rows = list(_rows(found, begin, end))
    total = rows[-1][3]
    ends, works = [row[1] for row in rows], [row[3] for row in rows[:-1]]
    # Where each UTC midnight and each 24 hours of open time fall among the rows.
    days = [bisect_right(ends, begin + timedelta(n)) for n in range((end - begin).days)]
    work = [bisect_left(works, timedelta(n)) for n in range(total.days + 1)]
    return Block(
        year=year,
        end=end,
        total=total,
        first_day=begin.toordinal(),
        rows=rows,
        by_day=[tuple(rows[low : high + 1]) for low, high in pairwise([*days, len(rows)])],
        by_work=[tuple(rows[low : high + 1]) for low, high in pairwise([*work, len(rows)])],
    )


class Blocks(dict[int, Block]):
    """The blocks of one calendar, found by any of their years; a missing one is laid out on the spot."""

    def __init__(self, shifts: Iterable[OpenTime]) -> None:
        super().__init__()
        self._shifts = tuple(shifts)

    def __missing__(self, year: int) -> Block:
        """Lay out the block that holds `year` and keep it.

        Raises:
            OutOfReach: `year` is before 2 or after 9997.
        """
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise OutOfReach("This reckoning leaves the years 2 to 9997, for which calendars are laid out.")
        block = _lay_out(year - year % YEARS, self._shifts)
        if len(self) >= KEPT * YEARS:
            oldest = next(iter(self))
            for one in range(oldest - oldest % YEARS, oldest - oldest % YEARS + YEARS):
                self.pop(one, None)
        self.update(dict.fromkeys(range(block.year, block.year + YEARS), block))
        return block
