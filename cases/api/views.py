"""What every view of the API has: scopes, one `Idempotency-Key` for one act, `ETag` and `If-Match`, rate headers."""

import hashlib
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import IntegrityError
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from cases import actions
from cases.api.serializers import CaseSerializer
from cases.models import Case, Receipt, Scope, User
from cases.rules import RuleBroken

# A receipt answers this long; then its key may be used anew.
RECEIPTS_KEPT = timedelta(hours=24)
LONGEST_KEY = 255
ETAG = re.compile(r'^(?:W/)?"[^"]*-(\d{1,9})"$')


class ApiView(APIView):
    """One address of the API. `scopes` names what a token must have, by method."""

    scopes: ClassVar[dict[str, Scope]] = {
        "GET": Scope.CASES_READ,
        "HEAD": Scope.CASES_READ,
        "POST": Scope.CASES_WRITE,
        "DELETE": Scope.CASES_WRITE,
    }

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Response:
        """Tell how many requests are left."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        limit = getattr(getattr(request, "_request", None), "rate_limit", None)
        if limit is not None:
            most, left, seconds = limit
            answer["RateLimit-Policy"] = f"{most};w={seconds}"
            answer["RateLimit"] = f"limit={most}, remaining={left}, reset={seconds}"
        return answer


def person(request: Request) -> User:
    """Return who asks; the permission let nobody else through."""
    assert isinstance(request.user, User)  # noqa: S101 - HasScope saw a token
    return request.user


def moment(request: Request) -> datetime:
    """Return the instant of the request, read from the clock once by ReaderMiddleware."""
    now: datetime = request._request.now  # type: ignore[attr-defined]
    return now


def checked(serializer: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    """Return the body of a request as `serializer` has it.

    Raises:
        ValidationError: something is missing or makes no sense; each field says what.
    """
    found = serializer(data=request.data)
    found.is_valid(raise_exception=True)
    return dict(found.validated_data)


def case_of(request: Request, reference: str) -> Case:
    """Return a case that the asker may know of.

    Raises:
        NotFound: there is none, or it is somebody else's; nobody can tell which.
    """
    visible = Case.objects.visible_to(person(request)).with_people()
    found = visible.select_related("product_area", "follow_up_of").filter(reference=reference).first()
    if found is None:
        raise NotFound
    return found


def etag_of(case: Case) -> str:
    """Return the entity tag of a case: it changes with every event."""
    return f'"{case.reference}-{case.last_event_number}"'


def answer_case(request: Request, reference: str, status_code: int = 200) -> Response:
    """Answer with a case as it stands now."""
    found = case_of(request, reference)
    body = CaseSerializer(found, context={"request": request}).data
    return Response(body, status=status_code, headers={"ETag": etag_of(found)})


def act(request: Request, call: Callable[[], Case | None], *, status_code: int = 200) -> Response:
    """Carry out one act and answer with the case as it stands after it.

    With an `Idempotency-Key` the act is done once: the receipt is written in its own transaction, and the same request
    again gets the same answer for 24 hours. With `If-Match` it is done only on the case as it was read.

    Raises:
        RuleBroken: the policy refuses; or the key was used for another request; or the case changed meanwhile.
    """
    key, fingerprint = _key_of(request), _fingerprint_of(request)
    known = _known(request, key, fingerprint)
    if known is not None:
        return _answer_again(request, known, status_code)
    asked = actions.Asked(person(request), key, fingerprint, _read_up_to(request))
    try:
        with actions.asked_with(asked):
            case = call()
    except IntegrityError:
        # The same key from two connections at once: the other one's act stands, this one left nothing.
        known = _known(request, key, fingerprint)
        if known is None:
            raise
        return _answer_again(request, known, status_code)
    if case is None:
        raise NotFound
    answer = answer_case(request, case.reference, status_code)
    if key:
        receipts = Receipt.objects.filter(actor=person(request), key=key)
        receipts.update(status_code=status_code, answer=answer.data | {"etag": answer["ETag"]})
    return answer


def _key_of(request: Request) -> str:
    key = str(request.headers.get("Idempotency-Key", "")).strip()
    if len(key) > LONGEST_KEY or "\0" in key:
        raise RuleBroken("key_too_long", _("An Idempotency-Key has at most 255 characters. Nothing was done."))
    return key


def _fingerprint_of(request: Request) -> str:
    told = (request.method or "", request.path, request.content_type or "")
    digest = hashlib.sha256("\n".join(told).encode())
    digest.update(request._request.body if not request._request.FILES else repr(sorted(request.data)).encode())
    return digest.hexdigest()


def _known(request: Request, key: str, fingerprint: str) -> Receipt | None:
    if not key:
        return None
    receipts = Receipt.objects.filter(actor=person(request), key=key)
    receipts.filter(made_at__lt=moment(request) - RECEIPTS_KEPT).delete()
    known = receipts.select_related("case").first()
    if known is not None and known.fingerprint != fingerprint:
        raise RuleBroken(
            "key_used_for_another_request",
            _("This Idempotency-Key was used for another request. Nothing was done. Take a new key."),
        )
    return known


def _answer_again(request: Request, known: Receipt, status_code: int) -> Response:
    if known.answer is None:
        # The process died between the act and the answer: the case as it stands is the answer.
        again = answer_case(request, known.case.reference, status_code)
    else:
        body = dict(known.answer)
        tag = body.pop("etag")
        again = Response(body, status=known.status_code or status.HTTP_200_OK, headers={"ETag": tag})
    again["Idempotent-Replayed"] = "true"
    return again


def _read_up_to(request: Request) -> int | None:
    wanted = str(request.headers.get("If-Match", "")).strip()
    if wanted in ("", "*"):
        return None
    found = ETAG.match(wanted)
    # A tag that none of ours has can match nothing.
    return int(found[1]) if found else -1
