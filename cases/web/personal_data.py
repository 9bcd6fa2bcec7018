"""What is kept about a person: each downloads their own; administrators download anybody's, and erase people."""

import logging
from datetime import datetime

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_GET, require_POST

from cases import actions, personal_data
from cases.models import Case, User
from cases.rules import RuleBroken
from cases.web.answers import put_beside
from cases.web.exports import in_language
from cases.web.request import PortalRequest

logger = logging.getLogger(__name__)
ROWS = 100


class EraseForm(forms.Form):
    """Whom to erase, said twice, and how much of what they wrote goes with them."""

    address = forms.CharField(
        label=_lazy("Type their mail address"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _lazy("Type the address of the person exactly. Nothing was changed.")},
    )
    also_known_as = forms.CharField(
        label=_lazy("Other names of theirs"),
        required=False,
        max_length=1000,
        help_text=_lazy("One a line, such as a given name. Each is removed wherever it stands as a word of its own."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    words_too = forms.BooleanField(
        label=_lazy("Remove what they wrote and sent, too"),
        required=False,
        help_text=_lazy("Their messages, the words of cases they logged, their mails and files, also where quoted."),
    )


# --- One's own ------------------------------------------------------------------------------------------------------


@login_required
@require_GET
def own(request: PortalRequest) -> HttpResponseBase:
    """Say what is kept about whoever reads, and offer it."""
    return render(request, "cases/account/data.html")


@login_required
@require_POST
def own_export(request: PortalRequest) -> HttpResponseBase:
    """Send what is kept about whoever asks."""
    return export_of(request.user, for_=request.user, now=request.now)


# --- Administrators -------------------------------------------------------------------------------------------------


@require_GET
def people(request: PortalRequest) -> HttpResponseBase:
    """Find a person."""
    words = request.GET.get("q", "").strip()[:100]
    found = User.objects.filter(Q(name__icontains=words) | Q(email__icontains=words), erased_at=None)
    context = {"people": found.order_by("name", "pk")[:ROWS], "words": words, "most": ROWS}
    return render(request, "cases/manager/persons.html", context)


@require_GET
def person(request: PortalRequest, user_id: int) -> HttpResponseBase:
    """Show what can be done with what is kept about a person."""
    return _page(request, get_object_or_404(User, pk=user_id), EraseForm())


@require_POST
def export(request: PortalRequest, user_id: int) -> HttpResponseBase:
    """Send what is kept about a person."""
    return export_of(get_object_or_404(User, pk=user_id), for_=request.user, now=request.now)


@require_POST
def erase(request: PortalRequest, user_id: int) -> HttpResponseBase:
    """Erase a person whose address was typed."""
    found = get_object_or_404(User, pk=user_id)
    form = EraseForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            actions.erase_person(
                person_id=found.pk,
                address=said["address"],
                also_known_as=said["also_known_as"].splitlines(),
                words_too=said["words_too"],
                actor=request.user,
                now=request.now,
            )
        except RuleBroken as broken:
            put_beside(form, broken)
        else:
            messages.success(request, _("Done. Nobody is named any more, and the record of each case still holds."))
            return redirect("manager_person", user_id=found.pk)
    return _page(request, found, form, status=422)


def _page(request: PortalRequest, found: User, form: EraseForm, *, status: int = 200) -> HttpResponseBase:
    erased = getattr(found, "erasure", None)
    waiting = Case.objects.waiting_on(found).order_by("pk")
    removals = found.factor_removals.select_related("removed_by").order_by("-pk")
    context = {"found": found, "form": form, "erased": erased, "waiting": waiting, "removals": removals}
    return render(request, "cases/manager/person.html", context, status=status)


def export_of(found: User, *, for_: User, now: datetime) -> HttpResponseBase:
    """Return what is kept about a person as a ZIP that is written while it is read."""
    logger.info("What is kept about person %s goes to person %s", found.pk, for_.pk)
    parts = in_language(get_language(), personal_data.parts_of(found, now=now))
    answer = StreamingHttpResponse(parts, content_type="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="person-{found.pk}-{now:%Y-%m-%d}.zip"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
