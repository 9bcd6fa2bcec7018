"""What either side does about a Severity 1: the technical resource, alerts, charges (P2.6, P4.1, P4.2)."""

from typing import Any

from django import forms
from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases import actions
from cases.models import Case
from cases.web.case_pages import act_on_case
from cases.web.charges import ChargeWordForm
from cases.web.emergency import AwayForm, ResourceForm
from cases.web.request import PortalRequest, desk_page


@require_POST
def resource_away(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Say that nobody at the partner can work with us for now."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.mark_resource_away(case_id=found.pk, reason=checked["reason"], actor=request.user, now=request.now)

    done = _("Noted for both sides. Until somebody is back, work goes on in the desk’s hours.")  # noqa: RUF001
    return act_on_case(request, reference, AwayForm(request.POST), "away_form", act, done)


@require_POST
def resource_back(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Say that somebody at the partner works with us again."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.mark_resource_back(case_id=found.pk, actor=request.user, now=request.now)

    done = _("Noted for both sides. Work goes on day and night.")
    return act_on_case(request, reference, forms.Form(request.POST), "back_form", act, done)


@require_POST
def resource_named(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Name who works with us around the clock."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.name_technical_resource(
            case_id=found.pk,
            technical_resource=checked["technical_resource"],
            actor=request.user,
            now=request.now,
        )

    done = _("The technical resource is noted.")
    return act_on_case(request, reference, ResourceForm(request.POST), "resource_form", act, done)


@desk_page
@require_POST
def take_alert(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Take an on-call alert: nobody else is woken."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.take_alert(case_id=found.pk, actor=request.user, now=request.now)

    done = _("The alert is yours. Nobody else is woken.")
    return act_on_case(request, reference, forms.Form(request.POST), "alert_form", act, done)


@desk_page
@require_POST
def charges_judged(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Say whether an after-hours Severity 1 ever qualified."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.judge_charges(
            case_id=found.pk,
            verdict=checked["charge_verdict"],
            reason=checked["charge_reason"],
            actor=request.user,
            now=request.now,
        )

    return act_on_case(request, reference, ChargeWordForm(request.POST), "charge_form", act, _("Your word is noted."))
