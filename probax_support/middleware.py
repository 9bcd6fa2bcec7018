"""What surrounds every request: a number that follows it through the logs, a line, and the measures of it."""

import logging
import re
import time
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from knox.crypto import hash_token

from cases.api.problems import needs_https
from cases.models import ApiToken
from probax_support import metrics, probes, refusals

logger = logging.getLogger(__name__)

# A number that somebody in front of us gave; anything else is replaced by one of our own.
SANE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
# Where machines ask, by the beginning of the address; the description of the API is read by people.
MACHINES = ("/api/", "/inbound/", "/roster/")
PAGES_FOR_PEOPLE = ("/api/v1/docs/",)
REFERENCE = re.compile(r"[A-Z0-9]{1,12}-[0-9]{1,12}")


class RequestMiddleware:
    """Number, measure and log each request; first in line, so that whatever happens behind it is covered.

    The probes of an operator are answered here, before hosts, sessions and redirects come into play: a load balancer
    asks by address and in the clear.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a request."""
        began = time.perf_counter()
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        request_id = given if SANE_ID.fullmatch(given) else uuid.uuid4().hex
        # Not cleared at the end: Django speaks of a failed request after all middleware is done with it.
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        probe = probes.answer(request)
        response = self.get_response(request) if probe is None else probe
        response["X-Request-ID"] = request_id
        if probe is None:
            self._tell(request, response, time.perf_counter() - began)
        return response

    def process_view(self, request: HttpRequest, _view: object, _args: object, kwargs: dict[str, Any]) -> None:
        """Note who asks, and about which case, for every line that is logged on the way."""
        _note_person(request)
        if REFERENCE.fullmatch(str(kwargs.get("reference", ""))):
            structlog.contextvars.bind_contextvars(case=kwargs["reference"])

    def _tell(self, request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
        _note_person(request)
        match = request.resolver_match
        view = match.view_name if match is not None else ""
        metrics.count_request(view=view, method=request.method or "", status=response.status_code, seconds=seconds)
        level = logging.INFO
        if response.status_code >= 500:
            level = logging.WARNING
        elif match is None and request.path_info.startswith(settings.STATIC_URL):
            level = logging.DEBUG
        said = {
            "method": metrics.known_method(request.method or ""),
            "route": match.route if match is not None else None,
            "view": view,
            "status": response.status_code,
            "milliseconds": round(seconds * 1000, 1),
            **refusals.facts_of(request, match, response.status_code),
        }
        logger.log(level, "request", extra=said)


class InTheClearMiddleware:
    """Refuse a machine that speaks plain HTTP to a portal of HTTPS; people are led on by `SecurityMiddleware`.

    Led on, a machine would go on sending its token in the clear, and nobody would ever notice (ASVS 4.1.2).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a request."""
        in_the_clear = settings.SECURE_SSL_REDIRECT and not request.is_secure()
        if not (in_the_clear and request.path_info.startswith(MACHINES)) or request.path_info in PAGES_FOR_PEOPLE:
            return self.get_response(request)
        sent = request.headers.get("Authorization", "").rpartition(" ")[2]
        token = ApiToken.objects.filter(pk=hash_token(sent)).first() if sent else None
        if token is not None:
            logger.warning("Token %s of person %s came in the clear", token.token_key[:8], token.user_id)
        return needs_https("" if token is None else token.name, has_key=bool(sent))


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """django-csp's own, with the policy of most pages put together once. A page may still have one of its own."""

    OF_ONE_PAGE = frozenset(
        f"_csp_{name}{mode}" for name in ("config", "update", "replace", "exempt") for mode in ("", "_ro")
    )

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        super().__init__(get_response)
        self._of_most = build_policy()

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Give an answer its policy."""
        has_nonce = getattr(request, "_csp_nonce", None) is not None
        if settings.DEBUG or has_nonce or not self.OF_ONE_PAGE.isdisjoint(vars(response)):
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, self._of_most)
        return response


def _note_person(request: HttpRequest) -> None:
    """Note whose request it is, by number, once that is known: behind a token only the view finds out."""
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        structlog.contextvars.bind_contextvars(person=user.pk)
