"""The pages of an operator: `/healthz`, `/readyz`, `/metrics`. No login, and nothing of any case in them."""

import ipaddress
import secrets
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST

from probax_support import health, metrics


def answer(request: HttpRequest) -> HttpResponse | None:
    """Answer a probe; None for every other address."""
    probe = PROBES.get(request.path_info)
    if probe is None:
        return None
    response = probe(request) if request.method in ("GET", "HEAD") else HttpResponseNotAllowed(["GET", "HEAD"])
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def healthz(_request: HttpRequest) -> HttpResponse:
    """The process lives. Nothing else is asked: a database that is down is no reason to start the process anew."""
    return HttpResponse("alive\n", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """Whether pages can be served, part by part; with `?strict` also whether everything behind them runs."""
    parts = health.readiness(timezone.now())
    serves = all(part.holds for part in parts if part.needed)
    whole = all(part.holds for part in parts)
    said = {
        "status": "ready" if whole else "degraded" if serves else "not ready",
        "parts": {part.name: {"ok": part.holds, "reason": part.reason} for part in parts},
    }
    fine = whole if "strict" in request.GET else serves
    return JsonResponse(said, status=200 if fine else 503, json_dumps_params={"indent": 1})


def scrape(request: HttpRequest) -> HttpResponse:
    """Numbers for Prometheus: behind METRICS_TOKEN, or without one to this machine alone."""
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "")
        if not secrets.compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode()):
            return HttpResponse(
                "The metrics want their token.\n",
                status=401,
                content_type="text/plain",
                headers={"WWW-Authenticate": "Bearer"},
            )
    elif not comes_from_this_machine(request):
        return HttpResponse("Nothing is here.\n", status=404, content_type="text/plain")
    return HttpResponse(metrics.exposition(timezone.now()), content_type=CONTENT_TYPE_LATEST)


def comes_from_this_machine(request: HttpRequest) -> bool:
    """Tell whether nobody else can have asked: a loopback address, and no proxy in between."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


PROBES: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/healthz": healthz,
    "/readyz": readyz,
    "/metrics": scrape,
}
