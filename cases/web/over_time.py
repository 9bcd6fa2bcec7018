"""The manager's page over a period: promises kept, outcomes, contact attempts, each against the period before."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_stubs_ext import StrOrPromise

from cases import actions
from cases.models import Case, User
from cases.reports import kept_reports
from cases.reports import over_time as reports
from cases.reports.period_report import MOST_ROWS, Report, counted, worst
from cases.reports.selection import Period, narrowed
from cases.rules import Outcome
from cases.web import distributions, lists
from cases.web.exports import csv_answer
from cases.web.periods import period_or_usual, presets, query_of
from cases.web.request import PortalRequest, manager_page
from sla.models import Desk

FILTERS = ("desk", "partner")
# The drawing of the months, in its own units.
HEIGHT, COLUMN, BAR = 90, 60, 36


@dataclass(frozen=True)
class KeptRow:
    """A row of promises with the addresses of the cases behind its numbers."""

    row: reports.Kept
    kept_url: str
    missed_url: str


@dataclass(frozen=True)
class KeptTable:
    """One breakdown: its key, its heading, its rows, and how many there are in all."""

    key: str
    heading: StrOrPromise
    rows: list[KeptRow]
    count: int


@dataclass(frozen=True)
class NumberRow:
    """A count with the address of its cases."""

    number: reports.Number
    url: str


@dataclass(frozen=True)
class Bar:
    """A month of the drawing: how high kept and missed stand, and where."""

    label: str
    x: int
    middle: int
    kept: int
    missed: int
    kept_y: int
    missed_y: int


@manager_page
@require_GET
def over_time(request: PortalRequest) -> HttpResponse:
    """Show how promises were kept in a period. Every number opens the cases behind it."""
    asked = _asked(request)
    found, period, filters = asked.report(), asked.period, asked.filters
    months = [_named(month) for month in found.months]

    def address(event: str, more: dict[str, str]) -> str:
        return _address(filters, period, {"in": event, **more})

    context = {
        "found": found,
        "period": period,
        "before": period.before,
        "presets": [
            (name, urlencode({**filters, **query_of(each)}), each == period) for name, each in presets(request)
        ],
        "choices": _choices(filters, period, asked.desks),
        "total": _kept_row(found.total, filters, period, {}),
        "volume": NumberRow(found.flow.logged, address("logged", {})),
        "tables": _tables(found, filters, period, MOST_ROWS),
        "others": [_kept_row(row, filters, period, {"kind": row.key}) for row in found.others],
        "replies": distributions.replies(found, address),
        "backlog": distributions.backlog(found.flow, address),
        **_surveys(found, filters, period),
        "months": [_kept_row(row, filters, days, {}) for row, days in zip(months, period.months, strict=True)],
        "bars": _bars(months),
        "drawing": {"width": max(1, len(months)) * COLUMN, "height": HEIGHT + 18, "base": HEIGHT},
        "outcomes": _numbers(found.outcomes, filters, period, "closed", "outcome"),
        "silent": Outcome.NO_CONTACT.value,
        "attempts": _numbers(found.attempts, filters, period, "attempted", "method"),
        "export_url": asked.url("manager_over_time_export"),
        "count_url": asked.url("manager_over_time_count"),
    }
    return render(request, "cases/manager/over_time.html", context)


@manager_page
@require_POST
def count(request: PortalRequest) -> HttpResponse:
    """Count a report that takes long anew, and have it counted on for some days; then show it."""
    asked = _asked(request)
    cases = narrowed(Case.objects.visible_to(request.user), asked.filters)
    found = counted(cases, asked.period, asked.desks, request.now)
    key = kept_reports.key_of(asked.period, asked.filters)
    # What is shown as kept is counted anew too where it is about few cases by now.
    if found.takes_long or kept_reports.is_kept(key):
        content, every_row = kept_reports.as_json(found)
        actions.keep_report(key=key, content=content, every_row=every_row, actor=request.user, now=request.now)
    return redirect(asked.url("manager_over_time"))


@manager_page
@require_GET
def export(request: PortalRequest) -> HttpResponseBase:
    """Send the numbers of the page as a file. Its last row says of when they are."""
    asked = _asked(request)
    found = asked.report(every_row=True)
    headings = [_("By"), _("What"), _("Kept"), _("Missed"), _("Kept, percent"), _("Before, percent")]

    def rows() -> Iterator[list[object]]:
        for table in _tables(found, asked.filters, asked.period):
            for row in table.rows:
                each = row.row
                yield [table.heading, each.label, each.kept, each.missed, each.share, each.share_before]
        for other in found.others:
            yield [_("Promise"), other.label, other.kept, other.missed, other.share, other.share_before]
        for month in found.months:
            yield [_("Month"), month.label, month.kept, month.missed, month.share, None]
        yield [_("As of"), found.made_at, None, None, None, None]

    return csv_answer(f"promises-{asked.period.first}-{asked.period.last}", headings, list(rows()))


@dataclass(frozen=True)
class Asked:
    """What an address asks for, of whom, and when."""

    reader: User
    period: Period
    filters: dict[str, str]
    desks: list[Desk]
    now: datetime

    def report(self, *, every_row: bool = False) -> Report:
        """Return the report."""
        return kept_reports.report(self.reader, self.period, self.filters, self.desks, self.now, every_row=every_row)

    def url(self, name: str) -> str:
        """Return the address of a page about the same."""
        return f"{reverse(name)}?{urlencode({**self.filters, **query_of(self.period)})}"


def _asked(request: PortalRequest) -> Asked:
    period, filters = period_or_usual(request), lists.filters_in(request, FILTERS)
    return Asked(request.user, period, filters, list(Desk.objects.order_by("name")), request.now)


def _surveys(found: Report, filters: dict[str, str], period: Period) -> dict[str, Any]:
    """Return the scores of the period beside those before, and what contacts wrote last."""
    asked = urlencode({**query_of(period), **{name: filters[name] for name in filters if name == "partner"}})
    return {
        "scores": found.scores,
        "scores_before": found.scores_before,
        "comments": found.comments,
        "surveys_url": f"{reverse('manager_surveys')}?{asked}",
    }


def _tables(found: Report, filters: dict[str, str], period: Period, most: int | None = None) -> list[KeptTable]:
    """Return the breakdowns. One of more rows than `most` has those with the most late replies, the worst first."""
    headings = {
        "severity": _("Severity"),
        "desk": _("Desk"),
        "partner": _("Partner"),
        "specialist": _("Specialist"),
    }
    tables = []
    for key, heading in headings.items():
        rows = found.tables[key] if most is None else worst(found.tables[key], most)
        shown = [_kept_row(row, filters, period, {key: row.key}) for row in rows]
        tables.append(KeptTable(key, heading, shown, found.rows[key]))
    return tables


def _kept_row(row: reports.Kept, filters: dict[str, str], period: Period, narrower: dict[str, str]) -> KeptRow:
    kept, missed = (
        _address(filters, period, {"in": "promised", "promise": verdict, **narrower}) for verdict in ("kept", "missed")
    )
    return KeptRow(row, kept, missed)


def _numbers(
    numbers: Sequence[reports.Number], filters: dict[str, str], period: Period, event: str, name: str
) -> list[NumberRow]:
    return [NumberRow(each, _address(filters, period, {"in": event, name: each.key})) for each in numbers]


def _address(filters: dict[str, str], period: Period, more: dict[str, str]) -> str:
    return f"{reverse('desk_cases')}?{urlencode({**filters, **query_of(period), **more})}"


def _named(month: reports.Kept) -> reports.Kept:
    """Return a month as its reader names it; in files it stays 2026-11."""
    return replace(month, label=date_format(date.fromisoformat(month.key), _("M Y")))


def _choices(filters: dict[str, str], period: Period, desks: list[Desk]) -> list[lists.Choice]:
    return [
        lists.Choice("from", _("From"), period.first.isoformat()),
        lists.Choice("to", _("To"), period.last.isoformat()),
        lists.desk_choice(filters, desks),
        lists.partner_choice(filters),
    ]


def _bars(months: Sequence[reports.Kept]) -> list[Bar]:
    """Return a column for each month, missed on top of kept, the tallest as high as the drawing."""
    tallest = max((row.kept + row.missed for row in months), default=0) or 1
    bars = []
    for number, row in enumerate(months):
        kept, missed = (round(HEIGHT * count / tallest) for count in (row.kept, row.missed))
        x = number * COLUMN + (COLUMN - BAR) // 2
        bars.append(
            Bar(row.label, x, x + BAR // 2, kept, missed, kept_y=HEIGHT - kept, missed_y=HEIGHT - kept - missed)
        )
    return bars
