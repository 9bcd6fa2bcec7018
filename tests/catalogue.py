"""The catalogue of a language, and the strings of the product that have to be in it."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("cases", "notifications", "sla", "probax_support")
MARKS = {"_", "_lazy", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
MARKS_WITH_CONTEXT = {"pgettext", "pgettext_lazy", "npgettext", "npgettext_lazy"}
LITERAL = r"""u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
MARKED = re.compile(rf"\b(p|n|np)?gettext\({LITERAL}(?:,\s*{LITERAL})?|\b_\({LITERAL}")
LINE = re.compile(r'(?:(msgctxt|msgid_plural|msgid|msgstr(?:\[\d\])?) )?(".*")')

# A context, empty where there is none, and the English words.
Key = tuple[str, str]


@dataclass
class Entry:
    """One string with its translation; several forms where it counts something."""

    parts: dict[str, str] = field(default_factory=dict)
    flags: str = ""

    @property
    def key(self) -> Key:
        """What it is found by."""
        return self.parts.get("msgctxt", ""), self.parts["msgid"]

    @property
    def forms(self) -> list[str]:
        """The translation in each of its forms."""
        return [words for name, words in self.parts.items() if name.startswith("msgstr")]


def entries_of(catalogue: Path) -> Iterator[Entry]:
    """Yield the entries of a .po file as makemessages writes it, without its header."""
    for block in catalogue.read_text().strip().split("\n\n"):
        entry, name = Entry(), ""
        for line in block.splitlines():
            if line.startswith("#"):
                entry.flags += line if line.startswith("#,") else ""
                continue
            found = LINE.fullmatch(line)
            assert found, f"this line is none of a catalogue: {line}"
            name = found[1] or name
            entry.parts[name] = entry.parts.get(name, "") + ast.literal_eval(found[2])
        if entry.parts["msgid"]:
            yield entry


def strings_of_the_product() -> dict[Key, str]:
    """Return every string that is marked for translation, with a file that holds it."""
    found: dict[Key, str] = {}
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            found |= dict.fromkeys(_strings_of_python(path), str(path.relative_to(ROOT)))
    for path in sorted((ROOT / "templates").rglob("*.*")):
        found |= dict.fromkeys(_strings_of_template(path), str(path.relative_to(ROOT)))
    return found


def _strings_of_python(path: Path) -> Iterator[Key]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            words = [str(part.value) for part in node.args if isinstance(part, ast.Constant)]
            if node.func.id in MARKS and words:
                yield "", words[0]
            elif node.func.id in MARKS_WITH_CONTEXT and words:
                yield words[0], words[1]


def _strings_of_template(path: Path) -> Iterator[Key]:
    for kind, first, second, alone in MARKED.findall(templatize(path.read_text())):
        words = [ast.literal_eval(literal) for literal in (first or alone, second) if literal]
        yield (words[0], words[1]) if "p" in kind else ("", words[0])
