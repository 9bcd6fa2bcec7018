"""Whole arrays: the same answers as one by one, and the same refusals."""

from datetime import UTC, datetime, time, timedelta

import numpy as np
import pytest

from sla.engine import bulk
from sla.engine.calendar import Calendar, Shift
from sla.engine.clock import add, elapsed
from sla.engine.instants import OutOfReach
from tests.engine.desks import at, au, both, us

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)

hourly = Calendar((Shift("UTC", [0], time(9), time(10)),))
# Too short for buckets: found by search.
short = Calendar((Shift("UTC", range(7), time(9), time(9, 0, 5)), Shift("UTC", range(7), time(9, 0, 7), time(9, 1))))
always = Calendar((Shift("UTC", range(7), time(0), time(0)),))


@pytest.mark.parametrize("calendar", [au, us, both, hourly, short, always, None])
def test_each_row_is_what_a_single_sum_gives(calendar: Calendar | None) -> None:
    dice = np.random.default_rng(20261124)
    first, last = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (2025, 2029))
    starts = dice.integers(first, last, 400)
    # Many on the edges of shifts, some with nothing to wait for.
    starts[::4] -= starts[::4] % 3600
    longest = 1200 if calendar is short else 60 * 3600
    lengths = dice.integers(0, longest, 400)
    lengths[::5] -= lengths[::5] % 1800
    due = bulk.add(calendar, starts, lengths)
    worked = bulk.elapsed(calendar, starts, starts + lengths)
    for row in range(400):
        start, length = EPOCH + int(starts[row]) * SECOND, int(lengths[row]) * SECOND
        assert EPOCH + int(due[row]) * SECOND == add(calendar, start, length)
        assert int(worked[row]) * SECOND == elapsed(calendar, start, start + length)


def test_one_duration_may_stand_for_all_rows_and_shapes_are_kept() -> None:
    starts = np.array([[1_800_000_000, 1_800_000_001], [1_800_000_002, 1_800_000_003]])
    due = bulk.add(au, starts, 8 * 3600)
    assert due.shape == (2, 2)
    assert due[1, 0] == bulk.add(au, 1_800_000_002, 8 * 3600)


def test_rows_of_several_chunks_fit_together() -> None:
    starts = np.arange(1_800_000_000, 1_800_000_000 + 3 * bulk.CHUNK * 60 + 60, 60)
    due = bulk.add(au, starts, 3600)
    assert (bulk.elapsed(au, starts, due) == 3600).all()
    assert (np.diff(due) >= 0).all()


def test_nothing_gives_nothing() -> None:
    assert bulk.add(au, np.array([], dtype=np.int64), 60).tolist() == []
    assert bulk.elapsed(au, [], []).tolist() == []


def test_far_apart_rows_are_reckoned_in_one_go() -> None:
    early, late = at("Fri 1 Jun 1990 16:30"), at("Fri 3 Apr 2099 16:30")
    starts = [(start - EPOCH) // SECOND for start in (early, late)]
    due = [EPOCH + int(second) * SECOND for second in bulk.add(au, starts, 7200)]
    assert due == [at("Mon 4 Jun 1990 09:30"), at("Mon 6 Apr 2099 09:30")]


def test_negative_durations_and_backward_spans_are_refused() -> None:
    with pytest.raises(ValueError, match="-1 seconds"):
        bulk.add(au, [0, 0], [5, -1])
    with pytest.raises(ValueError, match="before its first"):
        bulk.elapsed(au, [5, 5], [6, 4])


def test_fractions_are_refused() -> None:
    with pytest.raises(TypeError, match="float64"):
        bulk.add(au, [0.5], 60)


def test_beyond_what_dates_can_hold_there_is_an_error() -> None:
    with pytest.raises(OutOfReach):
        bulk.add(au, [-62_130_000_000], 60)
