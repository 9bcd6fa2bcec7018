"""Merging a case into another, linking two, and taking a link away: what a specialist does with cases that belong."""

from typing import Any

from django import forms
from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases import actions
from cases.models import Case
from cases.web.case_pages import act_on_case
from cases.web.links import OtherCaseForm
from cases.web.request import PortalRequest, desk_page


@desk_page
@require_POST
def merge(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Close a case as merged into another."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.merge_case(case_id=found.pk, into=checked["other"], actor=request.user, now=request.now)

    form = OtherCaseForm(request.POST, auto_id="merge_%s")
    done = _("The case goes on in the other one. Its contact is told in a minute.")
    return act_on_case(request, reference, form, "merge_form", act, done)


@desk_page
@require_POST
def link(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Link two cases."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.link_cases(case_id=found.pk, other=checked["other"], actor=request.user, now=request.now)

    form = OtherCaseForm(request.POST, auto_id="link_%s")
    return act_on_case(request, reference, form, "link_form", act, _("The cases are linked."))


@desk_page
@require_POST
def unlink(request: PortalRequest, reference: str, other: str) -> HttpResponseBase:
    """Take a link away."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.unlink_cases(case_id=found.pk, other=other, actor=request.user, now=request.now)

    return act_on_case(request, reference, forms.Form(request.POST), "unlink_form", act, _("The link was taken away."))
