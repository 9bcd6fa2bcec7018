"""Whether an after-hours Severity 1 ever qualified: the forms of the specialist's word and of the decision (P4.2)."""

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cases.models import ChargeDecision, ChargeReview, ChargeVerdict, User
from cases.web.forms import text


def to_say_about_charges(specialist: User) -> QuerySet[ChargeReview]:
    """Return what a specialist has still to say of after-hours cases that they own (P4.2)."""
    return ChargeReview.objects.filter(verdict="", case__assignee=specialist)


class ChargeWordFields(forms.Form):
    """The specialist's word, asked for beside a lower severity or a closing. It may be said later too."""

    charge_verdict = forms.ChoiceField(
        label=_("Did it ever qualify as Severity 1?"),
        help_text=_("It used support outside business hours. Left open, it is asked again."),
        required=False,
        choices=ChargeVerdict,
        widget=forms.RadioSelect,
    )
    charge_reason = text(_("Why did it, or why did it not?"), _("A manager reads it."), rows=2)


class ChargeWordForm(forms.Form):
    """The same word, on its own."""

    charge_verdict = forms.ChoiceField(
        label=_("Did it ever qualify as Severity 1?"),
        choices=ChargeVerdict,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whether it ever qualified as Severity 1.")},
    )
    charge_reason = text(_("Why did it, or why did it not?"), _("A manager reads it."), rows=2)


class ChargeDecisionForm(forms.Form):
    """A manager's decision."""

    decision = forms.ChoiceField(
        label=_("Charge or waive?"),
        choices=ChargeDecision,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose: charge or waive.")},
    )
    reason = text(_("Why?"), _("The contact reads it."), missing=_("Say why. The contact reads it."), rows=3)
