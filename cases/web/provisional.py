"""What a mail left open, on the page of its case: a follow-up that may be thanks alone, what it did not say."""

from typing import Any

from django import forms
from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases import actions
from cases.models import Case
from cases.web.case_pages import act_on_case
from cases.web.request import PortalRequest, desk_page


@desk_page
@require_POST
def confirm(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Say that a follow-up is a case like any other."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.confirm_follow_up(case_id=found.pk, actor=request.user, now=request.now)

    return act_on_case(request, reference, forms.Form(request.POST), "provisional_form", act, _("It is a case now."))


@desk_page
@require_POST
def dismiss(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Say that a mail was thanks alone."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.dismiss_as_thanks(case_id=found.pk, actor=request.user, now=request.now)

    done = _("Dismissed as thanks. It counts nowhere, and nobody is written to.")
    return act_on_case(request, reference, forms.Form(request.POST), "provisional_form", act, done)


@desk_page
@require_POST
def settle(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Say that what a mail left open is clear now."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.settle_triage(case_id=found.pk, actor=request.user, now=request.now)

    return act_on_case(request, reference, forms.Form(request.POST), "triage_form", act, _("Settled."))
