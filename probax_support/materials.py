"""The bill of materials: what the portal is made of, with versions and licences, as CycloneDX 1.6.

`python -m probax_support.materials` writes it to standard output. It tells of the installation that it runs in, so the
image tells of itself. No setting is read.
"""

import json
import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
# What a licence's classifier begins with.
LICENCE = re.compile(r"^License :: (?:OSI Approved :: )?(.+)$")
LONGEST_NAME = 60


def bill(pins: str) -> dict[str, Any]:
    """Return the bill of the packages pinned in `pins`, the text of `requirements.txt`, and of what comes with us.

    Raises:
        ValueError: a package is installed in another version than it is pinned to.
        PackageNotFoundError: one is not installed.
    """
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "probax-support", "bom-ref": "probax-support"}},
        "components": [*map(_package, _pinned(pins)), *_brought_along()],
    }


def _pinned(pins: str) -> Iterator[Requirement]:
    """Yield the pins that hold on this machine and this Python."""
    for line in re.findall(r"^(\w[^\\\n]+)", pins, re.MULTILINE):
        pin = Requirement(line)
        if pin.marker is None or pin.marker.evaluate():
            yield pin


def _package(pin: Requirement) -> dict[str, Any]:
    installed = metadata.distribution(pin.name)
    if not pin.specifier.contains(installed.version, prereleases=True):
        raise ValueError(f"{pin} is wanted, and {installed.version} is installed.")
    name = re.sub(r"[-_.]+", "-", pin.name).lower()
    return _component(name, installed.version, _licence(installed.metadata), f"pkg:pypi/{name}@{installed.version}")


def _licence(said: metadata.PackageMetadata) -> dict[str, Any]:
    """Return a package's licence as the bill has it: an expression where it gives one, else what it calls it."""
    expression = said.json.get("license_expression")
    if expression:
        return {"expression": expression}
    words = str(said.json.get("license", "")).strip()
    if words and "\n" not in words and len(words) < LONGEST_NAME:
        return {"license": {"name": words}}
    found = [LICENCE.match(one) for one in said.get_all("Classifier") or []]
    return {"license": {"name": " or ".join(one[1] for one in found if one) or "not said"}}


def _brought_along() -> Iterator[dict[str, Any]]:
    """Yield what browsers get that is not ours: committed under `static/vendor`, and htmx as its package brings it."""
    reboot = (ROOT / "static/vendor/bootstrap/bootstrap-reboot.min.css").read_text(encoding="utf-8")
    yield _by_npm("bootstrap", _version(r"Reboot v([\d.]+)", reboot), {"expression": "MIT"})
    yield _component("atkinson-hyperlegible-next", "2024", {"expression": "OFL-1.1"}, "")
    htmx = metadata.distribution("django-htmx").locate_file("django_htmx/static/django_htmx/htmx-2.min.js")
    yield _by_npm(
        "htmx.org", _version(r'version:"([\d.]+)"', Path(str(htmx)).read_text(encoding="utf-8")), {"expression": "0BSD"}
    )


def _version(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    if found is None:
        raise ValueError(f"Nothing in it says its version: {pattern}")
    return found[1]


def _by_npm(name: str, version: str, licence: dict[str, Any]) -> dict[str, Any]:
    return _component(name, version, licence, f"pkg:npm/{name}@{version}")


def _component(name: str, version: str, licence: dict[str, Any], address: str) -> dict[str, Any]:
    known = {"purl": address, "bom-ref": address} if address else {}
    return {"type": "library", "name": name, "version": version, "licenses": [licence], **known}


if __name__ == "__main__":
    json.dump(bill((ROOT / "requirements.txt").read_text(encoding="utf-8")), sys.stdout, indent=1)
