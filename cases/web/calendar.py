"""The calendar: a year of both desks, and a day closed or opened, with what it would move shown first (P3.2)."""

from datetime import date
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases import actions, calendar_edits
from cases.calendar_edits import Moves
from cases.reports import calendar as reports
from cases.rules import RuleBroken
from cases.web.forms import offering
from cases.web.queue_order import MOST_DIGITS
from cases.web.request import PortalRequest, manager_page
from sla import health, store
from sla.models import Desk

FIRST_YEAR, LAST_YEAR = 2000, 2100
# Rows of the preview; the count beside it is of all of them.
SHOWN = 200
WITHIN_YEARS = _lazy("Choose a day between 2000 and 2100.")

# Where the sentence of a rule belongs; the others stand on top of the form.
FIELD_OF_RULE = {
    "day_closed_already": "on",
    "day_open_already": "on",
    "day_without_hours": "on",
    "reason_missing": "reason",
}


class ReasonForm(forms.Form):
    """Why promises move."""

    reason = forms.CharField(
        label=_lazy("Why?"),
        max_length=200,
        help_text=_lazy("Partners read it where it moves a promise."),
        error_messages={"required": _lazy("Say why, in words that partners may read.")},
    )


class DayForm(ReasonForm):
    """A manager's word on one day of a desk."""

    field_order = ("desk", "on", "closed", "reason")

    desk = forms.ModelChoiceField(
        label=_lazy("Desk"), queryset=Desk.objects.order_by("name"), to_field_name="code", empty_label=None
    )
    on = forms.DateField(
        label=_lazy("Day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        validators=[
            MinValueValidator(date(FIRST_YEAR, 1, 1), WITHIN_YEARS),
            MaxValueValidator(date(LAST_YEAR, 12, 31), WITHIN_YEARS),
        ],
        error_messages={
            "required": _lazy("Choose the day."),
            "invalid": _lazy("This is no date. Write it as 2026-12-24."),
        },
    )
    closed = forms.TypedChoiceField(
        label=_lazy("The desk is"),
        coerce=lambda word: word == "yes",
        choices=[("yes", _lazy("closed")), ("no", _lazy("open, in spite of a holiday or closure"))],
        widget=forms.RadioSelect,
        initial="yes",
        error_messages={"required": _lazy("Choose closed or open.")},
    )

    def put(self, broken: RuleBroken) -> None:
        """Attach a broken rule's sentence to the field it is about."""
        self.add_error(FIELD_OF_RULE.get(broken.code), str(broken.message))


class DecisionForm(DayForm):
    """The same word after its preview, with the calendar that was seen and what becomes of open promises."""

    revision = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    move = forms.TypedChoiceField(coerce=lambda word: word == "yes", choices=[("yes", "yes"), ("no", "no")])


@manager_page
@require_GET
def calendar(request: PortalRequest) -> HttpResponse:
    """Show a year of both desks. The address may say a year, and a day for the form."""
    asked = {name: request.GET[name] for name in ("desk", "on", "closed", "reason") if name in request.GET}
    return _page(request, DayForm(initial=asked), _year_asked(request), form_open=bool(asked))


@manager_page
@require_GET
def preview(request: PortalRequest) -> HttpResponse:
    """Show which open promises a change of one day would move. Changes nothing."""
    form = DayForm(request.GET)
    if not form.is_valid():
        return _page(request, form, _year_asked(request), form_open=True, status=422)
    said, year = form.cleaned_data, form.cleaned_data["on"].year
    try:
        after = calendar_edits.with_day(said["desk"], said["on"], closed=said["closed"], reason=said["reason"])
    except RuleBroken as broken:
        form.put(broken)
        return _page(request, form, year, form_open=True, status=422)
    context = {
        "form": form,
        "said": said,
        "hidden": {name: form[name].value() for name in form.fields},
        "back": f"{reverse('manager_calendar')}?{_query(form)}#change",
        **moves_shown(calendar_edits.moves(store.calendar, after, request.now)),
    }
    return render(request, "cases/manager/calendar_preview.html", context)


@manager_page
@require_POST
def change(request: PortalRequest) -> HttpResponseBase:
    """Change the day, and move the promises or keep them, as the manager says."""
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, form, _year_asked(request), form_open=True, status=422)
    said, year = form.cleaned_data, form.cleaned_data["on"].year
    try:
        moved = actions.change_calendar_day(
            desk_id=said["desk"].pk,
            on=said["on"],
            closed=said["closed"],
            reason=said["reason"],
            move_promises=said["move"],
            expected_revision=said["revision"],
            actor=request.user,
            now=request.now,
        )
    except RuleBroken as broken:
        form.put(broken)
        return _page(request, form, year, form_open=True, status=422)
    messages.success(request, _done(said, moved))
    return redirect(f"{reverse('manager_calendar')}?{urlencode({'year': year})}#{said['desk'].code}")


@manager_page
@require_http_methods(["GET", "POST"])
def promises(request: PortalRequest) -> HttpResponseBase:
    """Show the open promises that earlier edits left alone, and move those shown when the manager says so."""
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            moved = actions.move_promises_left_alone(
                shown=_ids_in(request.POST.get("shown", "")),
                reason=form.cleaned_data["reason"],
                actor=request.user,
                now=request.now,
            )
        except RuleBroken as broken:
            form.add_error(None, str(broken.message))
        else:
            messages.success(request, _moved_in_words(moved))
            return redirect("manager_calendar")
    found = calendar_edits.left_alone(request.now)
    # A page that refuses shows the promises as they are now, and asks about these.
    context = {"form": form, "shown": [move.deadline.pk for move in found.moving], **moves_shown(found)}
    status = 422 if form.errors else 200
    return render(request, "cases/manager/calendar_promises.html", context, status=status)


def _ids_in(words: str) -> list[int]:
    return [int(word) for word in words.split() if word.isdecimal() and len(word) < MOST_DIGITS]


def _page(
    request: PortalRequest, form: DayForm, year: int, *, form_open: bool = False, status: int = 200
) -> HttpResponse:
    years = reports.desk_years(year, request.now)
    context = {
        "form": offering([each.desk for each in years], form, "desk"),
        "form_open": form_open,
        "year": year,
        "previous": year - 1 if year > FIRST_YEAR else None,
        "next": year + 1 if year < LAST_YEAR else None,
        "concerns": health.concerns(request.now),
        "desk_years": years,
        "states": reports.DayState,
        "week": _names_of_weekdays(),
    }
    return render(request, "cases/manager/calendar.html", context, status=status)


def _names_of_weekdays() -> list[dict[str, str]]:
    """Return the days of a week from Monday on, said once for all months of the page."""
    week = [date(2024, 1, number) for number in range(1, 8)]
    return [{"short": date_format(day, "D")[:2], "full": date_format(day, "l")} for day in week]


def _year_asked(request: PortalRequest) -> int:
    """Return the year that the address names, or the present one where it names none that we show."""
    asked = request.GET.get("year", "")
    if len(asked) == 4 and asked.isdecimal() and FIRST_YEAR <= int(asked) <= LAST_YEAR:
        return int(asked)
    return request.now.astimezone(timezone.get_current_timezone()).year


def _query(form: DayForm) -> str:
    said = {name: str(form[name].value() or "") for name in ("desk", "on", "closed", "reason")}
    return urlencode({"year": cast(date, form.cleaned_data["on"]).year, **said})


def moves_shown(found: Moves) -> dict[str, Any]:
    """Return what a page shows of what an edit would do to open promises."""
    return {
        "moving": found.moving[:SHOWN],
        "moving_count": len(found.moving),
        "not_shown": max(0, len(found.moving) - SHOWN),
        "staying": found.staying[:SHOWN],
        "staying_count": len(found.staying),
    }


def _done(said: dict[str, Any], moved: int) -> str:
    words = (
        _("The %(desk)s desk is closed on %(day)s.") if said["closed"] else _("The %(desk)s desk is open on %(day)s.")
    )
    done = words % {"desk": said["desk"], "day": calendar_edits.in_words(said["on"])}
    if not said["move"]:
        return " ".join([done, _("Open promises stay as they were made.")])
    return f"{done} {_moved_in_words(moved)}"


def _moved_in_words(moved: int) -> str:
    if not moved:
        return _("No promise had to move.")
    told = ngettext(
        "%(count)s promise was moved; its contact is told.",
        "%(count)s promises were moved; their contacts are told.",
        moved,
    )
    return told % {"count": moved}
