"""Forms for calls that come in."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from cases import rules
from cases.models import Partner, ProductArea, User
from cases.web.forms import text


class CallerCallForm(forms.Form):
    """A call that the specialist answered."""

    submission_key = forms.UUIDField(widget=forms.HiddenInput)
    note = text(_("What was said?"), missing=_("Say what was said."), rows=3)


class NumberForm(forms.Form):
    """A number, and whose it is."""

    number = forms.CharField(label=_("Number"), max_length=40)
    contact = forms.ModelChoiceField(queryset=User.objects.filter(is_active=True, staff_role=""), required=False)
    partner = forms.ModelChoiceField(queryset=Partner.objects.all(), required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse a number of nobody."""
        checked = super().clean() or self.cleaned_data
        if not checked.get("contact") and not checked.get("partner"):
            raise forms.ValidationError(_("Say whose number it is."))
        return checked


class NewContactForm(forms.Form):
    """A caller whom nobody knows."""

    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("Email address"), help_text=_("Our answers go there."))
    partner = forms.ModelChoiceField(label=_("Company"), queryset=Partner.objects.none())
    number = forms.CharField(label=_("Phone number"), max_length=40, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ModelChoiceField[Partner]", self.fields["partner"])
        field.queryset = Partner.objects.order_by("name")


class CallerCaseForm(forms.Form):
    """What P5.1 asks for, taken down while the caller speaks."""

    submission_key = forms.UUIDField(widget=forms.HiddenInput)
    title = forms.CharField(label=_("Title"), max_length=200, error_messages={"required": _("Give the case a title.")})
    severity = forms.TypedChoiceField(
        label=_("Severity, as the caller sees it"),
        coerce=int,
        choices=[(level, level) for level in (1, 2, 3, 4)],
        widget=forms.RadioSelect,
        error_messages={"required": _("Ask how bad it is, and choose what the caller says.")},
    )
    product_area = forms.ModelChoiceField(
        label=_("Product area"), queryset=ProductArea.objects.none(), required=False, empty_label=_("Not sure")
    )
    technical_resource = forms.CharField(
        label=_("Technical resource"),
        required=False,
        max_length=200,
        help_text=_("Ask who can work with us around the clock, and how we reach them."),
    )
    accept_charges = forms.BooleanField(
        label=_("I read these words to the caller, and heard them accept."), required=False
    )
    explanation = text(_("What happens?"), missing=_("Say what happens."), rows=6)
    effect = text(_("What does it affect?"), missing=_("Ask what it affects."), rows=3)
    error_messages_seen = text(_("Error messages"), rows=2)
    contact_email = forms.EmailField(label=_("Email address"))
    contact_phone = forms.CharField(label=_("Phone number"), required=False, max_length=40)
    preferred_times = forms.CharField(label=_("When should we reach them?"), required=False, max_length=200)
    helped = forms.BooleanField(
        label=_("We spoke about the problem itself"),
        required=False,
        help_text=_("Then this call is the first reply, and stops the response clock."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        areas = cast("forms.ModelChoiceField[ProductArea]", self.fields["product_area"])
        areas.queryset = ProductArea.objects.order_by("position", "name")
        self.charge_words = rules.CHARGE_WORDS

    def details(self) -> dict[str, Any]:
        """Return the checked values under the names of `actions.CaseDetails`."""
        checked = self.cleaned_data
        area = checked["product_area"]
        same = ("title", "explanation", "effect", "contact_email", "contact_phone", "preferred_times")
        return {name: checked[name] for name in (*same, "technical_resource")} | {
            "product_area_id": None if area is None else area.pk,
            "error_messages": checked["error_messages_seen"],
        }
