"""The page of a case, for either side, and how a form on it becomes one act.

Each noun adds a panel: a function that returns what its part of the page shows. A form that was refused takes the place
of the panel's empty one, so nothing typed is lost.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from cases import lifecycle
from cases.lifecycle import Side, Trigger
from cases.models import INTERNAL_KINDS, Case, DeadlineKind, MessageKind, Survey
from cases.rules import RuleBroken
from cases.templatetags.blanks import Blank
from cases.web import (
    case_files,
    case_presence,
    closing,
    consents,
    diagnostics,
    emergency,
    features,
    inbox,
    links,
    macros,
    manager_requests,
    plans,
    redaction,
    sessions,
    severity,
    side,
    take_backs,
    waiting,
    watchers,
)
from cases.web.answers import case_to_act_on, new_key, put_beside
from cases.web.case_reading import case_on_its_page
from cases.web.forms import AssignForm, CallForm, NoteForm, ReplyForm, SolvedForm, SpecialistReplyForm
from cases.web.place import place_of, remembered
from cases.web.promise import desk_line, first_response_of
from cases.web.request import PortalRequest
from cases.web.timeline import shown_of, story_of

Panel = Callable[[Case, PortalRequest], dict[str, Any]]

# A refused form stays on the page with what was typed, even where the case ended meanwhile and offers it no more.
FORMS = {
    "reply_form": Trigger.REPLY.value,
    "call_form": Trigger.REACH.value,
    "close_form": Trigger.CLOSE.value,
    "assign_form": Trigger.ASSIGN.value,
}


def case_page(request: PortalRequest, reference: str, *, status: int = 200, **given: Any) -> HttpResponse:
    """Show a case to whoever asks, on the page of their side; `given` are forms that were refused."""
    found = case_on_its_page(reference, request.user, request.now)
    template, panels, parts = DESK if request.user.works_here else PARTNER
    context: dict[str, Any] = {"case": found}
    for panel in panels:
        context |= panel(found, request)
    if request.user.works_here:
        context |= _as_read(context, request)
    context["may"] = _may(found, request) | {FORMS[name] for name in given if name in FORMS}
    context["side"] = side.parts_of(parts, context, set(given))
    return render(request, template, context | given, status=status)


def act_on_case(
    request: PortalRequest,
    reference: str,
    form: forms.Form,
    name: str,
    act: Callable[[Case, dict[str, Any]], object],
    done: str,
) -> HttpResponseBase:
    """Check a form, call one action, and answer: back to the case, or the page again with all that was typed."""
    found = case_to_act_on(reference, request.user)
    if form.is_valid():
        try:
            act(found, form.cleaned_data)
        except RuleBroken as broken:
            put_beside(form, broken)
        else:
            messages.success(request, done)
            return _back_to(found, request)
    return case_page(request, reference, status=422, **{name: form})


def _back_to(found: Case, request: PortalRequest) -> HttpResponseBase:
    """Lead back to the case, and keep the list that it was opened from."""
    if not request.user.works_here:
        return redirect("case", reference=found.reference)
    address, place = reverse("desk_case", kwargs={"reference": found.reference}), urlencode(remembered(found, request))
    return redirect(f"{address}?{place}" if place else address)


def _may(found: Case, request: PortalRequest) -> set[str]:
    side = Side.STAFF if request.user.works_here else Side.CONTACT
    return {trigger.value for trigger in Trigger if lifecycle.allowed(found.status, trigger, side)}


def _for_everybody(found: Case, request: PortalRequest) -> dict[str, Any]:
    return {
        "story": story_of(found),
        "promise": first_response_of(found, request.now),
        "desk_line": desk_line(found.desk, found.hours, request.now),
        "closing": found.closing_in_force,
        "episode": found.open_episode,
        "follow_ups": found.follow_ups.all(),
    }


def _for_partner(found: Case, request: PortalRequest) -> dict[str, Any]:
    return {
        "reply_form": Blank(ReplyForm, initial=new_key()),
        "solved_form": Blank(SolvedForm, initial=new_key()),
        "survey": _own_survey(found, request),
    }


def _own_survey(found: Case, request: PortalRequest) -> Survey | None:
    """Return the survey that the reader may still answer about their own case."""
    survey: Survey | None = getattr(found.closing_in_force, "survey", None)
    asked = survey is not None and survey.is_open(request.now) and found.contact_id == request.user.pk
    return survey if asked else None


def _place(found: Case, request: PortalRequest) -> dict[str, Any]:
    return {"place": place_of(found, request)}


def _for_desk(found: Case, request: PortalRequest) -> dict[str, Any]:
    deadlines = found.deadlines.all()
    staff = [one for one in found.people if one.works_here]
    owner = {"assignee": found.assignee_id, "expected": found.assignee_id}
    return {
        "reply_form": Blank(SpecialistReplyForm, initial=new_key() | _first_words(found, request)),
        "note_form": Blank(NoteForm, initial=new_key()),
        "call_form": Blank(CallForm, initial=new_key()),
        "assign_form": Blank(AssignForm, initial=owner, offers={"assignee": staff}),
        "deadlines": [deadline for deadline in deadlines if deadline.kind not in INTERNAL_KINDS],
        "update": next((deadline for deadline in deadlines if deadline.kind == DeadlineKind.UPDATE), None),
        "attempts": found.attempts.all(),
    }


def _as_read(context: dict[str, Any], request: PortalRequest) -> dict[str, Any]:
    """Return the part of the story that the address asks for, and the forms with the drafts of what is being typed."""
    shown, shows = shown_of(context["story"], request.GET.get("show", ""))
    for kind in (MessageKind.REPLY, MessageKind.NOTE):
        draft, form = context["drafts"].get(kind), context[f"{kind}_form"]
        if draft is not None:
            form.initial.setdefault("body", draft.body)
    return {"shown": shown, "shows": shows}


def _first_words(found: Case, request: PortalRequest) -> dict[str, str]:
    """Return what stands in the composer: a macro that was picked, or the reply that was just taken back."""
    if request.GET.get("macro"):
        return {"body": macros.words_of_macro(found, request)}
    asked = request.GET.get("words_of", "")[:18]
    if not asked.isdecimal():
        return {}
    own = found.messages.filter(author=request.user).exclude(taken_back_at=None)
    message = own.filter(pk=int(asked)).first()
    return {} if message is None else {"body": message.body}


# Page, panels and what stands beside, of each side. A noun with words for both sides stands in both.
PARTNER: tuple[str, list[Panel], list[side.Part]] = (
    "cases/case.html",
    [
        _for_everybody,
        _for_partner,
        plans.panel,
        take_backs.panel,
        redaction.panel,
        watchers.panel,
        links.panel,
        diagnostics.panel,
        sessions.panel,
        consents.panel,
        case_files.panel,
        severity.panel,
        emergency.panel,
        features.panel,
        manager_requests.panel,
    ],
    side.PARTNER,
)
DESK: tuple[str, list[Panel], list[side.Part]] = (
    "cases/desk/case.html",
    [
        _for_everybody,
        _for_desk,
        _place,
        case_presence.panel,
        closing.panel,
        plans.panel,
        take_backs.panel,
        redaction.panel,
        macros.panel,
        inbox.panel,
        watchers.panel,
        links.panel,
        diagnostics.panel,
        sessions.panel,
        consents.panel,
        case_files.panel,
        severity.panel,
        emergency.panel,
        waiting.panel,
        features.panel,
        manager_requests.panel,
    ],
    side.DESK,
)
