"""Where in the queue a case was come from, and which cases stand before and behind it there."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.db.models import Q, Subquery
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise

from cases.models import Case, DeskSettings
from cases.web.queue import Asked
from cases.web.queue_order import Order
from cases.web.request import PortalRequest


@dataclass(frozen=True)
class Place:
    """The list behind a case: its address and name, and the addresses of the neighbours, empty at an end."""

    back_url: str
    name: Promise
    previous_url: str
    next_url: str
    query: str


def place_of(case: Case, request: PortalRequest) -> Place | None:
    """Return the place that the address names, or that of the page from which a form was sent.

    Neighbours are looked for around where the case stood when it was opened: an answer moves the case, not the reader.
    """
    said = remembered(case, request)
    asked = Asked.read(QueryDict(said.get("list", "")))
    order = asked.ordering(DeskSettings(user=request.user))
    if not order.knows(said.get("at", "")):
        return None
    others = asked.cases(request.user, request.now).exclude(pk=case.pk)

    before, behind = (
        Subquery(order.ordered(order.beyond(others, said["at"], backwards=back), backwards=back).values("pk")[:1])
        for back in (True, False)
    )
    which: dict[str, Any] = {"is_next": Q(pk=behind)}
    both = Case.objects.visible_to(request.user).filter(Q(pk=before) | Q(pk=behind)).annotate(**which)
    # Where none is behind, the database knows of none whether it is.
    neighbours = {bool(one.is_next): address_in(asked, order, one) for one in both}
    return Place(
        back_url=f"{reverse('desk_queue')}?{asked.query}",
        name=asked.view.name,
        previous_url=neighbours.get(False, ""),
        next_url=neighbours.get(True, ""),
        query=urlencode(said),
    )


def remembered(case: Case, request: PortalRequest) -> dict[str, str]:
    """Return what an address says of the list, as the page or the page before a sent form had it."""
    said = request.GET
    if request.method != "GET":
        came_from = urlsplit(request.headers.get("Referer", ""))
        own = came_from.path.startswith(reverse("desk_case", kwargs={"reference": case.reference}))
        said = QueryDict(came_from.query if own else "")
    return {name: str(said[name])[:600] for name in ("list", "at") if name in said}


def address_in(asked: Asked, order: Order, case: Case) -> str:
    """Return the address of a case that remembers the list in which it stands."""
    place = urlencode({"list": asked.query, "at": order.key_of(case)})
    return f"{reverse('desk_case', kwargs={'reference': case.reference})}?{place}"
