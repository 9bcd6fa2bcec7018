"""Files on their way in: a list of kinds, and a look inside; name and content must agree, nothing harmful is kept."""

import logging
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import IO, Any, cast

import puremagic
from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases import clamd, packed, pieces
from cases.actions import Upload
from cases.packed import Reason, Together

logger = logging.getLogger(__name__)

TEXT_KINDS = {
    ".txt": "text/plain",
    ".log": "text/plain",
    ".csv": "text/csv",
    ".json": "application/json",
    ".xml": "text/xml",
    ".ini": "text/plain",
    ".conf": "text/plain",
    ".cfg": "text/plain",
    ".yml": "text/plain",
    ".yaml": "text/plain",
    ".har": "application/json",
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
    # Archives.
    ".tgz": ("application/gzip", frozenset({".gz", ".tgz", ".gzip"})),
    ".bz2": ("application/x-bzip2", frozenset({".bz2", ".tar.bz2"})),
    ".xz": ("application/x-xz", frozenset({".xz"})),
    ".zst": ("application/zstd", frozenset({".zst"})),
    ".tar": ("application/x-tar", frozenset({".tar"})),
    ".cab": ("application/vnd.ms-cab-compressed", frozenset({".cab"})),
    ".rar": ("application/vnd.rar", frozenset({".rar"})),
    # Dumps and traces.
    ".dmp": ("application/octet-stream", frozenset({".dmp"})),
    ".mdmp": ("application/octet-stream", frozenset({".dmp"})),
    ".pcapng": ("application/octet-stream", frozenset({".pcapng"})),
}
# Kinds without a signature of their own: anything but what is known to run.
TRACES = {".etl": "application/octet-stream", ".pcap": "application/octet-stream"}
RUNS = (b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"#!")
ACCEPTED = ", ".join(sorted({*TEXT_KINDS, *BINARY_KINDS, *TRACES}))
SNIFFED_BYTES = 8192
# What is wrong with an archive, and what to do about it.
WORDS_OF_ARCHIVES = {
    Reason.TOO_LARGE: _lazy(
        "“%(name)s” unpacks to more than %(most)s, or to more than %(ratio)s times its own size. Send it in parts."
    ),
    Reason.TOO_MANY: _lazy("“%(name)s” holds more than %(entries)s files. Send it in parts."),
    Reason.TOO_DEEP: _lazy(
        "“%(name)s” holds archives in archives, deeper than anybody looks: “%(entry)s”. Send that one by itself."
    ),
    Reason.TOO_SLOW: _lazy("“%(name)s” takes too long to look into. Pack it as .zip or .tar.gz, or send it in parts."),
    Reason.BROKEN: _lazy("“%(name)s” cannot be read to its end. Pack it again, and look whether you can open it."),
    Reason.LEADS_OUT: _lazy(
        "“%(name)s” holds a path or link that leads out of it: “%(entry)s”. Pack the folder itself, without links."
    ),
    Reason.DISGUISED: _lazy("“%(name)s” holds a program under another name: “%(entry)s”. Give it its right ending."),
    Reason.UNSEEN: _lazy(
        "“%(name)s” holds what cannot be looked into: “%(entry)s”. Pack it as .zip or .tar.gz, without a password."
    ),
    Reason.TOGETHER: _lazy(
        "“%(name)s” was not looked into, as it and what came with it hold more than one file may. Send it by itself."
    ),
}


class NotTaken(Exception):
    """A file that is not taken. The words say why, and what to do; unless it is `for_good` it may be taken later."""

    def __init__(self, words: str, *, for_good: bool = True) -> None:
        super().__init__(words)
        self.for_good = for_good


class MultipleFileInput(forms.FileInput):
    """A file input that takes several. Forms share it: one that can be cleared would note what it was sent."""

    allow_multiple_selected = True


class MultipleFileField(forms.FileField):
    """Several files, each checked for size, kind and content."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", MultipleFileInput())
        # An empty file is refused below, by name.
        super().__init__(allow_empty_file=True, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return the files as they are kept; every bad one is named with what is wrong with it."""
        uploads: Sequence[Any] = data if isinstance(data, (list, tuple)) else [data] if data else []
        if self.required and not uploads:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        taken, refused = checked([super(MultipleFileField, self).clean(upload, initial) for upload in uploads])
        if refused:
            raise forms.ValidationError(refused)
        return taken


def files_of(form: forms.Form) -> list[Upload]:
    """Return the files that came with a form."""
    return cast("list[Upload]", form.cleaned_data.get("files") or [])


def kind_of(name: str) -> str | None:
    """Return the content type that goes with a file's name, or None where its kind is not accepted."""
    ending = PurePosixPath(name.lower()).suffix
    return BINARY_KINDS[ending][0] if ending in BINARY_KINDS else TEXT_KINDS.get(ending) or TRACES.get(ending)


def bare(name: str) -> str:
    """Return a file's name without a path and control characters, no longer than is kept."""
    visible = "".join(char for char in name if char.isprintable())
    return PurePosixPath(visible.replace("\\", "/")).name[-200:]


def not_accepted(name: str) -> str:
    """Return the sentence for a file of another kind."""
    return _("“%(name)s” is of a kind that is not accepted. Accepted are %(kinds)s; a .zip holds the rest.") % {
        "name": name,
        "kinds": ACCEPTED,
    }


def what_is_inside(name: str, content: IO[bytes], *, whole: bool) -> str | None:
    """Return a sentence when the beginning of a file is not what its name says, or None.

    Of a file that is not `whole`, too short a beginning says nothing yet.
    """
    content.seek(0)
    head = content.read(SNIFFED_BYTES)
    content.seek(0)
    if (len(head) < SNIFFED_BYTES and not whole) or _agrees(name, head):
        return None
    return _("“%(name)s” is not what its name says. Save it again under the right ending, or put it in a .zip.") % {
        "name": name
    }


def checked(uploads: Iterable[UploadedFile[Any]]) -> tuple[list[Upload], list[str]]:
    """Return the files that may be taken, as they are kept, and a sentence for each of the others."""
    taken: list[Upload] = []
    refused: list[str] = []
    together = Together()
    for upload in uploads:
        try:
            taken.append(taken_in(upload, together))
        except NotTaken as why:
            refused.append(str(why))
    return taken, refused


def taken_in(upload: UploadedFile[Any], together: Together) -> Upload:
    """Return a file that may be taken, under a name without a path and with the type of its ending.

    Raises:
        NotTaken: it is empty, too large, of no kind that is accepted or not of the kind that it says, or unfit.
    """
    name = upload.name or ""
    values = {"name": name, "most": filesizeformat(settings.ATTACHMENT_MAX_BYTES)}
    if not upload.size:
        raise NotTaken(_("“%(name)s” is empty. Leave it out, or send it once there is something in it.") % values)
    if upload.size > settings.ATTACHMENT_MAX_BYTES:
        raise NotTaken(_("“%(name)s” is larger than %(most)s. Compress it, or send it in parts.") % values)
    kind = kind_of(name)
    if kind is None:
        raise NotTaken(not_accepted(name))
    if wrong := what_is_inside(name, upload, whole=True):
        raise NotTaken(wrong)
    unseen = looked_into(name, upload, together)
    bare_name = PurePosixPath(name.replace("\\", "/")).name[-200:]
    return Upload(name=bare_name, content_type=kind, content=upload, unseen=unseen)


def looked_into(name: str, content: IO[bytes] | UploadedFile[Any], together: Together) -> bool:
    """Look into a whole file. Returns whether it is an archive of which something could not be looked into.

    The limits of archives hold for all that came `together` as if they were one.

    Raises:
        NotTaken: it is an archive that is not taken, or holds harmful software.
    """
    unseen = _look_into_archive(name, content, together)
    _require_harmless(name, content)
    return unseen


def _look_into_archive(name: str, content: IO[bytes] | UploadedFile[Any], together: Together) -> bool:
    limits = packed.Limits(
        most_bytes=settings.ARCHIVE_MAX_BYTES,
        most_entries=settings.ARCHIVE_MAX_ENTRIES,
        most_ratio=settings.ARCHIVE_MAX_RATIO,
        takes_unseen=settings.TAKE_UNSEEN_ARCHIVES,
        shown=frozenset({*TEXT_KINDS, *BINARY_KINDS, *TRACES}),
        aside=str(pieces.folder()),
    )
    try:
        found = packed.look_into(cast("IO[bytes]", content), limits, together)
    except packed.Unfit as unfit:
        logger.warning("An archive was refused: %s", unfit)
        values = {"name": name, "entry": unfit.name or name, "entries": limits.most_entries}
        limit = {"most": filesizeformat(limits.most_bytes), "ratio": limits.most_ratio}
        raise NotTaken(WORDS_OF_ARCHIVES[unfit.reason] % (values | limit)) from unfit
    if found is None or not found.unseen:
        return False
    logger.info("An archive was taken with entries that nobody can look into: %s", found.unseen)
    return True


def _require_harmless(name: str, content: IO[bytes] | UploadedFile[Any]) -> None:
    # Without a scanner nobody looks. With one that does not answer nothing is taken.
    if not clamd.is_set():
        return
    try:
        found = clamd.finding(content)
    except clamd.Unseen as unseen:
        logger.warning("A file could not be looked at for harmful software: %s", unseen)
        raise NotTaken(
            _("“%(name)s” could not be checked for viruses, so it was not taken. Send it again in a few minutes.")
            % {"name": name},
            for_good=False,
        ) from unseen
    if found:
        logger.warning("A file with harmful software was refused: %s", found)
        raise NotTaken(
            _("“%(name)s” was not taken: it holds harmful software (%(found)s).") % {"name": name, "found": found}
        )


def _agrees(name: str, head: bytes) -> bool:
    ending = PurePosixPath(name.lower()).suffix
    if ending in TEXT_KINDS:
        return b"\0" not in head or head[:2] in (b"\xff\xfe", b"\xfe\xff")
    if ending in TRACES:
        return not head.startswith(RUNS)
    try:
        found = {match.extension for match in puremagic.magic_string(head)}
    except puremagic.PureError:
        return False
    return bool(found & BINARY_KINDS[ending][1])
