"""Whoever did nothing for long is logged out, and anybody in time: a browser that was left open is nobody's door."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import cast

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.models import User
from cases.web.request import Reading

SEEN = "seen_at"
# A session is written at most this often, as each writing costs the page statements.
WRITTEN_EACH = timedelta(minutes=10)


class IdleMiddleware:
    """End a session in which nobody did anything for so many hours, or that began longer ago than any may last."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let a request in, or make it nobody's; the page that it asked for then leads to the login."""
        user, now = request.user, cast(Reading, request).now
        if isinstance(user, User):
            proved = _proved_at(request, user, now)
            idle = now - max(_seen_at(request, now), *proved)
            hours = settings.STAFF_IDLE_HOURS if user.works_here else settings.CONTACT_IDLE_HOURS
            if idle >= timedelta(hours=hours):
                logout(request)
                messages.info(request, _idle_for(hours))
            elif now - min(proved) >= timedelta(seconds=settings.SESSION_COOKIE_AGE):
                logout(request)
                messages.info(request, _("You logged in long ago, so you are asked to do it again."))
            elif idle >= WRITTEN_EACH and _by_a_person(request):
                request.session[SEEN] = now.timestamp()
        return self.get_response(request)


def _proved_at(request: HttpRequest, user: User, now: datetime) -> list[datetime]:
    """Return when its person proved in this session who they are: at the login first of all."""
    proved = [record["at"] for record in get_authentication_records(request, user) if "at" in record]
    return [datetime.fromtimestamp(at, now.tzinfo) for at in proved] or [now]


def _seen_at(request: HttpRequest, now: datetime) -> datetime:
    """Return when something was last done in this session since the login, or long ago."""
    return datetime.fromtimestamp(request.session.get(SEEN, 0), now.tzinfo)


def _by_a_person(request: HttpRequest) -> bool:
    """Return whether a page was asked for or a form sent; what a page's script asks by itself is no act of anybody."""
    return request.headers.get("Sec-Fetch-Dest", "document") != "empty"


def _idle_for(hours: int) -> str:
    return ngettext(
        "You did nothing here for %(n)s hour, so you were logged out.",
        "You did nothing here for %(n)s hours, so you were logged out.",
        hours,
    ) % {"n": hours}
