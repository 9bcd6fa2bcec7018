"""The severity that a mail names, on written examples with their false friends."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.rules import severity_in
from tests.portal import ROOT

pytestmark = pytest.mark.clause("P2.2")

TABLE = (Path(__file__).parent / "severities.txt").read_text(encoding="utf-8").splitlines()


def example(line: str) -> tuple[str, str, int | None]:
    """Return subject, body and what is named; a subject may hold a bar, the body may not."""
    wanted, rest = line.split("|", 1)
    subject, _, body = rest.rpartition("|") if rest.count("|") > 1 else rest.partition("|")
    return subject.strip(), body.strip().replace("\\n", "\n"), None if wanted.strip() == "-" else int(wanted)


EXAMPLES = [example(line) for line in TABLE if line and not line.startswith("#")]


def test_there_are_enough_examples() -> None:
    assert len(EXAMPLES) >= 200
    assert sum(wanted is None for *_, wanted in EXAMPLES) >= 80
    assert len(set(EXAMPLES)) == len(EXAMPLES)


@pytest.mark.parametrize(("subject", "body", "wanted"), EXAMPLES)
def test_a_written_example(subject: str, body: str, wanted: int | None) -> None:
    assert severity_in(subject, body) == wanted


TOLD = re.findall(r"^\| (.+) \| (\d|nothing: .+) \|$", (ROOT / "docs" / "mail.md").read_text(), re.MULTILINE)


def test_the_examples_of_the_documentation_are_true() -> None:
    assert len(TOLD) >= 12
    for written, read_as in TOLD:
        assert severity_in(written, "") == (int(read_as) if read_as.isdecimal() else None), written


@pytest.mark.parametrize("subject", ["sev 1 " * 5000, "s" * 50_000, "severity " * 5000, "[" * 20_000, "1-" * 20_000])
def test_a_long_line_is_read_at_once(subject: str) -> None:
    severity_in(subject, subject)


@given(st.text(), st.text())
@settings(max_examples=200, deadline=1000)
def test_anything_is_one_of_four_or_nothing(subject: str, body: str) -> None:
    assert severity_in(subject, body) in (None, 1, 2, 3, 4)
