"""Reads the clock once for each request and shows times in the reader's zone."""

from collections.abc import Callable
from typing import cast
from zoneinfo import ZoneInfo

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
        cast(Reading, request).now = timezone.now()
        if not isinstance(request.user, User):
            return self.get_response(request)
        with timezone.override(ZoneInfo(request.user.zone)), translation.override(request.user.language):
            return self.get_response(request)
