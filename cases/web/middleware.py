"""Reads the clock once for each request and shows times in the reader's zone."""

from collections.abc import Callable
from typing import cast
from zoneinfo import ZoneInfo

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from cases.models import User
from cases.web.request import Reading


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
        if not isinstance(request.user, User):
            return self.get_response(request)
        with timezone.override(ZoneInfo(request.user.zone)), translation.override(request.user.language):
            return self.get_response(request)
