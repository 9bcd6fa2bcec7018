"""Waiting on the contact: the form with which a specialist holds the closing back (P9.5)."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from cases.templatetags.blanks import Blank
from cases.web.forms import text
from cases.web.request import PortalRequest


class HoldForm(forms.Form):
    """Why a case stays open although nobody answers."""

    reason = text(_("Why is it to stay open?"), _("Only staff read this."), missing=_("Say why."), rows=2)


def panel(case: Case, request: PortalRequest) -> dict[str, Any]:
    """Return the form that holds the closing back."""
    return {"hold_form": Blank(HoldForm, auto_id="hold_%s")}
