"""Requests of partners whose plan has ended, before staff: log each as a case, or decline it with a word (P1.1)."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from cases import actions
from cases.models import Case, KeptRequest
from cases.rules import RuleBroken
from cases.web.answers import put_beside
from cases.web.forms import text
from cases.web.queue import Tab
from cases.web.request import PortalRequest, desk_page

ROWS = 100


class LogKeptForm(forms.Form):
    """Log a kept request as a case."""

    word = text(gettext_lazy("A word to the contact"), gettext_lazy("It goes out with the decision."), rows=2)


class DeclineKeptForm(forms.Form):
    """Decline a kept request."""

    word = text(
        gettext_lazy("Why not?"),
        gettext_lazy("The contact reads this."),
        missing=gettext_lazy("Give the contact a word on why."),
        rows=2,
    )


@desk_page
@require_GET
def requests(request: PortalRequest) -> HttpResponseBase:
    """List the requests that wait for a decision, the oldest first; or those that were decided."""
    return _list(request)


@desk_page
@require_POST
def log(request: PortalRequest, request_id: int) -> HttpResponseBase:
    """Log a kept request as a case: its clock starts now."""
    form = LogKeptForm(request.POST)

    def act(word: str) -> HttpResponseBase:
        case = actions.log_kept_request(request_id=request_id, word=word, actor=request.user, now=request.now)
        messages.success(request, _("The request is case %(reference)s now.") % {"reference": case.reference})
        return redirect("desk_case", reference=case.reference)

    return _decide(request, request_id, form, "log", act)


@desk_page
@require_POST
def decline(request: PortalRequest, request_id: int) -> HttpResponseBase:
    """Decline a kept request with a word."""
    form = DeclineKeptForm(request.POST)

    def act(word: str) -> HttpResponseBase:
        actions.decline_kept_request(request_id=request_id, word=word, actor=request.user, now=request.now)
        messages.success(request, _("The request is declined, and the contact is told."))
        return redirect("desk_requests")

    return _decide(request, request_id, form, "decline", act)


def _decide(
    request: PortalRequest, request_id: int, form: forms.Form, name: str, act: Callable[[str], HttpResponseBase]
) -> HttpResponseBase:
    if not KeptRequest.objects.filter(pk=request_id).exists():
        raise Http404
    if form.is_valid():
        try:
            return act(form.cleaned_data["word"])
        except RuleBroken as broken:
            put_beside(form, broken)
    return _list(request, refused=(request_id, name, form), status=422)


def _list(
    request: PortalRequest, *, refused: tuple[int, str, forms.Form] | None = None, status: int = 200
) -> HttpResponseBase:
    view = "decided" if request.GET.get("view") == "decided" else "waiting"
    found = KeptRequest.objects.select_related("partner", "contact", "case", "decided_by", "taken_by")
    found = found.prefetch_related("attachments")
    waiting = found.filter(decision="").order_by("asked_at", "id")
    decided = found.exclude(decision="").order_by("-decided_at", "-id")
    rows = list((decided if view == "decided" else waiting)[:ROWS])
    if refused is not None and all(row.pk != refused[0] for row in rows):
        # Decided meanwhile: it stays on the page with what was typed.
        rows = [found.get(pk=refused[0]), *rows]
    context = {
        "rows": [_row(row, refused) for row in rows],
        "view": view,
        "tabs": [
            Tab("waiting", gettext_lazy("To decide"), str(waiting.count()), view == "waiting", "view=waiting"),
            Tab("decided", gettext_lazy("Decided"), "", view == "decided", "view=decided"),
        ],
    }
    return render(request, "cases/desk/kept_requests.html", context, status=status)


# What P5.1 asks for, in the order of the form.
ASKED = {
    "explanation": gettext_lazy("What happens"),
    "effect": gettext_lazy("What it affects"),
    "error_messages": gettext_lazy("Error messages"),
    "steps_to_reproduce": gettext_lazy("Steps to reproduce"),
    "known_workarounds": gettext_lazy("Known workarounds"),
    "contact_email": gettext_lazy("Email address"),
    "contact_phone": gettext_lazy("Phone number"),
    "preferred_times": gettext_lazy("Preferred times"),
    "technical_resource": gettext_lazy("Technical resource"),
}


def _row(kept: KeptRequest, refused: tuple[int, str, forms.Form] | None) -> dict[str, Any]:
    given = refused if refused is not None and refused[0] == kept.pk else None
    return {
        "kept": kept,
        "title": kept.details["title"],
        "asked": [(label, kept.details[name]) for name, label in ASKED.items() if kept.details.get(name)],
        "log_form": given[2] if given and given[1] == "log" else LogKeptForm(),
        "decline_form": given[2] if given and given[1] == "decline" else DeclineKeptForm(),
    }


def known(result: Case | KeptRequest) -> Case | None:
    """Return the case that a submission became; None when it was kept."""
    return result if isinstance(result, Case) else None
