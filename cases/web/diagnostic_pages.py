"""What specialists do about diagnostics and the investigation, on the page of a case (P7.1)."""

from typing import Any

from django import forms
from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases import actions, promises, rules
from cases.models import Case
from cases.web.case_pages import act_on_case
from cases.web.diagnostics import DiagnosticsForm, FollowUpForm, InvestigationForm
from cases.web.request import PortalRequest, desk_page


@desk_page
@require_POST
def ask(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Ask the contact for diagnostics."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        default = rules.diagnostics_wanted_by(promises.home_hours(found.desk), request.now)
        actions.ask_for_diagnostics(
            case_id=found.pk,
            wanted=checked["wanted"],
            wanted_by=checked["wanted_by"] or default,
            expected_id=checked["expected"],
            submission_key=checked["submission_key"],
            actor=request.user,
            now=request.now,
        )

    done = _("The contact is asked. The case waits for them.")
    return act_on_case(request, reference, DiagnosticsForm(request.POST), "diagnostics_form", act, done)


@desk_page
@require_POST
def not_needed(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Say that what was asked for is not needed any more."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.need_no_diagnostics(case_id=found.pk, actor=request.user, now=request.now)

    done = _("The case goes on without the diagnostics.")
    return act_on_case(request, reference, forms.Form(request.POST), "not_needed_form", act, done)


@desk_page
@require_POST
def investigate(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Begin to investigate, with a promise to follow up."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.begin_investigation(
            case_id=found.pk,
            follow_up_at=checked["follow_up_at"],
            note=checked["note"],
            actor=request.user,
            now=request.now,
        )

    done = _("The investigation began. The contact is told when you follow up.")
    return act_on_case(request, reference, InvestigationForm(request.POST), "investigation_form", act, done)


@desk_page
@require_POST
def move_follow_up(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Promise the follow-up for another time."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.move_follow_up(
            case_id=found.pk,
            follow_up_at=checked["follow_up_at"],
            reason=checked["reason"],
            expected_id=checked["expected"],
            actor=request.user,
            now=request.now,
        )

    done = _("The promise moved. The contact is told why.")
    return act_on_case(request, reference, FollowUpForm(request.POST), "follow_up_form", act, done)


@desk_page
@require_POST
def end_investigation(request: PortalRequest, reference: str) -> HttpResponseBase:
    """End an investigation without a word to the contact yet."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.end_investigation(case_id=found.pk, actor=request.user, now=request.now)

    done = _("The investigation ended. What you promised stands until you write or call.")
    return act_on_case(request, reference, forms.Form(request.POST), "end_investigation_form", act, done)
