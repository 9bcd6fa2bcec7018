"""The manager's page of warnings: after which share of a target, and whom."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods

from cases.rules import RuleBroken
from cases.web.answers import put_beside
from cases.web.request import PortalRequest, manager_page
from notifications import actions, steps
from notifications.models import Moment
from sla import store
from sla.models import PolicyVersion


class StepsForm(forms.Form):
    """A list of groups for each step, and a share for each severity."""

    def __init__(self, *args: Any, policy: PolicyVersion, **more: Any) -> None:
        super().__init__(*args, **more)
        for moment in Moment:
            self.fields[moment.value] = forms.MultipleChoiceField(
                label=moment.label,
                choices=list(steps.GROUPS.items()),
                widget=forms.CheckboxSelectMultiple,
                error_messages={"required": _lazy("Choose who is told.")},
            )
        self.severities = list(policy.targets.order_by("severity"))
        for target in self.severities:
            name = f"share_{target.severity}"
            self.fields[name] = forms.IntegerField(
                label=_("Severity %(severity)s, percent") % {"severity": target.severity},
                min_value=min(steps.SHARES),
                max_value=max(steps.SHARES),
            )

    def step_fields(self) -> list[forms.BoundField]:
        """Return the fields of the steps, in order."""
        return [self[moment.value] for moment in Moment]

    def share_fields(self) -> list[forms.BoundField]:
        """Return the fields of the shares, Severity 1 first."""
        return [self[f"share_{target.severity}"] for target in self.severities]

    def tells(self) -> dict[Moment, list[str]]:
        """Return whom each step tells."""
        return {moment: self.cleaned_data[moment.value] for moment in Moment}

    def shares(self) -> dict[int, int]:
        """Return the share of each severity."""
        return {target.severity: self.cleaned_data[f"share_{target.severity}"] for target in self.severities}


@manager_page
@require_http_methods(["GET", "POST"])
def warnings(request: PortalRequest) -> HttpResponseBase:
    """Show the steps, or change them."""
    policy = store.policy_in_force(request.now)
    known = steps.steps()
    shown: dict[str, Any] = {step.moment.value: sorted(step.tells) for step in known}
    shown |= {f"share_{row.severity}": row.warn_at_percent for row in policy.targets.all()}
    form = StepsForm(request.POST or None, policy=policy, initial=shown)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_warnings(tells=form.tells(), shares=form.shares(), actor=request.user, now=request.now)
        except RuleBroken as broken:
            put_beside(form, broken)
        else:
            messages.success(request, _("Warnings go out as you chose, from now on."))
            return redirect("manager_warnings")
    changed = max((step for step in known if step.changed_at), key=lambda step: str(step.changed_at), default=None)
    context = {"form": form, "policy": policy, "changed": changed}
    return render(request, "notifications/warnings.html", context, status=422 if form.errors else 200)
