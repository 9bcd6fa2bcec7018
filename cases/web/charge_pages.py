"""The managers' list of charges: after-hours support that never qualified, charged or waived (P4.2)."""

from collections.abc import Iterator

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from cases import actions
from cases.models import Case, ChargeReview, ChargeVerdict, Partner
from cases.rules import RuleBroken
from cases.web import lists, periods
from cases.web.answers import put_beside
from cases.web.charges import ChargeDecisionForm
from cases.web.exports import csv_answer
from cases.web.queue import Tab
from cases.web.request import PortalRequest, manager_page

VIEWS: dict[str, tuple[Promise, Q]] = {
    "to-decide": (gettext_lazy("To decide"), Q(verdict=ChargeVerdict.NEVER_QUALIFIED, decision="")),
    "decided": (gettext_lazy("Decided"), ~Q(decision="")),
    "asked": (gettext_lazy("Specialist asked"), Q(verdict="")),
    "all": (gettext_lazy("All"), Q()),
}


def _view_of(request: PortalRequest) -> str:
    asked = request.GET.get("view", "")
    return asked if asked in VIEWS else "to-decide"


def _asked(request: PortalRequest, view: str) -> QuerySet[ChargeReview]:
    found = ChargeReview.objects.filter(VIEWS[view][1], case__in=Case.objects.visible_to(request.user))
    if partner := lists.filters_in(request, ["partner"]).get("partner"):
        found = found.filter(case__partner__code=partner)
    if period := periods.period_in(request):
        found = found.filter(period.holds("asked_at"))
    return found.select_related("case__partner", "case__contact", "case__desk", "verdict_by", "decided_by")


@manager_page
@require_GET
def charges(request: PortalRequest) -> HttpResponseBase:
    """List what is to be charged or waived, and what was decided."""
    view = _view_of(request)
    filters = {"view": view, **lists.filters_in(request, ["partner", "from", "to"])}
    partners = Partner.objects.filter(cases__charge_review__isnull=False).distinct().order_by("name")
    named = [(partner.code, partner.name) for partner in partners]
    tabs = [
        Tab(key, name, str(_asked(request, key).count()) if key == "to-decide" else "", key == view, f"view={key}")
        for key, (name, _kept) in VIEWS.items()
    ]
    context = {
        "page": lists.page_of(request, _asked(request, view), order="asked_at", words="", filters=filters),
        "tabs": tabs,
        "view": view,
        "narrowed": {name: value for name, value in filters.items() if name != "view"},
        "kept": [("view", view, "")],
        "choices": [
            *([lists.Choice("partner", _("Partner"), filters.get("partner", ""), named)] if named else []),
            lists.Choice("from", _("Asked from"), filters.get("from", "")),
            lists.Choice("to", _("until"), filters.get("to", "")),
        ],
        "export_query": request.GET.urlencode(),
    }
    return render(request, "cases/manager/charges.html", context)


@manager_page
@require_GET
def charges_file(request: PortalRequest) -> HttpResponseBase:
    """Return the same list as a file."""
    headings = [
        _("Case"),
        _("Partner"),
        _("Contact"),
        _("Logged"),
        _("Charges accepted"),
        _("Accepted words"),
        _("Asked"),
        _("Specialist"),
        _("Said"),
        _("Reason"),
        _("Decision"),
        _("Manager"),
        _("Decided"),
        _("Reason of the decision"),
    ]
    return csv_answer("charges", headings, _lines(_asked(request, _view_of(request))))


def _lines(found: QuerySet[ChargeReview]) -> Iterator[list[object]]:
    for review in found.order_by("-asked_at", "-pk").iterator(chunk_size=500):
        yield [
            review.case.reference,
            review.case.partner,
            review.case.contact,
            review.case.logged_at,
            review.case.charges_accepted_at,
            review.case.charge_words,
            review.asked_at,
            review.verdict_by,
            review.get_verdict_display(),
            review.verdict_reason,
            review.get_decision_display(),
            review.decided_by,
            review.decided_at,
            review.decision_reason,
        ]


@manager_page
@require_http_methods(["GET", "POST"])
def charge(request: PortalRequest, review_id: int) -> HttpResponseBase:
    """Show what a charge is decided by, and decide it. Once: a second manager reads who did."""
    review = _review_or_404(request, review_id)
    if request.method == "GET":
        return _charge_page(request, review, ChargeDecisionForm())
    form = ChargeDecisionForm(request.POST)
    if form.is_valid():
        try:
            actions.decide_charges(review_id=review.pk, **form.cleaned_data, actor=request.user, now=request.now)
        except RuleBroken as broken:
            put_beside(form, broken)
        else:
            messages.success(request, _("Decided. The contact is told by mail."))
            return redirect("manager_charges")
    return _charge_page(request, _review_or_404(request, review_id), form, status=422)


def _review_or_404(request: PortalRequest, review_id: int) -> ChargeReview:
    review = _asked(request, "all").filter(pk=review_id).first()
    if review is None:
        raise Http404
    return review


def _charge_page(
    request: PortalRequest, review: ChargeReview, form: ChargeDecisionForm, *, status: int = 200
) -> HttpResponse:
    context = {"review": review, "case": review.case, "form": form}
    return render(request, "cases/manager/charge.html", context, status=status)
