"""What either side does about severity: on the case, and the contact by the link in the mail (P2.3, P2.4)."""

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from cases import actions, promises
from cases.actions import closing as closings
from cases.models import Case, SeverityProposal, User
from cases.rules import RuleBroken
from cases.web.answers import put_beside
from cases.web.case_pages import act_on_case
from cases.web.request import PortalRequest, Reading
from cases.web.severity import AgreeForm, DeclineForm, ProposeSeverityForm, WithdrawForm, asks_charges, options, stands


def _proposal_of(found: Case, checked: dict[str, Any]) -> int:
    proposal = SeverityProposal.objects.filter(case=found, pk=checked["proposal"]).first()
    if proposal is None:
        raise Http404
    return proposal.pk


def said_of_severity_1(checked: dict[str, Any]) -> dict[str, Any]:
    """Return what a form says of Severity 1 and of charges, under the names of the actions."""
    return {
        "technical_resource": checked["technical_resource"],
        "charges_accepted": checked["accept_charges"],
        "charge_verdict": checked["charge_verdict"],
        "charge_reason": checked["charge_reason"],
    }


@require_POST
def propose(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Ask the other side for another severity."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.propose_severity(
            case_id=found.pk,
            severity=checked["severity"],
            reason=checked["reason"],
            **said_of_severity_1(checked),
            submission_key=checked["submission_key"],
            actor=request.user,
            now=request.now,
        )

    done = _("Your proposal is with the other side. The severity stays as it is until they agree.")
    return act_on_case(request, reference, ProposeSeverityForm(request.POST), "severity_form", act, done)


@require_POST
def agree(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Agree to what the other side proposed."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.agree_to_severity(
            proposal_id=_proposal_of(found, checked),
            **said_of_severity_1(checked),
            actor=request.user,
            now=request.now,
        )

    done = _("Both sides agree. The severity is changed.")
    return act_on_case(request, reference, AgreeForm(request.POST), "agree_form", act, done)


@require_POST
def decline(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Decline what the other side proposed."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.decline_severity(
            proposal_id=_proposal_of(found, checked), answer=checked["reason"], actor=request.user, now=request.now
        )

    done = _("Declined. The severity stays as it is, and the other side reads why.")
    return act_on_case(request, reference, DeclineForm(request.POST), "decline_form", act, done)


@require_POST
def withdraw(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Take one's own side's proposal back."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.withdraw_severity_proposal(
            proposal_id=_proposal_of(found, checked), actor=request.user, now=request.now
        )

    done = _("The proposal is taken back.")
    return act_on_case(request, reference, WithdrawForm(request.POST), "withdraw_form", act, done)


# --- The link in the mail ---------------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "POST"])
def link(request: Reading, token: str) -> HttpResponseBase:
    """Show a proposal to the contact whom the link in the mail stands for. Opening decides nothing; a button does.

    A link that is over, or none, says so without telling which case.
    """
    proposal = _proposal_by(token)
    reader = getattr(request, "user", None)
    # Staff who came by it must not agree with themselves (P8.1).
    by_staff = isinstance(reader, User) and reader.works_here
    if proposal is None or proposal.link_for is None or by_staff:
        return render(request, "cases/severity_gone.html", status=404)
    with timezone.override(ZoneInfo(proposal.link_for.zone)):
        if proposal.decision:
            return render(request, "cases/severity_decided.html", {"proposal": proposal, "case": proposal.case})
        if not proposal.link_is_open(request.now):
            return render(request, "cases/severity_gone.html", status=410)
        return _link_page(request, proposal, token)


def _proposal_by(token: str) -> SeverityProposal | None:
    """Return the proposal of a link, if whom the link stands for may still decide."""
    found = (
        SeverityProposal.objects.exclude(token_hash="")
        .select_related("case__partner", "case__desk", "case__policy", "proposed_by", "decided_by", "link_for")
        .filter(token_hash=closings.hash_of(token))
        .first()
    )
    if found is None or found.link_for is None or not found.link_for.is_active:
        return None
    return found if Case.objects.visible_to(found.link_for).filter(pk=found.case_id).exists() else None


def _link_page(request: Reading, proposal: SeverityProposal, token: str) -> HttpResponseBase:
    case, key = proposal.case, {"proposal": proposal.pk, "technical_resource": proposal.case.technical_resource}
    declines = request.POST.get("answer") == "decline"
    given: forms.Form | None = None
    if request.method == "POST":
        given = DeclineForm(request.POST) if declines else AgreeForm(request.POST)
        if given.is_valid() and _decided_by_link(request, proposal, given, declines=declines):
            return redirect("severity_link", token=token)
    standing, hours = stands(case, request.now), promises.hours_of(case.partner, case.desk)
    context = {
        "proposal": proposal,
        "case": case,
        "severity_stands": standing,
        "severity_option": options(case, hours, standing, request.now, [proposal.severity])[0],
        "asks_charges": asks_charges(hours, request.now),
        "agree_form": given if given is not None and not declines else AgreeForm(initial=key),
        "decline_form": given if given is not None and declines else DeclineForm(initial=key),
    }
    status = 200 if given is None else 422
    return render(request, "cases/severity_link.html", context, status=status)


def _decided_by_link(request: Reading, proposal: SeverityProposal, form: forms.Form, *, declines: bool) -> bool:
    """Decide as the contact whom the link stands for. What was decided meanwhile is shown on the next page."""
    checked, decider = form.cleaned_data, proposal.link_for
    if decider is None:
        raise Http404
    try:
        if declines:
            actions.decline_severity(proposal_id=proposal.pk, answer=checked["reason"], actor=decider, now=request.now)
        else:
            actions.agree_to_severity(
                proposal_id=proposal.pk,
                technical_resource=checked["technical_resource"],
                charges_accepted=checked["accept_charges"],
                actor=decider,
                now=request.now,
            )
    except RuleBroken as broken:
        put_beside(form, broken)
        return broken.code == "severity_decided_meanwhile"
    return True
