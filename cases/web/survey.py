"""The survey page: opened by a link without login, or from the case. Only its button answers (P11.1)."""

from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cases import actions
from cases.actions import closing as closings
from cases.models import Survey
from cases.rules import RuleBroken
from cases.web.answers import case_or_404, put_beside
from cases.web.forms import SurveyForm
from cases.web.request import PortalRequest, Reading, partner_page


@never_cache
@require_http_methods(["GET", "POST"])
def survey(request: Reading, token: str) -> HttpResponseBase:
    """Show the questions, or take the answers. A link that is over, or none, says so without telling which case.

    The address holds the token; `SECURE_REFERRER_POLICY` keeps it from other sites. A stricter policy would hide the
    origin from our own form check too.
    """
    found = (
        Survey.objects.select_related("closing__case__contact", "closing__case__assignee")
        .filter(Q(token_hash=closings.hash_of(token)) | Q(reminder_hash=closings.hash_of(token)))
        .first()
    )
    if found is None:
        return render(request, "cases/survey_gone.html", status=404)
    return _page(request, found, reverse("survey", kwargs={"token": token}))


@partner_page
@never_cache
@require_http_methods(["GET", "POST"])
def survey_of_case(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Show the questions about the reader's own case; nobody rates for somebody else."""
    case = case_or_404(reference, request.user)
    own = Survey.objects.filter(closing__case=case, closing__case__contact=request.user, closing__taken_back_at=None)
    found = own.select_related("closing__case__contact", "closing__case__assignee").order_by("pk").last()
    if found is None:
        raise Http404
    return _page(request, found, reverse("case_survey", kwargs={"reference": case.reference}))


def _page(request: Reading, found: Survey, address: str) -> HttpResponseBase:
    if found.answered_at is not None:
        return render(request, "cases/survey_done.html", {"survey": found})
    if not found.is_open(request.now):
        return render(request, "cases/survey_gone.html", {"survey": found}, status=410)
    form = SurveyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.answer_survey(
                survey_id=found.pk, **form.cleaned_data, actor=found.closing.case.contact, now=request.now
            )
        except RuleBroken as broken:
            put_beside(form, broken)
        else:
            return redirect(address)
    return _questions(request, found, form)


def _questions(request: Reading, found: Survey, form: SurveyForm) -> HttpResponse:
    status = 422 if form.is_bound else 200
    return render(
        request, "cases/survey.html", {"survey": found, "case": found.closing.case, "form": form}, status=status
    )
