"""Every case that a contact may know of, open or closed, found by words."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cases.models import Case
from cases.querysets import CaseQuerySet
from cases.web import lists
from cases.web.hits import hits_of, marks_of
from cases.web.request import PortalRequest, partner_page

FILTERS = ("state", "whose")


@partner_page
@require_GET
def cases(request: PortalRequest) -> HttpResponse:
    """List the cases of the reader's companies, the newest first, with where the words stand."""
    words, asked = lists.words_in(request), lists.filters_in(request, FILTERS)
    found = _found(request, words, asked)
    found = found.as_rows().with_next_promise(request.user)
    page = lists.page_of(request, found, order="logged_at", words=words, filters=asked)
    context = {
        "page": page,
        "choices": _choices(asked),
        "marks": marks_of(words),
        "hits": hits_of(page.rows, words, request.user, request.now),
        "several": request.user.memberships.filter(is_active=True).count() > 1,
    }
    return render(request, "cases/cases.html", context)


def _found(request: PortalRequest, words: str, asked: dict[str, str]) -> CaseQuerySet:
    found = Case.objects.visible_to(request.user)
    if words:
        found = found.matching(words, request.user, request.now)
    if asked.get("whose") == "mine":
        found = found.filter(contact=request.user)
    state = asked.get("state")
    if state == "open":
        return found.open()
    return found.closed() if state == "closed" else found


def _choices(asked: dict[str, str]) -> list[lists.Choice]:
    states = [("open", _("Open")), ("closed", _("Closed"))]
    return [
        lists.Choice("state", _("State"), asked.get("state", ""), states),
        lists.Choice("whose", _("Whose"), asked.get("whose", ""), [("mine", _("Mine alone"))]),
    ]
