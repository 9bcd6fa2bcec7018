"""Administrators see the portal as a contact sees it: the gate that lets them look alone, and its two pages."""

from collections.abc import Callable
from http import HTTPStatus
from typing import cast

import structlog
from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_POST

from cases import actions
from cases.models import Case, Membership, StaffRole, User, Viewing
from cases.rules import VIEWING_LASTS, RuleBroken, without_links_that_act
from cases.web.answers import put_beside
from cases.web.middleware import reading_as
from cases.web.request import PortalRequest, Reading, manager_page

SESSION_KEY = "viewing"
LOOKING = ("GET", "HEAD", "OPTIONS")
# What belongs to whoever sits at the keyboard: how they log in and out, Django's administration, and the way back.
ONES_OWN = ("/accounts/", "/admin/", "/static/")


class ViewingMiddleware:
    """Answer an administrator who looks through a contact's eyes as that contact, and refuse whatever would change."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request, as the contact if somebody looks as one."""
        viewing = _viewing_of(request)
        if viewing is None or request.path_info.startswith((*ONES_OWN, reverse("viewing_end"))):
            return self.get_response(request)
        structlog.contextvars.bind_contextvars(viewer=viewing.viewer_id)
        looked = cast("PortalRequest", request)
        looked.user, looked.viewing = viewing.person, viewing
        with reading_as(viewing.person):
            if request.method in LOOKING:
                answered = self.get_response(request)
                _put_on_record(looked, viewing, answered)
                return answered
            looked.refused = "only looking"
            return render(request, "cases/only_looking.html", status=403)


def _put_on_record(request: PortalRequest, viewing: Viewing, answered: HttpResponseBase) -> None:
    """Note what was seen: the one thing that looking writes. Nothing is seen of what is not there or leads on."""
    if answered.status_code == HTTPStatus.OK:
        actions.note_viewed_page(
            viewing_id=viewing.pk,
            address=without_links_that_act(request.path),
            partner_ids=_companies_on(request, viewing.person),
            actor=viewing.viewer,
            now=request.now,
        )


def _companies_on(request: PortalRequest, person: User) -> set[int]:
    """Return of which companies a page tells: of the one in its address, or of all that the person writes for."""
    named = request.resolver_match.kwargs if request.resolver_match else {}
    if "reference" in named:
        rows = Case.objects.filter(reference=named["reference"])
    elif "attachment_id" in named:
        rows = Case.objects.filter(attachments=named["attachment_id"])
    else:
        rows = Case.objects.none()
    told = set(rows.values_list("partner", flat=True))
    return told or set(person.memberships.filter(is_active=True).values_list("partner", flat=True))


def _viewing_of(request: HttpRequest) -> Viewing | None:
    """Return what the person who is logged in looks at; once it is over, their session forgets it."""
    if SESSION_KEY not in request.session or not isinstance(request.user, User):
        return None
    viewings = Viewing.objects.select_related("person", "partner", "viewer")
    viewing = viewings.filter(pk=request.session[SESSION_KEY], viewer=request.user).first()
    allowed = request.user.staff_role == StaffRole.ADMINISTRATOR
    if viewing is None or not (allowed and viewing.person.is_active and viewing.goes_on(cast(Reading, request).now)):
        return None
    # Whoever left the company meanwhile is its eyes no more.
    writes_for_it = viewing.person.memberships.filter(partner=viewing.partner_id, is_active=True).exists()
    return viewing if writes_for_it else None


class ReasonForm(forms.Form):
    """Why somebody looks through a contact's eyes."""

    because = forms.CharField(
        label=_lazy("Why do you look?"),
        max_length=500,
        help_text=_lazy("The company's administrators read it."),
        error_messages={"required": _lazy("Say why. The company's administrators read it.")},
    )


@manager_page
@require_http_methods(["GET", "POST"])
def begin(request: PortalRequest, code: str, membership_id: int) -> HttpResponseBase:
    """Ask an administrator why they look, then let them see what the contact sees."""
    member = _member_or_404(request, code, membership_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            viewing = actions.begin_viewing(
                membership_id=member.pk,
                partner_id=member.partner_id,
                because=form.cleaned_data["because"],
                actor=request.user,
                now=request.now,
            )
        except RuleBroken as broken:
            put_beside(form, broken)
        else:
            request.session[SESSION_KEY] = viewing.pk
            return redirect("home")
    context = {"member": member, "form": form, "lasts": VIEWING_LASTS}
    return render(request, "cases/manager/view_as.html", context, status=422 if form.errors else 200)


@manager_page
@require_POST
def end(request: PortalRequest) -> HttpResponseBase:
    """Be oneself again, where one began."""
    viewing = Viewing.objects.filter(pk=request.session.pop(SESSION_KEY, None), viewer=request.user).first()
    actions.end_viewing(actor=request.user, now=request.now)
    messages.info(request, _("You see the portal with your own eyes again."))
    return redirect("desk_queue") if viewing is None else redirect("manager_people", code=viewing.partner.code)


def _member_or_404(request: PortalRequest, code: str, membership_id: int) -> Membership:
    members = Membership.objects.select_related("user", "partner")
    found = members.filter(pk=membership_id, partner__code=code).first()
    if found is None or request.user.staff_role != StaffRole.ADMINISTRATOR:
        raise Http404
    return found
