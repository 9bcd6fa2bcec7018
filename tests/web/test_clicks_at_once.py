"""A double click as it really comes: two requests at one moment, on threads and connections of their own."""

from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from cases.models import Attachment, Case, CaseDraft, Membership, Message, User
from tests.builders import Cast, all_at_once, at, logged_case, new_partner, text_file
from tests.cases.pages import browser_of, clock_at

pytestmark = pytest.mark.django_db(transaction=True)
NOON = at("Tue 12:00")


def click(browser: Client, address: str, said: dict[str, Any]) -> tuple[int, str]:
    """Send a form with a file. Returns the status and where it leads."""
    response: Any = browser.post(address, said | {"files": [text_file()]})
    return response.status_code, response.headers.get("Location", "")


def click_together(person: User, address: str, said: dict[str, Any], *, clicks: int = 4) -> list[Any]:
    browsers = [browser_of(person, NOON) for _ in range(clicks)]
    with clock_at(NOON):
        return all_at_once([partial(click, browser, address, said) for browser in browsers])


def typed(people: Cast, title: str) -> dict[str, Any]:
    """Return what stands in a form for a new case, with a key of its own."""
    return {
        "submission_key": str(uuid4()),
        "partner": people.northwind.pk,
        "title": title,
        "severity": "3",
        "explanation": "A restore of 400 GB runs at 3 MB/s.",
        "effect": "One customer's file server is down.",
        "contact_email": "priya@nwit.example",
        "preferred_method": "either",
    }


@pytest.mark.parametrize("_round", range(3))
def test_a_form_sent_by_many_clicks_is_one_case_with_its_file_once(people: Cast, _round: int) -> None:
    said = typed(people, "Restores are slow")
    # The page kept a draft while the form was typed.
    with clock_at(NOON):
        browser_of(people.priya, NOON).post("/cases/new/draft/", said)
    answers = click_together(people.priya, "/cases/new/", said)
    assert answers == [(302, "/cases/NWIT-1/")] * 4
    case = Case.objects.get()
    assert list(case.attachments.values_list("name", flat=True)) == ["support.log"]
    assert Attachment.objects.count() == 1
    assert not CaseDraft.objects.exists()


@pytest.mark.parametrize("_round", range(3))
def test_a_form_sent_for_two_companies_at_one_moment_is_a_case_of_one(people: Cast, _round: int) -> None:
    other, _writer = new_partner(1)
    Membership.objects.create(user=people.priya, partner=other)
    said = typed(people, "Restores are slow")
    browsers = [browser_of(people.priya, NOON) for _ in range(2)]
    forms = [said, said | {"partner": other.pk}]
    with clock_at(NOON):
        answers = all_at_once(
            [partial(click, browser, "/cases/new/", form) for browser, form in zip(browsers, forms, strict=True)]
        )
    case = Case.objects.get()
    assert answers == [(302, f"/cases/{case.reference}/")] * 2
    assert Attachment.objects.count() == 1


def test_forms_that_one_person_sends_at_one_moment_keep_their_own_files(people: Cast) -> None:
    names = [f"{number}.log" for number in range(4)]
    browsers = [browser_of(people.priya, NOON) for _ in names]

    def send(browser: Client, name: str) -> int:
        response: Any = browser.post("/cases/new/", typed(people, name) | {"files": [text_file(name)]})
        return int(response.status_code)

    with clock_at(NOON):
        answers = all_at_once([partial(send, *each) for each in zip(browsers, names, strict=True)])
    assert answers == [302] * 4
    cases = Case.objects.prefetch_related("attachments")
    assert {case.title: [file.name for file in case.attachments.all()] for case in cases} == {n: [n] for n in names}


def test_a_reply_sent_by_many_clicks_is_said_once_with_its_file_once(people: Cast) -> None:
    logged_case(people.priya, at("Tue 9:00"))
    said = {"submission_key": str(uuid4()), "body": "It is version 6.1."}
    answers = click_together(people.priya, "/cases/NWIT-1/reply/", said)
    assert answers == [(302, "/cases/NWIT-1/")] * 4
    assert Message.objects.count() == 1
    assert Attachment.objects.count() == 1


def test_four_specialists_taking_one_case_leave_it_with_one(people: Cast) -> None:
    logged_case(people.priya, at("Tue 9:00"))
    staff = [people.lena, people.max, people.ruth, people.ann]
    browsers = [browser_of(person, NOON) for person in staff]
    with clock_at(NOON):
        answers = all_at_once([partial(click, browser, "/desk/cases/NWIT-1/take/", {}) for browser in browsers])
    statuses = sorted(given[0] for given in answers if isinstance(given, tuple))
    assert statuses == [302, 422, 422, 422]
    assert Case.objects.get().assignee in staff
