"""Files on their way in: a list of kinds, and a look inside; name and content must agree."""

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

import puremagic
from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from cases.actions import Upload

TEXT_KINDS = {
    ".txt": "text/plain",
    ".log": "text/plain",
    ".csv": "text/csv",
    ".json": "application/json",
    ".xml": "text/xml",
}
# Kinds with a signature: what puremagic may find inside a file of that name.
BINARY_KINDS: dict[str, tuple[str, frozenset[str]]] = {
    ".png": ("image/png", frozenset({".png"})),
    ".jpg": ("image/jpeg", frozenset({".jpg", ".jpeg"})),
    ".jpeg": ("image/jpeg", frozenset({".jpg", ".jpeg"})),
    ".gif": ("image/gif", frozenset({".gif"})),
    ".webp": ("image/webp", frozenset({".webp"})),
    ".pdf": ("application/pdf", frozenset({".pdf"})),
    ".zip": ("application/zip", frozenset({".zip"})),
    ".gz": ("application/gzip", frozenset({".gz", ".tgz", ".gzip"})),
    ".7z": ("application/x-7z-compressed", frozenset({".7z"})),
    ".evtx": ("application/octet-stream", frozenset({".evtx"})),
}
ACCEPTED = ", ".join(sorted({*TEXT_KINDS, *BINARY_KINDS}))
SNIFFED_BYTES = 8192


class MultipleFileInput(forms.ClearableFileInput):
    """A file input that takes several."""

    allow_multiple_selected = True


class MultipleFileField(forms.FileField):
    """Several files, each checked for size, kind and content."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", MultipleFileInput())
        # An empty file is refused below, by name.
        super().__init__(allow_empty_file=True, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return the list of files; every bad one is named with what is wrong with it."""
        uploads: Sequence[Any] = data if isinstance(data, (list, tuple)) else [data] if data else []
        cleaned = [super(MultipleFileField, self).clean(upload, initial) for upload in uploads]
        problems = [problem for upload in cleaned if (problem := what_is_wrong_with(upload))]
        if problems:
            raise forms.ValidationError(problems)
        return cleaned


def kind_of(name: str) -> str | None:
    """Return the content type that goes with a file's name, or None where its kind is not accepted."""
    ending = PurePosixPath(name.lower()).suffix
    return BINARY_KINDS[ending][0] if ending in BINARY_KINDS else TEXT_KINDS.get(ending)


def what_is_wrong_with(upload: UploadedFile[Any]) -> str | None:
    """Return a sentence when a file cannot be taken, or None."""
    name = upload.name or ""
    values = {"name": name, "most": filesizeformat(settings.ATTACHMENT_MAX_BYTES), "kinds": ACCEPTED}
    if not upload.size:
        return _("“%(name)s” is empty. Leave it out, or send it once there is something in it.") % values
    if upload.size > settings.ATTACHMENT_MAX_BYTES:
        return _("“%(name)s” is larger than %(most)s. Compress it, or send it in parts.") % values
    if kind_of(name) is None:
        return (
            _("“%(name)s” is of a kind that is not accepted. Accepted are %(kinds)s; a .zip holds the rest.") % values
        )
    if not _content_agrees(upload):
        return (
            _("“%(name)s” is not what its name says. Save it again under the right ending, or put it in a .zip.")
            % values
        )
    return None


def _content_agrees(upload: UploadedFile[Any]) -> bool:
    ending = PurePosixPath((upload.name or "").lower()).suffix
    upload.seek(0)
    head = upload.read(SNIFFED_BYTES)
    upload.seek(0)
    if ending in TEXT_KINDS:
        return b"\0" not in head or head[:2] in (b"\xff\xfe", b"\xfe\xff")
    try:
        found = {match.extension for match in puremagic.magic_string(head)}
    except puremagic.PureError:
        return False
    return bool(found & BINARY_KINDS[ending][1])


def checked(upload: UploadedFile[Any]) -> Upload:
    """Return a file that passed its field, under a name without a path and with the type of its ending."""
    name = PurePosixPath((upload.name or "file").replace("\\", "/")).name[-200:]
    return Upload(name=name, content_type=kind_of(name) or "application/octet-stream", content=upload)
