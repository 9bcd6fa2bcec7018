"""Large files on disk: pieces as they come, by the id of their upload; whole ones by the hash of their content.

No name that a person chose reaches the disk. Memory stays flat however large a file is.
"""

import errno
import shutil
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from cases.models import Attachment
from cases.models.conversation import stored_at
from cases.rules import RuleBroken

CHUNK = 256 * 1024
# Kept free for everything else that is written.
RESERVE = 64 * 1024 * 1024


def folder() -> Path:
    """Return where pieces lie, made if it is not there."""
    found = Path(settings.MEDIA_ROOT) / "partial"
    found.mkdir(parents=True, exist_ok=True)
    return found


def path_of(upload_id: UUID) -> Path:
    """Return where the pieces of an upload lie."""
    return folder() / upload_id.hex


def require_room(size: int) -> None:
    """Refuse what the disk cannot hold."""
    if shutil.disk_usage(folder()).free < size + RESERVE:
        raise no_room()


def no_room() -> RuleBroken:
    """Return the refusal of a full disk."""
    return RuleBroken(
        "no_room",
        _("There is no room for this file on our side now. What arrived is kept; try again later, or write to us."),
    )


def append(upload_id: UUID, offset: int, piece: IO[bytes]) -> None:
    """Write a piece behind the `offset` bytes that are there, over whatever a write that broke off left behind them."""
    path = path_of(upload_id)
    path.touch()
    try:
        with path.open("r+b") as file:
            file.truncate(offset)
            file.seek(offset)
            shutil.copyfileobj(piece, file, CHUNK)
    except OSError as failed:
        if failed.errno in (errno.ENOSPC, errno.EDQUOT):
            raise no_room() from failed
        raise


def keep_as(attachment: Attachment, upload_id: UUID) -> None:
    """Give a whole file its place by content. The pieces stay until they are forgotten, so nothing is lost before."""
    while True:
        name = default_storage.get_available_name(stored_at(attachment, ""), max_length=120)
        target = Path(default_storage.path(name))
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            target.hardlink_to(path_of(upload_id))
        except FileExistsError:
            continue
        except OSError:
            # A disk without such links.
            shutil.copyfile(path_of(upload_id), target)
        attachment.file.name = name
        return


def forget(upload_id: UUID, *_: Any) -> None:
    """Throw the pieces of an upload away."""
    path_of(upload_id).unlink(missing_ok=True)
