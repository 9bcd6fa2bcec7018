"""The parts of a period that are drawn as bars: how long first replies took, and how old what is open is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django_stubs_ext import StrOrPromise

from cases.reports import waits
from cases.reports.over_time import Flow
from cases.reports.period_report import Report


@dataclass(frozen=True)
class SpanRow:
    """A bar: its count and that of the period before, each in percent of the longest, and the address of its cases."""

    label: StrOrPromise
    cases: int
    before: int
    width: int
    width_before: int
    url: str


@dataclass(frozen=True)
class Distribution:
    """The bars of one drawing."""

    rows: list[SpanRow]
    url: str
    total: int
    before: int
    median: timedelta | None = None
    median_before: timedelta | None = None
    nine_in_ten: timedelta | None = None
    nine_in_ten_before: timedelta | None = None


# From an event and a filter to the address of the cases behind a bar.
Address = Callable[[str, dict[str, str]], str]


def replies(found: Report, address: Address) -> Distribution:
    """Return how long first replies took."""
    took, before = found.replies, found.replies_before
    return Distribution(
        _rows(waits.REPLIES, took.counts, before.counts, lambda key: address("replied", {"took": key})),
        address("replied", {}),
        sum(took.counts),
        sum(before.counts),
        took.median,
        before.median,
        took.nine_in_ten,
        before.nine_in_ten,
    )


def backlog(flow: Flow, address: Address) -> Distribution:
    """Return how old the cases are that were open at the end of a period, or are now."""
    ages, before = flow.open_at_end, flow.open_before
    rows = _rows(waits.AGES, ages, before, lambda key: address("backlog", {"age": key}))
    return Distribution(rows, address("backlog", {}), sum(ages), sum(before))


def _rows(
    spans: Sequence[waits.Span], counts: list[int], before: list[int], address: Callable[[str], str]
) -> list[SpanRow]:
    longest = max(*counts, *before) or 1
    return [
        SpanRow(span.label, n, n_before, round(100 * n / longest), round(100 * n_before / longest), address(span.key))
        for span, n, n_before in zip(spans, counts, before, strict=True)
    ]
