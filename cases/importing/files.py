"""Files as records, each knowing where it stands, so that a problem can be found again."""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from django.utils.translation import gettext as _

NEVER = "\0"


class Unreadable(Exception):
    """Why a file is no list of records, and where, in a sentence."""


@dataclass(frozen=True)
class SourceFile:
    """A file as it came: its name and its bytes."""

    name: str
    content: bytes


@dataclass
class Record:
    """What one record says, by field; empty fields are left out. `parts` are the places of its messages."""

    place: str
    said: dict[str, Any]
    parts: list[str] = field(default_factory=list)


def records_of(file: SourceFile, fields: Sequence[str]) -> list[Record]:
    """Read a file, by its ending: `.json` is an array of objects, `.csv` has the names of the fields in its first line.

    Raises:
        Unreadable: it is neither, is not UTF-8, or names a field that there is not.
    """
    readers = {".csv": _of_csv, ".json": _of_json}
    reader = readers.get(PurePath(file.name).suffix.lower())
    if reader is None:
        raise Unreadable(_("%(file)s: a file ends in .csv or .json.") % {"file": file.name})
    try:
        text = file.content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        said = {"file": file.name, "number": error.start + 1}
        raise Unreadable(_("%(file)s: byte %(number)s is not UTF-8. Save it as UTF-8.") % said) from error
    if NEVER in text:
        raise Unreadable(_("%(file)s: there is a zero byte in it, which no text has.") % {"file": file.name})
    return list(reader(file.name, text, fields))


def _line(file: str, number: int) -> str:
    return _("%(file)s, line %(number)s") % {"file": file, "number": number}


def _of_csv(file: str, text: str, fields: Sequence[str]) -> Iterator[Record]:
    rows = csv.reader(text.splitlines(keepends=True), strict=True)
    try:
        columns = [name.strip() for name in next(rows, [])]
        _require_known(_line(file, 1), columns, fields)
        begins = rows.line_num + 1
        for row in rows:
            place, begins = _line(file, begins), rows.line_num + 1
            if len(row) > len(columns):
                said = {"place": place, "cells": len(row), "columns": len(columns)}
                raise Unreadable(_("%(place)s: it has %(cells)s cells, and there are %(columns)s columns.") % said)
            if row:
                cells = zip(columns, row, strict=False)
                yield Record(place, {name: cell.strip() for name, cell in cells if cell.strip()})
    except csv.Error as error:
        raise Unreadable(f"{_line(file, rows.line_num)}: {error}.") from error


def _of_json(file: str, text: str, fields: Sequence[str]) -> Iterator[Record]:
    try:
        rows = json.loads(text)
    except json.JSONDecodeError as error:
        said = {"place": _line(file, error.lineno), "column": error.colno}
        raise Unreadable(_("%(place)s, column %(column)s: this is no JSON.") % said) from error
    if not isinstance(rows, list):
        raise Unreadable(_("%(file)s: a list of records is wanted, in square brackets.") % {"file": file})
    for number, row in enumerate(rows, 1):
        place = _("%(file)s, record %(number)s") % {"file": file, "number": number}
        if not isinstance(row, dict):
            raise Unreadable(_("%(place)s: an object is wanted, in curly brackets.") % {"place": place})
        _require_known(place, list(row), fields)
        said = {name: value for name, value in row.items() if value not in ("", None)}
        words = said.get("messages")
        count = len(words) if isinstance(words, list) else 0
        parts = [_("%(place)s, message %(number)s") % {"place": place, "number": one} for one in range(1, count + 1)]
        yield Record(place, said, parts)


def _require_known(place: str, named: Sequence[str], fields: Sequence[str]) -> None:
    for name in named:
        if name not in fields:
            said = {"place": place, "name": name, "fields": ", ".join(fields)}
            raise Unreadable(_("%(place)s: there is no field “%(name)s”. Fields are %(fields)s.") % said)


def with_messages(cases: list[Record], file: SourceFile, fields: Sequence[str]) -> list[str]:
    """Put the messages of a file with their cases, which they name by `case`. Returns what is wrong with them.

    Raises:
        Unreadable: see `records_of`.
    """
    by_id = {str(case.said.get("external_id")): case for case in cases}
    wrong = []
    for word in records_of(file, ["case", *fields]):
        case = by_id.get(str(word.said.pop("case", "")))
        if case is None:
            wrong.append(_("%(place)s, case: there is no such case in the file of cases.") % {"place": word.place})
            continue
        case.said.setdefault("messages", []).append(word.said)
        case.parts.append(word.place)
    return wrong
