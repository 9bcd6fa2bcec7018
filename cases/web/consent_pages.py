"""What both sides do about consent to public-cloud cost, and the managers' list of what was done without it (P12.1)."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cases import actions
from cases.models import Case, CloudAction, ConsentText
from cases.rules import RuleBroken
from cases.web.answers import put_beside
from cases.web.case_pages import act_on_case
from cases.web.consents import (
    CloudActionForm,
    ConsentAnswerForm,
    ConsentForm,
    WithdrawForm,
    WithoutConsentForm,
    WordsForm,
    version_in_force,
)
from cases.web.request import PortalRequest, desk_page, manager_page, partner_page

SEEN_SHOWN = 100


@desk_page
@require_POST
def ask(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Ask the contact for consent."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.ask_for_cloud_consent(
            case_id=found.pk,
            action=checked["action"],
            expected_id=checked["expected"],
            submission_key=checked["submission_key"],
            actor=request.user,
            now=request.now,
        )

    done = _("The contact is asked. The work may begin once they agree.")
    return act_on_case(request, reference, ConsentForm(request.POST), "consent_form", act, done)


@partner_page
@require_POST
def answer(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Agree, or not, to exactly the words shown."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.answer_cloud_consent(
            consent_id=_one_of(found, checked), given=checked["given"], actor=request.user, now=request.now
        )

    done = _("Thank you. Your answer is with us.")
    return act_on_case(request, reference, ConsentAnswerForm(request.POST), "consent_answer_form", act, done)


@partner_page
@require_POST
def withdraw(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Take a consent back."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.withdraw_cloud_consent(consent_id=_one_of(found, checked), actor=request.user, now=request.now)

    done = _("Your consent is taken back. No further work in your cloud begins.")
    return act_on_case(request, reference, WithdrawForm(request.POST), "withdraw_form", act, done)


@desk_page
@require_POST
def begin(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Begin work in the partner's cloud, with consent."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.begin_cloud_action(
            case_id=found.pk,
            action=checked["action"],
            submission_key=checked["submission_key"],
            actor=request.user,
            now=request.now,
        )

    done = _("The work is on the record.")
    return act_on_case(request, reference, CloudActionForm(request.POST), "cloud_action_form", act, done)


@desk_page
@require_POST
def without(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Put on the record what was done without consent."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.record_cloud_action_without_consent(
            case_id=found.pk,
            action=checked["action"],
            because=checked["because"],
            done_at=checked["done_at"] or request.now,
            submission_key=checked["submission_key"],
            actor=request.user,
            now=request.now,
        )

    done = _("It is on the record, and managers are told.")
    return act_on_case(request, reference, WithoutConsentForm(request.POST), "without_consent_form", act, done)


@manager_page
@require_GET
def consents(request: PortalRequest) -> HttpResponse:
    """Show what was done without consent, what nobody looked at first, and the words that contacts agree to."""
    newest = version_in_force(request.now)
    form = WordsForm(initial={"expected": newest.version, "words": newest.words})
    return _list(request, form)


@manager_page
@require_POST
def publish(request: PortalRequest) -> HttpResponseBase:
    """Put new words in force."""
    form = WordsForm(request.POST)
    if form.is_valid():
        try:
            text = actions.publish_consent_text(
                words=form.cleaned_data["words"],
                expected_version=form.cleaned_data["expected"],
                actor=request.user,
                now=request.now,
            )
        except RuleBroken as broken:
            put_beside(form, broken)
        else:
            messages.success(request, _("Version %(version)s is in force.") % {"version": text.version})
            return redirect("manager_consents")
    return _list(request, form, status=422)


@manager_page
@require_POST
def seen(request: PortalRequest, action_id: int) -> HttpResponseBase:
    """Mark work without consent as looked at."""
    if not CloudAction.objects.filter(pk=action_id, consent=None).exists():
        raise Http404
    try:
        found = actions.see_cloud_action(action_id=action_id, actor=request.user, now=request.now)
    except RuleBroken as broken:
        messages.info(request, str(broken.message))
    else:
        messages.success(
            request, _("What was done in %(reference)s is marked as seen.") % {"reference": found.case.reference}
        )
    return redirect("manager_consents")


def _list(request: PortalRequest, form: WordsForm, status: int = 200) -> HttpResponse:
    flagged = CloudAction.objects.filter(consent=None).select_related("case__partner", "done_by", "seen_by")
    context = {
        "to_see": list(flagged.filter(seen_at=None).order_by("began_at", "id")),
        "seen": list(flagged.exclude(seen_at=None).order_by("-seen_at", "-id")[:SEEN_SHOWN]),
        "texts": list(ConsentText.objects.order_by("-version")),
        "in_force": version_in_force(request.now),
        "form": form,
    }
    return render(request, "cases/manager/consents.html", context, status=status)


def _one_of(found: Case, checked: dict[str, Any]) -> int:
    """Return the id of the consent that was sent, if it is one of this case."""
    consent: int = checked["consent"]
    if not found.consents.filter(pk=consent).exists():
        raise Http404
    return consent
