"""One's own account: what stands there and what one changes oneself."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from cases import actions
from cases.models import ApiToken, User
from cases.rules import RuleBroken
from tests import builders
from tests.api.machine import Machine
from tests.builders import Cast, all_at_once, at
from tests.cases.pages import beside, browser_of, clock_at, get, html_of, post, words_of

NOON = at("Tue 12:00")
TOKEN = {"name": "monitoring", "scopes": ["cases:read"], "days": "30"}


@pytest.fixture
def browser(people: Cast) -> Client:
    return browser_of(people.priya, NOON)


def test_a_person_changes_how_they_are_called_and_read(people: Cast, browser: Client) -> None:
    said = {"name": "Priya R.", "zone": "Australia/Perth", "language": "en"}
    assert post(browser, "/account/change/", said, NOON).status_code == 302
    changed = User.objects.get(pk=people.priya.pk)
    assert (changed.name, changed.zone) == ("Priya R.", "Australia/Perth")


@pytest.mark.parametrize(("field", "value"), [("name", " "), ("zone", "Mars/Base"), ("language", "tlh")])
def test_nonsense_is_refused_beside_its_field(people: Cast, browser: Client, field: str, value: str) -> None:
    said = {"name": "Priya", "zone": "UTC", "language": "en"} | {field: value}
    answered = post(browser, "/account/change/", said, NOON)
    assert answered.status_code == 422
    assert beside(answered, field)
    assert User.objects.get(pk=people.priya.pk).name == "Priya Raman"


def test_a_token_is_shown_once_and_kept_as_a_hash(people: Cast, browser: Client) -> None:
    answered = post(browser, "/account/tokens/", TOKEN, NOON)
    text = next(word for word in words_of(answered).split() if word.startswith("probax_") and "…" not in word)
    token = ApiToken.objects.get()
    assert text not in str(vars(token))
    with clock_at(NOON):
        assert browser.get("/api/v1/cases/", headers={"Authorization": f"Bearer {text}"}).status_code == 200
    assert text not in html_of(get(browser, "/account/", NOON))
    assert token.expiry is not None
    assert abs(token.expiry - NOON - timedelta(days=30)) < timedelta(minutes=1)


def test_a_token_without_a_name_or_a_purpose_is_none(people: Cast, browser: Client) -> None:
    for said in (TOKEN | {"name": ""}, TOKEN | {"scopes": []}, TOKEN | {"scopes": ["everything"]}):
        assert post(browser, "/account/tokens/", said, NOON).status_code == 422
    assert not ApiToken.objects.exists()


def test_the_same_form_sent_twice_as_by_a_reload_makes_one_token(people: Cast, browser: Client) -> None:
    answers = [post(browser, "/account/tokens/", TOKEN, NOON) for _time in range(2)]
    assert [answered.status_code for answered in answers] == [200, 422]
    assert "You have a token of this name" in words_of(answers[1])
    token = ApiToken.objects.get()
    assert post(browser, f"/account/tokens/{token.pk}/end/", {}, NOON).status_code == 302
    assert post(browser, "/account/tokens/", TOKEN, NOON).status_code == 200


def test_a_person_ends_their_own_tokens_alone(people: Cast, browser: Client) -> None:
    omars, priyas = Machine(people.omar, NOON), Machine(people.priya, NOON)
    for token in ApiToken.objects.all():
        assert post(browser, f"/account/tokens/{token.pk}/end/", {}, NOON).status_code == 302
    assert priyas.get("cases/").status_code == 401
    assert omars.get("cases/").status_code == 200


def test_when_a_token_was_used_is_noted_to_the_hour(people: Cast) -> None:
    machine = Machine(people.priya, NOON)
    machine.get("cases/")
    machine.now = at("Tue 12:30")
    machine.get("cases/")
    assert ApiToken.objects.get().last_used_at == NOON
    machine.now = at("Tue 13:01")
    machine.get("cases/")
    assert ApiToken.objects.get().last_used_at == at("Tue 13:01")


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"name": " "}, "Give the token a name"),
        ({"scopes": ()}, "Choose what the token may do"),
        ({"scopes": ("everything",)}, "Choose what the token may do"),
        ({"lives_for": timedelta(days=731)}, "two years at most"),
        ({"lives_for": timedelta(0)}, "two years at most"),
    ],
)
def test_a_token_has_a_name_a_purpose_and_an_end(people: Cast, said: dict[str, Any], sentence: str) -> None:
    asked: dict[str, Any] = {"name": "monitoring", "scopes": ("cases:read",), "lives_for": timedelta(days=30)}
    with pytest.raises(RuleBroken, match=sentence):
        actions.make_token(**asked | said, actor=people.priya, now=NOON)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_do_not_pass_the_limit(transactional_db: None) -> None:
    priya = builders.cast().priya
    for _number in range(19):
        Machine(priya, NOON)
    browser = browser_of(priya, NOON)
    with clock_at(NOON):
        answers = all_at_once(
            [partial(browser.post, "/account/tokens/", TOKEN | {"name": f"click {n}"}) for n in range(4)]
        )
    assert sorted(answered.status_code for answered in answers) == [200, 422, 422, 422]  # type: ignore[union-attr]
    refused = next(answered for answered in answers if answered.status_code == 422)  # type: ignore[union-attr]
    assert "You have 20 tokens" in words_of(refused)  # type: ignore[arg-type]
    assert ApiToken.objects.count() == 20


def test_staff_turn_single_keys_off_and_on(people: Cast) -> None:
    lena = browser_of(people.lena, NOON)
    assert "js/keys.js" in html_of(get(lena, "/desk/", NOON))
    post(lena, "/account/shortcuts/", {"shortcuts": "off"}, NOON)
    page = html_of(get(lena, "/desk/", NOON))
    assert "js/keys.js" not in page
    assert 'id="keys"' not in page
    assert "They are off." in words_of(get(lena, "/account/", NOON))
    post(lena, "/account/shortcuts/", {"shortcuts": "on"}, NOON)
    assert "js/keys.js" in html_of(get(lena, "/desk/", NOON))


def test_contacts_have_no_single_keys(browser: Client) -> None:
    assert "js/keys.js" not in html_of(get(browser, "/", NOON))
    assert "Keyboard shortcuts" not in words_of(get(browser, "/account/", NOON))


def test_whoever_signs_out_is_out(browser: Client) -> None:
    left = post(browser, "/accounts/logout/", {}, NOON)
    assert (left.status_code, left["Clear-Site-Data"]) == (302, '"cache", "storage"')
    assert get(browser, "/account/", NOON).url == "/accounts/login/?next=/account/"


def test_an_address_of_machines_sends_nobody_away_who_is_logged_in(browser: Client) -> None:
    answered = get(browser, "/api/v1/cases/", NOON)
    assert answered.status_code == 401
    assert "Clear-Site-Data" not in answered
    assert get(browser, "/account/", NOON).status_code == 200


def test_the_log_in_page_has_the_sites_name_and_lists_whom_a_demo_lets_in(db: None, settings: Settings) -> None:
    page = words_of(get(Client(), "/accounts/login/", NOON))
    assert page.startswith("Sign in · Probax Support")
    assert "Who you can be" not in page
    settings.DEMO = True
    page = words_of(get(Client(), "/accounts/login/", NOON))
    assert "Who you can be" in page
    assert "lena@probax.example" in page
