"""The manager's page over a period: promises kept, outcomes, contact attempts, each against the period before."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from django_stubs_ext import StrOrPromise

from cases.models import Case
from cases.querysets import CaseQuerySet
from cases.reports import over_time as reports
from cases.reports import surveys as survey_reports
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
# Rows of a breakdown that the page shows; the file has all.
MOST_ROWS = 50
# What contacts wrote, the newest first; the page of surveys has all.
COMMENTS = 3


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
    period, filters = period_or_usual(request), lists.filters_in(request, FILTERS)
    cases = narrowed(Case.objects.visible_to(request.user), filters)
    flow = reports.flow(cases, period, request.now)
    kept = reports.kept_by_everything(cases, period, request.now)
    months, desks = [_named(month) for month in kept.by_month(period)], list(Desk.objects.order_by("name"))

    def address(event: str, more: dict[str, str]) -> str:
        return _address(filters, period, {"in": event, **more})

    context = {
        "period": period,
        "before": period.before,
        "presets": [
            (name, urlencode({**filters, **query_of(each)}), each == period) for name, each in presets(request)
        ],
        "choices": _choices(filters, period, desks),
        "total": _kept_row(kept.all, filters, period, {}),
        "volume": NumberRow(flow.logged, _address(filters, period, {"in": "logged"})),
        "tables": _tables(kept, filters, period, MOST_ROWS),
        "others": _others(request, cases, filters, period),
        "replies": distributions.replies(cases, period, desks, address),
        "backlog": distributions.backlog(flow, address),
        **_surveys(cases, filters, period),
        "months": [_kept_row(row, filters, days, {}) for row, days in zip(months, period.months, strict=True)],
        "bars": _bars(months),
        "drawing": {"width": max(1, len(months)) * COLUMN, "height": HEIGHT + 18, "base": HEIGHT},
        "outcomes": _numbers(reports.outcomes(cases, period), filters, period, "closed", "outcome"),
        "silent": Outcome.NO_CONTACT.value,
        "attempts": _numbers(reports.attempts(cases, period), filters, period, "attempted", "method"),
        "export_url": f"{reverse('manager_over_time_export')}?{urlencode({**filters, **query_of(period)})}",
    }
    return render(request, "cases/manager/over_time.html", context)


@manager_page
@require_GET
def export(request: PortalRequest) -> HttpResponseBase:
    """Send the numbers of the page as a file."""
    period, filters = period_or_usual(request), lists.filters_in(request, FILTERS)
    cases = narrowed(Case.objects.visible_to(request.user), filters)
    headings = [_("By"), _("What"), _("Kept"), _("Missed"), _("Kept, percent"), _("Before, percent")]

    def rows() -> Iterator[list[object]]:
        kept = reports.kept_by_everything(cases, period, request.now)
        for table in _tables(kept, filters, period):
            for row in table.rows:
                each = row.row
                yield [table.heading, each.label, each.kept, each.missed, each.share, each.share_before]
        for other in reports.others(cases, period, request.now):
            yield [_("Promise"), other.label, other.kept, other.missed, other.share, other.share_before]
        for month in kept.by_month(period):
            yield [_("Month"), month.label, month.kept, month.missed, month.share, None]

    return csv_answer(f"promises-{period.first}-{period.last}", headings, list(rows()))


def _others(request: PortalRequest, cases: CaseQuerySet, filters: dict[str, str], period: Period) -> list[KeptRow]:
    found = reports.others(cases, period, request.now)
    return [_kept_row(row, filters, period, {"kind": row.key}) for row in found]


def _surveys(cases: CaseQuerySet, filters: dict[str, str], period: Period) -> dict[str, Any]:
    """Return the scores of the period beside those before, and what contacts wrote last."""
    scores, scores_before = survey_reports.scores_of_both(cases, period)
    found = survey_reports.narrowed(cases, period, {})
    said = survey_reports.with_cases(found.exclude(answered_at=None).exclude(comment=""))
    asked = urlencode({**query_of(period), **{name: filters[name] for name in filters if name == "partner"}})
    return {
        "scores": scores,
        "scores_before": scores_before,
        "comments": list(said.order_by("-answered_at")[:COMMENTS]),
        "surveys_url": f"{reverse('manager_surveys')}?{asked}",
    }


def _tables(
    kept: reports.Breakdown, filters: dict[str, str], period: Period, most: int | None = None
) -> list[KeptTable]:
    """Return the breakdowns. One of more rows than `most` has those with the most late replies, the worst first."""
    headings = {
        "severity": _("Severity"),
        "desk": _("Desk"),
        "partner": _("Partner"),
        "specialist": _("Specialist"),
    }
    tables = []
    for key, heading in headings.items():
        found = kept.by(key)
        shown = found if most is None or len(found) <= most else sorted(found, key=lambda row: -row.missed)[:most]
        rows = [_kept_row(row, filters, period, {key: row.key}) for row in shown]
        tables.append(KeptTable(key, heading, rows, len(found)))
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
