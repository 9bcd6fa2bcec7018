"""A partner's month: who may read it, what it lists and why, on the page and as PDF that reads our styles alone."""

import re
import sys
import zlib
from typing import Any

import pytest
from django.test import Client

from cases.models import Membership
from cases.web import pdf
from tests.builders import Cast, answer, at, close, logged_case
from tests.cases.pages import browser_of, get, html_of, nothing_is_written, read, words_of

pytestmark = pytest.mark.clause("P2.1", "P11.2")

DECEMBER = at("Tue 1 Dec 9:00")
MANAGERS, COMPANYS = "/manager/partners/NWIT/report/", "/company/NWIT/report/"


@pytest.fixture
def november(people: Cast) -> None:
    """One in time, one late, one owed, one of Harbor's; and one of December."""
    first = logged_case(people.priya, at("Mon 9:00"), severity=2, title='Slow <img src="file:///etc/passwd">')
    answer(first, people.lena, at("Mon 10:00"))
    close(first, people.lena, at("Mon 15:00"))
    answer(logged_case(people.omar, at("Mon 9:30"), severity=2), people.lena, at("Mon 15:00"))
    logged_case(people.priya, at("Tue 9:00"), severity=3, title="Nobody answers this one")
    logged_case(people.zoe, at("Tue 9:00"), title="A secret of Harbor")
    answer(logged_case(people.priya, at("Tue 1 Dec 8:00"), severity=2), people.lena, at("Tue 1 Dec 8:30"))


def test_every_promise_of_the_month_is_listed_with_its_sum(people: Cast, november: None) -> None:
    browser = browser_of(people.ruth, DECEMBER)
    with nothing_is_written():
        page = get(browser, MANAGERS, DECEMBER)
    month = page.context["month"]
    assert (month.kept, month.missed, month.share) == (1, 2, 33)
    words = words_of(page)
    assert "Northwind IT, November 2026" in words
    assert "All times are those of Sydney" in words
    # Why the first one was due at 12:00, and that the third was never answered.
    assert "Severity 2 is answered within 3 h" in words
    assert "Promised by Mon 23 Nov, 12:00" in words
    assert "Given Mon 23 Nov, 10:00" in words
    assert "Not given yet." in words
    assert "Software update or fix: 1" in words
    assert "secret of Harbor" not in words
    assert "3 cases logged" in words
    assert "2 cases open at the end" in words
    assert "<img" not in html_of(page)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", "November 2026"),
        ("?month=2026-12", "December 2026"),
        ("?month=2031-01", "December 2026"),
        ("?month=2026-13", "November 2026"),
        ("?month=2026-10", "October 2026"),
    ],
)
def test_a_month_is_chosen_by_the_address(people: Cast, november: None, query: str, shown: str) -> None:
    page = get(browser_of(people.ruth, DECEMBER), MANAGERS + query, DECEMBER)
    assert f"Northwind IT, {shown}" in words_of(page)
    assert ("The month is not over" in words_of(page)) == (shown == "December 2026")
    assert ("Month after" in words_of(page)) == (shown != "December 2026")


@pytest.mark.clause("P1.1")
def test_those_who_lead_a_company_read_its_report_and_nobody_else_does(people: Cast, november: None) -> None:
    for person, status in [(people.priya, 200), (people.omar, 404), (people.zoe, 404), (people.lena, 404)]:
        browser = browser_of(person, DECEMBER)
        assert get(browser, COMPANYS, DECEMBER).status_code == status
        assert get(browser, f"{COMPANYS}pdf/", DECEMBER).status_code == status
        assert get(browser, MANAGERS, DECEMBER).status_code == 404
    priya = browser_of(people.priya, DECEMBER)
    assert COMPANYS in html_of(get(priya, "/company/NWIT/", DECEMBER))
    assert "/desk/" not in html_of(get(priya, COMPANYS, DECEMBER))
    # Whoever sees their own cases alone reads of those alone.
    Membership.objects.filter(user=people.priya).update(sees_all_cases=False)
    assert len(get(priya, COMPANYS, DECEMBER).context["month"].first_replies) == 2


def unpacked(file: bytes) -> bytes:
    """Return what the packed parts of a PDF hold."""
    parts = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", file, re.DOTALL)
    return b"".join(zlib.decompressobj().decompress(part) for part in parts if part.startswith(b"x"))


def test_the_month_is_a_pdf_too(people: Cast, november: None) -> None:
    browser = browser_of(people.priya, DECEMBER)
    file = get(browser, f"{COMPANYS}pdf/?month=2026-11", DECEMBER)
    assert file["Content-Type"] == "application/pdf"
    assert file["Content-Disposition"] == 'attachment; filename="NWIT-2026-11.pdf"'
    printed = read(file)
    assert printed.startswith(b"%PDF-")
    assert b"Atkinson-Hyperlegible-Next" in unpacked(printed), "it is set in our own font"
    assert f"{COMPANYS}pdf/?month=2026-11" in html_of(get(browser, COMPANYS, DECEMBER))


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "http://127.0.0.1:8000/",
        "https://example.org/x.css",
        "https://static.invalid/../probax_support/settings.py",
        "https://static.invalid/css/../../manage.py",
        "https://static.invalid/css/none.css",
        "data:text/css,body{}",
    ],
)
def test_the_printer_reads_nothing_but_our_styles(address: str) -> None:
    weasyprint: Any = pdf.printer()
    with pytest.raises(weasyprint.urls.FatalURLFetchingError):
        pdf.only_ours(address)
    with pytest.raises(weasyprint.urls.FatalURLFetchingError):
        pdf.pdf_answer(weasyprint, f'<link rel="stylesheet" href="{address}"><p>x</p>', "x")


def test_without_the_library_the_page_says_so_and_prints(
    people: Cast, november: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    browser = browser_of(people.ruth, DECEMBER)
    for address in (MANAGERS, f"{MANAGERS}pdf/"):
        page = get(browser, address, DECEMBER)
        assert "the library pango is not installed" in words_of(page)
        assert "Download as PDF" not in words_of(page)


def test_a_month_too_long_for_the_printer_is_for_the_browser(
    people: Cast, november: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cases.web.partner_report.MOST_PROMISES", 2)
    page = get(browser_of(people.ruth, DECEMBER), f"{MANAGERS}pdf/", DECEMBER)
    assert "too many promises for a PDF" in words_of(page)


def test_an_empty_month_says_so(people: Cast) -> None:
    page: Client = get(browser_of(people.ruth, DECEMBER), MANAGERS, DECEMBER)
    assert "A quiet month: no case was logged" in words_of(page)  # type: ignore[arg-type]


def test_the_number_of_questions_does_not_grow(
    people: Cast, november: None, django_assert_max_num_queries: Any
) -> None:
    browser = browser_of(people.ruth, DECEMBER)
    with django_assert_max_num_queries(30):
        get(browser, MANAGERS, DECEMBER)
