"""Files that come without a message: small ones at once, large ones piece by piece (P7.1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import IO
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from cases import lifecycle, pieces
from cases.actions import _asking, _record
from cases.actions.conversation import take_closing_back_in_time
from cases.actions.intake import Upload, digest_of, keep_file
from cases.lifecycle import WAITING_ON_THE_CONTACT
from cases.models import Attachment, Case, EventKind, MessageKind, PartialUpload, User
from cases.rules import RuleBroken

# Unfinished uploads that one person may have in one case.
MOST_AT_ONCE = 20
ABANDONED_AFTER = timedelta(days=7)


@dataclass(frozen=True)
class Arrived:
    """What was read from a whole file before it becomes part of a case: its kind, its hash, what of it was not seen."""

    content_type: str
    sha256: str
    unseen: bool = False


@transaction.atomic(durable=True)
def begin_upload(
    *, case_id: int, name: str, size: int, fingerprint: str = "", actor: User, now: datetime
) -> PartialUpload:
    """Begin a large file. The same file begun again goes on where it stopped.

    Raises:
        RuleBroken: the case is closed, the file is empty or too large, the disk is full, or too many are begun.
    """
    case = _record.locked(case_id, actor=actor)
    lifecycle.require_open(case.status)
    unfinished = PartialUpload.objects.filter(case=case, user=actor, attachment=None)
    known = unfinished.filter(fingerprint=fingerprint).first() if fingerprint else None
    if known is not None and (known.name, known.size) == (name, size):
        return known
    if known is not None:
        fingerprint = ""
    _require_size(size)
    if unfinished.count() >= MOST_AT_ONCE:
        raise RuleBroken("too_many_uploads", _("Too many files are unfinished here. Finish or cancel some first."))
    pieces.require_room(size)
    return PartialUpload.objects.create(
        case=case, user=actor, name=name, size=size, fingerprint=fingerprint, began_at=now, last_piece_at=now
    )


@transaction.atomic(durable=True)
def keep_piece(
    *, upload_id: UUID, offset: int, piece: IO[bytes], length: int, actor: User, now: datetime
) -> PartialUpload:
    """Write `length` bytes of `piece` behind what is there. Of two that bring the same, one is told what is there.

    Raises:
        RuleBroken: the offset is not where the file stops, the piece is longer than the file, or the disk is full.
        PartialUpload.DoesNotExist: there is no such upload of the actor.
    """
    upload = _locked(upload_id, actor)
    if offset != upload.received:
        raise RuleBroken(
            "wrong_offset",
            _("%(received)s bytes of this file are here. Go on from there.") % {"received": upload.received},
        )
    if upload.received + length > upload.size:
        raise RuleBroken("piece_too_long", _("This is more than the file was said to hold. Begin it anew."))
    pieces.append(upload.pk, offset, piece)
    upload.received += length
    upload.last_piece_at = now
    upload.save(update_fields=["received", "last_piece_at"])
    return upload


@transaction.atomic(durable=True)
def finish_uploads(*, case_id: int, arrived: Mapping[UUID, Arrived], actor: User, now: datetime) -> Case:
    """Make whole files part of their case, together, as one event. Content that is there already is kept once.

    From the contact it is a word: it ends the waiting, and answers a request for diagnostics. Again it changes nothing.

    Raises:
        RuleBroken: a file is not whole yet, or the case is closed; what arrived is kept for another try.
        PartialUpload.DoesNotExist: one of them is not the actor's.
    """
    case = _record.locked(case_id, actor=actor)
    uploads = [_locked(upload_id, actor, case) for upload_id in arrived]
    if any(upload.received < upload.size for upload in uploads):
        raise RuleBroken(
            "upload_incomplete", _("A file is not whole yet. Choose it again, and it goes on where it stopped.")
        )
    if not uploads or all(upload.attachment_id is not None for upload in uploads):
        return case
    waited = _open_for_files(case, actor=actor, now=now)
    new: list[PartialUpload] = []
    known: list[PartialUpload] = []
    for upload in uploads:
        found = _same_content(case, arrived[upload.pk].sha256)
        (new if found is None else known).append(upload)
        upload.attachment = found or _whole(upload, arrived[upload.pk], now=now)
        upload.save(update_fields=["attachment"])
        transaction.on_commit(partial(pieces.forget, upload.pk))
    _tell(case, [one.attachment for one in new or known if one.attachment], bool(new), waited, actor=actor, now=now)
    return case


@transaction.atomic(durable=True)
def add_files(*, case_id: int, uploads: Sequence[Upload], actor: User, now: datetime) -> Case:
    """Add files to a case without a message, together, as one event. Content that is there already is kept once.

    Raises:
        RuleBroken: the case is closed.
    """
    case = _record.locked(case_id, actor=actor)
    if not uploads:
        return case
    waited = _open_for_files(case, actor=actor, now=now)
    new: list[Attachment] = []
    known: list[Attachment] = []
    for upload in uploads:
        found = _same_content(case, digest_of(upload))
        if found is None:
            new.append(keep_file(upload, actor=actor, now=now, case=case, message=None))
        else:
            known.append(found)
    _tell(case, new or known, bool(new), waited, actor=actor, now=now)
    return case


@transaction.atomic(durable=True)
def discard_upload(*, upload_id: UUID, actor: User, now: datetime) -> None:
    """Throw an unfinished file away, because whoever sends it says so. One that is gone, or finished, is left alone."""
    mine = PartialUpload.objects.filter(pk=upload_id, user=actor, attachment=None, began_at__lte=now)
    if mine.delete()[0]:
        transaction.on_commit(partial(pieces.forget, upload_id))


@transaction.atomic(durable=True)
def forget_upload(*, upload_id: UUID, actor: None = None, now: datetime) -> UUID | None:
    """Throw away what nobody sent a piece of for a week. None when somebody did meanwhile."""
    abandoned = PartialUpload.objects.filter(pk=upload_id, last_piece_at__lte=now - ABANDONED_AFTER)
    if not abandoned.delete()[0]:
        return None
    transaction.on_commit(partial(pieces.forget, upload_id))
    return upload_id


def _locked(upload_id: UUID, actor: User, case: Case | None = None) -> PartialUpload:
    """Lock an upload of the actor's, in a case that they still may see."""
    visible = Case.objects.visible_to(actor) if case is None else Case.objects.filter(pk=case.pk)
    uploads = PartialUpload.objects.select_for_update(of=("self",))
    return uploads.get(pk=upload_id, user=actor, case__in=visible.values("pk"))


def _require_size(size: int) -> None:
    if size <= 0:
        raise RuleBroken("upload_empty", _("This file is empty. Send it once there is something in it."))
    if size > settings.UPLOAD_MAX_BYTES:
        raise RuleBroken(
            "upload_too_large",
            _("This file is larger than %(most)s. Compress it, or send it in parts.")
            % {"most": filesizeformat(settings.UPLOAD_MAX_BYTES)},
        )


def _open_for_files(case: Case, *, actor: User, now: datetime) -> bool:
    """Take files for a word of the contact's, as far as they are theirs. Returns whether the case waited for one."""
    if actor.works_here:
        lifecycle.require_open(case.status)
        return False
    take_closing_back_in_time(case, actor=actor, now=now)
    waited = case.status in WAITING_ON_THE_CONTACT
    _asking.hear(case, actor=actor, now=now)
    return waited


def _same_content(case: Case, sha256: str) -> Attachment | None:
    """Return the file of a case with this content that both sides see; one in a note is staff's alone."""
    public = Q(message=None) | ~Q(message__kind=MessageKind.NOTE)
    return case.attachments.filter(public, sha256=sha256).order_by("pk").first()


def _whole(upload: PartialUpload, arrived: Arrived, *, now: datetime) -> Attachment:
    attachment = Attachment(
        case=upload.case,
        name=upload.name,
        size=upload.size,
        content_type=arrived.content_type,
        sha256=arrived.sha256,
        unseen=arrived.unseen,
        uploaded_by=upload.user,
        uploaded_at=now,
    )
    pieces.keep_as(attachment, upload.pk)
    attachment.save()
    return attachment


def _tell(case: Case, files: Sequence[Attachment], new: bool, waited: bool, *, actor: User, now: datetime) -> None:
    """Put files on the record. What was there already is no news, unless the case waited for a word."""
    if not new and not waited:
        return
    facts = {"files": [file.pk for file in files], "names": [file.name for file in files], "again": not new}
    _record.record(case, EventKind.FILE_ADDED, actor=actor, now=now, public=True, facts=facts)
