"""What the operations page promises is what the settings and checks are."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()


def test_every_setting_is_named() -> None:
    settings = (ROOT / "probax_support" / "settings.py").read_text()
    read = set(re.findall(r'(?:env\.\w+|switch)\(\s*"([A-Z_]+)"', settings))
    described = set(re.findall(r"^\| `([A-Z_]+)` \|", OPERATIONS, re.MULTILINE))
    assert read == described


def test_every_check_is_named() -> None:
    known = set(re.findall(r'id="(probax\.[EW]\d+)"', (ROOT / "probax_support" / "checks.py").read_text()))
    assert known == set(re.findall(r"^\| `(probax\.[EW]\d+)` \|", OPERATIONS, re.MULTILINE))


def test_every_option_of_the_start_is_named() -> None:
    options = set(re.findall(r'add_argument\("(--[a-z]+)"', (ROOT / "probax_support" / "launch.py").read_text()))
    assert options <= set(re.findall(r"--[a-z]+", OPERATIONS))
    assert options <= set(re.findall(r"--[a-z]+", (ROOT / "bin" / "run").read_text()))


def test_the_image_holds_every_room() -> None:
    image = (ROOT / "Dockerfile").read_text()
    kept = (ROOT / ".dockerignore").read_text()
    for room in ("probax_support", "notifications", "cases", "sla", "templates", "static"):
        assert f"COPY {room} {room}\n" in image
        assert f"!{room}\n" in kept
