"""A manager brings over on a page what another help desk kept."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cases.models import ImportedCase, Partner, User
from cases.web.imports import MOST_RECORDS
from tests.builders import Cast, at
from tests.cases.pages import beside, browser_of, get, links_of, post, words_of

pytestmark = pytest.mark.django_db

NOON = at("Tue 12:00")
PAGE = "/manager/partners/import/"
EXAMPLES = Path(__file__).resolve().parent.parent.parent / "docs" / "import"


def example(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, (EXAMPLES / name).read_bytes())


def sent(people: Cast, noun: str, file: SimpleUploadedFile, **more: Any) -> Any:
    return post(browser_of(people.ruth, NOON), PAGE, {"noun": noun, "file": file, **more}, NOON)


def test_a_manager_brings_over_partners_people_and_cases(people: Cast) -> None:
    browser = browser_of(people.ruth, NOON)
    assert PAGE in links_of(get(browser, "/manager/partners/", NOON))
    looked = sent(people, "partners", example("partners.csv"), look="yes")
    assert "All 2 records are right" in words_of(looked)
    assert not Partner.objects.filter(code="HLTR").exists()
    for noun, more in (
        ("partners", {}),
        ("people", {}),
        ("cases", {"messages": example("messages.csv"), "source": "Zendesk"}),
    ):
        done = sent(people, noun, example(f"{noun}.csv"), **more)
        assert done.status_code == 302, words_of(done)
    assert ImportedCase.objects.filter(source="Zendesk", imported_by=people.ruth).count() == 4
    again = post(browser, PAGE, {"noun": "people", "file": example("people.csv")}, NOON)
    assert "0 records were brought over. 4 were here already." in words_of(get(browser, again.url, NOON))


def test_everything_that_is_wrong_stands_on_the_page_and_nothing_is_written(people: Cast) -> None:
    before = User.objects.count()
    answered = sent(people, "people", example("people.csv"))
    assert answered.status_code == 422
    assert "people.csv, line 2, partner: There is nothing here that is called “HLTR”." in words_of(answered)
    assert "3 things are wrong" in words_of(answered)
    assert User.objects.count() == before


def test_what_cannot_be_taken_is_said_beside_its_field(people: Cast) -> None:
    answered = sent(people, "cases", example("cases.csv"), messages=example("messages.csv"))
    assert "Say where the cases were kept" in beside(answered, "source")
    answered = sent(people, "people", example("people.csv"), messages=example("messages.csv"))
    assert "belong to cases" in beside(answered, "messages")
    answered = sent(people, "partners", SimpleUploadedFile("p.xls", b"x"))
    assert "ends in .csv or .json" in beside(answered, "file")
    lines = "code\n" + "ABC\n" * (MOST_RECORDS + 1)
    answered = sent(people, "partners", SimpleUploadedFile("p.csv", lines.encode()))
    assert "up to 2000 at a time" in beside(answered, "file")
    answered = post(browser_of(people.ruth, NOON), PAGE, {"noun": "partners"}, NOON)
    assert "Choose a file first" in beside(answered, "file")
