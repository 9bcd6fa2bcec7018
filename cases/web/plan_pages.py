"""What either side does with a workaround or a plan, and the desk's page of milestones due (P2.6, P9.7)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cases import actions
from cases.lifecycle import Side
from cases.models import Case
from cases.web.answers import case_or_404
from cases.web.case_pages import act_on_case
from cases.web.plans import (
    EndPlanForm,
    MilestoneDayForm,
    MilestoneForm,
    MilestoneStateForm,
    MilestoneWaitsForm,
    PlanForm,
    WorkaroundFailedForm,
    WorkaroundForm,
    milestones_to_come,
    steps_of,
)
from cases.web.request import PortalRequest, desk_page
from sla.models import Desk

ROWS = 100
# How far ahead the page looks, by the key in its address.
AHEAD = {"week": 7, "month": 30, "all": None}
Act = Callable[[Case, dict[str, Any]], object]


@desk_page
@require_POST
def workaround(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Record that a temporary workaround is in place."""
    form = WorkaroundForm(request.POST)

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.record_workaround(
            case_id=found.pk,
            words=checked["words"],
            in_place_at=checked["in_place_at"],
            submission_key=checked["submission_key"],
            actor=request.user,
            now=request.now,
        )

    done = _("The workaround is on the record. The case goes on.")
    return _then_propose(request, reference, form, "workaround_form", act, done)


@require_POST
def workaround_confirm(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Say that the workaround holds."""
    form = _ChosenWorkaround(request.POST)

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.confirm_workaround(
            case_id=found.pk, workaround_id=checked["workaround"], actor=request.user, now=request.now
        )

    return act_on_case(request, reference, form, "workaround_confirm_form", act, _("Noted: the workaround holds."))


@require_POST
def workaround_failed(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Say that the workaround does not hold."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.workaround_failed(
            case_id=found.pk,
            workaround_id=checked["workaround"],
            failure=checked["failure"],
            actor=request.user,
            now=request.now,
        )

    form = WorkaroundFailedForm(request.POST)
    done = _("Noted: the workaround does not hold.")
    return act_on_case(request, reference, form, "workaround_failed_form", act, done)


@desk_page
@require_POST
def plan(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Begin an action plan."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.make_plan(
            case_id=found.pk,
            summary=checked["summary"],
            submission_key=checked["submission_key"],
            actor=request.user,
            now=request.now,
        )

    done = _("The plan is there. Add its milestones.")
    return _then_propose(request, reference, PlanForm(request.POST), "plan_form", act, done)


@desk_page
@require_POST
def plan_end(request: PortalRequest, reference: str) -> HttpResponseBase:
    """End the plan in force."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.end_plan(case_id=found.pk, reason=checked["reason"], actor=request.user, now=request.now)

    return act_on_case(request, reference, EndPlanForm(request.POST), "end_plan_form", act, _("The plan has ended."))


@desk_page
@require_POST
def milestone(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Add a milestone to the plan in force."""
    form = MilestoneForm(request.POST, case=case_or_404(reference, request.user))

    def act(found: Case, checked: dict[str, Any]) -> None:
        owner = checked["owner"]
        actions.add_milestone(
            case_id=found.pk,
            title=checked["title"],
            side=Side.STAFF if owner.works_here else Side.CONTACT,
            owner_id=owner.pk,
            due_on=checked["due_on"],
            after=[earlier.pk for earlier in checked["after"]],
            submission_key=checked["submission_key"],
            actor=request.user,
            now=request.now,
        )

    return act_on_case(request, reference, form, "milestone_form", act, _("The milestone is in the plan."))


@require_POST
def milestone_state(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Say where a milestone stands."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.set_milestone_state(
            case_id=found.pk,
            milestone_id=checked["milestone"],
            state=checked["state"],
            expected=checked["expected"],
            actor=request.user,
            now=request.now,
        )

    form = MilestoneStateForm(request.POST)
    return act_on_case(request, reference, form, "milestone_state_form", act, _("The milestone is up to date."))


@desk_page
@require_POST
def milestone_day(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Give a milestone another day."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.move_milestone(
            case_id=found.pk,
            milestone_id=checked["milestone"],
            due_on=checked["due_on"],
            expected=checked["expected"],
            reason=checked["reason"],
            actor=request.user,
            now=request.now,
        )

    form = MilestoneDayForm(request.POST)
    return act_on_case(request, reference, form, "milestone_day_form", act, _("The milestone has its new day."))


@desk_page
@require_POST
def milestone_waits(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Say which milestones come before one."""
    form = MilestoneWaitsForm(request.POST, case=case_or_404(reference, request.user))

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.set_milestone_waits(
            case_id=found.pk,
            milestone_id=checked["milestone"],
            after=[earlier.pk for earlier in checked["after"]],
            actor=request.user,
            now=request.now,
        )

    return act_on_case(request, reference, form, "milestone_waits_form", act, _("The order is as you said."))


@desk_page
@require_GET
def plans_due(request: PortalRequest) -> HttpResponse:
    """Show the milestones that are due in the next days and overdue: mine or all, of either side."""
    asked = request.GET
    ahead = asked.get("ahead", "week") if asked.get("ahead", "week") in AHEAD else "week"
    chosen = {name: asked.get(name, "") for name in ("who", "side", "desk")}
    found = milestones_to_come(request.user)
    days = AHEAD[ahead]
    if days is not None:
        found = found.filter(due_at__lte=request.now + timedelta(days=days))
    if chosen["who"] == "mine":
        found = found.filter(owner=request.user)
    if chosen["side"] in (Side.STAFF, Side.CONTACT):
        found = found.filter(side=chosen["side"])
    if chosen["desk"]:
        found = found.filter(plan__case__desk__code=chosen["desk"])
    rows = list(
        found.select_related("owner", "plan__case__partner", "plan__case__desk")
        .prefetch_related("after")
        .order_by("due_at", "pk")[: ROWS + 1]
    )
    context = {
        "steps": steps_of(rows[:ROWS], staff=True, now=request.now),
        "more": len(rows) > ROWS,
        "rows_shown": ROWS,
        "ahead": ahead,
        "chosen": chosen,
        "desks": Desk.objects.order_by("name"),
    }
    return render(request, "cases/desk/plans.html", context)


class _ChosenWorkaround(forms.Form):
    workaround = forms.IntegerField()


def _then_propose(
    request: PortalRequest, reference: str, form: forms.Form, name: str, act: Act, done: str
) -> HttpResponseBase:
    """Act, and lead on to the form that proposes a lower severity if that was asked for (P9.7)."""
    answer = act_on_case(request, reference, form, name, act, done)
    if answer.status_code != 302 or not form.cleaned_data["then_propose"]:
        return answer
    why = form.cleaned_data.get("words") or form.cleaned_data.get("summary", "")
    query = urlencode({"open": "severity", "reason": why[:1000]})
    return redirect(f"{reverse('desk_case', kwargs={'reference': reference})}?{query}#severity")
