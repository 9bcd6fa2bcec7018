"""The manager's room: how the desks stand now."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from cases.models import Case
from cases.reports import now as reports
from cases.reports import overview
from cases.web.periods import query_of
from cases.web.request import PortalRequest, manager_page


@manager_page
@require_GET
def now(request: PortalRequest) -> HttpResponse:
    """Show open, at risk, breached, kept, what breaks next and what contacts say. Every number opens its cases."""
    zone = timezone.get_current_timezone_name()
    found = overview.overview(request.user, zone, request.now)
    by_severity = [sum(counts) for counts in zip(*(desk.by_severity for desk in found.open_rows), strict=True)]
    promised = Case.objects.visible_to(request.user).open().exclude(next_due_at=None).in_queue_order()
    next_up = promised.only("reference", "title", "severity").with_next_promise(request.user)
    period = query_of(overview.period_of(zone, request.now))
    context = {
        "found": found,
        "kept_since": found.made_at if found.made_at != request.now else None,
        "open_columns": by_severity,
        "open_total": sum(by_severity),
        "severity_1": by_severity[0] if by_severity else 0,
        "next_up": list(next_up[:8]),
        "period_days": reports.PERIOD.days,
        "verdicts_url": f"{reverse('desk_cases')}?{urlencode({**period, 'in': 'promised'})}",
        "verdicts_total": reports.all_severities(found.verdicts),
        "surveys": reports.latest_surveys(),
    }
    return render(request, "cases/manager/now.html", context)
