"""docs/policy.md is true: each clause is proved by tests that name it, and the table says by which."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROW = re.compile(r"^\| (P\d+\.\d+) \|(?P<says>[^|]+)\|(?P<where>[^|]+)\|(?P<tests>[^|]*)\|$", re.M)
# The clauses that the policy has, section by section.
CLAUSES = frozenset(
    [
        "P1.1",
        "P1.2",
        "P1.3",
        "P1.4",
        "P2.1",
        "P2.2",
        "P2.3",
        "P2.4",
        "P2.5",
        "P2.6",
        "P3.1",
        "P3.2",
        "P4.1",
        "P4.2",
        "P5.1",
        "P6.1",
        "P6.2",
        "P7.1",
        "P8.1",
        "P9.1",
        "P9.2",
        "P9.3",
        "P9.4",
        "P9.5",
        "P9.6",
        "P9.7",
        "P9.8",
        "P10.1",
        "P11.1",
        "P11.2",
        "P12.1",
        "P13.1",
    ]
)


def marked() -> dict[str, set[str]]:
    """Return the test files that name each clause in a mark."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for clause in clauses_in(ast.parse(path.read_text())):
            found[clause].add(str(path.relative_to(ROOT / "tests")))
    return found


def clauses_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "clause":
            yield from (str(argument.value) for argument in node.args if isinstance(argument, ast.Constant))


MARKED = marked()
ROWS: dict[str, re.Match[str]] = {found[1]: found for found in ROW.finditer((ROOT / "docs" / "policy.md").read_text())}


def test_every_clause_has_its_row() -> None:
    assert set(ROWS) == CLAUSES
    assert not [clause for clause, row in ROWS.items() if not row["says"].strip() or not row["where"].strip()]


def test_tests_name_known_clauses() -> None:
    assert set(MARKED) <= CLAUSES


def in_order(clause: str) -> tuple[int, ...]:
    return tuple(int(number) for number in clause[1:].split("."))


IN_ORDER: list[str] = sorted(CLAUSES, key=in_order)


@pytest.mark.parametrize("clause", IN_ORDER)
def test_the_row_names_the_tests_that_name_the_clause(clause: str) -> None:
    assert MARKED[clause], f"No test names {clause}."
    told = re.findall(r"`([^`]+)`", ROWS[clause].group("tests"))
    assert sorted(told) == sorted(MARKED[clause]), f"Write: {', '.join(f'`{name}`' for name in sorted(MARKED[clause]))}"
