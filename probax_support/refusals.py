"""Why a request was refused, for the log alone. Whoever asked gets the same answer whatever it was."""

import re
from http import HTTPStatus
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.urls import ResolverMatch

from cases.models import Case, Partner, User

REFUSED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})
NOT_LOGGED_IN, NOT_ALLOWED, NOT_THEIRS, NO_SUCH = "not logged in", "not allowed", "not theirs", "no such"
# What may be told of an address: numbers, references, codes. Anything else may be a secret.
_TELLABLE = re.compile(r"[0-9]{1,18}|[A-Z0-9]{1,12}(-[0-9]{1,12})?")


def facts_of(request: HttpRequest, match: ResolverMatch | None, status: int) -> dict[str, str]:
    """Return what the line of a refused request says beside the rest; nothing of one that was answered."""
    if match is None or status not in REFUSED:
        return {}
    return {"refused": _why(request, match, status), "asked_for": _asked_for(match.kwargs)}


def _why(request: HttpRequest, match: ResolverMatch, status: int) -> str:
    if status == HTTPStatus.UNAUTHORIZED:
        return NOT_LOGGED_IN
    noted = getattr(request, "refused", "")
    if noted or status == HTTPStatus.FORBIDDEN:
        return str(noted or NOT_ALLOWED)
    reader = getattr(request, "user", None)
    named = _named_by(match.kwargs, reader) if isinstance(reader, User) else None
    if named is None:
        return NO_SUCH
    rows, theirs = named
    # One query, whether there is such a row or not: how long the answer takes tells nothing.
    found = rows.values_list(Exists(theirs.filter(pk=OuterRef("pk"))), flat=True).first()
    return NOT_THEIRS if found is False else NO_SUCH


def _named_by(named: dict[str, Any], reader: User) -> tuple[QuerySet[Any], QuerySet[Any]] | None:
    """Return the case or else the partner that an address names, and those that the reader knows."""
    if "reference" in named:
        return Case.objects.filter(reference=named["reference"]), Case.objects.visible_to(reader)
    code = named.get("code", named.get("partner"))
    if code is None:
        return None
    own = Partner.objects.filter(memberships__user=reader, memberships__is_active=True)
    return Partner.objects.filter(code=code), Partner.objects.all() if reader.works_here else own


def _asked_for(named: dict[str, Any]) -> str:
    return " ".join(f"{name}={value}" for name, value in named.items() if _TELLABLE.fullmatch(str(value)))
