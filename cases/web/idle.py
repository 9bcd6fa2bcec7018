"""Staff who did nothing for long are logged out: a browser that somebody left open is nobody's door (ASVS 7.3.1)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import cast

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils.translation import ngettext

from cases.models import User
from cases.web.request import Reading

SEEN = "seen_at"
# A session is written at most this often, as each writing costs the page statements.
WRITTEN_EACH = timedelta(minutes=10)


class IdleMiddleware:
    """End a session of staff in which nobody did anything for `STAFF_IDLE_HOURS`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let a request in, or make it nobody's; the page that it asked for then leads to the login."""
        user, now = request.user, cast(Reading, request).now
        if isinstance(user, User) and user.works_here:
            idle = now - _seen_at(request, user, now)
            if idle >= timedelta(hours=settings.STAFF_IDLE_HOURS):
                logout(request)
                messages.info(request, _said(settings.STAFF_IDLE_HOURS))
            elif idle >= WRITTEN_EACH and _by_a_person(request):
                request.session[SEEN] = now.timestamp()
        return self.get_response(request)


def _seen_at(request: HttpRequest, user: User, now: datetime) -> datetime:
    """Return when something was last done in this session, the login at the least."""
    proved = [record["at"] for record in get_authentication_records(request, user) if "at" in record]
    seen = max([request.session.get(SEEN, 0), *proved]) or now.timestamp()
    return datetime.fromtimestamp(seen, now.tzinfo)


def _by_a_person(request: HttpRequest) -> bool:
    """Return whether a page was asked for or a form sent; what a page's script asks by itself is no act of anybody."""
    return request.headers.get("Sec-Fetch-Dest", "document") != "empty"


def _said(hours: int) -> str:
    return ngettext(
        "You did nothing here for %(n)s hour, so you were logged out.",
        "You did nothing here for %(n)s hours, so you were logged out.",
        hours,
    ) % {"n": hours}
