"""A browser that sends a large file in pieces, by hand."""

import base64
import hashlib
from datetime import datetime
from io import BytesIO
from typing import Any

from django.test import Client

from cases import actions
from cases.actions import Arrived
from cases.models import Case, PartialUpload, User
from tests.builders import at
from tests.cases.pages import clock_at

PIECE = 1024 * 1024
TUS = {"Tus-Resumable": "1.0.0"}


def begun(
    case: Case, by: User, when: str, size: int, *, name: str = "trace.log", fingerprint: str = ""
) -> PartialUpload:
    """Begin a large file."""
    return actions.begin_upload(case_id=case.pk, name=name, size=size, fingerprint=fingerprint, actor=by, now=at(when))


def put(upload: PartialUpload, by: User, when: str, content: bytes, *, offset: int | None = None) -> PartialUpload:
    """Send a piece."""
    return actions.keep_piece(
        upload_id=upload.pk,
        offset=upload.received if offset is None else offset,
        piece=BytesIO(content),
        length=len(content),
        actor=by,
        now=at(when),
    )


def arrived(content: bytes) -> Arrived:
    """Return what a door reads from a whole file."""
    return Arrived("text/plain", hashlib.sha256(content).hexdigest())


def sent(case: Case, by: User, when: str, content: bytes, *, name: str = "trace.log") -> PartialUpload:
    """Send a whole file, not yet part of the case."""
    upload = begun(case, by, when, len(content), name=name)
    return put(upload, by, when, content)


def finish(case: Case, by: User, when: str, *files: tuple[PartialUpload, bytes]) -> Case:
    """Make whole files part of the case."""
    read = {upload.pk: arrived(content) for upload, content in files}
    return actions.finish_uploads(case_id=case.pk, arrived=read, actor=by, now=at(when))


# --- By HTTP --------------------------------------------------------------------------------------------------------


def ask_to_begin(browser: Client, page: str, when: datetime, name: str, size: object, fingerprint: str = "f1") -> Any:
    """Ask for a place for a file."""
    metadata = f"filename {coded(name)},fingerprint {coded(fingerprint)}"
    headers = {**TUS, "Upload-Length": str(size), "Upload-Metadata": metadata}
    with clock_at(when):
        return browser.post(page + "uploads/", headers=headers, content_type="application/octet-stream")


def patch(browser: Client, address: str, when: datetime, offset: object, content: bytes, **headers: str) -> Any:
    """Send a piece to an address."""
    said = {**TUS, "Upload-Offset": str(offset), **headers}
    with clock_at(when):
        return browser.patch(address, content, content_type="application/offset+octet-stream", headers=said)


def head(browser: Client, address: str, when: datetime) -> Any:
    """Ask how much is there."""
    with clock_at(when):
        return browser.head(address, headers=TUS)


def checksum(content: bytes) -> str:
    """Return the header that tells what a piece holds."""
    return f"sha256 {base64.b64encode(hashlib.sha256(content).digest()).decode()}"


def coded(text: str) -> str:
    """Return text as a metadata header has it."""
    return base64.b64encode(text.encode()).decode()
