"""Holding the closing of a silent case back, and letting go again (P9.5)."""

from typing import Any

from django import forms
from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases import actions
from cases.models import Case
from cases.web.case_pages import act_on_case
from cases.web.request import PortalRequest, desk_page
from cases.web.waiting import HoldForm


@desk_page
@require_POST
def hold(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Keep a case open although nobody answers."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.hold_closing(case_id=found.pk, reason=checked["reason"], actor=request.user, now=request.now)

    form = HoldForm(request.POST, auto_id="hold_%s")
    return act_on_case(request, reference, form, "hold_form", act, _("The case stays open until you let go."))


@desk_page
@require_POST
def release(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Let the timetable go on."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.release_closing(case_id=found.pk, actor=request.user, now=request.now)

    done = _("The timetable goes on. The contact is told when the case closes.")
    return act_on_case(request, reference, forms.Form(request.POST), "release_form", act, done)
