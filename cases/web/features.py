"""Feature requests (P10.1): the forms, and what the page of a case shows of its own."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Case, FeatureRequestCase, FeatureState
from cases.templatetags.blanks import Blank
from cases.web.forms import text
from cases.web.request import PortalRequest


class FeatureForm(forms.Form):
    """A new request, from a case."""

    title = forms.CharField(
        label=gettext_lazy("What is asked for"),
        max_length=200,
        help_text=gettext_lazy("One line. Contacts of every partner that asks for it read this: name no customer."),
        error_messages={"required": gettext_lazy("Give the request a title.")},
    )
    function = text(
        gettext_lazy("What the product should do"), missing=gettext_lazy("Say what the product should do."), rows=3
    )
    application = text(
        gettext_lazy("Where it is used"), gettext_lazy("Which product, at what kind of customer."), rows=2
    )
    use_case = text(gettext_lazy("What for"), missing=gettext_lazy("Say what it is needed for."), rows=3)
    ideas_url = forms.CharField(
        label=gettext_lazy("Address in the Ideas Portal"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("If it stands there already. It can be set later."),
    )
    then_close = forms.BooleanField(
        label=gettext_lazy("Close the case as a feature request"),
        required=False,
        help_text=gettext_lazy("The contact is told by the closing mail, with a survey."),
    )
    words = text(
        gettext_lazy("Explanation for the contact"),
        gettext_lazy("Only when closing. Left empty, the usual words on feature requests are sent."),
        rows=3,
    )


class FeatureLinkForm(forms.Form):
    """A request that exists, to count a case for."""

    feature = forms.CharField(
        label=gettext_lazy("Number of the request"),
        max_length=300,
        help_text=gettext_lazy("Or the address of its page. The list of all requests has both."),
        error_messages={"required": gettext_lazy("Say which request fits.")},
    )
    then_close = forms.BooleanField(label=gettext_lazy("Close the case as a feature request"), required=False)
    words = text(gettext_lazy("Explanation for the contact"), rows=3)

    def clean_feature(self) -> int:
        """Return the number, which stands at the end of an address too."""
        found = re.search(r"(\d{1,9})/?$", self.cleaned_data["feature"].strip())
        if found is None:
            raise forms.ValidationError(_("This is no number of a request. The list of all requests has it."))
        return int(found[1])


class FeatureStateForm(forms.Form):
    """Where a request stands, and what the page showed."""

    state = forms.ChoiceField(label=gettext_lazy("State"), choices=FeatureState.choices)
    expected = forms.CharField(required=False, widget=forms.HiddenInput)


class IdeasAddressForm(forms.Form):
    """Where a request stands in the Ideas Portal, and what the page showed."""

    address = forms.CharField(label=gettext_lazy("Address in the Ideas Portal"), required=False, max_length=300)
    expected = forms.CharField(required=False, widget=forms.HiddenInput)


class FeatureMergeForm(forms.Form):
    """The request that goes on."""

    into = forms.IntegerField(
        label=gettext_lazy("Number of the request that goes on"),
        help_text=gettext_lazy("It stands in the request's address and on top of its page."),
        error_messages={"required": gettext_lazy("Say which request goes on.")},
    )


def panel(found: Case, request: PortalRequest) -> dict[str, Any]:
    """Return the request that a case asks for: to its contact the title, the state and the portal's address alone."""
    # Loaded with the case.
    link: FeatureRequestCase | None = getattr(found, "feature_link", None)
    shown: dict[str, Any] = {"feature": None if link is None else link.request}
    if request.user.works_here and link is None:
        shown |= {
            "feature_form": Blank(
                FeatureForm, initial={"title": found.title, "use_case": found.effect, "then_close": True}
            ),
            "feature_link_form": Blank(FeatureLinkForm),
        }
    return shown
