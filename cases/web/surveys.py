"""The manager's page of surveys (P11.2): scores and comments of a period, and low scores to follow up."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from cases import actions
from cases.models import Case, Survey, User
from cases.reports import surveys as reports
from cases.rules import Outcome, RuleBroken
from cases.web import lists
from cases.web.answers import put_beside
from cases.web.exports import csv_answer
from cases.web.forms import text
from cases.web.periods import period_or_usual, presets, query_of
from cases.web.request import PortalRequest, manager_page

FILTERS = ("partner", "specialist", "severity", "outcome", "survey")
TO_FOLLOW_UP = 50


class FollowUpForm(forms.Form):
    """What was done about a low score."""

    what_was_done = text(
        gettext_lazy("What was done?"), missing=gettext_lazy("Say what was done, in a sentence or two."), rows=3
    )


@manager_page
@require_GET
def surveys(request: PortalRequest) -> HttpResponse:
    """Show means, counts and comments of a period. Every number opens its cases."""
    return _surveys_page(request)


@manager_page
@require_GET
def export(request: PortalRequest) -> HttpResponseBase:
    """Send every answer of the period as a file."""
    found = _found(request, lists.filters_in(request, FILTERS)).exclude(answered_at=None)
    headings = [
        _("Case"), _("Partner"), _("Contact"), _("Specialist"), _("Severity"), _("Outcome"), _("Closed"),
        _("Answered"), _("Management of the case"), _("Professionalism"), _("Satisfaction"), _("Comment"),
        _("What was done"),
    ]  # fmt: skip
    rows = (
        [
            each.closing.case.reference, each.closing.case.partner, each.closing.case.contact,
            each.closing.case.assignee, each.closing.case.severity, each.closing.get_outcome_display(),
            each.closing.closed_at, each.answered_at, each.handling, each.professionalism, each.satisfaction,
            each.comment, each.follow_up,
        ]
        for each in reports.with_cases(found).order_by("-answered_at", "-pk").iterator(chunk_size=500)
    )  # fmt: skip
    return csv_answer("surveys", headings, rows)


@manager_page
@require_POST
def follow_up(request: PortalRequest, survey_id: int) -> HttpResponseBase:
    """Write down what was done about a low score."""
    visible = Survey.objects.filter(closing__case__in=Case.objects.visible_to(request.user))
    found = visible.filter(pk=survey_id).first()
    if found is None:
        raise Http404
    form = FollowUpForm(request.POST)
    if form.is_valid():
        try:
            actions.follow_up_survey(
                survey_id=found.pk, words=form.cleaned_data["what_was_done"], actor=request.user, now=request.now
            )
        except RuleBroken as broken:
            put_beside(form, broken)
        else:
            messages.success(request, _("What was done is on the record."))
            return redirect("manager_surveys")
    return _surveys_page(request, status=422, refused=found.pk, refused_form=form)


def _found(request: PortalRequest, filters: dict[str, str]) -> Any:
    return reports.narrowed(Case.objects.visible_to(request.user), period_or_usual(request), filters)


def _surveys_page(request: PortalRequest, *, status: int = 200, **given: Any) -> HttpResponse:
    period, filters = period_or_usual(request), lists.filters_in(request, FILTERS)
    found = _found(request, filters)
    base = {**filters, **query_of(period), "in": "surveyed"}
    answered = reports.with_cases(found.exclude(answered_at=None))
    page = lists.page_of(request, answered, order="answered_at", words="", filters={**filters, **query_of(period)})
    visible = Case.objects.visible_to(request.user)
    before = reports.narrowed(visible, period.before, filters)
    context = {
        "period": period,
        "presets": [
            (name, urlencode({**filters, **query_of(each)}), each == period) for name, each in presets(request)
        ],
        "choices": _choices(filters, period.first.isoformat(), period.last.isoformat()),
        "scores": reports.scores(found),
        "before": reports.scores(before),
        "tables": [(heading, _with_address(rows, key, base)) for key, heading, rows in _tables(found)],
        "answered_url": _address({**base, "survey": "answered"}),
        "unanswered_url": _address({**base, "survey": "unanswered"}),
        "low_url": _address({**base, "survey": "low"}),
        "page": page,
        "to_follow_up": list(reports.to_follow_up(visible)[:TO_FOLLOW_UP]),
        "follow_up_form": FollowUpForm(),
        "export_url": f"{reverse('manager_surveys_export')}?{urlencode({**filters, **query_of(period)})}",
    }
    return render(request, "cases/manager/surveys.html", context | given, status=status)


def _tables(found: Any) -> list[tuple[str, str, list[reports.Scores]]]:
    headings = {
        "partner": _("Partner"),
        "specialist": _("Specialist"),
        "severity": _("Severity"),
        "outcome": _("Outcome"),
    }
    return [(key, heading, reports.scores_by(key, found)) for key, heading in headings.items()]


def _with_address(rows: list[reports.Scores], key: str, base: dict[str, str]) -> list[tuple[reports.Scores, str, str]]:
    return [
        (
            row,
            _address({**base, key: row.key, "survey": "answered"}),
            _address({**base, key: row.key, "survey": "unanswered"}),
        )
        for row in rows
    ]


def _address(parts: dict[str, str]) -> str:
    return f"{reverse('desk_cases')}?{urlencode(parts)}"


def _choices(filters: dict[str, str], first: str, last: str) -> list[lists.Choice]:
    staff = User.objects.exclude(staff_role="").order_by("name").values_list("pk", "name")
    levels = [(level, level) for level in ("1", "2", "3", "4")]
    return [
        lists.Choice("from", _("From"), first),
        lists.Choice("to", _("To"), last),
        lists.partner_choice(filters),
        lists.Choice(
            "specialist", _("Specialist"), filters.get("specialist", ""), [(str(pk), name) for pk, name in staff]
        ),
        lists.Choice("severity", _("Severity"), filters.get("severity", ""), levels),
        lists.Choice("outcome", _("Outcome"), filters.get("outcome", ""), Outcome.choices),
    ]
