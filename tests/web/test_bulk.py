"""Acts on many cases: each by itself, with a report of what was refused and why."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from cases import actions
from cases.models import Case, Macro, Message
from tests.builders import Cast, at, close, fresh, logged_case, say
from tests.cases.pages import beside, browser_of, get, post, typed_in, words_of

NOON = at("Tue 12:00")
BULK = "/desk/bulk/"


@pytest.fixture
def browser(people: Cast) -> Client:
    return browser_of(people.lena, NOON)


@pytest.fixture
def three(people: Cast) -> list[Case]:
    """Two open cases and a closed one."""
    cases = [logged_case(people.priya, at("Tue 9:00"), title=f"case {number}") for number in range(3)]
    close(cases[2], people.max, at("Tue 10:00"))
    return cases


@pytest.fixture
def macro(people: Cast) -> Macro:
    return actions.keep_macro(
        macro_id=None, name="Greet", body="Hello {contact}, {reference}.", expected_at=None, actor=people.ruth, now=NOON
    )


def chosen(act: str, *references: str) -> str:
    return f"{BULK}?act={act}&back=view%3Dopen&" + "&".join(f"case={one}" for one in references)


def form_of(browser: Client, act: str, references: tuple[str, ...] = ("NWIT-1", "NWIT-2", "NWIT-3")) -> dict[str, Any]:
    """Return what the form sends, with every case in it."""
    return typed_in(get(browser, chosen(act, *references), NOON), BULK) | {"case": list(references)}


def report_of(response: Any) -> dict[str, str]:
    return {one.case.reference: one.refused for one in response.context["report"]}


@pytest.mark.usefixtures("three")
def test_many_are_assigned_and_what_was_refused_is_said(people: Cast, browser: Client) -> None:
    said = form_of(browser, "assign") | {"assignee": people.max.pk, "note": "They are one company."}
    # A colleague takes one of them while the form is open.
    post(browser_of(people.ruth, NOON), "/desk/cases/NWIT-2/take/", {}, NOON)
    report = post(browser, BULK, said, NOON)
    assert report_of(report)["NWIT-1"] == ""
    assert "it is with Ruth Adeyemi now" in report_of(report)["NWIT-2"]
    assert report_of(report)["NWIT-3"] != ""
    assert "1 case is done. 2 were refused." in words_of(report)
    assert Case.objects.get(reference="NWIT-1").assignee == people.max
    assert Message.objects.get().body == "They are one company."


def test_many_get_a_macro_filled_in_for_each(people: Cast, browser: Client, three: list[Case], macro: Macro) -> None:
    said = form_of(browser, "reply") | {"macro": macro.pk}
    # Somebody wrote while the form was open: a macro is no answer to what nobody read.
    say(three[1], people.priya, NOON)
    report = report_of(post(browser, BULK, said, NOON))
    assert report["NWIT-1"] == ""
    assert "Priya Raman wrote meanwhile." in report["NWIT-2"]
    assert report["NWIT-3"] != ""
    assert Message.objects.filter(by_staff=True).get().body == "Hello Priya Raman, NWIT-1."
    assert fresh(three[0]).first_response_at == NOON


def test_a_double_click_writes_once_into_each(browser: Client, three: list[Case]) -> None:
    said = form_of(browser, "note") | {"body": "Seen."}
    for _ in range(2):
        assert set(report_of(post(browser, BULK, said, NOON)).values()) == {""}
    assert Message.objects.count() == len(three)


@pytest.mark.usefixtures("three")
def test_a_wrong_form_stays_as_it_was_typed(browser: Client) -> None:
    said = form_of(browser, "note") | {"body": " "}
    refused = post(browser, BULK, said, NOON)
    assert refused.status_code == 422
    assert "Write the note first." in beside(refused, "body")
    assert "Choose what to send." in beside(post(browser, BULK, form_of(browser, "reply"), NOON), "macro")
    assert not Message.objects.exists()


@pytest.mark.usefixtures("three")
def test_whoever_chose_nothing_is_led_back(browser: Client) -> None:
    answered = get(browser, f"{BULK}?act=assign&back=view%3Dmine", NOON)
    assert answered.url == "/desk/?view=mine"
    assert "Choose cases first" in words_of(get(browser, answered.url, NOON))
    assert get(browser, f"{BULK}?act=delete&case=NWIT-1", NOON).status_code == 404
    assert (
        post(browser, BULK, {"act": "note", "case": "XX-1", "body": "x", "key": str(uuid4())}, NOON).status_code == 302
    )
