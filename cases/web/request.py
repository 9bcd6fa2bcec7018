"""What a view can count on in a request, and for whom a page is."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponseBase
from django_htmx.middleware import HtmxDetails

from cases.models import User, Viewing

P = ParamSpec("P")
NO_ROLE = "no role"


class Reading(HttpRequest):
    """A request after the middleware: `now` was read from the clock once, `htmx` tells who asked.

    Whoever is `at_the_gate` needs a second factor and has none yet: they are shown how to set one up, and nothing else.
    """

    now: datetime
    htmx: HtmxDetails
    # Why it is refused, for the log; empty as long as it is not.
    refused: str
    at_the_gate: bool = False


class PortalRequest(Reading):
    """A request of a person who is logged in. While an administrator looks through their eyes, `viewing` says so."""

    user: User
    viewing: Viewing | None = None


View = Callable[Concatenate[PortalRequest, P], HttpResponseBase]


def _page_for(may_enter: Callable[[User], bool], view: View[P]) -> Callable[..., HttpResponseBase]:
    @wraps(view)
    def guarded(request: PortalRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        # The same 404 as for a page that does not exist: nobody learns what others may see.
        if not may_enter(request.user):
            request.refused = NO_ROLE
            raise Http404
        return view(request, *args, **kwargs)

    return login_required(guarded)


def partner_page(view: View[P]) -> Callable[..., HttpResponseBase]:
    """Let contacts in; staff work at the desk's pages."""
    return _page_for(lambda user: not user.works_here, view)


def desk_page(view: View[P]) -> Callable[..., HttpResponseBase]:
    """Let staff of any role in."""
    return _page_for(lambda user: user.works_here, view)


def manager_page(view: View[P]) -> Callable[..., HttpResponseBase]:
    """Let managers and administrators in."""
    return _page_for(lambda user: user.manages, view)


def administrator_page(view: View[P]) -> Callable[..., HttpResponseBase]:
    """Let administrators in, and no other manager."""
    return _page_for(lambda user: user.is_staff, view)
