"""Large files, piece by piece (P7.1): by the tus protocol, as the pages do it, and then made part of the case.

Any program that speaks tus 1.0.0 (tus.io) sends one here with its token; the protocol describes itself.
"""

from datetime import datetime
from typing import cast
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from cases import actions
from cases.api.acts import act
from cases.api.serializers import CaseSerializer
from cases.api.views import ApiView, by, case_of, person
from cases.models import PartialUpload, Scope, User
from cases.rules import RuleBroken
from cases.web import large_files
from cases.web.request import PortalRequest


class TusView(ApiView):
    """An address of the tus protocol, answered as the pages answer it."""

    scopes = dict.fromkeys(("HEAD", "POST", "PATCH", "DELETE"), Scope.CASES_WRITE)


class Uploads(TusView):
    """Files that begin."""

    @extend_schema(exclude=True)
    def post(self, request: Request, reference: str) -> HttpResponse:
        """Begin a file, or find the same one where it stopped."""
        return large_files.begin(_as_page(request), reference)


class OneUpload(TusView):
    """A file on its way."""

    @extend_schema(exclude=True)
    def head(self, request: Request, reference: str, upload_id: UUID) -> HttpResponse:
        """Say how much of a file is there."""
        return large_files.upload(_as_page(request), reference, upload_id)

    @extend_schema(exclude=True)
    def patch(self, request: Request, reference: str, upload_id: UUID) -> HttpResponse:
        """Take the next piece."""
        return large_files.upload(_as_page(request), reference, upload_id)

    @extend_schema(exclude=True)
    def delete(self, request: Request, reference: str, upload_id: UUID) -> HttpResponse:
        """Throw an unfinished file away."""
        return large_files.upload(_as_page(request), reference, upload_id)


class UploadFinishing(ApiView):
    """A file that is whole."""

    @extend_schema(operation_id="finish_upload", request=None, responses={201: CaseSerializer})
    def post(self, request: Request, reference: str, upload_id: str) -> Response:
        """Make a file that came by tus part of the case, once all of it is here."""
        case = case_of(request, reference)
        row = case.partial_uploads.select_related("attachment").get(pk=_uuid(upload_id), user=person(request))
        arrived = {row.pk: _arrived(row, **by(request))}
        return act(request, lambda: actions.finish_uploads(case_id=case.pk, arrived=arrived, **by(request)))


def _as_page(request: Request) -> PortalRequest:
    """Return a request as the pages take it: it says who asks and when, by the token as by a login."""
    return cast("PortalRequest", request._request)


def _arrived(row: PartialUpload, *, actor: User, now: datetime) -> actions.Arrived:
    try:
        return large_files.arrived(row, actor=actor, now=now)
    except large_files.NotRead as refused:
        raise RuleBroken("file_not_taken", str(refused)) from refused


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as wrong:
        raise NotFound from wrong
