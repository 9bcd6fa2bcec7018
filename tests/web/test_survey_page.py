"""The survey: opened by a link without login. Opening it answers nothing; only the button does (P11.1)."""

from typing import Any

import pytest
from django.test import Client

from cases.models import Dispatch, EventKind, Survey
from tests.builders import Cast, at, close, events_of, logged_case
from tests.cases.pages import beside, forms_of, get, html_of, nothing_is_written, post, typed_in, words_of

NOON = at("Tue 12:00")
ANSWERS = {"handling": "4", "professionalism": "3", "satisfaction": "5", "comment": "Quick & kind."}


@pytest.fixture
def link(people: Cast) -> str:
    """The link that the closure mail of a case closed on Tuesday at 11:00 brings."""
    close(logged_case(people.priya, at("Tue 9:00")), people.lena, at("Tue 11:00"))
    return f"/survey/{Dispatch.objects.latest('pk').secrets['survey_token']}/"


@pytest.fixture
def browser() -> Client:
    """Whoever has the link, not logged in."""
    return Client()


def test_opening_the_link_answers_nothing(browser: Client, link: str) -> None:
    # A mail scanner opens every link, twice, and follows what it finds on the page.
    with nothing_is_written():
        for _ in range(2):
            assert get(browser, link, NOON).status_code == 200
        get(browser, f"{link}?handling=1&professionalism=1&satisfaction=1", NOON)
        assert browser.head(link).status_code == 405
    assert Survey.objects.get().answered_at is None


def test_no_link_on_the_page_answers_for_somebody(browser: Client, link: str) -> None:
    page = get(browser, link, NOON)
    assert "?handling" not in html_of(page)
    # The other one is the switch of languages at the foot of the page.
    assert set(forms_of(page)) == {"", "/language/"}


def test_the_answers_are_kept_and_the_reader_is_thanked(people: Cast, browser: Client, link: str) -> None:
    response = post(browser, link, ANSWERS, NOON)
    assert (response.status_code, response.url) == (302, link)
    survey = Survey.objects.get()
    assert (survey.handling, survey.professionalism, survey.satisfaction, survey.comment) == (4, 3, 5, "Quick & kind.")
    assert survey.answered_at == NOON
    assert "Thank you" in words_of(get(browser, link, NOON))


def test_a_double_click_answers_once(people: Cast, browser: Client, link: str) -> None:
    post(browser, link, ANSWERS, NOON)
    second = post(browser, link, ANSWERS | {"satisfaction": "1"}, NOON)
    assert second.status_code == 200
    assert Survey.objects.get().satisfaction == 5
    assert events_of(Survey.objects.get().closing.case).count(EventKind.SURVEY_ANSWERED) == 1


@pytest.mark.parametrize("field", ["handling", "professionalism", "satisfaction"])
@pytest.mark.parametrize("value", ["", "0", "6", "good"])
def test_a_wrong_answer_is_told_and_the_rest_stays(browser: Client, link: str, field: str, value: str) -> None:
    response = post(browser, link, ANSWERS | {field: value}, NOON)
    assert response.status_code == 422
    assert beside(response, field)
    shown = typed_in(response)
    rest = ANSWERS.keys() - {field}
    assert {name: shown[name] for name in rest} == {name: ANSWERS[name] for name in rest}
    assert Survey.objects.get().answered_at is None


def test_a_comment_too_long_is_told_and_stays(browser: Client, link: str) -> None:
    response = post(browser, link, ANSWERS | {"comment": "x" * 20_001}, NOON)
    assert response.status_code == 422
    assert beside(response, "comment")
    assert typed_in(response)["comment"] == "x" * 20_001


@pytest.mark.parametrize("method", [get, lambda browser, link, when: post(browser, link, ANSWERS, when)])
def test_a_link_that_has_expired_takes_nothing(browser: Client, link: str, method: Any) -> None:
    response = method(browser, link, at("Thu 24 Dec 11:00"))
    assert response.status_code == 410
    assert Survey.objects.get().answered_at is None


def test_a_link_that_never_was_is_not_there(browser: Client, link: str) -> None:
    assert get(browser, "/survey/guess/", NOON).status_code == 404
    assert get(browser, f"{link[:-2]}/", NOON).status_code == 404


def test_the_address_of_the_survey_leaks_to_no_other_site(browser: Client, link: str) -> None:
    response = get(browser, link, NOON)
    # It holds the token. Our own pages may know it; over HTTPS the form's check asks where it comes from.
    assert response["Referrer-Policy"] == "same-origin"
    assert "no-store" in response["Cache-Control"]


def test_the_page_says_nothing_that_only_the_partner_may_read(browser: Client, link: str) -> None:
    # The link may be forwarded: neither the title nor what was said stands on it.
    page = words_of(get(browser, link, NOON))
    assert "A restore of 400 GB" not in page
