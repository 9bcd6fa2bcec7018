"""The record, looked through each night: what was found, and what administrators say that it was."""

from django import forms
from django.contrib import messages
from django.db.models import F
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_GET, require_POST

from cases import actions
from cases.models import RecordDifference, RecordRound
from cases.rules import RuleBroken
from cases.web.answers import put_beside
from cases.web.request import PortalRequest

NIGHTS, ROWS = 14, 100


class NoteForm(forms.Form):
    """What a difference was."""

    note = forms.CharField(
        label=_lazy("What it was"),
        max_length=4000,
        required=False,
        help_text=_lazy("Such as: a restore of one table on 3 May by Ann, with the record of before beside it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@require_GET
def record(request: PortalRequest) -> HttpResponseBase:
    """Show the last nights, and every difference, those first that nobody looked into."""
    found = RecordDifference.objects.select_related("case", "looked_at_by")
    context = {
        "rounds": RecordRound.objects.order_by("-pk")[:NIGHTS],
        "differences": found.order_by(F("looked_at").desc(nulls_first=True), "-pk")[:ROWS],
    }
    return render(request, "cases/manager/record.html", context)


@require_GET
def difference(request: PortalRequest, difference_id: int) -> HttpResponseBase:
    """Show one difference."""
    return _page(request, difference_id, NoteForm())


@require_POST
def settle(request: PortalRequest, difference_id: int) -> HttpResponseBase:
    """Keep what somebody says that a difference was."""
    get_object_or_404(RecordDifference, pk=difference_id)
    form = NoteForm(request.POST)
    if form.is_valid():
        note = form.cleaned_data["note"]
        try:
            actions.settle_difference(difference_id=difference_id, note=note, actor=request.user, now=request.now)
        except RuleBroken as broken:
            put_beside(form, broken)
        else:
            messages.success(request, _("Kept. This difference alarms nobody any more."))
            return redirect("manager_record")
    return _page(request, difference_id, form, status=422)


def _page(request: PortalRequest, difference_id: int, form: NoteForm, *, status: int = 200) -> HttpResponseBase:
    found = RecordDifference.objects.select_related("case", "looked_at_by")
    context = {"found": get_object_or_404(found, pk=difference_id), "form": form}
    return render(request, "cases/manager/record_difference.html", context, status=status)
