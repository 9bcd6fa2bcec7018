"""Who else is at a case, what happened there meanwhile, and drafts of what is being typed."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from cases import actions
from cases.models import Case, MessageKind, Presence, User
from cases.presence import is_fresh, who_looks_at
from cases.web import lists
from cases.web.forms import LONG_TEXT
from cases.web.request import PortalRequest, desk_page


def panel(case: Case, request: PortalRequest) -> dict[str, Any]:
    """Return who else is here, and the reader's own drafts by kind."""
    here = [one for one in case.presences.all() if is_fresh(one, request.now)]
    return {"here": words_for(here), "drafts": {draft.kind: draft for draft in case.word_drafts.all()}}


@desk_page
@require_POST
def presence(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Note that the reader is here, or leaves; say who else is, and what happened since their page was drawn."""
    case = _case_or_404(reference, request.user)
    if "leaving" in request.POST:
        actions.leave_case(case_id=case.pk, actor=request.user, now=request.now)
        return HttpResponse(status=204)
    writing = request.POST.get("writing") == "yes"
    actions.note_presence(case_id=case.pk, writing=writing, actor=request.user, now=request.now)
    others = who_looks_at([case], request.user, request.now).get(case.pk, [])
    return JsonResponse({"here": words_for(others), "news": _news(case, request)})


@desk_page
@require_POST
def draft(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Keep what is being typed. A page does it by itself; without script there is a button."""
    case = _case_or_404(reference, request.user)
    kind, body = request.POST.get("kind", ""), request.POST.get("body", "").replace("\0", "")
    if kind not in MessageKind.values or len(body) > LONG_TEXT:
        return HttpResponse(status=422)
    actions.keep_word_draft(case_id=case.pk, kind=kind, body=body, actor=request.user, now=request.now)
    if "quietly" in request.POST:
        return HttpResponse(status=204)
    messages.success(request, _("Your draft is kept. Only you see it, and it stands here when you come back."))
    return redirect("desk_case", reference=reference)


def words_for(others: Sequence[Presence]) -> str:
    """Return who else is at a case, in a sentence each: "Max Ortega is writing." Empty where nobody is."""
    return " ".join(_sentence(one) for one in others)


def _sentence(presence: Presence) -> str:
    words = _("%(name)s is writing.") if presence.writing else _("%(name)s is looking at this case.")
    return words % {"name": presence.user}


def _news(case: Case, request: PortalRequest) -> str:
    read = lists.id_in(request.POST.get("read", ""))
    if read is None or case.last_event_number <= read:
        return ""
    n = case.events.filter(number__gt=read).exclude(actor=request.user).count()
    words = ngettext("%(n)s thing happened here meanwhile.", "%(n)s things happened here meanwhile.", n)
    return words % {"n": n} if n else ""


def _case_or_404(reference: str, user: User) -> Case:
    """Return the row alone: this is asked every few seconds."""
    found = Case.objects.visible_to(user).filter(reference=reference).first()
    if found is None:
        raise Http404
    return found
