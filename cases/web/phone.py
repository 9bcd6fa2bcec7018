"""A call comes in: look the number up, log the call, a new case for the caller, a new contact (P1.2, P6.1)."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases import actions, callers, promises, rules
from cases.models import Case, Membership, Partner, User
from cases.rules import AttemptOutcome, RuleBroken
from cases.web.answers import case_or_404, new_key, put_beside
from cases.web.phone_forms import CallerCallForm, CallerCaseForm, NewContactForm, NumberForm
from cases.web.promise import desk_line, severity_choices
from cases.web.request import PortalRequest, desk_page

Act = Callable[[dict[str, Any]], HttpResponseBase]


@desk_page
@require_GET
def phone(request: PortalRequest) -> HttpResponseBase:
    """Look a number up, typed in any form; a number that nobody has leads to a search by name."""
    return _page(request)


def _page(request: PortalRequest, status: int = 200, **refused: Any) -> HttpResponseBase:
    asked = request.GET if request.method == "GET" else request.POST
    number, words = (asked.get(name, "").replace("\0", "").strip()[:100] for name in ("number", "q"))
    found = callers.look_up(number, request.now, at=request.user.desk) if number else None
    searched = callers.search(words, request.now) if words else []
    listed = searched or (found.callers if found else [])
    context = {
        "number": number,
        "words": words,
        "found": found,
        "shown_as": [rules.phone_as_shown(one) for one in (found.numbers if found else [])],
        "callers": [(caller, CallerCallForm(initial=new_key()), _address(caller, number)) for caller in listed],
        "searched": bool(words),
        "contact_form": NewContactForm(initial={"number": number}),
        "number_form": None,
        "call_form": None,
    }
    return render(request, "cases/desk/phone.html", context | refused, status=status)


def _address(caller: callers.Caller, number: str) -> str:
    return urlencode({"contact": caller.contact.pk, "partner": caller.partner.pk, "number": number})


def _back(number: str) -> str:
    return f"{reverse('desk_phone')}?{urlencode({'number': number})}"


def _act(request: PortalRequest, form: forms.Form, name: str, act: Act) -> HttpResponseBase:
    """Check a form of the page, call one action, and answer; a refused form stays with what was typed."""
    if form.is_valid():
        try:
            return act(form.cleaned_data)
        except RuleBroken as broken:
            put_beside(form, broken)
    return _page(request, status=422, **{name: form})


@desk_page
@require_POST
def log_call(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Log a call by the contact that the specialist answered, into one of their cases."""
    found = case_or_404(reference, request.user)

    def act(checked: dict[str, Any]) -> HttpResponseBase:
        actions.log_call(
            case_id=found.pk,
            outcome=AttemptOutcome.REACHED,
            note=checked["note"],
            made_at=request.now,
            incoming=True,
            submission_key=checked["submission_key"],
            actor=request.user,
            now=request.now,
        )
        messages.success(request, _("The call is on the record."))
        return redirect("desk_case", reference=reference)

    return _act(request, CallerCallForm(request.POST), "call_form", act)


@desk_page
@require_POST
def add_number(request: PortalRequest) -> HttpResponseBase:
    """Keep the number with a contact, or with a partner's office."""

    def act(checked: dict[str, Any]) -> HttpResponseBase:
        contact, partner = checked["contact"], checked["partner"]
        actions.add_number(
            typed=checked["number"],
            contact_id=None if contact is None else contact.pk,
            partner_id=None if partner is None else partner.pk,
            actor=request.user,
            now=request.now,
        )
        messages.success(request, _("The number is kept with %(name)s.") % {"name": contact or partner})
        return redirect(_back(checked["number"]))

    return _act(request, NumberForm(request.POST), "number_form", act)


@desk_page
@require_POST
def add_contact(request: PortalRequest) -> HttpResponseBase:
    """Add a caller whom nobody knows."""

    def act(checked: dict[str, Any]) -> HttpResponseBase:
        person = actions.add_contact(
            partner_id=checked["partner"].pk,
            name=checked["name"],
            email=checked["email"],
            typed=checked["number"],
            actor=request.user,
            now=request.now,
        )
        messages.success(request, _("%(name)s writes for %(partner)s now.") % {"name": person, **checked})
        query = urlencode({"contact": person.pk, "partner": checked["partner"].pk, "number": checked["number"]})
        return redirect(f"{reverse('desk_phone_case')}?{query}")

    return _act(request, NewContactForm(request.POST), "contact_form", act)


# --- A new case for the caller ----------------------------------------------------------------------------------------


@desk_page
@require_http_methods(["GET", "POST"])
def new_case(request: PortalRequest) -> HttpResponseBase:
    """Log a case for the caller while they speak."""
    contact, partner = _named(request)
    if request.method == "GET":
        first = {"contact_email": contact.email, "contact_phone": request.GET.get("number", "") or contact.phone}
        return _case_page(request, contact, partner, CallerCaseForm(initial={**first, **new_key()}))
    form = CallerCaseForm(request.POST)
    if form.is_valid():
        try:
            return _log_case(request, contact, partner, form)
        except RuleBroken as broken:
            put_beside(form, broken)
    return _case_page(request, contact, partner, form, status=422)


def _named(request: PortalRequest) -> tuple[User, Partner]:
    contact, partner = (request.GET.get(name, "") for name in ("contact", "partner"))
    if not (contact.isdecimal() and partner.isdecimal() and len(contact + partner) < 18):
        raise Http404
    rows = Membership.objects.filter(user_id=contact, partner_id=partner, is_active=True, user__is_active=True)
    found = rows.select_related("user", "partner__home_desk").first()
    if found is None:
        raise Http404
    return found.user, found.partner


def _log_case(request: PortalRequest, contact: User, partner: Partner, form: CallerCaseForm) -> HttpResponseBase:
    checked = form.cleaned_data
    logged = actions.log_case_by_phone(
        partner_id=partner.pk,
        contact_id=contact.pk,
        details=actions.CaseDetails(**form.details()),
        severity=checked["severity"],
        charges_heard=checked["accept_charges"],
        helped=checked["helped"],
        submission_key=checked["submission_key"],
        actor=request.user,
        now=request.now,
    )
    if isinstance(logged, Case):
        messages.success(request, _("Case %(reference)s is logged.") % {"reference": logged.reference})
        return redirect("desk_case", reference=logged.reference)
    messages.warning(request, _("The partner's plan has ended: the request is kept, and waits for a decision here."))
    return redirect("desk_requests")


def _case_page(
    request: PortalRequest, contact: User, partner: Partner, form: CallerCaseForm, status: int = 200
) -> HttpResponseBase:
    context = {
        "form": form,
        "contact": contact,
        "partner": partner,
        "entitled": rules.is_entitled(partner.plan, partner.trial_ends_at, request.now),
        "desk_line": desk_line(partner.home_desk, promises.hours_of(partner, partner.home_desk), request.now),
        "severities": severity_choices(partner, request.now),
    }
    return render(request, "cases/desk/phone_case.html", context, status=status)
