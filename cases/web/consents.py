"""Consent to public-cloud cost (P12.1): the forms, and what the page of a case shows of it."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases import rules
from cases.models import Case, CloudConsent, ConsentText
from cases.rules import ConsentAsked, ConsentGap
from cases.templatetags.blanks import Blank
from cases.web.answers import new_key
from cases.web.diagnostics import moment
from cases.web.forms import text
from cases.web.request import PortalRequest


class ConsentForm(forms.Form):
    """What will be done. `expected` is the unanswered request that the page showed."""

    submission_key = forms.UUIDField(widget=forms.HiddenInput)
    expected = forms.IntegerField(required=False, widget=forms.HiddenInput)
    action = text(
        _("What will be done in their cloud?"),
        _("Such as how much is copied, from where to where. The contact agrees to this."),
        missing=_("Say what will be done."),
        rows=3,
    )


class ConsentAnswerForm(forms.Form):
    """The contact's yes or no."""

    consent = forms.IntegerField(widget=forms.HiddenInput)
    given = forms.TypedChoiceField(
        choices=[("yes", _("I agree")), ("no", _("I do not agree"))],
        coerce=lambda value: value == "yes",
        error_messages={"required": _("Press one of the two buttons.")},
    )


class WithdrawForm(forms.Form):
    """The consent that is taken back."""

    consent = forms.IntegerField(widget=forms.HiddenInput)


class CloudActionForm(forms.Form):
    """Work that begins now, with consent."""

    submission_key = forms.UUIDField(widget=forms.HiddenInput)
    action = text(_("What begins now?"), missing=_("Say what is done."), rows=2)


class WithoutConsentForm(forms.Form):
    """Work that was done all the same."""

    submission_key = forms.UUIDField(widget=forms.HiddenInput)
    action = text(_("What was done?"), _("The contact reads this."), missing=_("Say what was done."), rows=2)
    because = text(_("Why without consent?"), _("Managers read this."), missing=_("Say why."), rows=2)
    done_at = moment(_("When?"), _("In your time zone. Left empty: just now."))


class WordsForm(forms.Form):
    """New words, and the version that the page showed."""

    expected = forms.IntegerField(widget=forms.HiddenInput)
    words = text(
        _("The words"),
        _("They must name possible charges, and that nobody is liable for harm from following the suggestions."),
        missing=_("Write the words first."),
        rows=6,
    )


def version_in_force(now: datetime) -> ConsentText:
    """Return the words in force, for reading: the policy's, not stored yet, where nobody was asked so far."""
    newest = ConsentText.objects.filter(in_force_from__lte=now).order_by("-version").first()
    return newest or _first_version()


def _first_version() -> ConsentText:
    return ConsentText(version=1, words=str(rules.CLOUD_CONSENT_WORDS))


def gap_of(consent: CloudConsent | None, version: int) -> ConsentGap | None:
    """Return what stands between a case and work in a cloud, given its newest request for consent."""
    if consent is None:
        return rules.consent_gap(None, version)
    asked = ConsentAsked(consent.text.version, consent.given, consent.withdrawn_at is not None)
    return rules.consent_gap(asked, version)


def panel(found: Case, request: PortalRequest) -> dict[str, Any]:
    """Return the newest request for consent and what was done on it; for staff what may be done now."""
    consent = next(iter(found.consents.all()), None)
    which = {"consent": None if consent is None else consent.pk}
    shown: dict[str, Any] = {
        "consent": consent,
        "cloud_actions": found.cloud_actions.all(),
    }
    if not request.user.works_here:
        return shown | {
            "consent_answer_form": Blank(ConsentAnswerForm, initial=which),
            "withdraw_form": Blank(WithdrawForm, initial=which),
        }
    in_force = found.consent_text or _first_version()
    unanswered = consent is not None and consent.answered_at is None
    return shown | {
        "consent_text": in_force,
        "consent_gap": gap_of(consent, in_force.version),
        "consent_form": Blank(ConsentForm, initial=new_key() | {"expected": which["consent"] if unanswered else None}),
        "cloud_action_form": Blank(
            CloudActionForm, initial=new_key() | {"action": "" if consent is None else consent.action}
        ),
        "without_consent_form": Blank(WithoutConsentForm, initial=new_key()),
    }
