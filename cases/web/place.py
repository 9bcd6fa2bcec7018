"""Where in the queue a case was come from, and which cases stand before and behind it there."""

from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

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
    said = _said(case, request)
    looked_at, at = str(said.get("list", ""))[:600], str(said.get("at", ""))
    asked = Asked.read(QueryDict(looked_at))
    order = asked.ordering(DeskSettings(user=request.user))
    if not order.knows(at):
        return None
    others = asked.cases(request.user, request.now).exclude(pk=case.pk)

    def neighbour(*, backwards: bool) -> str:
        found = order.ordered(order.beyond(others, at, backwards=backwards), backwards=backwards).first()
        return "" if found is None else address_in(asked, order, found)

    return Place(
        back_url=f"{reverse('desk_queue')}?{asked.query}",
        name=asked.view.name,
        previous_url=neighbour(backwards=True),
        next_url=neighbour(backwards=False),
        query=urlencode({"list": looked_at, "at": at}),
    )


def address_in(asked: Asked, order: Order, case: Case) -> str:
    """Return the address of a case that remembers the list in which it stands."""
    place = urlencode({"list": asked.query, "at": order.key_of(case)})
    return f"{reverse('desk_case', kwargs={'reference': case.reference})}?{place}"


def _said(case: Case, request: PortalRequest) -> QueryDict:
    if request.method == "GET":
        return request.GET
    came_from = urlsplit(request.headers.get("Referer", ""))
    own = came_from.path.startswith(reverse("desk_case", kwargs={"reference": case.reference}))
    return QueryDict(came_from.query if own else "")
