"""Diagnostics and the investigation (P7.1): the forms, and what the page of a case shows of them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases import promises, rules
from cases.models import Case, DeadlineKind
from cases.templatetags.blanks import Blank
from cases.web.answers import new_key
from cases.web.forms import text
from cases.web.request import PortalRequest


def moment(label: Any, hint: Any, *, missing: Any = "") -> forms.DateTimeField:
    """Return a field for a moment in the reader's zone; with `missing` it may not be left empty, and says so."""
    return forms.DateTimeField(
        label=label,
        help_text=hint,
        required=bool(missing),
        error_messages={"required": missing, "invalid": _("Write a date and a time, such as 2026-11-24 14:30.")},
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


class DiagnosticsForm(forms.Form):
    """What is asked for and by when. `expected` is the open request that the page showed."""

    submission_key = forms.UUIDField(widget=forms.HiddenInput)
    expected = forms.IntegerField(required=False, widget=forms.HiddenInput)
    wanted = text(
        _("What do you need?"),
        _("Which logs, from which machine, from when. The contact reads this."),
        missing=_("Say what you need."),
        rows=4,
    )
    wanted_by = moment(_("By when?"), _("In your time zone. Left empty: the end of the desk's next business day."))


class InvestigationForm(forms.Form):
    """A promise to follow up, and what for."""

    follow_up_at = moment(
        _("When do you follow up?"),
        _("In your time zone. The contact is told, and it counts as a promise."),
        missing=_("Name the time by which you follow up."),
    )
    note = text(_("What you look into"), _("Only staff see it."), rows=2)


class FollowUpForm(forms.Form):
    """Another time for the follow-up. `expected` is the promise that the page showed."""

    expected = forms.IntegerField(widget=forms.HiddenInput)
    follow_up_at = moment(_("New time"), _("In your time zone."), missing=_("Name the new time."))
    reason = text(_("Why?"), _("The contact reads this."), missing=_("Say why."), rows=2)


def panel(found: Case, request: PortalRequest) -> dict[str, Any]:
    """Return the open request, the investigation and its promise; for staff the forms as well."""
    follow_ups = [deadline for deadline in found.deadlines.all() if deadline.kind == DeadlineKind.FOLLOW_UP]
    follow_up = follow_ups[-1] if follow_ups else None
    asked = next(iter(found.diagnostic_requests.all()), None)
    shown: dict[str, Any] = {
        "diagnostics": asked if asked is not None and asked.ended_at is None else None,
        "diagnostics_before": asked,
        "follow_up": follow_up,
        "investigation": next(iter(found.investigations.all()), None),
    }
    if not request.user.works_here:
        return shown
    wanted_by = rules.diagnostics_wanted_by(promises.home_hours(found.desk), request.now)
    expected = None if shown["diagnostics"] is None else asked and asked.pk
    first = new_key() | {"expected": expected, "wanted_by": wanted_by}
    return shown | {
        "default_wanted_by": wanted_by,
        "diagnostics_form": Blank(DiagnosticsForm, initial=first),
        "investigation_form": Blank(InvestigationForm),
        "follow_up_form": Blank(FollowUpForm, initial={"expected": follow_up and follow_up.pk}),
    }
