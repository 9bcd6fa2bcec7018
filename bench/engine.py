"""Measure the business-hours engine beside its peers, in one run, on the calendar of the Australian desk.

Run it in an environment made from bench/requirements.txt; docs/engine.md says how. The engines take turns, a few
milliseconds each, and processor time is measured, so that what else the machine does hits all of them alike: the ratios
are medians over the turns, the microseconds are those of the best turn. Answers are compared with ours too.
"""

from __future__ import annotations

import argparse
import gc
import json
import platform
import random
import statistics
import sys
import time as clock
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import businesstimedelta
import exchange_calendars
import numpy as np
import pandas as pd
import pytz
import workclock

from sla.engine import bulk
from sla.engine.calendar import Calendar, Shift
from sla.engine.clock import add, elapsed
from sla.national import closed_dates

SYDNEY = ZoneInfo("Australia/Sydney")
FIRST, LAST = date(2020, 1, 1), date(2029, 12, 31)
# The cases of one year, as a desk asks about them; and starts all over the ten years, which no processor cache holds.
YEAR = date(2026, 1, 1), date(2027, 1, 1)
DECADE = FIRST, date(2028, 9, 30)
HOLIDAYS = {day: found.name for day, found in closed_dates("AU", range(2019, 2033)).items()}
OPENS, CLOSES = time(8), time(17)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ROWS = 1_000_000
# How much more a long sum costs than a short one.
FLAT, FLATNESS = "this engine, +400 h", "+8 h against +400 h"

Call = Callable[[Any], Any]


@dataclass
class Result:
    """One engine at one question: microseconds of its best turn, and how often its time ours was, as a median."""

    engine: str
    question: str
    microseconds: float
    ratio: float
    agrees: float


def ours() -> Calendar:
    """Return the desk's calendar."""
    return Calendar((Shift("Australia/Sydney", range(5), OPENS, CLOSES, HOLIDAYS),))


class Sydney(exchange_calendars.ExchangeCalendar):
    """The same hours as an exchange."""

    name = "SYD"
    tz = SYDNEY
    open_times = ((None, OPENS),)
    close_times = ((None, CLOSES),)

    @property
    def adhoc_holidays(self) -> list[pd.Timestamp]:
        """The desk's closed dates."""
        return [pd.Timestamp(day) for day in HOLIDAYS]


def open_minutes(calendar: Calendar, number: int, first: date, last: date) -> list[datetime]:
    """Return random whole minutes between two dates at which the desk is open."""
    dice = random.Random(20261124)
    begin = datetime.combine(first, time(), UTC)
    found: list[datetime] = []
    while len(found) < number:
        at = begin + timedelta(minutes=dice.randrange((last - first).days * 1440))
        if calendar.is_open(at):
            found.append(at)
    return found


def adders(calendar: Calendar, hours: int) -> dict[str, tuple[Call, Call]]:
    """Return for each engine how it wants its start, and how it adds `hours`; ours comes first."""
    duration = timedelta(hours=hours)
    schedule = workclock_schedule()
    exchange = exchange_calendar()
    business_hour = pd.offsets.CustomBusinessHour(n=hours, start=OPENS, end=CLOSES, holidays=list(HOLIDAYS))
    rules = business_rules()
    delta = businesstimedelta.BusinessTimeDelta(rules, hours=hours)
    return {
        "this engine": (lambda at: at, lambda at: add(calendar, at, duration)),
        "workclock": (lambda at: at, lambda at: schedule.add(at, duration)),
        "exchange_calendars": (pd.Timestamp, lambda at: exchange.minute_offset(at, hours * 60)),
        "pandas": (lambda at: pd.Timestamp(at).tz_convert("Australia/Sydney"), lambda at: at + business_hour),
        "businesstimedelta": (lambda at: at.astimezone(pytz.timezone("Australia/Sydney")), lambda at: at + delta),
        "floor": (lambda at: at, lambda at: at + duration),
    }


def measurers(calendar: Calendar) -> dict[str, tuple[Call, Call]]:
    """Return for each engine how it wants a pair of instants, and how it measures the open time between them."""
    schedule, exchange, rules = workclock_schedule(), exchange_calendar(), business_rules()
    zone = pytz.timezone("Australia/Sydney")
    minute = timedelta(minutes=1)
    return {
        "this engine": (lambda pair: pair, lambda pair: elapsed(calendar, *pair)),
        "workclock": (lambda pair: pair, lambda pair: schedule.between(*pair)),
        "exchange_calendars": (
            # Its ranges include their last minute.
            lambda pair: (pd.Timestamp(pair[0]), pd.Timestamp(pair[1] - minute)),
            lambda pair: timedelta(minutes=int(exchange.minutes_distance(*pair))),
        ),
        "businesstimedelta": (
            lambda pair: tuple(at.astimezone(zone) for at in pair),
            lambda pair: rules.difference(*pair).timedelta,
        ),
        "floor": (lambda pair: pair, lambda pair: pair[1] - pair[0]),
    }


def workclock_schedule() -> Any:
    """Return the same hours for workclock."""
    rules = [workclock.WorkDay(OPENS, CLOSES), workclock.Holidays(sorted(HOLIDAYS))]
    return workclock.Schedule(rules, time_zone="Australia/Sydney")


def exchange_calendar() -> Any:
    """Return the same hours for exchange_calendars."""
    return Sydney(pd.Timestamp(FIRST), pd.Timestamp(LAST))


def business_rules() -> Any:
    """Return the same hours for businesstimedelta."""
    zone = pytz.timezone("Australia/Sydney")
    work = businesstimedelta.WorkDayRule(OPENS, CLOSES, list(range(5)), tz=zone)
    return businesstimedelta.Rules([work, businesstimedelta.HolidayRule(HOLIDAYS, tz=zone)])


def same(answer: Any, expected: Any) -> bool:
    """Say whether an engine's answer is ours. A range of minutes or an opening instead of a closing counts as it is."""
    if isinstance(expected, datetime):
        at = pd.Timestamp(answer)
        return bool((at if at.tzinfo else at.tz_localize("UTC")) == pd.Timestamp(expected))
    return bool(pd.Timedelta(answer) == pd.Timedelta(expected))


def race(question: str, engines: dict[str, tuple[Call, Call]], values: Sequence[Any], turns: int) -> list[Result]:
    """Let the engines take turns on slices of `values` and return what each of them needed."""
    calls = {name: call for name, (_, call) in engines.items()}
    asked = {name: [prepare(value) for value in values] for name, (prepare, _) in engines.items()}
    expected = [calls["this engine"](value) for value in asked["this engine"][:50]]
    agrees = {
        name: statistics.mean(same(call(value), right) for value, right in zip(asked[name][:50], expected, strict=True))
        for name, call in calls.items()
    }
    sizes = {name: slice_size(call, asked[name]) for name, call in calls.items()}
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for turn in range(turns):
        for name, call in calls.items():
            part = [asked[name][(turn * sizes[name] + i) % len(values)] for i in range(sizes[name])]
            taken[name].append(timed(call, part))
    own = taken["this engine"]
    return [
        Result(
            name,
            question,
            min(each) * 1e6,
            statistics.median(other / this for other, this in zip(each, own, strict=True)),
            agrees[name],
        )
        for name, each in taken.items()
    ]


def timed(call: Call, part: Sequence[Any]) -> float:
    """Return the seconds that one call takes, over `part`."""
    begin = clock.process_time()
    for value in part:
        call(value)
    return (clock.process_time() - begin) / len(part)


def slice_size(call: Call, values: Sequence[Any]) -> int:
    """Return how many calls fill about four milliseconds."""
    return max(1, min(len(values), int(0.004 / max(timed(call, values[:3]), timed(call, values[:3])))))


def measure_bulk(calendar: Calendar, turns: int) -> dict[str, float]:
    """Return millions of rows a second for arrays of random starts, and the memory bound."""
    second = timedelta(seconds=1)
    some = [(at - EPOCH) // second for at in open_minutes(calendar, 20_000, *DECADE)]
    starts = np.array(some * (ROWS // len(some)))
    durations = np.random.default_rng(7).integers(1, 48, ROWS) * 1800
    out = np.empty_like(starts)
    few = ROWS // 10
    stamps, deltas = starts[:few].astype("datetime64[s]"), durations[:few].astype("timedelta64[s]")
    schedule = workclock_schedule()
    ends = bulk.add(calendar, starts, durations)
    agree = (schedule.add_many(stamps, deltas).astype("datetime64[s]").astype(np.int64) == ends[:few]).mean()
    todo: dict[str, tuple[int, Callable[[], Any]]] = {
        "add": (ROWS, lambda: bulk.add(calendar, starts, durations)),
        "elapsed": (ROWS, lambda: bulk.elapsed(calendar, starts, ends)),
        "workclock add_many": (few, lambda: schedule.add_many(stamps, deltas)),
        "numpy a + b": (ROWS, lambda: np.add(starts, durations, out=out)),
        "copy": (ROWS, lambda: np.copyto(out, starts)),
    }
    rates: dict[str, list[float]] = {name: [] for name in todo}
    for _ in range(turns):
        for name, (rows, work) in todo.items():
            begin, done = clock.process_time(), 0
            while clock.process_time() - begin < 0.2:
                work()
                done += rows
            rates[name].append(done / (clock.process_time() - begin) / 1e6)
    found = {name: max(each) for name, each in rates.items()}
    pairs = zip(rates["add"], rates["workclock add_many"], strict=True)
    found["ratio to workclock, median"] = statistics.median(ours / theirs for ours, theirs in pairs)
    found["ratio to workclock, best turns"] = found["add"] / found["workclock add_many"]
    found["agreement"] = float(agree)
    return found


def measure_size() -> dict[str, float]:
    """Return how long ten years take to lay out (ms, best of seven) and how much they hold (MB)."""
    years = range(FIRST.year, LAST.year + 1)
    best = float("inf")
    for _ in range(7):
        begin = clock.process_time()
        calendar = ours()
        for year in years:
            calendar.blocks[year]
        best = min(best, clock.process_time() - begin)
    tracemalloc.start()
    kept = ours()
    for year in years:
        kept.blocks[year]
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return {"compile ms": best * 1e3, "held MB": held / 1e6}


def targets(
    results: Sequence[Result], rates: dict[str, float], size: dict[str, float]
) -> list[tuple[str, float, bool]]:
    """Return the engine's targets, what was measured, and whether that is enough."""
    at = {(one.engine, one.question): one for one in results}
    peers = [one for one in results if one.question == "elapsed 1 year" and one.engine not in ("this engine", "floor")]
    flat = at[FLAT, FLATNESS].ratio
    bulk_ratio = rates["ratio to workclock, median"]
    rows = [
        ("+8 h: workclock's time is ... times ours, 5 wanted", at["workclock", "+8 h"].ratio, 5.0),
        ("+400 h: workclock's time is ... times ours, 10 wanted", at["workclock", "+400 h"].ratio, 10.0),
        ("elapsed 1 year: the best peer's time is ... times ours, 5 wanted", min(one.ratio for one in peers), 5.0),
        ("bulk add: our rate is ... times workclock's add_many, 150 wanted", bulk_ratio, 150.0),
    ]
    least = [(text, found, found >= wanted) for text, found, wanted in rows]
    most = [
        ("+400 h costs ... times +8 h, at most 1.2", flat, flat <= 1.2),
        ("ten years are laid out in ... ms, at most 50", size["compile ms"], size["compile ms"] < 50),
        ("ten years hold ... MB, at most 2", size["held MB"], size["held MB"] < 2),
    ]
    return least + most


def processor() -> str:
    """Return the processor's model, as the system tells it."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text().splitlines() if told.exists() else []
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor())


def show(report: dict[str, Any], results: Sequence[Result]) -> None:
    """Print the report as plain tables."""
    print(f"{report['processor']}, Python {report['python']}, {report['date']}\n")
    print(f"{'question':22s}{'engine':22s}{'us a call':>12s}{'times ours':>12s}{'agrees':>9s}")
    for one in results:
        print(f"{one.question:22s}{one.engine:22s}{one.microseconds:12.2f}{one.ratio:12.2f}{one.agrees:9.0%}")
    print("\n`floor` is the plain datetime sum or difference that Python needs for round the clock.\n")
    for name, rate in report["bulk"].items():
        print(f"bulk {name:32s}{rate:12.2f}" + (" million rows a second" if name in BULK_RATES else ""))
    print(f"bulk add is {report['bulk']['copy'] / report['bulk']['add']:.0f} times slower than a copy of one array.\n")
    for row in report["targets"]:
        print(f"{'met   ' if row['met'] else 'MISSED'}  {row['measured']:8.2f}  {row['target']}")


BULK_RATES = ("add", "elapsed", "workclock add_many", "numpy a + b", "copy")


def main() -> None:
    """Measure, print and write what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    parser.add_argument("--turns", type=int, default=40, help="turns that each engine takes")
    options = parser.parse_args()
    gc.disable()
    calendar = ours()
    starts, spread = open_minutes(calendar, 2000, *YEAR), open_minutes(calendar, 2000, *DECADE)
    local = [at.astimezone(SYDNEY) for at in starts]
    year = timedelta(days=365)
    results: list[Result] = []
    for hours in (8, 400):
        engines = adders(calendar, hours)
        results += race(f"+{hours} h", engines, starts, options.turns)
        few = {name: engine for name, engine in engines.items() if name in ("this engine", "workclock")}
        results += race(f"+{hours} h, local start", few, local, options.turns)
        results += race(f"+{hours} h, ten years", few, spread, options.turns)
    eight, four_hundred = (adders(calendar, hours)["this engine"] for hours in (8, 400))
    results += race(FLATNESS, {"this engine": eight, FLAT: four_hundred}, starts, options.turns)
    engines = measurers(calendar)
    results += race("elapsed 1 year", engines, [(at, at + year) for at in starts], max(3, options.turns // 2))
    rates, size = measure_bulk(calendar, max(5, options.turns // 2)), measure_size()
    report = {
        "date": datetime.now(UTC).date().isoformat(),
        "processor": processor(),
        "python": platform.python_version(),
        "calls": [vars(one) for one in results],
        "bulk": rates,
        "size": size,
        "targets": [
            {"target": text, "measured": found, "met": met} for text, found, met in targets(results, rates, size)
        ],
    }
    show(report, results)
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
