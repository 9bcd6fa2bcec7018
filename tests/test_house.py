"""The laws of the house that no linter knows."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = ("probax_support", "notifications", "cases", "sla")
REQUIREMENTS = ("requirements", "requirements-dev")
# Somebody's home, or the place of this checkout. Cut in two, so that this file names none.
MACHINE_PATHS = re.compile("|".join("/" + place for place in ("work/", "home/[a-z]", "root/", "Users/")))


def product_files() -> list[Path]:
    return [path for room in PRODUCT for path in sorted((ROOT / room).rglob("*.py")) if "migrations" not in path.parts]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def committed_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def assigned_attributes(tree: ast.AST) -> Iterator[ast.Attribute]:
    """Yield each attribute that is assigned to, alone, in a tuple, or with +=."""
    for node in ast.walk(tree):
        found: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            found = node.targets
        elif isinstance(node, ast.AugAssign | ast.AnnAssign):
            found = [node.target]
        for target in found:
            yield from (part for part in ast.walk(target) if isinstance(part, ast.Attribute))


def test_only_the_record_sets_status_and_severity() -> None:
    wrong = []
    for path in product_files():
        if path == ROOT / "cases" / "actions" / "_record.py":
            continue
        tree = ast.parse(path.read_text())
        setting: list[ast.expr] = [node for node in assigned_attributes(tree) if node.attr in ("status", "severity")]
        setting += [node for node in ast.walk(tree) if isinstance(node, ast.Call) and updates_status(node)]
        wrong += [f"{name_of(path)}:{node.lineno}" for node in setting]
    assert not wrong, "Set status and severity in cases/actions/_record.py only."


def updates_status(call: ast.Call) -> bool:
    """Tell whether this is `.update(status=...)`, the other way to set it."""
    return (
        isinstance(call.func, ast.Attribute)
        and call.func.attr == "update"
        and any(keyword.arg in ("status", "severity") for keyword in call.keywords)
    )


def test_the_engine_stands_on_the_standard_library() -> None:
    wrong: list[str] = []
    for path in sorted((ROOT / "sla" / "engine").glob("*.py")):
        # Reckoning many at once is what numpy is measured to be needed for.
        allowed = set(sys.stdlib_module_names) | ({"numpy"} if path.name == "bulk.py" else set())
        modules = imported_modules(ast.parse(path.read_text()))
        strange = [
            name for name in modules if name.partition(".")[0] not in allowed and not name.startswith("sla.engine")
        ]
        wrong += [f"{name_of(path)}: {name}" for name in strange]
    assert not wrong


def imported_modules(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_each_file_is_short_enough_to_know() -> None:
    assert not [name_of(path) for path in product_files() if len(path.read_text().splitlines()) > 400]


def test_nothing_happens_behind_the_readers_back() -> None:
    for path in product_files():
        text = path.read_text()
        assert "django.db.models.signals" not in text, f"{name_of(path)}: no signals, call what should happen."
        assert not re.search(r"def save\(self, \*", text), f"{name_of(path)}: no save() of its own, write an action."


@pytest.mark.parametrize("name", REQUIREMENTS)
@pytest.mark.parametrize("ending", ["in", "txt"])
def test_requirements_hold_no_address(name: str, ending: str) -> None:
    lines = (ROOT / f"{name}.{ending}").read_text().splitlines()
    assert not [line for line in lines if re.search(r"://|index-url|find-links|trusted-host|file:", line)]


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_each_requirement_has_a_pin_that_fits(name: str) -> None:
    pins = {}
    for line in (ROOT / f"{name}.txt").read_text().splitlines():
        if found := re.match(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)", line):
            pins[canonicalize_name(found[1])] = found[2]
    for line in (ROOT / f"{name}.in").read_text().splitlines():
        if line and not line.startswith(("#", "-")):
            wanted = Requirement(line)
            pinned = pins.get(canonicalize_name(wanted.name))
            assert pinned is not None, f"{line} has no pin: run bin/lock"
            assert wanted.specifier.contains(pinned, prereleases=True), f"{line} does not admit {pinned}: run bin/lock"


def test_no_file_names_a_place_on_one_machine() -> None:
    named = []
    for path in committed_files():
        if path.suffix in (".png", ".woff2", ".ico", ".gz") or path.name.startswith("requirements"):
            continue
        text = path.read_text(encoding="utf-8", errors="ignore")
        named += [f"{name_of(path)}: {found[0]}" for found in MACHINE_PATHS.finditer(text)]
    assert not named
