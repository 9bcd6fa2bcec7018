"""The bill of materials names everything that the portal is made of, each with its version and licence."""

import json
import re
import subprocess
import sys
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from probax_support import materials
from tests.portal import ROOT

PINS = (ROOT / "requirements.txt").read_text()


@pytest.fixture(scope="module")
def told() -> str:
    """What the command writes, with nothing set."""
    command = [sys.executable, "-m", "probax_support.materials"]
    return subprocess.run(command, cwd=ROOT, env={}, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def parts(told: str) -> dict[str, Any]:
    return {part["name"]: part for part in json.loads(told)["components"]}


def test_it_is_as_its_format_wants(told: str) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(told) is None


def test_every_pin_is_in_it_with_its_version_and_licence(parts: dict[str, Any]) -> None:
    pins = re.findall(r"^([\w.-]+)==([^ \\]+)(?: ; (.+))? \\$", PINS, re.MULTILINE)
    assert len(pins) > 70
    # What a pin's marker leaves out here is not installed here.
    missing = {name for name, version, _marker in pins if parts.get(name, {}).get("version") != version}
    assert missing <= {name for name, _version, marker in pins if marker}
    nameless = [name for name, part in parts.items() if "not said" in json.dumps(part["licenses"])]
    assert not nameless


def test_what_browsers_get_is_in_it(parts: dict[str, Any]) -> None:
    committed = {folder.name for folder in (ROOT / "static" / "vendor").iterdir()}
    assert {"htmx.org", *committed} <= set(parts)
    assert parts["htmx.org"]["version"].startswith("2.")


def test_what_is_installed_otherwise_than_pinned_is_refused() -> None:
    with pytest.raises(ValueError, match=r"is wanted, and .+ is installed"):
        materials.bill("django==1.0 \\\n    --hash=sha256:0\n")
