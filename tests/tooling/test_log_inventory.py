"""`docs/logs.md` lists every line that our code logs; one that comes new fails here until it stands there."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from probax_support import logs
from tests.portal import ROOT

PAGE = ROOT / "docs" / "logs.md"
LEVELS = {"debug": "DEBUG", "info": "INFO", "warning": "WARNING", "error": "ERROR", "exception": "ERROR"}


def lines_logged() -> Iterator[str]:
    """Yield a row for each line of our code, as the page has it."""
    for room in ("cases", "notifications", "probax_support", "sla"):
        for path in sorted((ROOT / room).rglob("*.py")):
            yield from rows_of(path)


def rows_of(path: Path) -> Iterator[str]:
    named = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for call in ast.walk(ast.parse(path.read_text())):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            asked = call.func
            if isinstance(asked.value, ast.Name) and asked.value.id == "logger" and asked.attr in LEVELS:
                sentence = call.args[0]
                assert isinstance(sentence, ast.Constant), f"{path}: a line begins with a sentence of its own"
                yield f"| `{sentence.value!s}` | {LEVELS[asked.attr]} | `{named}` |"


def test_every_line_that_is_logged_is_on_the_page(tmp_path: Path) -> None:
    written = PAGE.read_text()
    head = written.rpartition("| --- | --- | --- |\n")[0] + "| --- | --- | --- |\n"
    now = tmp_path / PAGE.name
    now.write_text(head + "\n".join(lines_logged()) + "\n")
    assert written == now.read_text(), f"look at what is new, then keep {now} as {PAGE}"


def test_every_field_of_a_request_is_on_the_page() -> None:
    fields = PAGE.read_text().partition("## Requests")[2].partition("## Everything else")[0]
    assert set(logs.FIELDS) <= set(re.findall(r"`(\w+)`", fields))


def test_nobody_logs_by_another_way() -> None:
    # Of libraries, whose lines are led here and there.
    others = {"", '"apprise"', '"gunicorn.error"'}
    for room in ("cases", "notifications", "probax_support", "sla"):
        for path in (ROOT / room).rglob("*.py"):
            assert set(re.findall(r"\bgetLogger\((.*?)\)", path.read_text())) <= {"__name__", *others}, path
