"""`docs/security.md` names what there is: every chapter of the standard, and tests that exist; so does `data.md`."""

import re
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
DATA = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")


def test_every_chapter_of_the_standard_has_its_place() -> None:
    assert re.findall(r"^## V(\d+) ", TEXT, re.MULTILINE) == [str(number) for number in range(1, 18)]


def test_every_test_that_is_named_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", TEXT + DATA)
    assert len(named) > 60
    missing = [
        f"{path}::{name}"
        for path, name in named
        if not (ROOT / path).is_file() or (name and f"def {name}(" not in (ROOT / path).read_text(encoding="utf-8"))
    ]
    assert not missing


def test_every_claim_names_a_test_or_a_page() -> None:
    held = TEXT.partition("## What does not hold")[0]
    rows = [line for line in held.splitlines() if line.startswith("| ") and not line.startswith(("| how", "| ---"))]
    assert len(rows) > 45
    assert not [row for row in rows if "`tests/" not in row and ".md)" not in row]
