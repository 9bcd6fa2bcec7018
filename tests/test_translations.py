"""Each language is whole, and nothing that a person reads is left out of it."""

import gettext
import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings

from tests.catalogue import ROOT, Entry, entries_of, strings_of_the_product

LANGUAGES = [code for code, name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
# What a translation keeps as it is: named and plain placeholders, tags with their attributes, addresses.
KEPT = re.compile(r"%\(\w+\)[a-z]|%%s|%s|%%|\{\w+\}|<[^<>]+>|\w+@[\w.]+\w|https?://")
NO_TEXT = re.compile(
    r"{#.*?#}|{%\s*comment.*?endcomment\s*%}|{%\s*blocktranslate.*?endblocktranslate\s*%}|{%.*?%}|{{.*?}}", re.DOTALL
)
SPOKEN = {"alt", "title", "aria-label", "aria-description", "placeholder", "label"}
# Whole texts between tags that no language changes, as names of things, addresses and samples of letters.
SAME_EVERYWHERE = {"SHA-256", "sales@probax.io", "NWIT-104 O0 Il1"}


def catalogue_of(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_every_string_is_translated(language: str) -> None:
    done = {entry.key for entry in entries_of(catalogue_of(language)) if all(entry.forms)}
    left = {f"{where}: {key[1]!r}" for key, where in strings_of_the_product().items() if key not in done}
    assert not left, "run bin/translate and fill in what is new"


def test_nothing_is_guessed_and_nothing_left_empty(language: str) -> None:
    assert not [e.key for e in entries_of(catalogue_of(language)) if "fuzzy" in e.flags or not all(e.forms)]


def test_every_translation_keeps_its_placeholders_and_tags(language: str) -> None:
    assert not [entry.key for entry in entries_of(catalogue_of(language)) if loses_something(entry)]


def loses_something(entry: Entry) -> bool:
    """Return whether a form lacks or adds what has to stay; a form may spell its number out."""
    english = [entry.parts["msgid"], entry.parts.get("msgid_plural", entry.parts["msgid"])]
    allowed = [Counter(KEPT.findall(words)) for words in english]
    mail_like = re.compile(r"\w+@company\.example|name@")
    return any(
        Counter(KEPT.findall(form)) not in allowed for form in entry.forms if not mail_like.search(entry.parts["msgid"])
    )


def test_what_is_compiled_says_what_is_written(language: str) -> None:
    catalogue = catalogue_of(language)
    with catalogue.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    stale = []
    for entry in entries_of(catalogue):
        context, words = entry.key
        if "msgid_plural" in entry.parts:
            said = {compiled.ngettext(words, entry.parts["msgid_plural"], count) for count in (1, 2, 1_000_000)}
            same = said == set(entry.forms)
        else:
            said_alone = compiled.pgettext(context, words) if context else compiled.gettext(words)
            same = [said_alone] == entry.forms
        stale += [] if same else [entry.key]
    assert not stale, "run bin/translate"


class Texts(HTMLParser):
    """Collects what a reader sees or hears of a template that is not marked for translation."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.quiet = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.quiet += tag in ("script", "style", "code", "kbd")
        self.found += [value for name, value in attrs if value and (name in SPOKEN or name.startswith("data-word"))]

    def handle_endtag(self, tag: str) -> None:
        self.quiet -= tag in ("script", "style", "code", "kbd")

    def handle_data(self, data: str) -> None:
        if not self.quiet:
            self.found.append(data.strip())


def unmarked(template: Path) -> Iterator[str]:
    """Yield the texts of a template that no translation reaches; a class of the page is a block, and no text."""
    words = re.sub(r"{% block page_class %}.*?{% endblock %}", "", template.read_text())
    reader = Texts()
    reader.feed(NO_TEXT.sub(" ", words))
    yield from (text for text in reader.found if re.search(r"[A-Za-z]{2}", text) and text not in SAME_EVERYWHERE)


def test_no_template_holds_text_that_is_not_marked() -> None:
    # Those of allauth choose their tag by a condition, which no reader of HTML understands.
    templates = [path for path in sorted((ROOT / "templates").rglob("*.html")) if "elements" not in path.parts]
    assert not {f"{path.relative_to(ROOT)}: {text}" for path in templates for text in unmarked(path)}


def test_no_mail_in_plain_text_holds_words_that_are_not_marked() -> None:
    found = set()
    for path in sorted((ROOT / "templates").rglob("*.txt")):
        # An anchor at the end of an address is no word.
        lines = re.sub(r"#[\w-]+", "", NO_TEXT.sub(" ", path.read_text())).splitlines()
        found |= {f"{path.relative_to(ROOT)}: {line}" for line in lines if re.search(r"[A-Za-z]{2}", line)}
    assert not found
