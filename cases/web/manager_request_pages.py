"""Talk to a Manager: from a case, from the menu, for a caller; and the managers' list (P9.4)."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases import actions
from cases.models import Case, ManagerRequest, Partner
from cases.rules import RuleBroken
from cases.web import lists, periods
from cases.web.answers import new_key, put_beside
from cases.web.case_pages import act_on_case
from cases.web.exports import csv_answer
from cases.web.manager_requests import CallersTalkForm, ManagerAnswerForm, ManagerRequestForm, TalkForm
from cases.web.queue import Tab, filtered
from cases.web.request import PortalRequest, desk_page, manager_page, partner_page

ROWS = 100
VIEWS: dict[str, Promise] = {
    "waiting": gettext_lazy("Waiting for an answer"),
    "missed": gettext_lazy("Answered late, or late now"),
    "answered": gettext_lazy("Answered"),
    "all": gettext_lazy("All"),
}


def ask(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Ask for a manager on a case, from either side's page."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.ask_for_manager(case_id=found.pk, actor=request.user, now=request.now, **checked)

    done = _("A manager was alerted. The answer comes by mail and stands on this page.")
    return act_on_case(request, reference, ManagerRequestForm(request.POST), "manager_form", act, done)


ask_as_contact = partner_page(require_POST(ask))
ask_as_staff = desk_page(require_POST(ask))


@desk_page
@require_POST
def answer(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Answer a request for a manager."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        if not ManagerRequest.objects.filter(pk=checked["request_id"], case=found).exists():
            raise RuleBroken("request_unknown", _("There is no such request on this case. Nothing was sent."))
        actions.answer_manager_request(actor=request.user, now=request.now, **checked)

    done = _("Your answer is on its way to the contact.")
    return act_on_case(request, reference, ManagerAnswerForm(request.POST), "manager_answer_form", act, done)


@partner_page
@require_http_methods(["GET", "POST"])
def talk(request: PortalRequest) -> HttpResponseBase:
    """Ask for a manager from the menu, about a case or something else."""
    if request.method == "GET":
        asked = {"case": request.GET.get("case", "").replace("\0", ""), **new_key()}
        return _talk_page(request, TalkForm(user=request.user, initial=asked))
    form = TalkForm(request.POST, user=request.user)
    if form.is_valid():
        try:
            asked_for = _ask_from_the_menu(request, form)
        except RuleBroken as broken:
            put_beside(form, broken)
        else:
            messages.success(request, _("A manager was alerted. The answer comes by mail and stands on this page."))
            return redirect("case", reference=asked_for.case.reference)
    return _talk_page(request, form, status=422)


def _ask_from_the_menu(request: PortalRequest, form: TalkForm) -> ManagerRequest:
    checked = form.cleaned_data
    words = {"words": checked["words"], "submission_key": checked["submission_key"]}
    if checked["case"] is not None:
        return actions.ask_for_manager(case_id=checked["case"].pk, actor=request.user, now=request.now, **words)
    partner = checked["partner"] or form.fields["partner"].queryset.first()  # type: ignore[attr-defined]
    if partner is None:
        raise RuleBroken("no_partner", _("You write for no company at the moment. Ask your administrator."))
    return actions.ask_manager_about_something_else(partner_id=partner.pk, actor=request.user, now=request.now, **words)


def _talk_page(request: PortalRequest, form: TalkForm, status: int = 200) -> HttpResponseBase:
    partners = list(form.fields["partner"].queryset)  # type: ignore[attr-defined]
    return render(request, "cases/talk_to_a_manager.html", {"form": form, "partners": partners}, status=status)


@desk_page
@require_http_methods(["GET", "POST"])
def talk_for_caller(request: PortalRequest) -> HttpResponseBase:
    """Take down words for a manager from a caller, about no case."""
    form = CallersTalkForm(request.POST or None, initial={**_named(request), **new_key()})
    if request.method == "POST" and form.is_valid():
        checked = form.cleaned_data
        try:
            asked = actions.ask_manager_about_something_else(
                partner_id=checked["partner"].pk,
                contact_id=checked["contact"].pk,
                words=checked["words"],
                submission_key=checked["submission_key"],
                actor=request.user,
                now=request.now,
            )
        except RuleBroken as broken:
            put_beside(form, broken)
        else:
            messages.success(request, _("A manager was alerted. The answer goes to the contact by mail."))
            return redirect("desk_case", reference=asked.case.reference)
    status = 422 if form.is_bound else 200
    return render(request, "cases/desk/talk_to_a_manager.html", {"form": form, **_caller(form)}, status=status)


def _named(request: PortalRequest) -> dict[str, str]:
    return {name: number for name in ("contact", "partner") if (number := request.GET.get(name, "")[:18]).isdecimal()}


def _caller(form: forms.Form) -> dict[str, Any]:
    """Return for whom the words are taken down, as the address says."""
    person, partner = str(form["contact"].value() or ""), str(form["partner"].value() or "")
    if not (person.isdecimal() and partner.isdecimal()):
        return {}
    found = Partner.objects.filter(pk=partner, memberships__user=int(person), memberships__is_active=True).first()
    contact = form.fields["contact"].queryset.filter(pk=person).first()  # type: ignore[attr-defined]
    return {"caller": contact, "caller_partner": found} if found is not None else {}


# --- The managers' list -----------------------------------------------------------------------------------------------


def _asked(request: PortalRequest, view: str) -> QuerySet[ManagerRequest]:
    filters = {name: value for name in ("desk", "partner", "severity") if (value := request.GET.get(name, ""))}
    cases = filtered(Case.objects.visible_to(request.user), filters)
    found = ManagerRequest.objects.filter(case__in=cases)
    if period := periods.period_in(request):
        found = found.filter(period.holds("asked_at"))
    if view == "waiting":
        found = found.filter(answered_at=None)
    elif view == "answered":
        found = found.exclude(answered_at=None)
    elif view == "missed":
        found = found.filter(deadline__kept=False) | found.filter(answered_at=None, deadline__due_at__lt=request.now)
    return found.select_related("case__partner", "case__desk", "case__contact", "deadline", "answered_by")


def _view_of(request: PortalRequest) -> str:
    asked = request.GET.get("view", "")
    return asked if asked in VIEWS else "waiting"


@manager_page
@require_GET
def requests(request: PortalRequest) -> HttpResponseBase:
    """List the requests for a manager: those that wait on top, the next due first."""
    view = _view_of(request)
    found = _asked(request, view).prefetch_related("said__said_by")
    waiting = list(found.filter(answered_at=None).order_by("deadline__due_at", "id")[:ROWS])
    answered = list(found.exclude(answered_at=None).order_by("-answered_at", "-id")[: ROWS - len(waiting)])
    filters = lists.filters_in(request, ["partner", "desk", "severity", "from", "to"])
    partners = Partner.objects.filter(cases__manager_requests__isnull=False).distinct().order_by("name")
    named = [(partner.code, partner.name) for partner in partners]
    context = {
        "requests": [*waiting, *answered],
        "tabs": [
            Tab(key, name, str(_asked(request, key).count()) if key == "waiting" else "", key == view, f"view={key}")
            for key, name in VIEWS.items()
        ],
        "view": view,
        "most": ROWS,
        "narrowed": filters,
        "kept": [("view", view, ""), *((name, filters[name], "") for name in ("desk", "severity") if name in filters)],
        "choices": [
            *([lists.Choice("partner", _("Partner"), filters.get("partner", ""), named)] if named else []),
            lists.Choice("from", _("Asked from"), filters.get("from", "")),
            lists.Choice("to", _("until"), filters.get("to", "")),
        ],
        "export_query": request.GET.urlencode(),
    }
    return render(request, "cases/manager/requests.html", context)


@manager_page
@require_GET
def requests_csv(request: PortalRequest) -> HttpResponseBase:
    """Return the same list as a file."""
    headings = [
        _("Case"),
        _("Partner"),
        _("Contact"),
        _("Desk"),
        _("Asked"),
        _("Due"),
        _("Answered"),
        _("By"),
        _("In time"),
        _("Words"),
        _("Answer"),
    ]
    return csv_answer("manager-requests", headings, _lines(_asked(request, _view_of(request))))


def _lines(found: QuerySet[ManagerRequest]) -> Iterator[list[object]]:
    in_time = {True: _("yes"), False: _("no"), None: ""}
    rows = found.prefetch_related("said").order_by("-asked_at", "-id")
    for asked in rows.iterator(chunk_size=500):
        yield [
            asked.case.reference,
            asked.case.partner,
            asked.case.contact,
            asked.case.desk,
            asked.asked_at,
            asked.deadline.due_at,
            asked.answered_at,
            asked.answered_by,
            in_time[asked.deadline.kept],
            "\n".join(word.words for word in asked.said.all()),
            asked.answer,
        ]
