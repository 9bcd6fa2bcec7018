"""What went wrong, as problem details (RFC 9457), with a code for machines and a sentence for people."""

from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import Http404, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from rest_framework import status
from rest_framework.exceptions import APIException, MethodNotAllowed, NotFound, Throttled, ValidationError
from rest_framework.exceptions import PermissionDenied as NotPermitted
from rest_framework.response import Response

from cases.rules import RuleBroken

# Rules whose break has a status of its own; the others are 422: understood, and refused.
STATUS_OF_RULE = {
    "changed_meanwhile": status.HTTP_412_PRECONDITION_FAILED,
    "key_used_for_another_request": status.HTTP_422_UNPROCESSABLE_ENTITY,
    "staff_only": status.HTTP_403_FORBIDDEN,
    "managers_only": status.HTTP_403_FORBIDDEN,
}
TITLES = {
    400: _lazy("The request cannot be read"),
    401: _lazy("Not logged in"),
    403: _lazy("Not allowed"),
    404: _lazy("There is no such thing"),
    405: _lazy("There is no such method here"),
    406: _lazy("No such format"),
    409: _lazy("Already under way"),
    412: _lazy("Changed meanwhile"),
    415: _lazy("Unknown content type"),
    422: _lazy("Refused"),
    429: _lazy("Too many requests"),
    500: _lazy("Something broke on our side"),
}
CODES = {400: "parse_error", 404: "not_found", 500: "error"}


def answer_problem(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an exception into problem details; None leaves an unforeseen one to Django's error page and log."""
    if isinstance(exc, RuleBroken):
        return _problem(STATUS_OF_RULE.get(exc.code, 422), exc.code, str(exc.message))
    if isinstance(exc, ValidationError):
        return _problem(422, "invalid", _("Some fields need another value. Nothing was done."), errors=exc.detail)
    if isinstance(exc, (Http404, ObjectDoesNotExist)):
        exc = NotFound(_("There is no such thing, or it is none of yours."))
    elif isinstance(exc, PermissionDenied):
        exc = NotPermitted()
    if not isinstance(exc, APIException):
        return None
    answer = _problem(exc.status_code, str(exc.default_code), str(exc.detail))
    for name, value in _headers_of(exc, context).items():
        answer[name] = value
    return answer


def _headers_of(exc: APIException, context: dict[str, Any]) -> dict[str, str]:
    if isinstance(exc, Throttled):
        wait: float | None = exc.wait  # type: ignore[attr-defined] # the stubs lack it
        return {"Retry-After": str(int(wait or 0) + 1)}
    if isinstance(exc, MethodNotAllowed):
        return {"Allow": ", ".join(context["view"].allowed_methods)}
    return {"WWW-Authenticate": "Bearer"} if exc.status_code == status.HTTP_401_UNAUTHORIZED else {}


def bare_problem(status_code: int) -> JsonResponse:
    """Return problem details for what never came to a view of the API."""
    body = _body(status_code, CODES[status_code], str(TITLES[status_code]))
    return JsonResponse(body, status=status_code, content_type="application/problem+json")


def needs_https(token: str, *, has_key: bool) -> JsonResponse:
    """Return problem details for a machine that spoke in the clear. Nothing was done.

    `token` is the name of the key that it sent, if that is one of ours.
    """
    said = _("This is served over HTTPS alone. Nothing was done.")
    if token:
        said += " " + _(
            "The token “%(name)s” came in the clear and may have been read on its way: end it on your account's page,"
            " and make another one."
        ) % {"name": token}
    elif has_key:
        said += " " + _("What you sent to prove who you are came in the clear, and may have been read on its way.")
    # Answered before whatever else guards answers.
    guards = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    body = _body(403, "https_needed", said)
    return JsonResponse(body, status=403, content_type="application/problem+json", headers=guards)


def _body(status_code: int, code: str, detail: str) -> dict[str, Any]:
    title = str(TITLES.get(status_code, _("Refused")))
    return {"type": "about:blank", "title": title, "status": status_code, "code": code, "detail": detail}


def _problem(status_code: int, code: str, detail: str, **more: Any) -> Response:
    return Response(
        _body(status_code, code, detail) | more, status=status_code, content_type="application/problem+json"
    )
