"""Acts on a case's page are drawn once and shown to many: each look has its own words, and nobody else's."""

import re

import pytest
from django.template import Context, Template
from django.test import Client

from cases.models import Case, User
from tests import builders
from tests.builders import Cast, at, contact, logged_case
from tests.cases.pages import browser_of, get, html_of, post, typed_in, words_of

NOON = at("Tue 12:00")


@pytest.fixture
def people(db: None) -> Cast:
    return builders.cast()


def page_of(case: Case, reader: User, query: str = "") -> str:
    return html_of(get(browser_of(reader, NOON), f"/desk/cases/{case.reference}/{query}", NOON))


def test_the_forms_of_two_cases_are_about_their_own_case(people: Cast) -> None:
    cases = [logged_case(people.priya, NOON, title=title) for title in ("<b>First</b> & one", "Second")]
    for case, other in (cases, reversed(cases)):
        page = page_of(case, people.lena)
        assert f"/{case.reference}/close/" in page
        assert f"/{other.reference}/" not in page
    # What a form begins with is escaped like any word.
    assert 'value="&lt;b&gt;First&lt;/b&gt; &amp; one"' in page_of(cases[0], people.lena)


def test_each_look_has_keys_and_a_token_of_its_own(people: Cast) -> None:
    case = logged_case(people.priya, NOON)
    looks = [html_of(get(browser, f"/desk/cases/{case.reference}/", NOON)) for browser in browsers(people)]
    for name in ("submission_key", "csrfmiddlewaretoken"):
        first, second = (set(re.findall(rf'name="{name}" value="([^"]+)"', page)) for page in looks)
        assert first
        assert first.isdisjoint(second), name


def browsers(people: Cast) -> list[Client]:
    return [browser_of(person, NOON) for person in (people.lena, people.max)]


def test_those_who_may_be_chosen_are_those_of_the_case(people: Cast) -> None:
    ours = logged_case(people.priya, NOON)
    theirs = logged_case(contact("Nia Elsewhere", builders.new_partner(1)[0]), NOON)
    assert "Omar" in page_of(ours, people.lena)
    assert "Omar" not in page_of(theirs, people.lena)
    assert "Omar" in page_of(ours, people.max)


def test_the_owner_is_chosen_already_where_a_case_has_one(people: Cast) -> None:
    taken, free = (logged_case(people.priya, NOON) for _ in range(2))
    Case.objects.filter(pk=taken.pk).update(assignee=people.max)
    chosen = f'<option value="{people.max.pk}" selected>'
    assert chosen in page_of(taken, people.lena)
    assert chosen not in page_of(free, people.lena)


def test_a_language_has_drawings_of_its_own(people: Cast) -> None:
    case = logged_case(people.priya, NOON)
    assert "Log a call" in page_of(case, people.lena)
    people.lena.language = "es"
    people.lena.save()
    page = page_of(case, people.lena)
    assert "Log a call" not in page
    people.lena.language = "en"
    people.lena.save()
    assert "Log a call" in page_of(case, people.lena)


def test_a_form_that_was_refused_is_shown_as_typed_and_the_next_look_is_blank(people: Cast) -> None:
    case, browser = logged_case(people.priya, NOON), browser_of(people.lena, NOON)
    address = f"/desk/cases/{case.reference}/"
    said = typed_in(get(browser, address, NOON), f"{address}links/") | {"other": "NONE-77"}
    refused = post(browser, f"{address}links/", said, NOON)
    assert refused.status_code == 422
    assert 'value="NONE-77"' in html_of(refused)
    assert "NONE-77" not in words_of(get(browser, address, NOON))


def test_a_part_takes_words_and_numbers_and_knows_nothing_else_of_its_page(people: Cast) -> None:
    part = Template(
        "{% load drawn_once %}{% drawnonce word number=3 %}"
        "{{ word }}{{ number }}{{ secret }}{{ reference }}{% enddrawnonce %}"
    )
    case = Case(reference="A-1")
    shown = part.render(Context({"case": case, "word": "<i>", "secret": "hidden"}))
    assert shown == "&lt;i&gt;3A-1"
    with pytest.raises(TypeError, match="no word and no number"):
        part.render(Context({"case": case, "word": case}))
