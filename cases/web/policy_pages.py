"""The manager's pages of policy and people: versions with their targets, desks with their hours, who works here."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases import actions
from cases.models import Case, PolicyDraft, User
from cases.rules import RuleBroken
from cases.web import desk_hours
from cases.web.policy_forms import VersionForm, differences
from cases.web.request import PortalRequest, manager_page
from cases.web.what_if_forms import hours_in_words
from sla import store
from sla.models import Desk, HoursChange, PolicyVersion


@manager_page
@require_GET
def policy(request: PortalRequest) -> HttpResponse:
    """Show every version of the policy, the desks, and staff."""
    versions = list(PolicyVersion.objects.prefetch_related("targets").order_by("-effective_on"))
    in_force = store.policy_in_force(request.now)
    desks = Desk.objects.prefetch_related("shifts", "hours_changes").order_by("name")
    staff = User.objects.exclude(staff_role="").select_related("desk").prefetch_related("skills__product_area")
    context = {
        "versions": [(each, _state(each, in_force), list(store.targets(each).values())) for each in versions],
        "desks": [_hours_of(desk, request.now) for desk in desks],
        "staff": staff.order_by("-is_active", "name"),
        "draft": _draft_of(request),
    }
    return render(request, "cases/manager/policy.html", context)


@manager_page
@require_http_methods(["GET", "POST"])
def new(request: PortalRequest) -> HttpResponseBase:
    """Write a new version, keep it for another day, look at what it changes, publish it."""
    in_force = store.policy_in_force(request.now)
    step = request.POST.get("step", "")
    draft = _draft_of(request) if request.method == "GET" else None
    form = VersionForm(in_force, request.POST or None, initial={} if draft is None else draft.fields)
    if step == "keep":
        actions.keep_policy_draft(fields=form.typed(), actor=request.user, now=request.now)
        messages.success(request, _("Your draft is kept. Nobody else sees it, and it promises nothing."))
        return redirect("manager_policy")
    if request.method != "POST" or step == "edit":
        return _form_page(request, form)
    if not form.is_valid():
        return _form_page(request, form, status=422)
    if step != "publish":
        return _preview(request, form, in_force)
    try:
        made = actions.publish_policy(**form.said(), actor=request.user, now=request.now)
    except RuleBroken as broken:
        form.put(broken)
        return _form_page(request, form, status=422)
    messages.success(request, _("%(version)s is published. It can be taken back until its day.") % {"version": made})
    return redirect("manager_policy")


@manager_page
@require_POST
def discard(request: PortalRequest) -> HttpResponseBase:
    """Throw the draft of a version away."""
    actions.discard_policy_draft(actor=request.user, now=request.now)
    messages.success(request, _("Your draft is gone."))
    return redirect("manager_policy")


@manager_page
@require_POST
def withdraw(request: PortalRequest, policy_id: int) -> HttpResponseBase:
    """Take a version back before its day."""
    try:
        actions.withdraw_policy(policy_id=policy_id, actor=request.user, now=request.now)
    except RuleBroken as broken:
        messages.error(request, str(broken.message))
    else:
        messages.success(request, _("The version is taken back; no case ever had it."))
    return redirect("manager_policy")


def _hours_of(desk: Desk, now: datetime) -> tuple[Desk, str, tuple[HoursChange, str] | None]:
    """Return a desk with its hours in words, and the change that is to come, if one is."""
    return desk, hours_in_words(store.hours_at(desk, now)), desk_hours.hours_to_come(desk, now)


def _state(version: PolicyVersion, in_force: PolicyVersion) -> str:
    """Return where a version stands: in force, to come, or past."""
    if version.pk == in_force.pk:
        return "in-force"
    return "to-come" if version.effective_on > in_force.effective_on else "past"


def _draft_of(request: PortalRequest) -> PolicyDraft | None:
    return PolicyDraft.objects.filter(owner=request.user).first()


def _form_page(request: PortalRequest, form: VersionForm, status: int = 200) -> HttpResponse:
    return render(request, "cases/manager/policy_new.html", {"form": form}, status=status)


def _preview(request: PortalRequest, form: VersionForm, in_force: PolicyVersion) -> HttpResponse:
    said = form.said()
    changed = differences(in_force, said["targets"])
    within = {
        f"within-{each.severity}": form.cleaned_data[f"within_{each.severity}"]
        for each in said["targets"]
        if f"within_{each.severity}" in form.changed_data
    }
    context: dict[str, Any] = {
        "form": form,
        "said": said,
        "changed": changed,
        "in_force": in_force,
        "open_cases": Case.objects.visible_to(request.user).open().count(),
        "what_if_url": f"{reverse('manager_what_if')}?{urlencode(within)}" if within else "",
    }
    return render(request, "cases/manager/policy_preview.html", context)
