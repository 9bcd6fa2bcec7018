"""Workarounds and action plans on the page of a case (P2.6, P9.7): what stands, and the forms."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cases import rules
from cases.lifecycle import Side
from cases.models import Case, Milestone, MilestoneState, User
from cases.templatetags.blanks import Blank
from cases.web.answers import new_key
from cases.web.forms import offering, text
from cases.web.request import PortalRequest

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def milestones_to_come(reader: User) -> QuerySet[Milestone]:
    """Return the milestones that are not settled, of plans that go on in open cases."""
    cases = Case.objects.visible_to(reader).open()
    return Milestone.objects.filter(plan__ended_at=None, settled_at=None, plan__case__in=cases)


class WorkaroundForm(forms.Form):
    """A temporary workaround that is in place."""

    submission_key = forms.UUIDField(widget=forms.HiddenInput)
    words = text(
        _("The temporary workaround"),
        _("What the contact does, or what we did. They read it."),
        missing=_("Say what the workaround is."),
        rows=3,
    )
    in_place_at = forms.DateTimeField(
        label=_("In place since"),
        required=False,
        help_text=_("In your time zone. Left empty: just now."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    then_propose = forms.BooleanField(label=_("Then propose a lower severity"), required=False)


class WorkaroundFailedForm(forms.Form):
    """It does not hold."""

    workaround = forms.IntegerField(widget=forms.HiddenInput)
    failure = text(_("What still fails?"), missing=_("Say what still fails. The other side reads it."), rows=2)


class PlanForm(forms.Form):
    """A new plan."""

    submission_key = forms.UUIDField(widget=forms.HiddenInput)
    summary = text(
        _("What the plan is for"),
        _("The contact reads it."),
        missing=_("Say in a few words what the plan is for."),
        rows=3,
    )
    then_propose = forms.BooleanField(label=_("Then propose a lower severity"), required=False)


class EndPlanForm(forms.Form):
    """The end of a plan."""

    reason = text(_("Why does it end?"), missing=_("Say why. The other side reads it."), rows=2)


class MilestoneForm(forms.Form):
    """A new milestone. Its owner says which side does it."""

    submission_key = forms.UUIDField(widget=forms.HiddenInput)
    title = forms.CharField(
        label=_("What is to be done"),
        max_length=200,
        error_messages={"required": _("Say what is to be done.")},
    )
    owner = forms.ModelChoiceField(
        label=_("Who does it"),
        queryset=User.objects.none(),
        error_messages={"required": _("Choose who does it.")},
    )
    due_on = forms.DateField(
        label=_("Due on"),
        help_text=_("By closing time of the desk on that day."),
        widget=DATE,
        error_messages={"required": _("Say by which day."), "invalid": _("This is no date. Write it like 2026-11-30.")},
    )
    after = forms.ModelMultipleChoiceField(
        label=_("Waits for"),
        queryset=Milestone.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = people_of(case)  # type: ignore[attr-defined]
        self.fields["after"].queryset = milestones_of(case)  # type: ignore[attr-defined]


class MilestoneStateForm(forms.Form):
    """Where a milestone stands now, and what the page showed."""

    milestone = forms.IntegerField(widget=forms.HiddenInput)
    expected = forms.CharField(widget=forms.HiddenInput)
    state = forms.ChoiceField(label=_("State"), choices=MilestoneState)


class MilestoneDayForm(forms.Form):
    """Another day for a milestone, and what the page showed."""

    milestone = forms.IntegerField(widget=forms.HiddenInput)
    expected = forms.DateField(widget=forms.HiddenInput)
    due_on = forms.DateField(label=_("Due on"), widget=DATE, error_messages={"required": _("Say by which day.")})
    reason = text(_("Why?"), _("The contact reads it."), missing=_("Say why. The other side reads it."), rows=2)


class MilestoneWaitsForm(forms.Form):
    """What comes before a milestone."""

    milestone = forms.IntegerField(widget=forms.HiddenInput)
    after = forms.ModelMultipleChoiceField(
        label=_("Waits for"),
        queryset=Milestone.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["after"].queryset = milestones_of(case)  # type: ignore[attr-defined]


# What the buttons of a milestone say.
STEPS = {
    MilestoneState.PLANNED.value: _("Not started yet"),
    MilestoneState.STARTED.value: _("Start"),
    MilestoneState.DONE.value: _("Done"),
    MilestoneState.DROPPED.value: _("Drop"),
}


@dataclass(frozen=True)
class Step:
    """A milestone as a row: what it waits for that is still open, what it may become, and by whom."""

    milestone: Milestone
    waits_for: list[Milestone]
    next_states: list[tuple[str, str]]
    overdue: bool
    due_soon: bool


def people_of(case: Case) -> Any:
    """Return who may own a milestone: our people, and the partner's who can see the case."""
    contacts = Q(memberships__partner=case.partner, memberships__is_active=True) & (
        Q(memberships__sees_all_cases=True) | Q(pk=case.contact_id)
    )
    return (
        User.objects.filter(Q(is_active=True) & (~Q(staff_role="") | contacts))
        .distinct()
        .order_by("-staff_role", "name")
    )


def milestones_of(case: Case) -> Any:
    """Return the milestones of the plan in force, the next due first."""
    found = Milestone.objects.filter(plan__case=case, plan__ended_at=None)
    return found.select_related("owner").prefetch_related("after").order_by("due_at", "pk")


def steps_of(milestones: Iterable[Milestone], *, staff: bool, now: datetime) -> list[Step]:
    """Return milestones as rows for a side."""
    rows = []
    for one in milestones:
        states = rules.MILESTONE_STEPS[one.state] if staff or one.side == Side.CONTACT else ()
        rows.append(
            Step(
                milestone=one,
                waits_for=[earlier for earlier in one.after.all() if earlier.settled_at is None],
                next_states=[
                    (state, str(STEPS[state])) for state in states if staff or state != MilestoneState.DROPPED
                ],
                overdue=one.settled_at is None and now > one.due_at,
                due_soon=one.settled_at is None and now <= one.due_at and (one.due_at - now).days < 1,
            )
        )
    return rows


def panel(case: Case, request: PortalRequest) -> dict[str, Any]:
    """Show the workaround in place and the plan in force, with the forms of the reader's side."""
    staff = request.user.works_here
    workaround = next((one for one in case.workarounds.all() if one.failed_at is None), None)
    in_force = case.plan_in_force is not None
    plan = case.plan_in_force or next(iter(case.plans.all()), None)
    milestones = [] if plan is None else list(plan.milestones.all())
    shown: dict[str, Any] = {
        "workaround": workaround,
        "plan": plan,
        "plan_in_force": in_force,
        "steps": steps_of(milestones, staff=staff, now=request.now)
        if in_force and case.is_open
        else _as_they_were(milestones),
        "opened": request.GET.get("open", ""),
    }
    if workaround is not None and case.is_open:
        shown["workaround_failed_form"] = Blank(WorkaroundFailedForm, initial={"workaround": workaround.pk})
    if staff and case.is_open:
        shown |= {
            "workaround_form": Blank(WorkaroundForm, initial=new_key()),
            "plan_form": Blank(PlanForm, initial=new_key()),
            "end_plan_form": Blank(EndPlanForm),
        }
        if in_force:
            ours = [one for one in case.people if one.works_here]
            contacts = [one for one in case.people if not one.works_here and _sees(one, case)]
            form = offering([*ours, *contacts], MilestoneForm(initial=new_key(), case=case), "owner")
            shown["milestone_form"] = offering(milestones, form, "after")
    return shown


def _sees(contact: User, case: Case) -> bool:
    return contact.pk == case.contact_id or (contact.membership is not None and contact.membership.sees_all_cases)


def _as_they_were(milestones: Iterable[Milestone]) -> list[Step]:
    return [Step(one, [], [], overdue=False, due_soon=False) for one in milestones]
