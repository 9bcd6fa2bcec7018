"""The desk's pages: the queue, the case, and what a specialist does there."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cases import actions, lifecycle, rules
from cases.lifecycle import Side, Trigger
from cases.models import Case, Deadline
from cases.rules import RuleBroken
from cases.web import uploads
from cases.web.answers import case_or_404, new_key, put_beside
from cases.web.forms import AssignForm, CallForm, CloseForm, NoteForm, SpecialistReplyForm, files_of
from cases.web.promise import desk_line, first_response_of
from cases.web.queue import page_of, tabs_of
from cases.web.request import PortalRequest, desk_page
from cases.web.timeline import story_of


@desk_page
@require_GET
def queue(request: PortalRequest) -> HttpResponse:
    """Show the queue, the next promise on top."""
    page = page_of(request)
    template = "cases/desk/queue.html#rows" if request.htmx else "cases/desk/queue.html"
    return render(request, template, {"page": page, "tabs": tabs_of(request, page.view)})


@desk_page
@require_GET
def case(request: PortalRequest, reference: str) -> HttpResponse:
    """Show a case to staff: the conversation with notes, the composer, the actions beside it."""
    return _case_page(request, case_or_404(reference, request.user))


# A refused form stays on the page with what was typed, even where the case ended meanwhile and offers it no more.
FORMS = {
    "reply_form": Trigger.REPLY.value,
    "call_form": Trigger.REACH.value,
    "close_form": Trigger.CLOSE.value,
    "assign_form": Trigger.ASSIGN.value,
}


def _may(found: Case) -> set[str]:
    return {trigger.value for trigger in Trigger if lifecycle.allowed(found.status, trigger, Side.STAFF)}


def _case_page(request: PortalRequest, found: Case, *, status: int = 200, **forms_with_errors: Any) -> HttpResponse:
    unbound: dict[str, Any] = {
        "reply_form": SpecialistReplyForm(initial=new_key()),
        "note_form": NoteForm(initial=new_key()),
        "call_form": CallForm(initial=new_key()),
        "close_form": CloseForm(),
        "assign_form": AssignForm(initial={"assignee": found.assignee_id, "expected": found.assignee_id}),
    }
    context = {
        "case": found,
        "story": story_of(found, request.user),
        "promise": first_response_of(found, request.now),
        "deadlines": Deadline.objects.filter(case=found).order_by("id"),
        "desk_line": desk_line(found.partner, found.desk, request.now),
        "closing": found.closings.select_related("survey").filter(taken_back_at=None).first(),
        "episode": found.episodes.filter(ended_at=None).first(),
        "attempts": found.attempts.select_related("made_by").order_by("made_at"),
        "follow_ups": Case.objects.visible_to(request.user).filter(follow_up_of=found),
        "may": _may(found) | {FORMS[name] for name in forms_with_errors if name in FORMS},
        "outcome_needs": rules.OUTCOME_NEEDS,
        **unbound,
        **forms_with_errors,
    }
    return render(request, "cases/desk/case.html", context, status=status)


def _act(
    request: PortalRequest,
    reference: str,
    form: forms.Form,
    name: str,
    act: Callable[[Case, dict[str, Any]], object],
    done: str,
) -> HttpResponseBase:
    """Check a form, call one action, and answer: back to the case, or the page again with all that was typed."""
    found = case_or_404(reference, request.user)
    if form.is_valid():
        try:
            act(found, form.cleaned_data)
        except RuleBroken as broken:
            put_beside(form, broken)
        else:
            messages.success(request, done)
            return redirect("desk_case", reference=reference)
    return _case_page(request, case_or_404(reference, request.user), status=422, **{name: form})


@desk_page
@require_POST
def case_reply(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Send a public reply; the first one stops the response clock."""
    form = SpecialistReplyForm(request.POST, request.FILES)

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.reply_as_specialist(
            case_id=found.pk,
            body=checked["body"],
            uploads=[uploads.checked(upload) for upload in files_of(form)],
            then_wait=checked["then_wait"],
            submission_key=checked["submission_key"],
            actor=request.user,
            now=request.now,
        )

    return _act(request, reference, form, "reply_form", act, _("Your reply is on its way."))


@desk_page
@require_POST
def case_note(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Write an internal note."""
    form = NoteForm(request.POST, request.FILES)

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.write_note(
            case_id=found.pk,
            body=checked["body"],
            uploads=[uploads.checked(upload) for upload in files_of(form)],
            submission_key=checked["submission_key"],
            actor=request.user,
            now=request.now,
        )

    return _act(request, reference, form, "note_form", act, _("The note is kept. Only staff see it."))


@desk_page
@require_POST
def case_take(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Take a case that nobody has."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.assign_case(
            case_id=found.pk, assignee_id=request.user.pk, expected_id=None, actor=request.user, now=request.now
        )

    return _act(request, reference, forms.Form(request.POST), "take_form", act, _("The case is yours."))


@desk_page
@require_POST
def case_assign(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Give a case to a colleague, or to nobody."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        assignee = checked["assignee"]
        actions.assign_case(
            case_id=found.pk,
            assignee_id=None if assignee is None else assignee.pk,
            expected_id=checked["expected"],
            actor=request.user,
            now=request.now,
        )

    return _act(request, reference, AssignForm(request.POST), "assign_form", act, _("The case has its owner."))


@desk_page
@require_POST
def case_call(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Log a call to the contact."""
    form = CallForm(request.POST)

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.log_call(
            case_id=found.pk,
            outcome=checked["outcome"],
            note=checked["note"],
            made_at=form.made_or(request.now, logged_at=found.logged_at),
            submission_key=checked["submission_key"],
            actor=request.user,
            now=request.now,
        )

    return _act(request, reference, form, "call_form", act, _("The call is on the record."))


@desk_page
@require_POST
def case_close(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Close a case with an outcome."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.close_case(
            case_id=found.pk,
            outcome=checked["outcome"],
            explanation=checked["explanation"],
            detail=checked["detail"],
            actor=request.user,
            now=request.now,
        )

    done = _("The case is closed. The contact is told in a minute.")
    return _act(request, reference, CloseForm(request.POST), "close_form", act, done)
