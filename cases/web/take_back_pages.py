"""Taking back a reply or a closing: the buttons beside what was just done."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases import actions
from cases.models import Case, Message, MessageKind
from cases.rules import RuleBroken
from cases.web.answers import case_or_404
from cases.web.case_pages import act_on_case
from cases.web.request import PortalRequest, desk_page


@desk_page
@require_POST
def reply_back(request: PortalRequest, reference: str, message_id: int) -> HttpResponseBase:
    """Take one's reply back; its words stand in the composer again."""
    found = case_or_404(reference, request.user)
    if not Message.objects.filter(case=found, pk=message_id, kind=MessageKind.REPLY, by_staff=True).exists():
        raise Http404
    page = reverse("desk_case", kwargs={"reference": reference})
    try:
        actions.take_reply_back(message_id=message_id, actor=request.user, now=request.now)
    except RuleBroken as broken:
        messages.error(request, str(broken))
        return redirect(page)
    messages.success(
        request, _("The reply was taken back. Nobody got it. Its words are in the composer, without files.")
    )
    return redirect(f"{page}?words_of={message_id}#reply")


@require_POST
def closing_back(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Take one's closing back; the case goes on where it stood."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.take_closing_back(case_id=found.pk, actor=request.user, now=request.now)

    done = _("The closing was taken back. The case goes on where it stood.")
    return act_on_case(request, reference, forms.Form(request.POST), "undo_form", act, done)
