"""The parts of a period that are drawn as bars: how long first replies took, and how old what is open is."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django_stubs_ext import StrOrPromise

from cases.querysets import CaseQuerySet
from cases.reports import waits
from cases.reports.over_time import Flow
from cases.reports.selection import Period, replied_in
from sla.models import Desk


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


def replies(cases: CaseQuerySet, period: Period, desks: Iterable[Desk], address: Address) -> Distribution:
    """Return how long first replies took. One query, with the period before."""
    found = waits.replies(replied_in(cases, period.with_before), desks)
    now_, before = (found.between(each.since, each.until) for each in (period, period.before))
    rows = _rows(waits.REPLIES, now_.counts, before.counts, lambda key: address("replied", {"took": key}))
    return Distribution(
        rows,
        address("replied", {}),
        sum(now_.counts),
        sum(before.counts),
        now_.median,
        before.median,
        now_.nine_in_ten,
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
