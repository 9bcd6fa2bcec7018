"""The same two sums on whole arrays of epoch seconds, for reports and for what-if over history.

The only part of the engine that needs numpy. An answer here is always the answer of `clock` for the same row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sla.engine.blocks import YEARS, Block, merged
from sla.engine.calendar import Calendar
from sla.engine.instants import SECOND

Seconds = NDArray[np.int64]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Rows handled at once: what they need stays in the processor's second cache.
CHUNK = 24576
# Buckets shorter than 2**8 seconds would need more memory than they save time.
FEWEST_BITS = 8
# Sheets kept by the process.
KEPT = 16
_sheets: dict[tuple[str, int, int], _Sheet] = {}


def add(calendar: Calendar | None, starts: ArrayLike, durations: ArrayLike) -> Seconds:
    """Return for each row the first second at which `durations` of open time has passed since `starts`.

    Both are whole epoch seconds; `durations` may be one number for all rows.

    Raises:
        TypeError: the values are not integers.
        ValueError: a duration is negative, or the shapes do not fit.
        OutOfReach: an answer lies outside the years 2 to 9997.
    """
    start, duration = np.broadcast_arrays(_whole(starts), _whole(durations))
    shape, start, duration = start.shape, start.ravel(), duration.ravel()
    out, spare = _room(start.size)
    for rows in _chunks(start.size):
        begin, wait, due = start[rows], duration[rows], out[rows]
        shortest = int(wait.min())
        if shortest < 0:
            raise ValueError(f"A duration cannot be negative: {shortest} seconds.")
        if calendar is None:
            np.add(begin, wait, out=due)
            continue
        sheet = _sheet_for_work(calendar, int(begin.min()), int(begin.max()), int(wait.max()))
        np.subtract(begin, sheet.begin, out=due)
        sheet.worked(due, spare)
        np.add(due, wait, out=due)
        sheet.reached(due, spare)
        if shortest == 0:
            # Nothing to wait for: the start itself, open or not.
            np.copyto(due, begin, where=wait == 0)
    return out.reshape(shape)


def elapsed(calendar: Calendar | None, a: ArrayLike, b: ArrayLike) -> Seconds:
    """Return for each row the open seconds in [`a`, `b`), both whole epoch seconds.

    Raises:
        TypeError: the values are not integers.
        ValueError: a `b` comes before its `a`, or the shapes do not fit.
        OutOfReach: an instant lies outside the years 2 to 9997.
    """
    first, last = np.broadcast_arrays(_whole(a), _whole(b))
    shape, first, last = first.shape, first.ravel(), last.ravel()
    out, spare = _room(first.size)
    before = np.empty(min(CHUNK, first.size), dtype=np.int64)
    for rows in _chunks(first.size):
        begin, end, work = first[rows], last[rows], out[rows]
        np.subtract(end, begin, out=work)
        if int(work.min()) < 0:
            raise ValueError("The second instant of a row comes before its first.")
        if calendar is None:
            continue
        sheet = _sheet(calendar, _block_year(int(begin.min())), _block_year(int(end.max())))
        until = before[: work.size]
        np.subtract(begin, sheet.begin, out=until)
        sheet.worked(until, spare)
        np.subtract(end, sheet.begin, out=work)
        sheet.worked(work, spare)
        np.subtract(work, until, out=work)
    return out.reshape(shape)


@dataclass(frozen=True, slots=True, eq=False)
class _Sheet:
    """Some blocks of a calendar as arrays, in seconds since `begin` and in open seconds since `begin`.

    Stretch i is [opens[i], closes[i]), with before[i] open seconds before it; `before` ends with the total. Without
    buckets shift[i] is how far its open time is from real time.

    Time is cut into buckets of 2**bits seconds, so short that none holds more than one opening or closing. The open
    part of bucket k is then one stretch [low[k], high[k]), and the open time until `at` is `at` clipped to it, plus
    lift[k].
    Open time is cut likewise: until turn[k] bucket k lies in one stretch, which is shift[2k] away from real time, and
    after it in the next one, shift[2k + 1] away. This is ten times as fast as the search it replaces, which stays for
    calendars with stretches of less than five minutes (`bits` is 0).
    """

    begin: int
    opens: Seconds
    closes: Seconds
    before: Seconds
    bits: int
    low: Seconds
    high: Seconds
    lift: Seconds
    turn: Seconds
    shift: Seconds

    def worked(self, at: Seconds, spare: Seconds) -> None:
        """Turn seconds since `begin` into the open seconds until then, in place."""
        if not self.bits:
            at[:] = _worked(self, at)
            return
        bucket, looked_up = spare[0, : at.size], spare[1, : at.size]
        np.right_shift(at, self.bits, out=bucket)
        _look_up(self.low, bucket, looked_up)
        np.maximum(at, looked_up, out=at)
        _look_up(self.high, bucket, looked_up)
        np.minimum(at, looked_up, out=at)
        _look_up(self.lift, bucket, looked_up)
        np.add(at, looked_up, out=at)

    def reached(self, work: Seconds, spare: Seconds) -> None:
        """Turn open seconds into the epoch second at which they are first reached, in place."""
        if not self.bits:
            work += self.shift[np.searchsorted(self.before[1:], work)]
            return
        bucket, looked_up = spare[0, : work.size], spare[1, : work.size]
        np.right_shift(work, self.bits, out=bucket)
        _look_up(self.turn, bucket, looked_up)
        np.subtract(looked_up, work, out=looked_up)
        # The sign bit: 0 up to the turn, -1 after it.
        np.right_shift(looked_up, 63, out=looked_up)
        np.left_shift(bucket, 1, out=bucket)
        np.subtract(bucket, looked_up, out=bucket)
        _look_up(self.shift, bucket, looked_up)
        np.add(work, looked_up, out=work)


def _look_up(table: Seconds, at: Seconds, out: Seconds) -> None:
    # With "clip" numpy writes straight into `out`; every index is inside the table already.
    table.take(at, out=out, mode="clip")


def _worked(sheet: _Sheet, at: Seconds) -> Seconds:
    """Return the open seconds until each of `at`, by search."""
    i = np.searchsorted(sheet.closes, at, "right")
    last = len(sheet.opens) - 1
    inside = np.maximum(at - sheet.opens[np.minimum(i, last)], 0)
    worked: Seconds = np.where(i > last, sheet.before[-1], sheet.before[i] + inside)
    return worked


def _sheet(calendar: Calendar, first_year: int, last_year: int) -> _Sheet:
    """Return the blocks of `calendar` from that of `first_year` to that of `last_year` as one sheet, made once."""
    key = calendar.edition, first_year, last_year
    sheet = _sheets.get(key)
    if sheet is None:
        sheet = _laid_out([calendar.blocks[year] for year in range(first_year, last_year + 1, YEARS)])
        if len(_sheets) >= KEPT:
            _sheets.pop(next(iter(_sheets)), None)
        _sheets[key] = sheet
    return sheet


def _laid_out(blocks: Sequence[Block]) -> _Sheet:
    begin, end = _second(datetime(blocks[0].year, 1, 1, tzinfo=UTC)), _second(blocks[-1].end)
    stretches = merged((opens, closes) for block in blocks for opens, closes, _, _ in block.rows[:-1])
    seconds = [(_second(opens) - begin, _second(closes) - begin) for opens, closes in stretches]
    opens, closes = np.array(seconds, dtype=np.int64).reshape(-1, 2).T.copy()
    before = np.concatenate([[0], np.cumsum(closes - opens)])
    nothing = np.empty(0, dtype=np.int64)
    sheet = _Sheet(
        begin, opens, closes, before, _bits(seconds), nothing, nothing, nothing, nothing, opens - before[:-1] + begin
    )
    if not sheet.bits:
        return sheet
    low, high, lift = _time_buckets(sheet, end - begin)
    turn, shift = _work_buckets(sheet)
    return replace(sheet, low=low, high=high, lift=lift, turn=turn, shift=shift)


def _bits(seconds: list[tuple[int, int]]) -> int:
    """Return the size of a bucket that no open or closed stretch fits into twice, as a power of two; 0 if too small.

    The first and last stretch may be cut by the end of the sheet; a bucket sees only one end of them anyway.
    """
    open_for = [closes - opens for opens, closes in seconds[1:-1]]
    closed_for = [following[0] - this[1] for this, following in pairwise(seconds)]
    bits = min(open_for + closed_for, default=1).bit_length() - 1
    return bits if bits >= FEWEST_BITS else 0


def _time_buckets(sheet: _Sheet, length: int) -> tuple[Seconds, Seconds, Seconds]:
    edges = np.arange((length >> sheet.bits) + 2, dtype=np.int64) << sheet.bits
    begin, end = edges[:-1], edges[1:]
    i = np.minimum(np.searchsorted(sheet.closes, begin, "right"), len(sheet.opens) - 1)
    low = np.clip(sheet.opens[i], begin, end)
    high = np.maximum(np.clip(sheet.closes[i], begin, end), low)
    return low, high, _worked(sheet, begin) - low


def _work_buckets(sheet: _Sheet) -> tuple[Seconds, Seconds]:
    begin = np.arange((int(sheet.before[-1]) >> sheet.bits) + 1, dtype=np.int64) << sheet.bits
    i = np.searchsorted(sheet.before[1:], begin)
    last = len(sheet.opens) - 1
    shift = np.empty(2 * len(begin), dtype=np.int64)
    shift[::2], shift[1::2] = sheet.shift[np.minimum(i, last)], sheet.shift[np.minimum(i + 1, last)]
    return sheet.before[np.minimum(i + 1, last + 1)], shift


def _sheet_for_work(calendar: Calendar, first: int, last: int, work: int) -> _Sheet:
    """Return a sheet that reaches from `first` to where `work` is done that begins at `last`."""
    first_year, last_year = _block_year(first), _block_year(last)
    block: Block = calendar.blocks[last_year]
    left = work - (block.total - block.worked(_moment(last))) // SECOND
    while left > 0:
        last_year += YEARS
        left -= calendar.blocks[last_year].total // SECOND
    return _sheet(calendar, first_year, last_year)


def _chunks(size: int) -> Iterator[slice]:
    return (slice(begin, begin + CHUNK) for begin in range(0, size, CHUNK))


def _room(size: int) -> tuple[Seconds, Seconds]:
    """Return room for `size` results, and for two arrays of a chunk's length."""
    return np.empty(size, dtype=np.int64), np.empty((2, min(CHUNK, size)), dtype=np.int64)


def _whole(values: ArrayLike) -> Seconds:
    array = np.asarray(values)
    if array.dtype.kind not in "iu" and array.size:
        raise TypeError(f"Bulk sums take whole epoch seconds as integers, not {array.dtype}.")
    return array.astype(np.int64, copy=False)


def _second(at: datetime) -> int:
    return (at - EPOCH) // SECOND


def _moment(second: int) -> datetime:
    return EPOCH + second * SECOND


def _block_year(second: int) -> int:
    year = _moment(second).year
    return year - year % YEARS
