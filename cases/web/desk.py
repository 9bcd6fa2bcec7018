"""The desk's page of a case, and what a specialist does there."""

from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cases import actions
from cases.mentions import people_named_in
from cases.models import Case
from cases.web import uploads
from cases.web.case_pages import act_on_case, case_page
from cases.web.closing import CloseForm
from cases.web.forms import AssignForm, CallForm, NoteForm, SpecialistReplyForm
from cases.web.request import PortalRequest, desk_page


@desk_page
@require_GET
def case(request: PortalRequest, reference: str) -> HttpResponse:
    """Show a case to staff: the conversation with notes, the composer, the actions beside it."""
    return case_page(request, reference)


@desk_page
@require_POST
def case_reply(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Send a public reply; the first one stops the response clock."""
    form = SpecialistReplyForm(request.POST, request.FILES)

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.reply_as_specialist(
            case_id=found.pk,
            body=checked["body"],
            uploads=uploads.files_of(form),
            then_wait=checked["then_wait"],
            read_up_to=checked["read_up_to"],
            submission_key=checked["submission_key"],
            actor=request.user,
            now=request.now,
        )

    return act_on_case(request, reference, form, "reply_form", act, _("Your reply is on its way."))


@desk_page
@require_POST
def case_note(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Write an internal note."""
    form = NoteForm(request.POST, request.FILES)

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.write_note(
            case_id=found.pk,
            body=checked["body"],
            uploads=uploads.files_of(form),
            submission_key=checked["submission_key"],
            actor=request.user,
            now=request.now,
        )

    answered = act_on_case(request, reference, form, "note_form", act, _("The note is kept. Only staff see it."))
    _people, unclear = people_named_in(request.POST.get("body", ""))
    if unclear and answered.status_code == HTTPStatus.FOUND:
        names = ", ".join(f"@{name}" for name in unclear)
        words = _("Nobody was told for %(names)s: it names nobody here, or several.")
        messages.warning(request, words % {"names": names})
    return answered


@desk_page
@require_POST
def case_take(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Take a case that nobody has."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.assign_case(
            case_id=found.pk, assignee_id=request.user.pk, expected_id=None, actor=request.user, now=request.now
        )

    return act_on_case(request, reference, forms.Form(request.POST), "take_form", act, _("The case is yours."))


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
            note=checked["note"],
            actor=request.user,
            now=request.now,
        )

    return act_on_case(request, reference, AssignForm(request.POST), "assign_form", act, _("The case has its owner."))


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

    return act_on_case(request, reference, form, "call_form", act, _("The call is on the record."))


@desk_page
@require_POST
def case_close(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Close a case with an outcome."""
    form = CloseForm(request.POST)

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.close_case(case_id=found.pk, **form.said(), actor=request.user, now=request.now)

    done = _("The case is closed. The contact is told in a minute.")
    return act_on_case(request, reference, form, "close_form", act, done)
