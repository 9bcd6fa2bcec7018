"""The roster on pages: a week of each desk for managers, one's own shifts for staff (P6.1, P4.1)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cases import actions, promises, roster
from cases.models import ProductArea, RosterFeed, RosterKind, RosterShift, Rotation, RotationPlace, Skill, User
from cases.rules import RuleBroken
from cases.web.answers import new_key, put_beside
from cases.web.forms import offering
from cases.web.request import PortalRequest, desk_page, manager_page
from cases.web.roster_forms import EndForm, FeedForm, RemoveForm, RotationForm, ShiftForm, SkillsForm, SwapForm
from sla.engine.instants import first_instant
from sla.models import Desk

DAYS = 7
SHOWN_AHEAD = timedelta(days=60)


@dataclass(frozen=True)
class DeskWeek:
    """A week of one desk: who is on, and when nobody is."""

    desk: Desk
    rows: list[RosterShift]
    on_call_gaps: list[tuple[datetime, datetime]]
    shift_gaps: list[tuple[datetime, datetime]]
    rotations: list[Rotation]


def _monday(request: PortalRequest) -> date:
    try:
        asked = date.fromisoformat(request.GET.get("week", ""))
    except ValueError:
        asked = request.now.date()
    # Dates at the ends of the calendar have no week around them.
    asked = min(max(asked, date(2000, 1, 3)), date(2100, 1, 3))
    return asked - timedelta(days=asked.weekday())


def _weeks(desks: list[Desk], monday: date) -> list[DeskWeek]:
    """Return the week of each desk, which begins at its own midnight."""
    spans = [
        tuple(first_instant(monday + timedelta(days=days), time(), ZoneInfo(desk.zone)) for days in (0, DAYS))
        for desk in desks
    ]
    if not spans:
        return []
    rows = roster.rows_between(min(begin for begin, _end in spans), max(end for _begin, end in spans))
    places = Prefetch("places", RotationPlace.objects.select_related("person").order_by("position"))
    rotations = list(Rotation.objects.filter(ended_at=None).prefetch_related(places).order_by("pk"))
    return [
        _week_of(desk, begin, end, rows, [each for each in rotations if each.desk_id == desk.pk])
        for desk, (begin, end) in zip(desks, spans, strict=True)
    ]


def _week_of(
    desk: Desk, begin: datetime, end: datetime, rows: list[RosterShift], rotations: list[Rotation]
) -> DeskWeek:
    own = [row for row in rows if row.desk_id == desk.pk and row.starts_at < end and row.ends_at > begin]
    return DeskWeek(
        desk=desk,
        rows=own,
        on_call_gaps=roster.gaps_between(desk, RosterKind.ON_CALL, own, begin, end),
        shift_gaps=roster.gaps_between(desk, RosterKind.SHIFT, own, begin, end),
        rotations=rotations,
    )


def _week_page(request: PortalRequest, status: int = 200, **refused: Any) -> HttpResponse:
    monday = _monday(request)
    desks = list(Desk.objects.order_by("name"))
    staff = list(User.objects.filter(is_active=True).exclude(staff_role="").order_by("name"))
    context: dict[str, Any] = {
        "monday": monday,
        "sunday": monday + timedelta(days=DAYS - 1),
        "before": monday - timedelta(days=DAYS),
        "after": monday + timedelta(days=DAYS),
        "weeks": _weeks(desks, monday),
        "rotation_form": RotationForm(initial={"starts_on": monday, **new_key()}),
        "shift_form": ShiftForm(),
        "change_form": None,
        "staff": staff,
        "areas": ProductArea.objects.order_by("position", "name"),
        "skills": set(Skill.objects.values_list("user_id", "product_area_id")),
    }
    context |= refused
    for form in (context["rotation_form"], context["shift_form"]):
        offering(desks, form, "desk")
        for name in form.names_of_people:
            offering(staff, form, name)
    return render(request, "cases/manager/roster.html", context, status=status)


@manager_page
@require_GET
def week(request: PortalRequest) -> HttpResponse:
    """Show a week of every desk: who is on shift, who is on call, and when nobody is."""
    return _week_page(request)


def _act(request: PortalRequest, form: Any, name: str, act: Callable[[dict[str, Any]], str]) -> HttpResponseBase:
    """Check a form of the roster, call one action, and answer."""
    if form.is_valid():
        try:
            done = act(form.cleaned_data)
        except RuleBroken as broken:
            put_beside(form, broken)
        else:
            messages.success(request, done)
            return redirect(f"{reverse('manager_roster')}?week={_monday(request).isoformat()}")
    return _week_page(request, status=422, **{name: form})


@manager_page
@require_POST
def add_rotation(request: PortalRequest) -> HttpResponseBase:
    """Have people take turns."""

    def act(checked: dict[str, Any]) -> str:
        actions.add_rotation(
            desk_id=checked["desk"].pk,
            kind=checked["kind"],
            people_ids=checked["people_ids"],
            weekday=checked["weekday"],
            hands_over_at=checked["hands_over_at"],
            starts_on=checked["starts_on"],
            submission_key=checked["submission_key"],
            actor=request.user,
            now=request.now,
        )
        return _("The rotation is made, twelve weeks ahead; later weeks follow by themselves.")

    return _act(request, RotationForm(request.POST), "rotation_form", act)


@manager_page
@require_POST
def end_rotation(request: PortalRequest) -> HttpResponseBase:
    """End a rotation."""

    def act(checked: dict[str, Any]) -> str:
        _require_row(Rotation, checked["rotation_id"])
        actions.end_rotation(actor=request.user, now=request.now, **checked)
        return _("The rotation has ended. Who is on now stays until the next handover.")

    return _act(request, EndForm(request.POST), "change_form", act)


@manager_page
@require_POST
def add_shift(request: PortalRequest) -> HttpResponseBase:
    """Put one shift into the roster."""
    form = ShiftForm(request.POST)

    def act(checked: dict[str, Any]) -> str:
        starts_at, ends_at = form.instants()
        actions.add_shift(
            desk_id=checked["desk"].pk,
            kind=checked["kind"],
            person_id=checked["person"].pk,
            starts_at=starts_at,
            ends_at=ends_at,
            actor=request.user,
            now=request.now,
        )
        return _("The shift is in the roster.")

    return _act(request, form, "shift_form", act)


@manager_page
@require_POST
def swap(request: PortalRequest) -> HttpResponseBase:
    """Give a shift to somebody else."""

    def act(checked: dict[str, Any]) -> str:
        _swap(request, checked)
        return _("The shift has changed hands.")

    return _act(request, SwapForm(request.POST), "change_form", act)


def _swap(request: PortalRequest, checked: dict[str, Any]) -> None:
    _require_row(RosterShift, checked["shift_id"])
    actions.swap_shift(
        shift_id=checked["shift_id"],
        takes_id=checked["takes"].pk,
        reason=checked["reason"],
        expected_person_id=checked["expected_person_id"],
        actor=request.user,
        now=request.now,
    )


@manager_page
@require_POST
def remove(request: PortalRequest) -> HttpResponseBase:
    """Take a shift off the roster."""

    def act(checked: dict[str, Any]) -> str:
        _require_row(RosterShift, checked["shift_id"])
        actions.remove_shift(actor=request.user, now=request.now, **checked)
        return _("The shift is off the roster.")

    return _act(request, RemoveForm(request.POST), "change_form", act)


@manager_page
@require_POST
def skills(request: PortalRequest) -> HttpResponseBase:
    """Say what a member of staff knows well."""

    def act(checked: dict[str, Any]) -> str:
        actions.set_skills(
            person_id=checked["person"].pk,
            area_ids=[area.pk for area in checked["areas"]],
            actor=request.user,
            now=request.now,
        )
        return _("The skills of %(name)s are kept.") % {"name": checked["person"]}

    return _act(request, SkillsForm(request.POST), "change_form", act)


def _require_row(model: Any, row_id: int) -> None:
    if not model.objects.filter(pk=row_id).exists():
        raise Http404


# --- At the desk ------------------------------------------------------------------------------------------------------


@desk_page
@require_GET
def mine(request: PortalRequest) -> HttpResponse:
    """Show one's own shifts, who is there now, and the addresses of feeds."""
    return _my_page(request)


def _my_page(request: PortalRequest, status: int = 200, **more: Any) -> HttpResponse:
    rows = RosterShift.objects.filter(
        person=request.user, removed_at=None, ends_at__gt=request.now, starts_at__lt=request.now + SHOWN_AHEAD
    )
    desks = list(Desk.objects.order_by("name"))
    feeds = set(RosterFeed.objects.filter(owner=request.user, revoked_at=None).values_list("desk_id", flat=True))
    context = {
        "rows": rows.select_related("desk").order_by("starts_at", "pk"),
        "there_now": [
            (desk, _shift_now(desk, request.now), roster.duty(desk, RosterKind.ON_CALL, request.now)) for desk in desks
        ],
        "feeds": [(None, None in feeds), *((desk, desk.pk in feeds) for desk in desks)],
        "staff": list(User.objects.filter(is_active=True).exclude(staff_role="").order_by("name")),
        "swap_form": None,
    }
    return render(request, "cases/desk/roster.html", context | more, status=status)


def _shift_now(desk: Desk, now: datetime) -> roster.Duty | None:
    """Return who is on shift at a desk; None while it is closed."""
    return roster.duty(desk, RosterKind.SHIFT, now) if promises.home_hours(desk).is_open(now) else None


@desk_page
@require_POST
def swap_mine(request: PortalRequest) -> HttpResponseBase:
    """Give one's own shift to a colleague."""
    form = SwapForm(request.POST)
    if form.is_valid():
        try:
            _swap(request, form.cleaned_data)
        except RuleBroken as broken:
            put_beside(form, broken)
        else:
            messages.success(request, _("The shift has changed hands."))
            return redirect("desk_roster")
    return _my_page(request, status=422, swap_form=form)


@desk_page
@require_POST
def make_feed(request: PortalRequest) -> HttpResponseBase:
    """Make a secret address. It is shown once, on this very page: only its hash is kept."""
    form = FeedForm(request.POST)
    if not form.is_valid():
        raise Http404
    desk = form.cleaned_data["desk"]
    token = actions.make_feed(desk_id=None if desk is None else desk.pk, actor=request.user, now=request.now)
    address = request.build_absolute_uri(reverse("roster_feed", kwargs={"feed_token": token}))
    answer = _my_page(request, new_feed=address, new_feed_desk=desk)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@desk_page
@require_POST
def revoke_feed(request: PortalRequest) -> HttpResponseBase:
    """Have a secret address work no more."""
    form = FeedForm(request.POST)
    if not form.is_valid():
        raise Http404
    desk = form.cleaned_data["desk"]
    actions.revoke_feed(desk_id=None if desk is None else desk.pk, actor=request.user, now=request.now)
    messages.success(request, _("The address works no more."))
    return redirect("desk_roster")
