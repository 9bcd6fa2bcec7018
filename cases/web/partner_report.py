"""The monthly report of a partner: a page to read and print, and the same as PDF. For managers, and for its own."""

import re
from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cases.models import Case, MembershipRole, Partner
from cases.reports import partner_month as reports
from cases.web.pdf import pdf_answer, printer
from cases.web.request import PortalRequest

# A longer list is for the page; the printer would be busy for minutes.
MOST_PROMISES = 1000
EARLIEST = date(2000, 1, 1)


@require_GET
def report(request: PortalRequest, code: str) -> HttpResponse:
    """Show a month of a partner, the last whole one unless the address names another."""
    partner = _partner_or_404(request, code)
    month = _month(request, partner)
    can_print = printer() is not None and month.promises <= MOST_PROMISES
    context = _told(request, month) | _ways(request, month) | {"can_print": can_print, "has_printer": printer()}
    return render(request, "cases/report.html", context)


@require_GET
def report_pdf(request: PortalRequest, code: str) -> HttpResponseBase:
    """Send the same month as PDF; where it cannot be printed, show the page that says so."""
    partner = _partner_or_404(request, code)
    month = _month(request, partner)
    weasyprint = printer()
    if weasyprint is None or month.promises > MOST_PROMISES:
        return report(request, code)
    html = render_to_string("cases/report_pdf.html", _told(request, month), request)
    return pdf_answer(weasyprint, html, f"{partner.code}-{month.period.first:%Y-%m}")


def _partner_or_404(request: PortalRequest, code: str) -> Partner:
    """Return the partner, for managers and for those who lead it; for others there is none."""
    partners = Partner.objects.select_related("home_desk")
    if not request.user.manages:
        leads = request.user.memberships.filter(is_active=True, role=MembershipRole.ADMINISTRATOR)
        partners = partners.filter(pk__in=leads.values("partner"))
    found = partners.filter(code=code).first()
    if found is None:
        raise Http404
    return found


def _month(request: PortalRequest, partner: Partner) -> reports.PartnerMonth:
    first = _first_day(request, partner)
    return reports.partner_month(partner, Case.objects.visible_to(request.user), first, request.now)


def _first_day(request: PortalRequest, partner: Partner) -> date:
    """Return the first day of the month that the address names, if it has begun; else of the last whole one."""
    last = reports.last_month(partner, request.now)
    found = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", request.GET.get("month", ""))
    if found is None:
        return last
    return min(date(int(found[1]), int(found[2]), 1), _next(last))


def _next(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


def _told(request: PortalRequest, month: reports.PartnerMonth) -> dict[str, Any]:
    """Return what both the page and the file tell, in the time of the partner's home desk."""
    return {
        "month": month,
        "name_of_month": date_format(month.period.first, _("F Y")),
        "reader_zone": month.partner.home_desk.zone,
        "now": request.now,
        "unfinished": month.period.until > request.now,
    }


def _ways(request: PortalRequest, month: reports.PartnerMonth) -> dict[str, Any]:
    """Return the addresses of the file and of the months beside this one."""
    first, code = month.period.first, month.partner.code
    page, file = ("manager_report", "manager_report_pdf") if request.user.works_here else ("report", "report_pdf")
    before, after = (first - timedelta(days=1)).replace(day=1), _next(first)
    begun = reports.month_of(month.partner, after).since <= request.now
    return {
        "pdf_url": f"{reverse(file, args=[code])}?month={first:%Y-%m}",
        "before_url": f"{reverse(page, args=[code])}?month={before:%Y-%m}" if before >= EARLIEST else "",
        "after_url": f"{reverse(page, args=[code])}?month={after:%Y-%m}" if begun else "",
    }
