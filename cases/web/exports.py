"""Lists as CSV files: sent row by row, and harmless when a spreadsheet opens them."""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo
from typing import TypeVar

from django.http import StreamingHttpResponse
from django.utils import timezone, translation

# A cell that begins so, also in full width, is a formula to a spreadsheet: it may fetch addresses or run programs.
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# Without it, some spreadsheets take UTF-8 for the local alphabet.
BYTE_ORDER_MARK = "\ufeff"

Part = TypeVar("Part", str, bytes)


def csv_answer(name: str, headings: Iterable[object], rows: Iterable[Iterable[object]]) -> StreamingHttpResponse:
    """Answer with a CSV file called `name` (without its ending), in UTF-8, to be saved and not shown.

    `rows` may be a generator: a row is asked for when it is sent, and none is kept. Feed it a query that is read with
    `.iterator(chunk_size=...)`. Instants are written in the reader's zone, numbers stay numbers, None is an empty cell.
    """
    # The rows are asked for after the view, when the reader's zone and language are no longer the current ones.
    zone, language = timezone.get_current_timezone(), translation.get_language()
    lines = in_language(language, _lines(headings, rows, zone))
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


class _Line:
    """A file that keeps nothing: writing a line to it returns the line."""

    def write(self, line: str) -> str:
        return line


def _lines(headings: Iterable[object], rows: Iterable[Iterable[object]], zone: tzinfo) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield BYTE_ORDER_MARK + writer.writerow([_cell(heading, zone) for heading in headings])
    for row in rows:
        yield writer.writerow([_cell(value, zone) for value in row])


def in_language(language: str | None, parts: Iterator[Part]) -> Iterator[Part]:
    """Yield each part as it is worded in `language`; between two parts the thread speaks what it spoke."""
    while True:
        with translation.override(language):
            part = next(parts, None)
        if part is None:
            return
        yield part


def _cell(value: object, zone: tzinfo) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    return _never_a_formula(str(value))


def _never_a_formula(words: str) -> str:
    """Return the words, with an apostrophe before what a spreadsheet would reckon with instead of showing it."""
    return f"'{words}" if words.lstrip().startswith(BEGINS_A_FORMULA) else words
