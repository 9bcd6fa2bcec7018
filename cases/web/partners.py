"""Partners and plans, for managers (P1.1). What is changed here moves new promises alone."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.db.models import OuterRef, Q
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from cases import actions
from cases.counting import Counted
from cases.models import Case, Membership, Partner, PartnerChange, Plan
from cases.rules import RuleBroken, is_entitled
from cases.web.answers import put_beside
from cases.web.forms import text
from cases.web.request import PortalRequest, manager_page
from sla.models import Desk

ROWS = 200


class PartnerForm(forms.Form):
    """What a partner is entitled to."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=120,
        error_messages={"required": gettext_lazy("Give the partner a name.")},
    )
    plan = forms.ChoiceField(label=gettext_lazy("Plan"), choices=Plan.choices)
    trial_ends_at = forms.DateTimeField(
        label=gettext_lazy("Trial ends"),
        required=False,
        help_text=gettext_lazy("In your time zone. Left empty for a trial: 14 days from now."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M:%S"),
        input_formats=["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"],
    )
    home_desk = forms.ModelChoiceField(label=gettext_lazy("Home desk"), queryset=Desk.objects.none(), empty_label=None)
    follows_the_sun = forms.BooleanField(
        label=gettext_lazy("Follows the sun"),
        required=False,
        help_text=gettext_lazy("The hours of every desk count, not the home desk's alone."),
    )
    reason = text(gettext_lazy("Why?"), gettext_lazy("For whoever looks at this later."), rows=2)
    expected_change_id = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ModelChoiceField[Desk]", self.fields["home_desk"])
        field.queryset = Desk.objects.order_by("name")

    def entitled(self) -> dict[str, Any]:
        """Return the checked values under the names of the actions."""
        checked = self.cleaned_data
        values = {name: checked[name] for name in ("name", "plan", "trial_ends_at", "follows_the_sun")}
        return values | {"home_desk_id": checked["home_desk"].pk}


class NewPartnerForm(PartnerForm):
    """A partner who is new."""

    code = forms.CharField(
        label=gettext_lazy("Short code"),
        max_length=6,
        help_text=gettext_lazy("Two to six capital letters or digits, such as NWIT. Case references begin with it."),
        error_messages={"required": gettext_lazy("Give the partner a short code.")},
    )
    field_order = ["name", "code", "plan", "trial_ends_at", "home_desk", "follows_the_sun"]


@manager_page
@require_GET
def partners(request: PortalRequest) -> HttpResponseBase:
    """List the partners with their plans."""
    words, plan = request.GET.get("q", "").strip()[:100], request.GET.get("plan", "")
    found = Partner.objects.select_related("home_desk")
    if words:
        found = found.filter(Q(name__icontains=words) | Q(code__icontains=words))
    if plan in Plan.values:
        found = found.filter(plan=plan)
    # Counted for the partners that are shown; a join would count for all of them.
    open_cases = Counted(Case.objects.visible_to(request.user).open().filter(partner=OuterRef("pk")).values("pk"))
    rows = found.annotate(open_cases=open_cases).order_by("name")
    context = {
        "partners": [(row, is_entitled(row.plan, row.trial_ends_at, request.now)) for row in rows[:ROWS]],
        "words": words,
        "plan": plan,
        "plans": Plan.choices,
        "most": ROWS,
    }
    return render(request, "cases/manager/partners.html", context)


@manager_page
@require_http_methods(["GET", "POST"])
def partner(request: PortalRequest, code: str) -> HttpResponseBase:
    """Show a partner with what was changed when, and change it."""
    found = Partner.objects.select_related("home_desk").filter(code=code).first()
    if found is None:
        raise Http404
    if request.method == "GET":
        return _partner_page(request, found, PartnerForm(initial=_now_of(found)))
    form = PartnerForm(request.POST)
    if form.is_valid():
        try:
            _change(request, found, form)
        except RuleBroken as broken:
            put_beside(form, broken)
        else:
            messages.success(request, _("The partner is as you wrote. Promises already made stay as they were made."))
            return redirect("manager_partner", code=code)
    return _partner_page(request, found, form, status=422)


def _change(request: PortalRequest, found: Partner, form: PartnerForm) -> None:
    actions.change_partner(
        partner_id=found.pk,
        reason=form.cleaned_data["reason"],
        expected_change_id=form.cleaned_data["expected_change_id"] or 0,
        actor=request.user,
        now=request.now,
        **form.entitled(),
    )


def _now_of(found: Partner) -> dict[str, Any]:
    last = found.changes.order_by("-pk").first()
    return {
        "name": found.name,
        "plan": found.plan,
        "trial_ends_at": found.trial_ends_at,
        "home_desk": found.home_desk_id,
        "follows_the_sun": found.follows_the_sun,
        "expected_change_id": 0 if last is None else last.pk,
    }


def _partner_page(request: PortalRequest, found: Partner, form: PartnerForm, status: int = 200) -> HttpResponseBase:
    context = {
        "form": form,
        "partner": found,
        "entitled": is_entitled(found.plan, found.trial_ends_at, request.now),
        "members": Membership.objects.filter(partner=found).select_related("user").order_by("user__name"),
        "changes": [
            (change, list(_words_of(change))) for change in found.changes.select_related("changed_by").order_by("-pk")
        ],
    }
    return render(request, "cases/manager/partner.html", context, status=status)


def _words_of(change: PartnerChange) -> Any:
    """Yield what changed, as column, before and after in words."""
    labels = {
        "name": _("Name"),
        "plan": _("Plan"),
        "trial_ends_at": _("Trial ends"),
        "home_desk_id": _("Home desk"),
        "follows_the_sun": _("Follows the sun"),
        "needs_second_factor": _("Needs a second factor"),
    }
    desks = dict(Desk.objects.values_list("pk", "name"))
    for column, (before, after) in change.changed.items():
        yield labels[column], *(_in_words(column, value, desks) for value in (before, after))


def _in_words(column: str, value: Any, desks: dict[int, str]) -> Any:
    if column == "plan":
        return Plan(value).label
    if column == "home_desk_id":
        return desks.get(value, "-")
    if column == "trial_ends_at":
        return parse_datetime(value) if value else "-"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return value


@manager_page
@require_http_methods(["GET", "POST"])
def new_partner(request: PortalRequest) -> HttpResponseBase:
    """Add a partner."""
    form = NewPartnerForm(request.POST or None, initial={"plan": Plan.TRIAL})
    if request.method == "POST" and form.is_valid():
        try:
            added = actions.add_partner(
                code=form.cleaned_data["code"], actor=request.user, now=request.now, **form.entitled()
            )
        except RuleBroken as broken:
            put_beside(form, broken)
        else:
            messages.success(request, _("%(name)s is there. Invite somebody who writes for them.") % {"name": added})
            return redirect("manager_partner", code=added.code)
    return render(request, "cases/manager/partner_new.html", {"form": form}, status=422 if form.is_bound else 200)
