"""How to reach us: channels and numbers by region, who is open now, and the rule after hours (P1.3, P6.2, P13.1)."""

from dataclasses import dataclass
from itertools import groupby

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cases import callers, promises
from cases.web.promise import DeskLine
from cases.web.request import Reading
from sla.models import Desk

PORTAL = "https://msp.probax.io"
MAIL = "care@probax.io"


@dataclass(frozen=True)
class Region:
    """A region with its numbers, and whether its desk is open."""

    name: str
    lines: list[callers.Line]
    desk_line: DeskLine | None


@require_safe
def contact(request: Reading) -> HttpResponse:
    """Show how to reach us, to anybody."""
    desks = {desk.country: desk for desk in Desk.objects.order_by("pk")}
    by_region = groupby(callers.lines(), key=lambda line: (line.region, line.country))
    regions = [
        Region(name, list(lines), _open_now(desks.get(country), request)) for (name, country), lines in by_region
    ]
    return render(request, "cases/contact.html", {"regions": regions, "portal": PORTAL, "mail": MAIL})


def _open_now(desk: Desk | None, request: Reading) -> DeskLine | None:
    if desk is None:
        return None
    hours = promises.home_hours(desk)
    if hours.is_open(request.now):
        return DeskLine(desk.name, desk.zone, is_open=True, until=hours.closes_at(request.now), opens_at=None)
    return DeskLine(desk.name, desk.zone, is_open=False, until=None, opens_at=hours.next_open(request.now))
