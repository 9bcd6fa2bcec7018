"""The manager's room: how the desks stand now."""

from urllib.parse import urlencode

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from cases.models import Case, ChargeReview, ChargeVerdict, KeptRequest, ManagerRequest
from cases.reports import forecast
from cases.reports import now as reports
from cases.web.periods import period_of_days, query_of
from cases.web.request import PortalRequest, manager_page
from sla.models import Desk

BREAKING_SHOWN = 5


@manager_page
@require_GET
def now(request: PortalRequest) -> HttpResponse:
    """Show open, at risk, breached, kept, what breaks next and what contacts say. Every number opens its cases."""
    cases = Case.objects.visible_to(request.user)
    counted = reports.open_by_severity_and_desk()
    period = period_of_days(request, reports.PERIOD.days)
    verdicts = reports.verdicts(period.since, request.now)
    promised = cases.open().exclude(next_due_at=None)
    forecasts = forecast.forecasts(request.now)
    breaking = [each for desk in forecasts for each in desk.breaking]
    context = {
        "desks": Desk.objects.order_by("name"),
        "open_counts": {(row.desk_code, row.severity): row.cases for row in counted},
        "open_rows": _rows(counted),
        "open_columns": [sum(row.cases for row in counted if row.severity == level) for level in (1, 2, 3, 4)],
        "open_total": sum(row.cases for row in counted),
        "at_risk": cases.at_risk(request.now).count(),
        "breached": cases.breached(request.now).count(),
        "severity_1": cases.open().of_severity(1).count(),
        "unassigned": cases.open().unassigned().count(),
        "waiting": cases.waiting().count(),
        **_for_managers(request),
        "next_up": list(promised.in_queue_order().with_people().with_next_promise(request.user)[:8]),
        "breaking": sorted(breaking, key=lambda each: each.deadline.due_at)[:BREAKING_SHOWN],
        "breaking_count": len(breaking),
        "forecast_desks": [each.desk for each in forecasts if each.enough],
        "desks_without_history": [each.desk for each in forecasts if not each.enough],
        "period_days": reports.PERIOD.days,
        "verdicts": verdicts,
        "verdicts_url": f"{reverse('desk_cases')}?{urlencode({**query_of(period), 'in': 'promised'})}",
        "verdicts_total": reports.all_severities(verdicts),
        "survey_scores": reports.survey_scores(request.now - reports.PERIOD),
        "surveys": reports.latest_surveys(),
    }
    return render(request, "cases/manager/now.html", context)


def _for_managers(request: PortalRequest) -> dict[str, int]:
    """Return how many requests for a manager wait, and how many of them are late (P9.4)."""
    waiting = ManagerRequest.objects.filter(answered_at=None)
    late = Count("pk", filter=Q(deadline__due_at__lt=request.now))
    counted = waiting.aggregate(asked=Count("pk"), late=late)
    to_decide = KeptRequest.objects.filter(decision="").count()
    charges = ChargeReview.objects.filter(verdict=ChargeVerdict.NEVER_QUALIFIED, decision="").count()
    return {
        "charges_to_decide": charges,
        "managers_asked": counted["asked"],
        "managers_late": counted["late"],
        "requests_to_decide": to_decide,
    }


def _rows(counted: list[reports.OpenCount]) -> list[dict[str, object]]:
    """Return a row for each desk: its name, code, and open cases of severity 1 to 4."""
    rows = []
    for desk in Desk.objects.order_by("name"):
        by_severity = {row.severity: row.cases for row in counted if row.desk_code == desk.code}
        cells = [{"severity": level, "cases": by_severity.get(level, 0)} for level in (1, 2, 3, 4)]
        rows.append({"desk": desk, "cells": cells, "total": sum(by_severity.values())})
    return rows
