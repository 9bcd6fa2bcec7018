"""Files of a case without a message: by the ordinary form, or large ones piece by piece with progress (P7.1).

The pieces come by the tus protocol, version 1.0.0: its core with creation, checksum and termination (tus.io). A file
becomes part of the case when all its bytes are here and the page asks for it.
"""

import base64
import binascii
import hashlib
import tempfile
from collections.abc import Iterator
from datetime import datetime
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse, UnreadablePostError
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from cases import actions, pieces
from cases.actions import Arrived
from cases.models import Case, PartialUpload, User
from cases.packed import Together
from cases.rules import RuleBroken
from cases.web import uploads
from cases.web.answers import case_or_404
from cases.web.case_files import AddFilesForm
from cases.web.case_pages import act_on_case
from cases.web.request import PortalRequest

VERSION = "1.0.0"
READ_BYTES = 64 * 1024
CHECKSUM_WRONG = 460
NOT_TAKEN = 415
STATUS_OF_RULE = {
    "wrong_offset": 409,
    "piece_too_long": 413,
    "upload_too_large": 413,
    "no_room": 507,
    "case_closed": 409,
}


class NotRead(Exception):
    """A request that cannot be taken up. `status_code` is for the machine, the words are for people."""

    def __init__(self, status_code: int, words: str) -> None:
        super().__init__(words)
        self.status_code = status_code


# --- tus --------------------------------------------------------------------------------------------------------------


@require_POST
def begin(request: PortalRequest, reference: str) -> HttpResponse:
    """Begin a large file, or find the same one where it stopped. Answers with its address and how much is there."""
    found = case_or_404(reference, request.user)
    try:
        size = _number(request, "Upload-Length")
        said = _metadata(request.headers.get("Upload-Metadata", ""))
        upload = actions.begin_upload(
            case_id=found.pk,
            name=_name(said),
            size=size,
            fingerprint=said.get("fingerprint", "")[:200],
            actor=request.user,
            now=request.now,
        )
    except (NotRead, RuleBroken) as refused:
        return _refusal(refused)
    # Beneath this address: the pages and the API have one of their own each.
    return _tus(201, upload, Location=f"{request.path}{upload.pk}/")


@require_http_methods(["HEAD", "PATCH", "DELETE"])
def upload(request: PortalRequest, reference: str, upload_id: UUID) -> HttpResponse:
    """Say how much of a file is there, take the next piece, or throw it away."""
    found = _mine_or_404(request, reference, upload_id)
    if request.method == "DELETE":
        actions.discard_upload(upload_id=found.pk, actor=request.user, now=request.now)
        return _tus(204, None)
    if request.method == "HEAD":
        return _tus(200, found, **{"Cache-Control": "no-store", "Upload-Length": str(found.size)})
    try:
        return _tus(204, _take_piece(request, found))
    except (NotRead, RuleBroken) as refused:
        answer = _refusal(refused)
        left = PartialUpload.objects.filter(pk=found.pk).first()
        if left is not None:
            answer["Upload-Offset"] = str(left.received)
        return answer


@require_POST
def finish(request: PortalRequest, reference: str) -> HttpResponse:
    """Make whole files part of the case. Answers with where to read of it."""
    found = case_or_404(reference, request.user)
    try:
        rows = [_mine_or_404(request, reference, _uuid(sent)) for sent in request.POST.getlist("upload")[:100]]
        read, not_taken = _arrived_of(rows, request)
        actions.finish_uploads(case_id=found.pk, arrived=read, actor=request.user, now=request.now)
    except (NotRead, RuleBroken) as refused:
        return _refusal(refused)
    for words in not_taken:
        messages.error(request, words)
    messages.success(request, _added(len(read)))
    return JsonResponse({"address": _page_of(request, reference)})


def _arrived_of(rows: list[PartialUpload], request: PortalRequest) -> tuple[dict[UUID, Arrived], list[str]]:
    """Read whole files. Returns what may be taken, and a sentence for each other: one that is refused spoils no other.

    Raises:
        NotRead: one is not whole yet, or none may be taken.
    """
    read: dict[UUID, Arrived] = {}
    not_taken: list[str] = []
    for row in rows:
        try:
            read[row.pk] = arrived(row, actor=request.user, now=request.now)
        except NotRead as refused:
            if refused.status_code != NOT_TAKEN:
                raise
            not_taken.append(str(refused))
    if not_taken and not read:
        raise NotRead(NOT_TAKEN, "\n".join(not_taken))
    return read, not_taken


def _take_piece(request: PortalRequest, found: PartialUpload) -> PartialUpload:
    if request.headers.get("Content-Type") != "application/offset+octet-stream":
        raise NotRead(415, _("A piece is sent as application/offset+octet-stream."))
    offset = _number(request, "Upload-Offset")
    if found.attachment_id is not None:
        return found
    with tempfile.TemporaryFile(dir=pieces.folder()) as piece:
        length = _spool(request, piece)
        if offset == 0 and (wrong := uploads.what_is_inside(found.name, piece, whole=length == found.size)):
            actions.discard_upload(upload_id=found.pk, actor=request.user, now=request.now)
            raise NotRead(NOT_TAKEN, wrong)
        return actions.keep_piece(
            upload_id=found.pk, offset=offset, piece=piece, length=length, actor=request.user, now=request.now
        )


def _spool(request: PortalRequest, piece: IO[bytes]) -> int:
    """Read a piece to disk before any row is locked. What came before a connection dropped is kept."""
    digest, length = hashlib.sha256(), 0
    try:
        for chunk in _chunks(request):
            length += len(chunk)
            if length > settings.UPLOAD_PIECE_BYTES:
                raise NotRead(413, _("This piece is too large. Send smaller ones."))
            digest.update(chunk)
            piece.write(chunk)
        piece.seek(0)
    except OSError as full:
        raise pieces.no_room() from full
    wanted = request.headers.get("Upload-Checksum", "")
    whole = str(length) == request.headers.get("Content-Length", "")
    if wanted and whole and wanted != f"sha256 {base64.b64encode(digest.digest()).decode()}":
        raise NotRead(CHECKSUM_WRONG, _("This piece changed on its way. Send it again."))
    return length


def _chunks(request: PortalRequest) -> Iterator[bytes]:
    """Yield what arrives, until its end or until the connection drops."""
    while True:
        try:
            chunk = request.read(READ_BYTES)
        except UnreadablePostError:
            return
        if not chunk:
            return
        yield chunk


def arrived(row: PartialUpload, *, actor: User, now: datetime) -> Arrived:
    """Read a whole file before it becomes part of its case. One that is refused for good is thrown away at once.

    Raises:
        NotRead: it is not whole yet, or it is none that is accepted.
    """
    if row.received < row.size:
        raise NotRead(409, _("A file is not whole yet. Choose it again, and it goes on where it stopped."))
    if row.attachment is not None:
        return Arrived(row.attachment.content_type, row.attachment.sha256)
    try:
        return _read_whole(row)
    except uploads.NotTaken as refused:
        if refused.for_good:
            actions.discard_upload(upload_id=row.pk, actor=actor, now=now)
        raise NotRead(NOT_TAKEN, str(refused)) from refused


def _read_whole(row: PartialUpload) -> Arrived:
    with pieces.path_of(row.pk).open("rb") as content:
        if wrong := uploads.what_is_inside(row.name, content, whole=True):
            raise uploads.NotTaken(wrong)
        # By itself: each was sent for long, and none is lost for what others hold.
        unseen = uploads.looked_into(row.name, content, Together())
        sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    return Arrived(uploads.kind_of(row.name) or "application/octet-stream", sha256, unseen)


def _number(request: PortalRequest, header: str) -> int:
    value = request.headers.get(header, "")
    if not (value.isascii() and value.isdecimal() and len(value) <= 18):
        raise NotRead(400, _("The header %(header)s must be a number.") % {"header": header})
    return int(value)


def _metadata(header: str) -> dict[str, str]:
    """Return the pairs of a metadata header: names, each with text in base64."""
    pairs = {}
    for pair in header.split(",")[:10]:
        name, _space, coded = pair.strip().partition(" ")
        try:
            pairs[name] = base64.b64decode(coded, validate=True).decode().replace("\0", "")
        except (binascii.Error, UnicodeDecodeError) as wrong:
            raise NotRead(400, _("The header Upload-Metadata cannot be read.")) from wrong
    return pairs


def _name(said: dict[str, str]) -> str:
    name = uploads.bare(said.get("filename", ""))
    if uploads.kind_of(name) is None:
        raise NotRead(NOT_TAKEN, uploads.not_accepted(name))
    return name


def _uuid(sent: str) -> UUID:
    try:
        return UUID(sent)
    except ValueError as wrong:
        raise Http404 from wrong


def _mine_or_404(request: PortalRequest, reference: str, upload_id: UUID) -> PartialUpload:
    found = case_or_404(reference, request.user)
    mine = found.partial_uploads.filter(pk=upload_id, user=request.user).select_related("attachment").first()
    if mine is None:
        raise Http404
    return mine


def _tus(status: int, upload: PartialUpload | None, **headers: str) -> HttpResponse:
    response = HttpResponse(status=status)
    response["Tus-Resumable"] = VERSION
    if upload is not None:
        response["Upload-Offset"] = str(upload.received)
    for name, value in headers.items():
        response[name] = value
    return response


def _refusal(refused: NotRead | RuleBroken) -> HttpResponse:
    status = refused.status_code if isinstance(refused, NotRead) else STATUS_OF_RULE.get(refused.code, 422)
    response = HttpResponse(str(refused), status=status, content_type="text/plain; charset=utf-8")
    response["Tus-Resumable"] = VERSION
    return response


# --- The ordinary form ------------------------------------------------------------------------------------------------


@require_POST
def add(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Add files by the ordinary form, without script."""
    form = AddFilesForm(request.POST, request.FILES)

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.add_files(
            case_id=found.pk,
            uploads=uploads.files_of(form),
            actor=request.user,
            now=request.now,
        )

    return act_on_case(request, reference, form, "files_form", act, _added(len(request.FILES.getlist("files"))))


@require_POST
def cancel(request: PortalRequest, reference: str, upload_id: UUID) -> HttpResponseBase:
    """Throw an unfinished file away, without script."""
    found = _mine_or_404(request, reference, upload_id)
    actions.discard_upload(upload_id=found.pk, actor=request.user, now=request.now)
    messages.info(request, _("The unfinished file was thrown away."))
    return redirect(_page_of(request, reference))


def _added(count: int) -> str:
    return ngettext("The file is part of the case.", "The files are part of the case.", count)


def _page_of(request: PortalRequest, reference: str) -> str:
    return reverse("desk_case" if request.user.works_here else "case", args=[reference])
