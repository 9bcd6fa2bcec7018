"""Other weekly hours of a desk from a day to come: written, looked at with the promises they touch, then published."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_POST

from cases import actions, calendar_edits
from cases.rules import RuleBroken
from cases.web.calendar import ReasonForm, moves_shown
from cases.web.request import PortalRequest, manager_page
from cases.web.roster_forms import WEEKDAYS
from cases.web.what_if_forms import hours_in_words
from sla import store
from sla.models import Desk, HoursChange

# Lines of a week that can be written: such as a morning and an afternoon, and another time on Saturdays.
LINES = 3
CLOCK = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
FIELD_OF_RULE = {
    "hours_day_has_begun": "since",
    "hours_as_they_are": "days_1",
    "reason_missing": "reason",
}


class HoursForm(ReasonForm):
    """The weekly hours of a desk, the day from which they are in force, and why. It begins with those in force."""

    field_order = ("since", "reason")

    since = forms.DateField(
        label=_lazy("In force from"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_lazy("A day to come, by the clock of the desk."),
        error_messages={
            "required": _lazy("Choose the day."),
            "invalid": _lazy("This is no date. Write it as 2027-01-04."),
        },
    )
    revision = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def __init__(self, desk: Desk, in_force: list[store.Hours], data: QueryDict | None) -> None:
        super().__init__(data, initial={"revision": desk.revision})
        for number in range(1, LINES + 1):
            hours = in_force[number - 1] if number <= len(in_force) else None
            self.fields |= {f"{name}_{number}": field for name, field in _fields_of(hours).items()}

    def lines(self) -> Iterator[tuple[int, list[forms.BoundField], bool]]:
        """Yield each line: its number, its fields, and whether it says something."""
        for number in range(1, LINES + 1):
            fields = [self[f"{name}_{number}"] for name in ("days", "opens", "closes")]
            yield number, fields, any(field.value() for field in fields)

    def clean(self) -> dict[str, Any]:
        """Read the lines that say something; each wants days, an opening and a closing."""
        said = super().clean() or self.cleaned_data
        for number in range(1, LINES + 1):
            line = [said.get(f"{name}_{number}") for name in ("days", "opens", "closes")]
            if any(line) and not all(part or part == 0 for part in line):
                self.add_error(
                    f"days_{number}", _("A line wants days, an opening and a closing. Or leave all of it empty.")
                )
        if not self.errors and not self.hours():
            self.add_error("days_1", _("A desk needs hours; without any it would never be open."))
        return said

    def hours(self) -> list[store.Hours]:
        """Return what a valid form says, line by line."""
        said = self.cleaned_data
        lines = range(1, LINES + 1)
        found = (
            store.Hours(said[f"days_{n}"], said[f"opens_{n}"], said[f"closes_{n}"]) for n in lines if said[f"days_{n}"]
        )
        return list({(tuple(one.weekdays), one.starts): one for one in found}.values())

    def put(self, broken: RuleBroken) -> None:
        """Attach a broken rule's sentence to the field it is about."""
        self.add_error(FIELD_OF_RULE.get(broken.code), str(broken.message))


def _fields_of(hours: store.Hours | None) -> dict[str, forms.Field]:
    return {
        "days": forms.TypedMultipleChoiceField(
            label=_("Days"), choices=WEEKDAYS, coerce=int, required=False, widget=forms.CheckboxSelectMultiple,
            initial=[] if hours is None else [str(day) for day in hours.weekdays],
        ),
        "opens": forms.TimeField(
            label=_("Opens"), required=False, widget=CLOCK, initial=None if hours is None else hours.starts
        ),
        "closes": forms.TimeField(
            label=_("Closes"), required=False, widget=CLOCK, initial=None if hours is None else hours.ends,
        ),
    }  # fmt: skip


@manager_page
@require_http_methods(["GET", "POST"])
def new(request: PortalRequest, desk_code: str) -> HttpResponseBase:
    """Write other hours of a desk, look at what they touch, publish them. Only the last step writes."""
    desk = get_object_or_404(
        Desk.objects.prefetch_related("shifts", "holidays", "holiday_changes", "hours_changes"), code=desk_code
    )
    in_force = store.hours_at(desk, request.now)
    step = request.POST.get("step", "")
    form = HoursForm(desk, in_force, request.POST or None)
    context: dict[str, Any] = {"desk": desk, "form": form, "in_force": hours_in_words(in_force)}
    context["to_come"] = hours_to_come(desk, request.now)
    if request.method != "POST" or step == "edit":
        return render(request, "cases/manager/hours_new.html", context)
    if not form.is_valid():
        return render(request, "cases/manager/hours_new.html", context, status=422)
    if step != "publish":
        return _preview(request, form, context)
    try:
        made = actions.publish_hours(
            desk_id=desk.pk,
            hours=form.hours(),
            since=form.cleaned_data["since"],
            reason=form.cleaned_data["reason"],
            expected_revision=form.cleaned_data["revision"],
            actor=request.user,
            now=request.now,
        )
    except RuleBroken as broken:
        form.put(broken)
        return render(request, "cases/manager/hours_new.html", context, status=422)
    said = _("The new hours of the %(desk)s desk are published for %(day)s. They can be taken back until then.")
    messages.success(request, said % {"desk": desk, "day": calendar_edits.in_words(made.since)})
    return redirect("manager_policy")


@manager_page
@require_POST
def take_back(request: PortalRequest, change_id: int) -> HttpResponseBase:
    """Take hours back before their day."""
    change = get_object_or_404(HoursChange.objects.select_related("desk"), pk=change_id)
    try:
        actions.take_hours_back(change_id=change.pk, actor=request.user, now=request.now)
    except RuleBroken as broken:
        messages.error(request, str(broken.message))
    else:
        messages.success(request, _("The hours of the %(desk)s desk stay as they are.") % {"desk": change.desk})
    return redirect("manager_policy")


def hours_to_come(desk: Desk, now: datetime) -> tuple[HoursChange, str] | None:
    """Return the change of hours that is published for a day to come, with its hours in words."""
    today = now.astimezone(ZoneInfo(desk.zone)).date()
    changes = [one for one in desk.hours_changes.all() if one.taken_back_at is None and one.since > today]
    coming = [one for one in store.weekly_hours(desk) if changes and one.since == changes[0].since]
    return (changes[0], hours_in_words(coming)) if changes else None


def _preview(request: PortalRequest, form: HoursForm, context: dict[str, Any]) -> HttpResponse:
    desk, since = context["desk"], form.cleaned_data["since"]
    after = store.proposed({}, {desk.pk: store.changed_from(desk, since, form.hours())})
    shown = moves_shown(calendar_edits.moves(store.calendar, after, request.now))
    words = {"since": since, "then": hours_in_words(form.hours())}
    return render(request, "cases/manager/hours_preview.html", context | words | shown)
