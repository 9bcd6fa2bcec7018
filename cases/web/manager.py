"""The manager's room: how the desks stand now."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from cases.counting import counts_of
from cases.models import Case, ChargeReview, ChargeVerdict, KeptRequest, ManagerRequest
from cases.querysets import CaseQuerySet
from cases.reports import forecast
from cases.reports import now as reports
from cases.web.periods import period_of_days, query_of
from cases.web.request import PortalRequest, manager_page

BREAKING_SHOWN = 5


@manager_page
@require_GET
def now(request: PortalRequest) -> HttpResponse:
    """Show open, at risk, breached, kept, what breaks next and what contacts say. Every number opens its cases."""
    cases = Case.objects.visible_to(request.user)
    opened = reports.open_by_desk()
    by_severity = [sum(counts) for counts in zip(*(desk.by_severity for desk in opened), strict=True)]
    period = period_of_days(request, reports.PERIOD.days)
    verdicts = reports.verdicts(period.since, request.now)
    promised = cases.open().exclude(next_due_at=None)
    forecasts = forecast.forecasts(request.now)
    breaking = [each for desk in forecasts for each in desk.breaking]
    context = {
        "open_rows": opened,
        "open_columns": by_severity,
        "open_total": sum(by_severity),
        "severity_1": by_severity[0] if by_severity else 0,
        **_counts(cases, request),
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


def _counts(cases: CaseQuerySet, request: PortalRequest) -> dict[str, int]:
    """Return what waits for somebody, in one query: cases, and what managers decide (P9.4)."""
    asked = ManagerRequest.objects.filter(answered_at=None)
    return counts_of(
        {
            "at_risk": cases.at_risk(request.now),
            "breached": cases.breached(request.now),
            "unassigned": cases.open().unassigned(),
            "waiting": cases.waiting(),
            "managers_asked": asked,
            "managers_late": asked.filter(deadline__due_at__lt=request.now),
            "requests_to_decide": KeptRequest.objects.filter(decision=""),
            "charges_to_decide": ChargeReview.objects.filter(verdict=ChargeVerdict.NEVER_QUALIFIED, decision=""),
        },
        beside=request.user,
    )
