"""One act on many cases. Each case is an act of its own: what is refused for one is said, and the others go on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID, uuid4, uuid5

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods

from cases import actions, rules
from cases.models import Case, Macro, StaffRole, User
from cases.rules import RuleBroken
from cases.web import lists, macros
from cases.web.forms import text
from cases.web.queue import ROWS
from cases.web.request import PortalRequest, desk_page


class BulkForm(forms.Form):
    """What every act on many has: a hidden key, so that the same form sent twice acts once."""

    key = forms.UUIDField(widget=forms.HiddenInput)


class AssignManyForm(BulkForm):
    """The new owner of many cases."""

    assignee = forms.ModelChoiceField(
        label=_lazy("Assigned to"), queryset=User.objects.none(), required=False, empty_label=_lazy("Nobody")
    )
    note = text(
        _lazy("What do they have to know?"), _lazy("An internal note on each case. They get it by mail."), rows=3
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ModelChoiceField[User]", self.fields["assignee"])
        field.queryset = User.objects.filter(staff_role__in=StaffRole.values, is_active=True).order_by("name")


class ReplyManyForm(BulkForm):
    """The macro that goes to many contacts, filled in for each."""

    macro = forms.ModelChoiceField(
        label=_lazy("Macro"),
        queryset=Macro.objects.order_by("name"),
        empty_label=_lazy("Choose one"),
        error_messages={"required": _lazy("Choose what to send.")},
    )
    then_wait = forms.BooleanField(
        label=_lazy("Then wait for the contacts"),
        required=False,
        help_text=_lazy("For a question. Without a word, two reminders follow and then the closing."),
    )


class NoteManyForm(BulkForm):
    """A note that many cases get."""

    body = text(_lazy("Internal note"), _lazy("Only staff see it."), missing=_lazy("Write the note first."))


@dataclass(frozen=True)
class OneOfMany:
    """A case in an act on many: what the page showed of it, and why the act was refused, if it was."""

    case: Case
    owner_id: int | None
    read_up_to: int
    refused: str = ""


Act = Callable[[OneOfMany, dict[str, Any], PortalRequest], object]


def _assign(one: OneOfMany, said: dict[str, Any], request: PortalRequest) -> None:
    assignee = said["assignee"]
    actions.assign_case(
        case_id=one.case.pk,
        assignee_id=None if assignee is None else assignee.pk,
        expected_id=one.owner_id,
        note=said["note"],
        actor=request.user,
        now=request.now,
    )


def _reply(one: OneOfMany, said: dict[str, Any], request: PortalRequest) -> None:
    actions.reply_as_specialist(
        case_id=one.case.pk,
        body=rules.filled(said["macro"].body, macros.values_for(one.case, request.user)),
        then_wait=said["then_wait"],
        read_up_to=one.read_up_to,
        submission_key=_key_for(one, said),
        actor=request.user,
        now=request.now,
    )


def _note(one: OneOfMany, said: dict[str, Any], request: PortalRequest) -> None:
    key = _key_for(one, said)
    actions.write_note(case_id=one.case.pk, body=said["body"], submission_key=key, actor=request.user, now=request.now)


def _key_for(one: OneOfMany, said: dict[str, Any]) -> UUID:
    """Return the form's key as one for each case: the same form sent twice writes once into each."""
    return uuid5(said["key"], one.case.reference)


@dataclass(frozen=True)
class Many:
    """An act on many: its form, its words, and what it does to one case."""

    form: type[BulkForm]
    title: Promise
    button: Promise
    act: Act


ACTS = {
    "assign": Many(AssignManyForm, _lazy("Assign many cases"), _lazy("Assign them"), _assign),
    "reply": Many(ReplyManyForm, _lazy("Reply to many with a macro"), _lazy("Send the replies"), _reply),
    "note": Many(NoteManyForm, _lazy("Add a note to many cases"), _lazy("Keep the notes"), _note),
}


@desk_page
@require_http_methods(["GET", "POST"])
def bulk(request: PortalRequest) -> HttpResponseBase:
    """Show what an act on the chosen cases needs; do it; report what was refused and why."""
    said = request.POST if request.method == "POST" else request.GET
    many, back = ACTS.get(said.get("act", "")), f"{reverse('desk_queue')}?{said.get('back', '')[:600]}"
    chosen = _chosen(request)
    if many is None:
        raise Http404
    if not chosen:
        messages.warning(request, _("Choose cases first: tick the boxes at the beginning of their rows."))
        return redirect(back)
    context = {"many": many, "act": said["act"], "back": back, "back_query": said.get("back", ""), "chosen": chosen}
    if request.method != "POST":
        return _form_page(request, context | {"form": many.form(initial={"key": uuid4()})})
    form = many.form(request.POST)
    if not form.is_valid():
        return _form_page(request, context | {"form": form}, status=422)
    report = [_done(many.act, one, form.cleaned_data, request) for one in chosen]
    refused = sum(bool(one.refused) for one in report)
    context |= {"report": report, "refused": refused, "done": len(report) - refused}
    return render(request, "cases/desk/bulk_report.html", context)


def _form_page(request: PortalRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    shown = list(Macro.objects.order_by("name")) if context["act"] == "reply" else []
    return render(request, "cases/desk/bulk.html", context | {"macros": shown}, status=status)


def _chosen(request: PortalRequest) -> list[OneOfMany]:
    """Return the chosen cases as the page showed them, no more than a page of the queue has."""
    said = request.POST if request.method == "POST" else request.GET
    references = said.getlist("case")[:ROWS]
    found = Case.objects.visible_to(request.user).with_people().filter(reference__in=references).order_by("pk")
    return [_as_shown(case, said) for case in found]


def _as_shown(case: Case, said: Any) -> OneOfMany:
    owner = said.get(f"owner-{case.reference}")
    read = lists.id_in(said.get(f"read-{case.reference}", ""))
    return OneOfMany(
        case,
        case.assignee_id if owner is None else lists.id_in(owner),
        case.last_event_number if read is None else read,
    )


def _done(act: Act, one: OneOfMany, said: dict[str, Any], request: PortalRequest) -> OneOfMany:
    try:
        act(one, said, request)
    except RuleBroken as broken:
        return OneOfMany(one.case, one.owner_id, one.read_up_to, str(broken.message))
    return one
