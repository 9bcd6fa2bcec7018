"""Talk to a Manager on the page of a case: what was asked and answered, and the forms (P9.4)."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Partner, User
from cases.templatetags.blanks import Blank
from cases.web.answers import new_key
from cases.web.forms import text
from cases.web.request import PortalRequest

# Cases to choose from: the open ones, and those that were closed last.
CHOICES = 100


class ManagerRequestForm(forms.Form):
    """Words for a manager."""

    submission_key = forms.UUIDField(widget=forms.HiddenInput)
    words = text(
        _("What should a manager know?"),
        _("What is not going as it should, and what would help."),
        missing=_("Say in a few words what it is about."),
    )


class ManagerAnswerForm(forms.Form):
    """A manager's answer."""

    request_id = forms.IntegerField(widget=forms.HiddenInput)
    answer = text(
        _("Your answer"), _("The contact gets it by mail, with your name."), missing=_("Write your answer first.")
    )


class TalkForm(ManagerRequestForm):
    """Words for a manager from the menu, about a case or something else."""

    case = forms.ModelChoiceField(
        label=_("What is it about?"),
        queryset=Case.objects.none(),
        required=False,
        to_field_name="reference",
        empty_label=_("Something else"),
    )
    partner = forms.ModelChoiceField(
        label=_("Company"), queryset=Partner.objects.none(), required=False, empty_label=None
    )
    field_order = ["case", "partner", "words"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Every case may be chosen; those that changed last are offered.
        cases = Case.objects.visible_to(user)
        offered = cases.newest_first().values_list("pk", flat=True)[:CHOICES]
        field = cast("forms.ModelChoiceField[Case]", self.fields["case"])
        field.queryset = cases.newest_first() if self.is_bound else cases.filter(pk__in=list(offered)).newest_first()
        partners = cast("forms.ModelChoiceField[Partner]", self.fields["partner"])
        partners.queryset = Partner.objects.filter(memberships__user=user, memberships__is_active=True).order_by("name")


class CallersTalkForm(ManagerRequestForm):
    """Words for a manager that staff take down for a contact who is on the phone, about no case."""

    contact = forms.ModelChoiceField(queryset=User.objects.none(), widget=forms.HiddenInput)
    partner = forms.ModelChoiceField(queryset=Partner.objects.all(), widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ModelChoiceField[User]", self.fields["contact"])
        field.queryset = User.objects.filter(is_active=True, memberships__is_active=True).distinct()


def panel(found: Case, request: PortalRequest) -> dict[str, Any]:
    """Return what was asked and answered on a case, and the forms."""
    asked = found.manager_requests.all()
    waiting = next((one for one in asked if one.answered_at is None), None)
    context: dict[str, Any] = {
        "manager_requests": asked,
        "manager_request": waiting,
        "manager_form": Blank(ManagerRequestForm, initial=new_key()),
    }
    if request.user.manages and waiting is not None:
        context["manager_answer_form"] = Blank(ManagerAnswerForm, initial={"request_id": waiting.pk})
    return context
