"""One act for one `Idempotency-Key`, on the case as it was read (`If-Match`).

The act writes a receipt of its request in its own transaction, so the same request again, also after a crash between
commit and answer, does nothing twice.
"""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError
from django.db.models import Model
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from cases import actions
from cases.api.views import answer_case, by, moment, person
from cases.models import Case, Receipt
from cases.rules import RuleBroken

LONGEST_KEY = 255
ETAG = re.compile(r'^(?:W/)?"([^"]*)-(\d{1,9})"$')
# Under it a key becomes the hidden key that a form would carry, so that both doors know a repetition.
KEYS = UUID("6f0c0a4e-3f5b-4c9b-9d55-3f6f5d3a8a51")


@dataclass(frozen=True)
class Telling:
    """How an act beside cases is answered: the body by the id of the row, or by the count, and the status.

    An answer that holds a secret is never kept, but told anew.
    """

    body: Callable[[int], dict[str, Any]]
    status_code: int = 201
    secret: bool = False


def submission_key(request: Request) -> UUID:
    """Return the `Idempotency-Key` as actions know it; without one every request is a new one."""
    key = request.headers.get("Idempotency-Key", "")
    return uuid5(KEYS, f"{person(request).pk} {key}") if key else uuid4()


def keyed(request: Request) -> dict[str, Any]:
    """Return who acts and when, with the hidden key by which the action knows a repetition."""
    return {"submission_key": submission_key(request), **by(request)}


def act(request: Request, call: Callable[[], Model | int | None], tell: Telling | None = None) -> Response:
    """Carry out one act and answer with the case as it stands after it, or by `tell` with what it made beside cases.

    With an `Idempotency-Key` the act is done once, and the same request again gets the same answer for 24 hours. With
    `If-Match` it is done only on the case as it was read.

    Raises:
        RuleBroken: the policy refuses; or the key was used for another request; or the case changed meanwhile.
    """
    key, fingerprint = _key_of(request), _fingerprint_of(request)
    known = _known(request, key, fingerprint)
    if known is not None:
        return _answer_again(request, known, tell)
    asked = actions.Asked(person(request), key, fingerprint, _read(request))
    try:
        with actions.asked_with(asked):
            done = call()
    except (IntegrityError, RuleBroken):
        # The same key from two connections at once: the other one's act stands, and may be why this one was refused.
        known = _known(request, key, fingerprint)
        if known is None:
            raise
        return _answer_again(request, known, tell)
    if done is None:
        raise NotFound
    receipt = Receipt(actor=asked.actor, key=key, fingerprint=fingerprint, made_at=moment(request))
    if isinstance(done, Case):
        receipt.case = done
    else:
        receipt.made = done if isinstance(done, int) else done.pk
    answer = _told(request, receipt, tell)
    if key:
        _keep(receipt, answer, is_left=not asked.key, secret=tell is not None and tell.secret)
    return answer


def _keep(receipt: Receipt, answer: Response, *, is_left: bool, secret: bool) -> None:
    """Keep the answer in the receipt that the act left. One that changed nothing left none, and is answered alike."""
    if not secret:
        receipt.status_code = answer.status_code
        receipt.answer = {"body": answer.data, "etag": answer.get("ETag", "")}
    if is_left:
        left = Receipt.objects.filter(actor=receipt.actor, key=receipt.key)
        left.update(status_code=receipt.status_code, answer=receipt.answer)
    else:
        Receipt.objects.bulk_create([receipt], ignore_conflicts=True)


def _answer_again(request: Request, known: Receipt, tell: Telling | None) -> Response:
    if known.answer is None:
        # The process died between the act and the answer: how things stand now is the answer.
        again = _told(request, known, tell)
    else:
        headers = {"ETag": known.answer["etag"]} if known.answer["etag"] else {}
        again = Response(known.answer["body"], status=known.status_code, headers=headers)
    again["Idempotent-Replayed"] = "true"
    return again


def _told(request: Request, receipt: Receipt, tell: Telling | None) -> Response:
    if receipt.case is not None:
        return answer_case(request, receipt.case.reference, status_code=201)
    if tell is None or receipt.made is None:
        raise LookupError("Whoever acts beside cases says how to tell of it.")
    return Response(tell.body(receipt.made), status=tell.status_code)


def _key_of(request: Request) -> str:
    key = str(request.headers.get("Idempotency-Key", "")).strip()
    if len(key) > LONGEST_KEY or "\0" in key:
        raise RuleBroken("key_too_long", _("An Idempotency-Key has at most 255 characters. Nothing was done."))
    return key


def _fingerprint_of(request: Request) -> str:
    """Return a digest of what is asked: method, address and everything in the body, files by their content."""
    digest = hashlib.sha256(f"{request.method}\n{request.path}\n".encode())
    if not request.FILES:
        digest.update(json.dumps(request.data, sort_keys=True).encode())
        return digest.hexdigest()
    for name, values in (*request._request.POST.lists(), *request.FILES.lists()):
        for value in values:
            digest.update(_of_part(name, value))
    return digest.hexdigest()


def _of_part(name: str, value: str | UploadedFile[Any]) -> bytes:
    if isinstance(value, str):
        return repr((name, value)).encode()
    of_content = hashlib.sha256()
    for piece in value.chunks():
        of_content.update(piece)
    value.seek(0)
    return repr((name, value.name, of_content.hexdigest())).encode()


def _known(request: Request, key: str, fingerprint: str) -> Receipt | None:
    if not key:
        return None
    receipts = Receipt.objects.filter(actor=person(request), key=key)
    receipts.filter(made_at__lt=moment(request) - actions.RECEIPTS_KEPT).delete()
    known = receipts.select_related("case").first()
    if known is not None and known.fingerprint != fingerprint:
        raise RuleBroken(
            "key_used_for_another_request",
            _("This Idempotency-Key was used for another request. Nothing was done. Take a new key."),
        )
    return known


def _read(request: Request) -> tuple[str, int] | None:
    """Return the case of the address as its caller has read it, by its ETag; None where they do not say."""
    wanted = str(request.headers.get("If-Match", "")).strip()
    reference = (request.parser_context or {}).get("kwargs", {}).get("reference")
    if reference is None or wanted in ("", "*"):
        return None
    found = ETAG.match(wanted)
    # A tag that this case never had can match nothing.
    return (reference, int(found[2]) if found and found[1] == reference else -1)
