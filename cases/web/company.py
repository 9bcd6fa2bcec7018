"""A company's own people: colleagues, invitations, who leads and who sees what. For its contacts, and for managers."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Prefetch, Q
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_GET, require_POST

from cases import actions
from cases.lifecycle import Status
from cases.models import Invitation, Membership, MembershipChange, MembershipRole, Partner, ViewedPage, Viewing
from cases.rules import RuleBroken
from cases.web.answers import put_beside
from cases.web.request import PortalRequest, partner_page

CHANGES_SHOWN = 20


class ColleagueForm(forms.Form):
    """What a colleague may do and see."""

    role = forms.ChoiceField(label=_lazy("Role"), choices=MembershipRole.choices, initial=MembershipRole.CONTACT)
    sees_all_cases = forms.BooleanField(
        label=_lazy("Sees all cases of the company"),
        required=False,
        initial=True,
        help_text=_lazy("Otherwise only those they are the contact of."),
    )


class InviteForm(ColleagueForm):
    """Somebody to invite."""

    email = forms.EmailField(
        label=_lazy("Email address"),
        error_messages={
            "required": _lazy("Give the address to invite."),
            "invalid": _lazy("This is no email address. Write it like name@company.example."),
        },
    )
    language = forms.ChoiceField(
        label=_lazy("Language"),
        choices=lambda: settings.LANGUAGES,
        initial=get_language,
        help_text=_lazy("The invitation is written in it. They can change it later."),
    )
    field_order = ("email", "role", "language", "sees_all_cases")


class SecondFactorForm(forms.Form):
    """Whether a company's people log in with a second factor."""

    needed = forms.BooleanField(required=False)


class OfficeNumberForm(forms.Form):
    """A number that people of the company call from."""

    number = forms.CharField(
        label=_lazy("Phone number"),
        max_length=100,
        help_text=_lazy("With its country, such as +61 2 7251 7900."),
        error_messages={"required": _lazy("Give the number.")},
        widget=forms.TextInput(attrs={"type": "tel"}),
    )
    label = forms.CharField(
        label=_lazy("Which phone is it?"), max_length=60, required=False, help_text=_lazy("Such as: reception, Perth.")
    )


@partner_page
@require_GET
def company(request: PortalRequest) -> HttpResponseBase:
    """Lead to the company of the reader; with several, to the first by name."""
    first = request.user.memberships.filter(is_active=True).select_related("partner").order_by("partner__name").first()
    if first is None:
        return render(request, "cases/no_partner.html", status=403)
    return redirect("company", code=first.partner.code)


@require_GET
def people(request: PortalRequest, code: str) -> HttpResponse:
    """Show who writes for a company, and who is invited."""
    return people_page(request, company_or_404(request, code))


@require_POST
def invite(request: PortalRequest, code: str) -> HttpResponseBase:
    """Invite somebody by mail."""

    def act(partner: Partner, checked: dict[str, Any]) -> None:
        actions.invite_colleague(partner_id=partner.pk, **checked, actor=request.user, now=request.now)

    form = InviteForm(request.POST, auto_id="invite_%s")
    return _act(request, code, form, "invite_form", act, _("The invitation is on its way. It is good for seven days."))


@require_POST
def withdraw(request: PortalRequest, code: str, invitation_id: int) -> HttpResponseBase:
    """Take an invitation back."""

    def act(partner: Partner, checked: dict[str, Any]) -> None:
        try:
            actions.withdraw_invitation(
                invitation_id=invitation_id, partner_id=partner.pk, actor=request.user, now=request.now
            )
        except Invitation.DoesNotExist as missing:
            raise Http404 from missing

    return _act(request, code, forms.Form(request.POST), "people_form", act, _("The invitation was taken back."))


@require_POST
def change(request: PortalRequest, code: str, membership_id: int) -> HttpResponseBase:
    """Change what a colleague may do and see."""

    def act(partner: Partner, checked: dict[str, Any]) -> None:
        _on_member(actions.change_colleague, request, partner, membership_id, **checked)

    return _act(request, code, ColleagueForm(request.POST), "people_form", act, _("The change counts from now on."))


@require_POST
def deactivate(request: PortalRequest, code: str, membership_id: int) -> HttpResponseBase:
    """Take a colleague out of the company."""

    def act(partner: Partner, checked: dict[str, Any]) -> None:
        _on_member(actions.deactivate_colleague, request, partner, membership_id)

    done = _("They are out at once. Their open cases stay with the company: hand them to colleagues on their pages.")
    return _act(request, code, forms.Form(request.POST), "people_form", act, done)


@require_POST
def reactivate(request: PortalRequest, code: str, membership_id: int) -> HttpResponseBase:
    """Let a colleague in again."""

    def act(partner: Partner, checked: dict[str, Any]) -> None:
        _on_member(actions.reactivate_colleague, request, partner, membership_id)

    return _act(request, code, forms.Form(request.POST), "people_form", act, _("They can log in again."))


@require_POST
def second_factor(request: PortalRequest, code: str) -> HttpResponseBase:
    """Choose whether everybody who writes for a company logs in with a second factor."""

    def act(partner: Partner, checked: dict[str, Any]) -> None:
        actions.require_second_factor(
            partner_id=partner.pk, needed=checked["needed"], actor=request.user, now=request.now
        )

    done = _("Everybody now logs in with a second factor.") if "needed" in request.POST else _("Nobody needs one now.")
    return _act(request, code, SecondFactorForm(request.POST), "people_form", act, done)


@require_POST
def add_number(request: PortalRequest, code: str) -> HttpResponseBase:
    """Keep a number of the company's office."""

    def act(partner: Partner, checked: dict[str, Any]) -> None:
        actions.add_office_number(
            typed=checked["number"], label=checked["label"], partner_id=partner.pk, actor=request.user, now=request.now
        )

    done = _("The number is kept. Whoever calls from it is known as yours.")
    return _act(request, code, OfficeNumberForm(request.POST, auto_id="number_%s"), "number_form", act, done)


@require_POST
def remove_number(request: PortalRequest, code: str, number_id: int) -> HttpResponseBase:
    """Forget a number of the company's office."""

    def act(partner: Partner, checked: dict[str, Any]) -> None:
        actions.remove_office_number(number_id=number_id, partner_id=partner.pk, actor=request.user, now=request.now)

    return _act(request, code, forms.Form(request.POST), "people_form", act, _("The number was removed."))


def people_page(request: PortalRequest, partner: Partner, *, status: int = 200, **given: Any) -> HttpResponse:
    """Show a company's people; whoever does not lead it sees names alone. `given` are forms that were refused."""
    is_led = leads(request, partner)
    still_open = Q(user__cases_logged__partner=partner) & ~Q(user__cases_logged__status=Status.CLOSED)
    members = (
        partner.memberships.filter(user__erased_at=None)
        .select_related("user")
        .annotate(open_cases=Count("user__cases_logged", still_open, distinct=True))
    )
    context = {
        "partner": partner,
        "leads": is_led,
        "companies": [] if request.user.works_here else _companies(request),
        "members": [
            (member, ColleagueForm(initial=_shown(member), auto_id=f"member_{member.pk}_%s"))
            for member in members.order_by("-is_active", "user__name", "pk")
            if is_led or member.is_active
        ],
        "invitations": _open_invitations(partner) if is_led else [],
        "changes": _changes(partner) if is_led else [],
        "viewings": _viewings(partner) if is_led else [],
        "second_factor": _second_factor(partner) if is_led else None,
        "invite_form": InviteForm(auto_id="invite_%s"),
        "numbers": partner.phone_numbers.order_by("label", "number"),
        "number_form": OfficeNumberForm(auto_id="number_%s"),
        "base": reverse("manager_people" if request.user.works_here else "company", kwargs={"code": partner.code}),
    }
    return render(request, "cases/company.html", context | given, status=status)


def _act(
    request: PortalRequest,
    code: str,
    form: forms.Form,
    name: str,
    act: Callable[[Partner, dict[str, Any]], object],
    done: str,
) -> HttpResponseBase:
    partner = company_or_404(request, code)
    if form.is_valid():
        try:
            act(partner, form.cleaned_data)
        except RuleBroken as broken:
            put_beside(form, broken)
        else:
            messages.success(request, done)
            # Whoever took themselves out has no page here any more.
            if not request.user.works_here and not _companies(request):
                return redirect("home")
            return redirect("manager_people" if request.user.works_here else "company", code=partner.code)
    return people_page(request, partner, status=422, **{name: form})


def _on_member(
    action: Callable[..., Membership], request: PortalRequest, partner: Partner, membership_id: int, **to: Any
) -> None:
    try:
        action(membership_id=membership_id, partner_id=partner.pk, **to, actor=request.user, now=request.now)
    except Membership.DoesNotExist as missing:
        raise Http404 from missing


def company_or_404(request: PortalRequest, code: str) -> Partner:
    """Return a company if the reader writes for it, or manages ours. No such one and somebody else's are the same."""
    found = Partner.objects.filter(code=code).first()
    mine = found is not None and (
        request.user.manages or request.user.memberships.filter(partner=found, is_active=True).exists()
    )
    if found is None or not mine:
        raise Http404
    return found


def _companies(request: PortalRequest) -> list[Partner]:
    mine = Partner.objects.filter(memberships__user=request.user, memberships__is_active=True)
    return list(mine.order_by("name"))


def leads(request: PortalRequest, partner: Partner) -> bool:
    """Tell whether the reader leads a company: one of its administrators, or a manager of ours."""
    administrators = partner.memberships.filter(is_active=True, role=MembershipRole.ADMINISTRATOR)
    return request.user.manages or administrators.filter(user=request.user).exists()


def _shown(member: Membership) -> dict[str, Any]:
    return {"role": member.role, "sees_all_cases": member.sees_all_cases}


def _open_invitations(partner: Partner) -> list[Invitation]:
    waiting = partner.invitations.filter(accepted_at=None, withdrawn_at=None)
    return list(waiting.select_related("invited_by").order_by("-invited_at"))


def _changes(partner: Partner) -> list[MembershipChange]:
    made = MembershipChange.objects.filter(membership__partner=partner)
    return list(made.select_related("changed_by", "membership__user").order_by("-pk")[:CHANGES_SHOWN])


def _second_factor(partner: Partner) -> dict[str, Any]:
    """Return who chose last whether a second factor is needed, and who has none yet."""
    chosen = partner.changes.filter(changed__has_key="needs_second_factor").select_related("changed_by")
    proved = Authenticator.objects.exclude(type=Authenticator.Type.RECOVERY_CODES)
    without = partner.memberships.filter(is_active=True).exclude(user__in=proved.values("user"))
    return {
        "of_all": settings.CONTACTS_NEED_SECOND_FACTOR,
        "chosen": chosen.order_by("-pk").first(),
        "without": [one.user for one in without.select_related("user")],
    }


def _viewings(partner: Partner) -> list[Viewing]:
    """Return the looks begun for a company, and others that came upon something of it; each with its pages."""
    theirs = ViewedPage.objects.filter(partner=partner)
    looked = Viewing.objects.filter(Q(partner=partner) | Q(pk__in=theirs.values("viewing")))
    pages = Prefetch("pages", theirs.order_by("opened_at", "pk"))
    return list(looked.select_related("viewer", "person").prefetch_related(pages).order_by("-pk")[:CHANGES_SHOWN])
