"""Text as strangers send it, made fit to keep and to show: no NUL, no half characters, no tricks of direction."""

import re
import unicodedata
from html.parser import HTMLParser

import nh3

# They turn around what a reader sees. The marks that Arabic and Hebrew need within a line are kept in bodies.
_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_MARKS = frozenset("\u200e\u200f\u061c")
_BLOCKS = frozenset({"p", "div", "tr", "table", "ul", "ol", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote"})
_KEPT_TAGS = {*_BLOCKS, "br", "li", "td", "th", "hr"}
_WITHOUT_END = frozenset(
    {"br", "hr", "img", "meta", "link", "input", "col", "area", "base", "p", "li", "td", "tr", "th"}
)
DEEPEST_TAGS = 500
LONGEST_TEXT = 500_000
LONGEST_HTML = 2_000_000


def decoded(content: bytes, charset: str | None) -> str:
    """Return the text of a part, whatever its charset claims to be."""
    for name in (charset or "utf-8", "utf-8"):
        try:
            return content.decode(name)
        except (LookupError, UnicodeError, ValueError):
            continue
    return content.decode("latin-1")


def clean(text: str) -> str:
    """Return text of several lines without control characters and what turns a line around."""
    plain = text[:LONGEST_TEXT].replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "\n").replace("\x0c", "\n")
    plain = plain.encode("utf-8", "replace").decode("utf-8")
    return "".join(
        char for char in plain if char in "\n\t" or (unicodedata.category(char) != "Cc" and char not in _OVERRIDES)
    )


def one_line(text: str, longest: int) -> str:
    """Return text on one line, without anything that could end a header or turn a name around."""
    plain = text[: longest * 4].encode("utf-8", "replace").decode("utf-8")
    visible = (" " if unicodedata.category(char) in ("Cc", "Zl", "Zp") else char for char in plain)
    return " ".join("".join(char for char in visible if char not in _OVERRIDES | _MARKS).split())[:longest]


def text_of_html(html: str) -> str:
    """Return what a reader of an HTML part reads, quoted blocks with a ">" before each line."""
    if _is_deep(html):
        return without_tags(html)
    tame = nh3.clean(
        html[:LONGEST_HTML], tags=_KEPT_TAGS, attributes={}, clean_content_tags={"script", "style", "head", "title"}
    )
    reader = _Reader()
    reader.feed(tame)
    reader.close()
    return reader.text()


def _is_deep(html: str) -> bool:
    """Return whether tags are nested deeper than any mail program writes; to tame that would take minutes."""
    depth = 0
    for found in re.finditer(r"<(/?)([a-zA-Z]+)", html[:LONGEST_HTML]):
        if found[2].lower() not in _WITHOUT_END:
            depth += -1 if found[1] else 1
        if depth > DEEPEST_TAGS:
            return True
    return False


def without_tags(html: str) -> str:
    """Return HTML without what stands in angle brackets."""
    return " ".join(piece.partition(">")[2] for piece in f">{html[:LONGEST_HTML]}".split("<"))


class _Reader(HTMLParser):
    """Turns tame HTML into lines."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._line: list[str] = []
        self._quotes = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS or tag in ("br", "li", "hr"):
            self._end_line(always=tag == "br")
        if tag == "li":
            self._line.append("- ")
        self._quotes += tag == "blockquote"

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS or tag == "li":
            self._end_line()
        if tag in ("td", "th"):
            self._line.append(" ")
        if tag in ("p", "table", "blockquote", "ul", "ol"):
            self._lines.append(self._prefix())
        self._quotes = max(0, self._quotes - (tag == "blockquote"))

    def handle_data(self, data: str) -> None:
        self._line.append(data)

    def _prefix(self) -> str:
        return "> " * min(self._quotes, 5)

    def _end_line(self, *, always: bool = False) -> None:
        words = " ".join("".join(self._line).split())
        self._line = []
        if words or always:
            self._lines.append(self._prefix() + words)

    def text(self) -> str:
        self._end_line()
        lines: list[str] = []
        for line in self._lines:
            # One empty line between two paragraphs is enough.
            if line.strip("> ") or (lines and lines[-1].strip("> ")):
                lines.append(line.rstrip())
        return "\n".join(lines).strip("\n")
