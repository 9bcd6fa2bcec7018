"""The forecast: which first replies come late at the present pace, and how that is reckoned."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from cases.reports import forecast as reports
from cases.web.request import PortalRequest, manager_page

# Rows of each desk, the next due first.
SHOWN = 30


@dataclass(frozen=True)
class Line:
    """A reply that is owed as it is drawn, in percent of the time ahead: when it is due, and when it comes."""

    expected: reports.Expected
    due: float
    comes: float

    @property
    def wait(self) -> float:
        """How far after the due time it comes."""
        return max(0, self.comes - self.due)


@manager_page
@require_GET
def forecast(request: PortalRequest) -> HttpResponse:
    """Show for each desk its pace, and what the queue comes to with it."""
    found = reports.forecasts(request.now)
    context = {
        "forecasts": [(each, _lines(each.expected[:SHOWN], request.now)) for each in found],
        "breaking": sum(len(each.breaking) for each in found),
        "known": any(each.enough for each in found),
        "business_days": reports.BUSINESS_DAYS,
        "enough": reports.ENOUGH,
    }
    return render(request, "cases/manager/forecast.html", context)


def _lines(expected: list[reports.Expected], now: datetime) -> list[Line]:
    ends = [moment for each in expected for moment in (each.deadline.due_at, each.answered_at)]
    ahead = (max(ends, default=now) - now).total_seconds() or 1

    def percent(moment: datetime) -> float:
        return round(max(0.0, (moment - now).total_seconds()) * 100 / ahead, 1)

    return [Line(each, percent(each.deadline.due_at), percent(each.answered_at)) for each in expected]
