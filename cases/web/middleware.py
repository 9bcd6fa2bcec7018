"""Reads the clock once for each request, shows times in the reader's zone, and asks for a second factor.

And keeps the installation's name on the pages of others.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast
from zoneinfo import ZoneInfo

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.middleware import AuthenticationMiddleware, get_user
from django.contrib.auth.models import AnonymousUser
from django.contrib.sites.requests import RequestSite
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from cases.models import User
from cases.web.accounts import asks_for_second_factor, bringing
from cases.web.request import Reading


@contextmanager
def reading_as(person: User) -> Iterator[None]:
    """Show times in the zone and words in the language of a person."""
    with timezone.override(ZoneInfo(person.zone)), translation.override(person.language):
        yield


class PersonMiddleware(AuthenticationMiddleware):
    """Django's own, which takes the person with whom the session was read, where it would read them anew."""

    def process_request(self, request: HttpRequest) -> None:
        """Say whose request it is, once somebody asks."""
        super().process_request(request)
        request.user = cast("User", SimpleLazyObject(lambda: _person_of(request)))


def _person_of(request: HttpRequest) -> User | AnonymousUser:
    session: Any = request.session
    # To look into it reads it.
    with bringing(session.person if SESSION_KEY in session else None):
        return get_user(request)


class ReaderMiddleware:
    """Set `request.now`, and the zone and language of the person who reads."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request as its reader reads."""
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            # PostgreSQL takes no such text, and no address of ours holds it.
            raise BadRequest("An address holds no NUL.")
        cast(Reading, request).now = timezone.now()
        # Kept: whoever logs out is nobody afterwards.
        reader = request.user
        if not isinstance(reader, User):
            return self.get_response(request)
        with reading_as(reader):
            response = self.get_response(request)
        # Outside, Django would name the language that the browser asked for.
        response.headers.setdefault("Content-Language", reader.language)
        # What one person reads stays on no disk and is shown by no browser after they signed out.
        response.headers.setdefault("Cache-Control", "private, no-store")
        if isinstance(request.user, AnonymousUser):
            # They logged out, or were: what the browser kept of them goes too. To the API whoever has no token is None,
            # which ends no session.
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


class OwnNameMiddleware:
    """Show the installation's name on the pages of allauth, which calls the host of the request `site`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request."""
        return self.get_response(request)

    def process_template_response(self, request: HttpRequest, response: TemplateResponse) -> TemplateResponse:
        """Leave the name `site` to what every page shows (`cases.web.context`)."""
        if response.context_data is not None and isinstance(response.context_data.get("site"), RequestSite):
            del response.context_data["site"]
        return response


class SecondFactorMiddleware:
    """Let whoever needs a second factor in with one alone. One gate for every page."""

    # Where one logs in, sets a second factor up, and logs out.
    BEFORE_THE_GATE = "/accounts/"

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Lead whoever lacks a second factor that they need to the page where they set one up."""
        user = request.user
        if not isinstance(user, User) or not _needs_second_factor(user) or _came_with_second_factor(request, user):
            return self.get_response(request)
        if request.path_info.startswith(self.BEFORE_THE_GATE):
            # What pages show around their content, such as a case that waits, is behind the gate too.
            cast(Reading, request).at_the_gate = True
            return self.get_response(request)
        if user.works_here:
            messages.info(request, _("Staff log in with a second factor. Set one up, then go on."))
        elif settings.CONTACTS_NEED_SECOND_FACTOR:
            messages.info(request, _("This portal asks everybody for a second factor. Set one up, then go on."))
        else:
            messages.info(request, _("Your company asks for a second factor. Set one up, then go on."))
        return redirect("mfa_index")


def _needs_second_factor(user: User) -> bool:
    """Return whether the settings ask it of staff or of contacts, or a company of its people."""
    if user.works_here:
        return bool(settings.STAFF_NEED_SECOND_FACTOR)
    if settings.CONTACTS_NEED_SECOND_FACTOR:
        return True
    asked: bool | None = getattr(user, "is_asked_for_second_factor", None)
    return asks_for_second_factor(user).exists() if asked is None else asked


def _came_with_second_factor(request: HttpRequest, user: User) -> bool:
    """Return whether this session proved a second factor, or its person set one up in it.

    Who has a factor is asked for it at each login, so a session without the mark is one that was open before.
    """
    records = get_authentication_records(request, user)
    return any(record.get("method") == "mfa" for record in records) or is_mfa_enabled(user)
