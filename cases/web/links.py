"""Cases that belong together, on the page of a case: what was merged, what is linked, what follows up."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from cases.templatetags.blanks import Blank
from cases.web.request import PortalRequest


class OtherCaseForm(forms.Form):
    """Another case of the same partner, by reference."""

    other = forms.CharField(
        label=_("Reference of the other case"),
        max_length=20,
        help_text=_("Of the same partner, such as NWIT-104."),
        error_messages={"required": _("Give the reference of the other case.")},
    )


def panel(case: Case, request: PortalRequest) -> dict[str, Any]:
    """Return the cases that this one has to do with, as far as the reader may see."""
    older = [link.first for link in case.links_to_older.all()]
    newer = [link.second for link in case.links_to_newer.all()]
    goes_on = None
    if case.merged_into_id is not None:
        goes_on = Case.objects.visible_to(request.user).filter(pk=case.merged_into_id).first()
    return {
        "goes_on_in": goes_on,
        "merged_cases": case.merged.all(),
        "linked_cases": sorted([*older, *newer], key=lambda one: one.pk),
        "link_form": Blank(OtherCaseForm, auto_id="link_%s"),
        "merge_form": Blank(OtherCaseForm, auto_id="merge_%s"),
    }
