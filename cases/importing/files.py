"""Files as records, each knowing where it stands, so that a problem can be found again."""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NEVER = "\0"


class Unreadable(Exception):
    """Why a file is no list of records, and where, in a sentence."""


@dataclass
class Record:
    """What one record says, by field; empty fields are left out. `parts` are the places of its messages."""

    place: str
    said: dict[str, Any]
    parts: list[str] = field(default_factory=list)


def records_of(path: Path, fields: Sequence[str]) -> list[Record]:
    """Read a file, by its ending: `.json` is an array of objects, `.csv` has the names of the fields in its first line.

    Raises:
        Unreadable: it is neither, is not UTF-8, or names a field that there is not.
    """
    readers = {".csv": _of_csv, ".json": _of_json}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise Unreadable(f"{path.name}: a file ends in .csv or .json.")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"{path.name}: byte {error.start + 1} is not UTF-8. Save it as UTF-8.") from error
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror}.") from error
    if NEVER in text:
        raise Unreadable(f"{path.name}: there is a zero byte in it, which no text has.")
    return list(reader(path, text, fields))


def _of_csv(path: Path, text: str, fields: Sequence[str]) -> Iterator[Record]:
    rows = csv.reader(text.splitlines(keepends=True), strict=True)
    try:
        columns = [name.strip() for name in next(rows, [])]
        _require_known(path, "line 1", columns, fields)
        begins = rows.line_num + 1
        for row in rows:
            place, begins = f"{path.name}, line {begins}", rows.line_num + 1
            if len(row) > len(columns):
                raise Unreadable(f"{place}: it has {len(row)} cells, and there are {len(columns)} columns.")
            if row:
                said = zip(columns, row, strict=False)
                yield Record(place, {name: cell.strip() for name, cell in said if cell.strip()})
    except csv.Error as error:
        raise Unreadable(f"{path.name}, line {rows.line_num}: {error}.") from error


def _of_json(path: Path, text: str, fields: Sequence[str]) -> Iterator[Record]:
    try:
        rows = json.loads(text)
    except ValueError as error:
        where = f", line {error.lineno}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        raise Unreadable(f"{path.name}{where}: this is no JSON.") from error
    if not isinstance(rows, list):
        raise Unreadable(f"{path.name}: a list of records is wanted, in square brackets.")
    for number, row in enumerate(rows, 1):
        place = f"{path.name}, record {number}"
        if not isinstance(row, dict):
            raise Unreadable(f"{place}: an object is wanted, in curly brackets.")
        _require_known(path, f"record {number}", list(row), fields)
        said = {name: value for name, value in row.items() if value not in ("", None)}
        words = said.get("messages")
        count = len(words) if isinstance(words, list) else 0
        yield Record(place, said, [f"{place}, message {one}" for one in range(1, count + 1)])


def _require_known(path: Path, place: str, named: Sequence[str], fields: Sequence[str]) -> None:
    for name in named:
        if name not in fields:
            raise Unreadable(f"{path.name}, {place}: there is no field {name!r}. Fields are {', '.join(fields)}.")


def with_messages(cases: list[Record], path: Path, fields: Sequence[str]) -> list[str]:
    """Put the messages of a file with their cases, which they name by `case`. Returns what is wrong with them.

    Raises:
        Unreadable: see `records_of`.
    """
    by_id = {str(case.said.get("external_id")): case for case in cases}
    wrong = []
    for word in records_of(path, ["case", *fields]):
        case = by_id.get(str(word.said.pop("case", "")))
        if case is None:
            wrong.append(f"{word.place}, case: there is no such case in the file of cases.")
            continue
        case.said.setdefault("messages", []).append(word.said)
        case.parts.append(word.place)
    return wrong
