"""From raw bytes to what a mail says: who, what, which files. Limits hold before and while it is taken apart."""

import email.header
import email.utils
import hashlib
import mimetypes
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesFeedParser
from email.policy import compat32
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import gettext as _

from cases.actions import Upload
from cases.inbox import cutting, texts
from cases.models import MailReason
from cases.packed import Together
from cases.rules import bytes_without_links_that_act, without_links_that_act
from cases.web import uploads

MOST_BYTES = 25 * 1024 * 1024
MOST_PARTS = 100
DEEPEST = 20
MOST_FILES = 30
# A header is read no further than this.
LONGEST_HEADER = 4_000
LONGEST_REFERENCES = 20_000
MOST_REMARKS = 50
# What the sender wrote, and no server on the way: by it a mail is known again.
_OF_THE_SENDER = re.compile(rb"^(from|to|subject|date|message-id)[ \t]*:", re.IGNORECASE)
HEADERS_READ = 256 * 1024
_PIECE = 64 * 1024


class OverLimit(Exception):
    """A mail that is not taken apart; it is kept raw and put aside."""

    def __init__(self, reason: MailReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True)
class Letter:
    """What was read in a mail."""

    headers: Message
    from_address: str
    from_name: str
    to: list[str]
    cc: list[str]
    subject: str
    identity: str
    refers_to: list[str]
    whole_text: str
    said: str
    files: list[Upload] = field(default_factory=list)
    refused_files: list[dict[str, str]] = field(default_factory=list)
    # Of a delivery report: its fields, and the headers of the mail that it is about.
    report: dict[str, str] = field(default_factory=dict)
    returned: Message | None = None

    @property
    def to_addresses(self) -> str:
        """All recipients on one line."""
        return ", ".join([*self.to, *self.cc])[:2000]


def fingerprint(raw: bytes) -> tuple[str, str]:
    """Return the Message-ID of a raw mail, and the hash of what its sender wrote, without taking the mail apart."""
    head, body = _split(raw)
    lines = _unfolded(head[:HEADERS_READ])
    written = sorted(line for line in lines if _OF_THE_SENDER.match(line))
    digest = hashlib.sha256(b"\n".join(written) + b"\n\n" + body.replace(b"\r\n", b"\n").rstrip())
    named = next((line for line in lines if line.lower().startswith(b"message-id")), b"")
    identity = texts.one_line(named.partition(b":")[2].decode("ascii", "replace").strip().strip("<>"), 250)
    return identity, digest.hexdigest()


def _split(raw: bytes) -> tuple[bytes, bytes]:
    found = re.search(rb"\r?\n\r?\n", raw)
    return (raw, b"") if found is None else (raw[: found.start()], raw[found.end() :])


def _unfolded(head: bytes) -> list[bytes]:
    return re.sub(rb"\r?\n[ \t]+", b" ", head).replace(b"\r\n", b"\n").split(b"\n")


def read(raw: bytes) -> Letter:
    """Take a mail apart.

    Raises:
        OverLimit: it is too large, has too many parts, or they are nested too deep.
    """
    message = _parsed(raw)
    headers = _leaves(message)
    from_name, from_address = _sender(message)
    # A link of ours that is quoted is still its reader's alone.
    whole = without_links_that_act(texts.clean("\n".join(_texts(message))))
    files, refused = _files([part for part, is_text in headers if not is_text])
    report, returned = _report(message)
    return Letter(
        headers=message,
        from_address=from_address,
        from_name=from_name,
        to=_addresses(message, "To") + _addresses(message, "Delivered-To") + _addresses(message, "X-Original-To"),
        cc=_addresses(message, "Cc"),
        subject=header(message, "Subject", 300),
        identity=header(message, "Message-ID", 250).strip("<> "),
        refers_to=_references(message),
        whole_text=whole,
        said=cutting.own_words(whole),
        files=files,
        refused_files=refused,
        report=report,
        returned=returned,
    )


def read_head(raw: bytes) -> Letter:
    """Return what the head of a mail says that is not taken apart."""
    parser = BytesFeedParser(policy=compat32)
    parser.feed(_split(raw[:HEADERS_READ])[0] + b"\n\n")
    message: Message = parser.close()
    from_name, from_address = _sender(message)
    return Letter(
        headers=message,
        from_address=from_address,
        from_name=from_name,
        to=_addresses(message, "To"),
        cc=[],
        subject=header(message, "Subject", 300),
        identity="",
        refers_to=[],
        whole_text="",
        said="",
    )


# --- Taking apart within limits -----------------------------------------------------------------------------------


def _parsed(raw: bytes) -> Message:
    if len(raw) > MOST_BYTES:
        raise OverLimit(MailReason.TOO_LARGE)
    made = 0

    def make(*args: Any, **kwargs: Any) -> Message:
        nonlocal made
        made += 1
        if made > MOST_PARTS:
            raise OverLimit(MailReason.TOO_MANY_PARTS)
        return Message(*args, **kwargs)

    parser = BytesFeedParser(make, policy=compat32)
    for begins in range(0, len(raw), _PIECE):
        parser.feed(raw[begins : begins + _PIECE])
    message: Message = parser.close()
    _require_shallow(message)
    return message


def _require_shallow(message: Message) -> None:
    level = [message]
    for _depth in range(DEEPEST + 1):
        level = [inner for part in level for inner in _inside(part)]
        if not level:
            return
    raise OverLimit(MailReason.TOO_DEEP)


def _inside(part: Message) -> list[Message]:
    if not part.is_multipart():
        # Asked for its payload, it would decode it, and a charset that is none may raise anything.
        return []
    payload = part.get_payload()
    return [inner for inner in payload if isinstance(inner, Message)] if isinstance(payload, list) else []


def _leaves(message: Message) -> list[tuple[Message, bool]]:
    """Return the parts that hold something, each with whether it is text to read rather than a file."""
    found: list[tuple[Message, bool]] = []
    waiting = [message]
    while waiting:
        part = waiting.pop(0)
        inside = _inside(part)
        if inside and part.get_content_maintype() == "multipart":
            waiting = inside + waiting
        else:
            found.append((part, _is_text(part)))
    return found


def _is_text(part: Message) -> bool:
    if part.get_content_type() not in ("text/plain", "text/html"):
        return False
    return part.get_content_disposition() != "attachment" and not _file_name(part)


def _texts(message: Message) -> Iterator[str]:
    """Yield what a reader reads: of alternatives the plain text, or the HTML where that is empty."""
    waiting = [message]
    while waiting:
        part = waiting.pop(0)
        inside = _inside(part)
        if part.get_content_type() == "multipart/alternative" and inside:
            waiting = [_best_of(inside), *waiting]
        elif inside and part.get_content_maintype() == "multipart":
            waiting = inside + waiting
        elif _is_text(part):
            yield _text_of(part)


def _best_of(choices: list[Message]) -> Message:
    plain = next((part for part in choices if part.get_content_type() == "text/plain" and _text_of(part).strip()), None)
    return plain or choices[-1]


def _text_of(part: Message) -> str:
    text = texts.decoded(_content(part), _charset(part))
    return texts.text_of_html(text) if part.get_content_type() == "text/html" else text


def _content(part: Message) -> bytes:
    if part.is_multipart():
        return _written_out(part)
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _written_out(part: Message) -> bytes:
    """Return a mail that is attached to a mail; nothing where it is too broken to be written out."""
    try:
        return b"".join(inner.as_bytes() for inner in _inside(part))
    except (UnicodeError, ValueError, LookupError, TypeError, AttributeError):
        return b""


def _charset(part: Message) -> str | None:
    charset = part.get_param("charset")
    return charset if isinstance(charset, str) else None


# --- Headers ------------------------------------------------------------------------------------------------------


def header(message: Message, name: str, longest: int = LONGEST_HEADER) -> str:
    """Return a header on one line, decoded; empty where it is missing."""
    return texts.one_line(_decoded(str(message.get(name, ""))[:LONGEST_HEADER]), longest)


def headers(message: Message, name: str) -> list[str]:
    """Return every header of this name, the topmost first."""
    return [
        texts.one_line(_decoded(str(found)[:LONGEST_HEADER]), LONGEST_HEADER) for found in message.get_all(name, [])
    ]


def _decoded(value: str) -> str:
    try:
        pieces = email.header.decode_header(value)
    except (email.errors.HeaderParseError, ValueError):
        return value
    return "".join(texts.decoded(piece, charset) if isinstance(piece, bytes) else piece for piece, charset in pieces)


def _sender(message: Message) -> tuple[str, str]:
    """Return the name and the address of the one sender; empty where there is none, or several."""
    found = message.get_all("From", [])
    if len(found) != 1:
        return "", ""
    people = [(name, address) for name, address in people_in([str(found[0])]) if address]
    if len(people) != 1:
        return "", ""
    name, address = people[0]
    return texts.one_line(_decoded(name), 200), _address(address)


def people_in(values: list[str]) -> list[tuple[str, str]]:
    """Return the names and addresses in some headers; nobody where remarks are nested, which is done to no good."""
    return email.utils.getaddresses([value[:LONGEST_HEADER] for value in values if value.count("(") < MOST_REMARKS])


def _addresses(message: Message, name: str) -> list[str]:
    found = [str(value) for value in message.get_all(name, [])[:5]]
    addresses = (_address(address) for _name, address in people_in(found))
    return [address for address in addresses if address][:50]


def _address(address: str) -> str:
    plain = texts.one_line(address, 254).lower()
    return plain if re.fullmatch(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+", plain) else ""


def _references(message: Message) -> list[str]:
    """Return the Message-IDs that a mail answers, the one it answers directly first."""
    told = " ".join(
        str(value)[-LONGEST_REFERENCES:]
        for name in ("In-Reply-To", "References")
        for value in message.get_all(name, [])[:3]
    )
    found = re.findall(r"<[^<>\s]{3,250}>", told)
    return list(dict.fromkeys(found))[:100]


# --- Files --------------------------------------------------------------------------------------------------------


def _file_name(part: Message) -> str:
    try:
        name = part.get_filename() or ""
    except (ValueError, TypeError, LookupError, UnicodeError):
        return ""
    return texts.one_line(_decoded(str(name)[:LONGEST_HEADER]).replace("\\", "/").rpartition("/")[2], 200)


def _files(parts: list[Message]) -> tuple[list[Upload], list[dict[str, str]]]:
    """Return the files of a mail after the same checks as uploads, and those refused, each with the reason."""
    taken: list[Upload] = []
    refused: list[dict[str, str]] = []
    together = Together()
    for number, part in enumerate(parts, 1):
        if part.get_content_type() in ("message/delivery-status", "text/rfc822-headers"):
            continue
        name = _file_name(part) or f"{_('file')}-{number}{mimetypes.guess_extension(part.get_content_type()) or ''}"
        if len(taken) >= MOST_FILES:
            refused.append({"name": name, "why": _("Too many files came with this mail.")})
            continue
        # SimpleUploadedFile reduces a name to its last part; a name of dots has none.
        content = bytes_without_links_that_act(_content(part))
        file = SimpleUploadedFile(name.strip(". ") or f"{_('file')}-{number}", content)
        try:
            taken.append(uploads.taken_in(file, together))
        except uploads.NotTaken as why:
            refused.append({"name": name, "why": str(why)})
    return taken, refused


# --- Delivery reports ---------------------------------------------------------------------------------------------


def _report(message: Message) -> tuple[dict[str, str], Message | None]:
    """Return the fields of a delivery report about one recipient, and the headers of the mail that came back."""
    if message.get_content_type() != "multipart/report":
        return {}, None
    fields: dict[str, str] = {}
    returned = None
    for part in _inside(message):
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            for block in _inside(part):
                fields |= {name.lower(): texts.one_line(str(value), 500) for name, value in block.items()}
        elif kind == "message/rfc822":
            returned = next(iter(_inside(part)), None)
        elif kind == "text/rfc822-headers":
            head = _content(part)[:HEADERS_READ]
            parser = BytesFeedParser(policy=compat32)
            parser.feed(_split(head)[0] + b"\n\n")
            returned = parser.close()
    return fields, returned
