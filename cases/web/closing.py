"""Closing a case with an outcome (P9.7): what each outcome needs, asked for by its own name."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases import rules
from cases.models import Case
from cases.rules import Outcome
from cases.templatetags.blanks import Blank
from cases.web.answers import new_key
from cases.web.charges import ChargeWordFields
from cases.web.forms import LONG_TEXT, TOO_LONG, text
from cases.web.request import PortalRequest

# The field in which an outcome's detail is typed, and what is said of what it lacks.
DETAIL_FIELDS: dict[str, str] = {
    Outcome.FIX: "release",
    Outcome.WORKAROUND: "workaround",
    Outcome.ENVIRONMENT: "referral",
    Outcome.FEATURE_REQUEST: "destination",
    Outcome.NOT_A_REQUEST: "elsewhere",
}


class CloseForm(ChargeWordFields):
    """How a case ended, by a specialist. Each outcome has fields of its own; those of the others are not read."""

    submission_key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    outcome = forms.ChoiceField(
        label=_("Outcome"), choices=[(outcome.value, outcome.label) for outcome in rules.SPECIALISTS_OUTCOMES]
    )
    release = forms.CharField(
        label=_("Release or fix reference"),
        required=False,
        max_length=LONG_TEXT,
        help_text=_("Such as Agent 6.2, or the number of the fix."),
        error_messages={"max_length": TOO_LONG},
    )
    workaround = text(_("The workaround"), _("As the contact can use it again, step by step."), rows=4)
    notice = text(_("Why it is out of scope"), _("The contact reads it before whom to turn to."), rows=3)
    referral = text(_("Whom to turn to instead"), rows=3)
    destination = text(_("Where the request goes"), rows=2)
    elsewhere = text(
        _("Whom to turn to instead"), _("If somebody else helps with it, such as sales with training."), rows=2
    )
    explanation = text(
        _("Explanation for the contact"), missing=_("Say how the case ended. The contact reads this."), rows=4
    )

    def said(self) -> dict[str, Any]:
        """Return the checked values under the names of `actions.close_case`."""
        checked = self.cleaned_data
        outcome = checked["outcome"]
        field = DETAIL_FIELDS.get(outcome)
        return {
            "outcome": outcome,
            "explanation": checked["explanation"],
            "detail": "" if field is None else checked[field],
            "notice": checked["notice"] if outcome == Outcome.ENVIRONMENT else "",
            "submission_key": checked["submission_key"],
            "charge_verdict": checked["charge_verdict"],
            "charge_reason": checked["charge_reason"],
        }


def suggested(case: Case) -> dict[str, Any]:
    """Return what the fields begin with: the notice and the referral of the case's product area (P1.4, P9.8)."""
    area = case.product_area
    referral = (area.referral if area is not None else "") or str(rules.REFERRAL)
    out_of_scope = area is not None and not area.in_scope
    notice: str | Promise = area.scope_hint if area is not None and out_of_scope else rules.ENVIRONMENT_NOTICE
    return {
        "notice": str(notice) or str(rules.ENVIRONMENT_NOTICE),
        "referral": referral,
        "destination": str(rules.FEATURE_GOES_TO),
        "elsewhere": referral if out_of_scope else "",
        # Planning, design and training end as no support request; the rest as the specialist says.
        **({"outcome": Outcome.NOT_A_REQUEST} if out_of_scope else {}),
    }


def panel(case: Case, request: PortalRequest) -> dict[str, Any]:
    """Show the outcomes that close a case, and the two that do not and lead to forms of their own."""
    review = getattr(case, "charge_review", None)
    return {
        "close_form": Blank(CloseForm, initial=new_key() | (suggested(case) if case.is_open else {})),
        "goes_on": case.is_open,
        "asks_verdict": case.used_after_hours and not (review and review.verdict),
    }
