"""Severity 1 on the page of a case: who works with us around the clock, who was woken, what it may cost (P2.6, P4)."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import Case, OnCallAlert
from cases.rules import ROUND_THE_CLOCK_SEVERITY
from cases.templatetags.blanks import Blank
from cases.web.charges import ChargeWordForm
from cases.web.forms import text
from cases.web.request import PortalRequest


class AwayForm(forms.Form):
    """Nobody at the partner can work with us for now."""

    reason = text(
        _("Why, and until when?"),
        _("Both sides read it."),
        missing=_("Say why. The other side reads it and decides by it."),
        rows=2,
    )


class ResourceForm(forms.Form):
    """Who works with us around the clock."""

    technical_resource = forms.CharField(
        label=_("Technical resource"),
        max_length=200,
        help_text=_("Who can work with us around the clock, and how we reach them."),
        error_messages={"required": _("Name the person, and how to reach them.")},
    )


def panel(case: Case, request: PortalRequest) -> dict[str, Any]:
    """Show the technical resource of a Severity 1; to staff, the alert that rings and the question about charges."""
    staff = request.user.works_here
    around_the_clock = case.is_open and case.severity == ROUND_THE_CLOCK_SEVERITY
    # The forms are there also when they were refused because the case is no Severity 1 any more.
    shown: dict[str, Any] = {
        "around_the_clock": around_the_clock,
        "away_form": Blank(AwayForm),
        "resource_form": Blank(ResourceForm, initial={"technical_resource": case.technical_resource}),
    }
    if around_the_clock:
        absences = case.resource_absences.all()
        shown |= {
            "absence": next((one for one in absences if one.ended_at is None), None),
            "absences_over": [one for one in absences if one.ended_at is not None],
        }
    if staff:
        shown["alert"] = next(iter(case.alerts.all()), None) if case.is_open else None
    if staff and case.used_after_hours:
        shown |= {"charge_review": getattr(case, "charge_review", None), "charge_form": Blank(ChargeWordForm)}
    return shown


def ringing() -> list[OnCallAlert]:
    """Return the alerts that nobody has taken, oldest first."""
    return list(OnCallAlert.objects.filter(ended_at=None).select_related("case").order_by("raised_at")[:5])
