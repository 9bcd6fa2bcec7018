"""A look at a file without downloading it: images of four kinds, and the beginning of plain text."""

from pathlib import PurePosixPath

import puremagic
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from cases.models import Attachment
from cases.web.request import PortalRequest
from cases.web.uploads import SNIFFED_BYTES, TEXT_KINDS

# What a browser draws and never runs. What is found inside decides, whatever the name says.
IMAGES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp"}
LARGEST_IMAGE = 25 * 1024 * 1024
LINES = 200
# Of a log without line breaks.
MOST_CHARACTERS = 100_000


@login_required
@require_GET
def preview(request: PortalRequest, attachment_id: int) -> HttpResponse:
    """Show an image or the first lines of a text; say of anything else that it is for downloading."""
    found = _visible_or_404(request, attachment_id)
    lines, more = _lines_of(found) if _is_text(found) else ([], False)
    context = {"file": found, "is_image": _image_kind(found) is not None, "lines": lines, "more": more}
    return render(request, "cases/preview.html", context | {"is_text": _is_text(found)})


@login_required
@require_GET
def image(request: PortalRequest, attachment_id: int) -> FileResponse:
    """Send an image to be drawn in a page. Nothing in it can run, load or frame anything."""
    found = _visible_or_404(request, attachment_id)
    kind = _image_kind(found)
    if kind is None:
        raise Http404
    response = FileResponse(found.file.open("rb"), filename=found.name, content_type=kind)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, max-age=300"
    return response


def _visible_or_404(request: PortalRequest, attachment_id: int) -> Attachment:
    found = (
        Attachment.objects.readable_by(request.user, request.now)
        .filter(pk=attachment_id)
        .select_related("case")
        .first()
    )
    if found is None:
        raise Http404
    return found


def _image_kind(file: Attachment) -> str | None:
    ending = PurePosixPath(file.name.lower()).suffix
    if ending not in IMAGES or file.size > LARGEST_IMAGE:
        return None
    with file.file.open("rb") as content:
        head = content.read(SNIFFED_BYTES)
    try:
        inside = {IMAGES[match.extension] for match in puremagic.magic_string(head) if match.extension in IMAGES}
    except puremagic.PureError:
        return None
    return IMAGES[ending] if IMAGES[ending] in inside else None


def _is_text(file: Attachment) -> bool:
    return PurePosixPath(file.name.lower()).suffix in TEXT_KINDS


def _lines_of(file: Attachment) -> tuple[list[str], bool]:
    """Return the first lines of a text, and whether more follow. No more of it is read, however large it is."""
    with file.file.open("rb") as content:
        head = content.read(4 * MOST_CHARACTERS)
    coding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    text = head.decode(coding, errors="replace")[:MOST_CHARACTERS]
    lines = text.splitlines()
    return lines[:LINES], len(lines) > LINES or len(head) < file.size or len(text) == MOST_CHARACTERS
