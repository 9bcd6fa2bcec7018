"""What an archive would become if somebody unpacked it: looked into as a stream, within limits, and never unpacked.

Whatever an archive says of itself may be a lie, so what comes out of it is counted, and counting ends at the limit: a
bomb costs no more than that many bytes of it, and the memory of a few pieces. ZIP, tar, gzip, bzip2 and xz are looked
into, also within each other. What is encrypted or packed in another way is counted as it says, and `unseen`.
"""

import bz2
import lzma
import zlib
from typing import IO

from cases.packed.looking import BLOCK, UNREADABLE, Beginnings, Limits, Look, Reason, Together, Unfit
from cases.packed.streams import BZIP2_SLOWNESS, XZ_SLOWNESS, Deflated, Way, a_stream
from cases.packed.tars import look_into_tar
from cases.packed.zips import look_into_zip

__all__ = ["Limits", "Look", "Reason", "Together", "Unfit", "look_into"]

# What xz may take; its strongest setting asks for 65 MB.
MOST_MEMORY = 128 * 1024 * 1024


def look_into(content: IO[bytes], limits: Limits, together: Together) -> Look | None:
    """Look into a file, and return what was found; None for what is no archive. It is at its beginning afterwards.

    The limits hold for it, and for all that came `together` as if they were one.

    Raises:
        Unfit: it holds more than it may, leads out of itself, is broken, or hides something.
    """
    content.seek(0, 2)
    size = content.tell()
    together.sent += size
    look = Look(limits, BEGINNINGS, together, size=size)
    content.seek(0)
    try:
        opens = look.opener_of(content.read(BLOCK))
        content.seek(0)
        if opens is None:
            return None
        look.require_rest()
        opens(content, "", look, 0)
    except UNREADABLE as error:
        raise Unfit(Reason.BROKEN) from error
    finally:
        content.seek(0)
    return look


def _pass_over(_source: object, name: str, look: Look, _depth: int) -> None:
    look.pass_over(name)


BEGINNINGS: Beginnings = {
    (0, b"PK\3\4"): look_into_zip,
    (0, b"PK\5\6"): look_into_zip,
    (257, b"ustar"): look_into_tar,
    (0, b"\x1f\x8b"): a_stream(Way(lambda: Deflated(16 + zlib.MAX_WBITS))),
    (0, b"BZh"): a_stream(Way(bz2.BZ2Decompressor, BZIP2_SLOWNESS)),
    (0, b"\xfd7zXZ\0"): a_stream(Way(lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, MOST_MEMORY), XZ_SLOWNESS)),
    # 7z, rar, cab, zst: nothing here reads them.
    (0, b"7z\xbc\xaf\x27\x1c"): _pass_over,
    (0, b"Rar!\x1a\x07"): _pass_over,
    (0, b"MSCF\0\0\0\0"): _pass_over,
    (0, b"\x28\xb5\x2f\xfd"): _pass_over,
}
