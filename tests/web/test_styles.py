"""Every class of our stylesheets is on a page, what nothing wears is deleted; every icon of a page is drawn."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
STYLES = sorted((ROOT / "static" / "css").glob("*.css"))
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
CLASS = re.compile(r"\.(-?[_a-zA-Z][\w-]*)")
# Where a class may be put on: pages, scripts, and Python that draws or names a state.
WEARERS = [
    *(ROOT / "templates").rglob("*.html"),
    *(ROOT / "static" / "js").glob("*.js"),
    *(path for room in ("cases", "notifications", "probax_support", "sla") for path in (ROOT / room).rglob("*.py")),
]
WORD = re.compile(r"[\w-]+")


def classes_of(style: Path) -> set[str]:
    """Return the classes in the selectors of a stylesheet."""
    rules = COMMENT.sub("", style.read_text())
    selectors = re.findall(r"([^{};]+)\{", rules)
    return {name for selector in selectors if not selector.strip().startswith("@") for name in CLASS.findall(selector)}


def is_worn(name: str, words: set[str]) -> bool:
    """Return whether a class stands somewhere whole, or as a beginning that a page ends: `chip--{{ state }}`."""
    if name in words:
        return True
    parted = (name.rpartition(mark) for mark in ("--", "__"))
    return any(mark and begin + mark in words and (end in words or end.isdecimal()) for begin, mark, end in parted)


def test_every_class_of_a_style_is_worn_by_something() -> None:
    words = {word for path in WEARERS for word in WORD.findall(path.read_text())}
    unworn = {style.name: sorted(name for name in classes_of(style) if not is_worn(name, words)) for style in STYLES}
    assert {name: found for name, found in unworn.items() if found} == {}
    assert sum(len(classes_of(style)) for style in STYLES) > 200


def test_every_icon_that_a_page_names_is_drawn() -> None:
    drawn = set(re.findall(r'id="([\w-]+)"', (ROOT / "static" / "img" / "icons.svg").read_text()))
    pages = [path.read_text() for path in (ROOT / "templates").rglob("*.html")]
    named = {name for page in pages for name in re.findall(r'\bicon="([\w-]+)"|icon\.html" with name="([\w-]+)"', page)}
    assert {first or second for first, second in named} - drawn == set()
