"""What is answered when no view of ours could: a page to people, problem details to machines."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.views import defaults

from cases.api.problems import bare_problem

API = "/api/"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer what cannot be read."""
    return _answer(request, 400, lambda: defaults.bad_request(request, exception))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer an address that leads nowhere."""
    return _answer(request, 404, lambda: defaults.page_not_found(request, exception))


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Answer when something broke; what, stands in the log."""
    return _answer(request, 500, lambda: defaults.server_error(request))


def _answer(request: HttpRequest, status_code: int, page: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    return bare_problem(status_code) if request.path_info.startswith(API) else page()
