"""bin/test says at its very end which tests failed, and why: of a long log the end is what is seen."""

import subprocess
from pathlib import Path

import pytest

from tests.portal import ROOT, clean_environment

TESTS = """
import pytest

@pytest.fixture
def broken():
    raise LookupError("no such hat")

def test_adds():
    assert 1 + 1 == 3, "sums are off"

def test_wears_a_hat(broken):
    pass

def test_holds():
    pass
"""


@pytest.mark.slow
def test_the_last_lines_name_each_test_that_failed_and_its_error(tmp_path: Path) -> None:
    failing, told = tmp_path / "test_failing.py", tmp_path / "told"
    failing.write_text(TESTS)
    arguments = ["-c", "pyproject.toml", "-p", "tests.conftest", "-p", "no:cacheprovider", str(failing)]
    run = subprocess.run(
        ["sh", "bin/test", *arguments],
        cwd=ROOT,
        env=clean_environment() | {"FAILED_TESTS_FILE": str(told)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    before, _, lines = run.stdout.partition("\nFailed:\n")
    assert lines == told.read_text()
    for backend in ("postgres", "sqlite"):
        (sums,) = [line for line in lines.splitlines() if line.startswith(f"{backend}: ") and "test_adds" in line]
        (hat,) = [line for line in lines.splitlines() if line.startswith(f"{backend}: ") and "wears_a_hat" in line]
        assert sums.endswith("::test_adds - AssertionError: sums are off")
        assert hat.endswith("::test_wears_a_hat - LookupError: no such hat")
    assert "test_holds" not in lines
    _, _, tracebacks = before.partition("== What failed, once more")
    assert 'assert 1 + 1 == 3, "sums are off"' in tracebacks
