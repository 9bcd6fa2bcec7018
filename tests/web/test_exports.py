"""CSV files: sent as they are read, shown right, and never run."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.utils import timezone
from django.utils.translation import gettext_lazy

from cases.web.exports import BYTE_ORDER_MARK, csv_answer

pytestmark = pytest.mark.clause("P10.1", "P11.2")

NOON = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


def lines_of(*rows: list[object]) -> list[list[str]]:
    """Return what a spreadsheet reads of an answer with these rows."""
    answer = csv_answer("cases", ["Heading"], rows)
    text = answer.getvalue().decode("utf-8").removeprefix(BYTE_ORDER_MARK)
    return list(csv.reader(text.splitlines()))[1:]


def test_the_answer_is_a_file_to_save_in_utf_8_with_its_mark() -> None:
    answer = csv_answer("cases", [gettext_lazy("Partner")], [["Überwacht"]])
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="cases.csv"'
    assert answer["Cache-Control"] == "private, no-store"
    assert answer.getvalue() == b"\xef\xbb\xbfPartner\r\n\xc3\x9cberwacht\r\n"


@pytest.mark.parametrize(
    "words", ["=1+1", "+61 2 5550", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1", "\uff1d1", "\u00a0=1"]
)
def test_what_a_spreadsheet_would_run_is_shown_instead(words: str) -> None:
    text = csv_answer("cases", ["Title"], [[words]]).getvalue().decode("utf-8")
    assert text.split("Title\r\n")[1].lstrip('"').startswith("'")


def test_a_heading_is_guarded_too() -> None:
    assert csv_answer("cases", ["=1"], []).getvalue().decode("utf-8") == f"{BYTE_ORDER_MARK}'=1\r\n"


def test_commas_quotes_and_lines_stay_in_their_cell() -> None:
    assert lines_of(['a, "b"', "c"]) == [['a, "b"', "c"]]


def test_numbers_stay_numbers_and_nothing_is_an_empty_cell() -> None:
    assert lines_of([-3, 4.5, None, True]) == [["-3", "4.5", "", "True"]]


def test_instants_are_in_the_zone_of_the_reader_though_the_rows_come_after_the_view() -> None:
    with timezone.override("Australia/Sydney"):
        answer = csv_answer("cases", ["Logged"], [[NOON]])
    with timezone.override("UTC"):
        assert "2026-11-24 12:00" in answer.getvalue().decode("utf-8")


def test_a_row_is_asked_for_when_it_is_sent() -> None:
    asked = []

    def rows() -> Iterator[list[object]]:
        for number in range(3):
            asked.append(number)
            yield [number]

    sent = iter(csv_answer("cases", ["Number"], rows()))
    next(sent)
    assert asked == []
    next(sent)
    assert asked == [0]
