"""The company's own OpenID provider says who somebody is; it lets in people who have an account, and nobody else."""

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from pytest_django import Settings

from cases.models import User
from tests import oidc
from tests.builders import Cast, at
from tests.cases.pages import clock_at, forms_of, get, post, words_of
from tests.oidc import Provider

NOON = at("Tue 12:00")
DOOR = "/accounts/oidc/sso/login/"


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    with oidc.running() as running:
        settings.OIDC_URL, settings.OIDC_NAME = running.url, "Northwind ID"
        settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = oidc.CLIENT, oidc.SECRET
        yield running


@pytest.fixture
def browser() -> Client:
    return Client(REMOTE_ADDR="10.7.7.7")


def sign_in(browser: Client, provider: Provider, *, next_page: str = "", **claims: Any) -> Any:
    asked = post(browser, DOOR, {"next": next_page} if next_page else {}, NOON)
    assert asked.status_code == 302, words_of(asked)
    return get(browser, provider.consent(asked.url, **claims), NOON)


def is_in(browser: Client) -> bool:
    return bool(get(browser, "/account/", NOON).status_code == 200)


def test_whoever_has_an_account_is_let_in_by_their_verified_address(
    people: Cast, provider: Provider, browser: Client
) -> None:
    page = get(browser, "/accounts/login/?next=/cases/new/", NOON)
    assert "Sign in with Northwind ID" in words_of(page)
    assert forms_of(page)[DOOR]["next"] == "/cases/new/"
    answered = sign_in(
        browser, provider, next_page="/cases/new/", email=people.priya.email.upper(), email_verified=True
    )
    assert answered.url == "/cases/new/"
    assert "Priya Raman" in words_of(get(browser, "/account/", NOON))
    # At the next login the address is asked for anew.
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "nobody@northwind.example", "email_verified": True},
        {"email": "priya.raman@nwit.example", "email_verified": False},
        {"email": "priya.raman@nwit.example"},
        {},
    ],
)
def test_nobody_else_is_and_no_account_is_made(
    people: Cast, provider: Provider, browser: Client, claims: dict[str, Any]
) -> None:
    assert User.objects.filter(email="priya.raman@nwit.example").exists()
    before = User.objects.count()
    answered = sign_in(browser, provider, **claims)
    assert answered.status_code == 403
    assert "You have no account here" in words_of(answered)
    assert not is_in(browser)
    assert User.objects.count() == before


def test_an_account_that_was_closed_stays_closed(people: Cast, provider: Provider, browser: Client) -> None:
    User.objects.filter(pk=people.priya.pk).update(is_active=False)
    assert sign_in(browser, provider, email=people.priya.email, email_verified=True).status_code == 403


def test_staff_prove_their_second_factor_all_the_same(
    people: Cast, provider: Provider, browser: Client, settings: Settings
) -> None:
    settings.STAFF_NEED_SECOND_FACTOR = True
    said: dict[str, Any] = {"email": people.lena.email, "email_verified": True}
    sign_in(browser, provider, **said)
    # Without one they are led to set one up; with one they are asked for it.
    assert get(browser, "/desk/", NOON).url == "/accounts/2fa/"
    TOTP.activate(people.lena, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    second = Client(REMOTE_ADDR="10.7.7.8")
    assert sign_in(second, provider, **said).url == "/accounts/2fa/authenticate/"
    assert not is_in(second)


def test_a_code_is_good_once_and_in_its_own_browser(people: Cast, provider: Provider, browser: Client) -> None:
    asked = post(browser, DOOR, {}, NOON)
    back = provider.consent(asked.url, email=people.priya.email, email_verified=True)
    other = Client(REMOTE_ADDR="10.7.7.9")
    get(other, back, NOON)
    assert not is_in(other)
    get(browser, back, NOON)
    assert is_in(browser)
    post(browser, "/accounts/logout/", {}, NOON)
    get(browser, back, NOON)
    assert not is_in(browser)


@pytest.mark.parametrize("lie", [{"iss": "https://evil.example"}, {"aud": "another portal"}])
def test_a_token_for_somebody_else_is_no_proof(
    people: Cast, provider: Provider, browser: Client, lie: dict[str, str]
) -> None:
    said: dict[str, Any] = {"email": people.priya.email, "email_verified": True}
    assert "Signing in did not work" in words_of(sign_in(browser, provider, **said, **lie))
    assert not is_in(browser)


def test_it_leads_nowhere_else_afterwards(people: Cast, provider: Provider, browser: Client) -> None:
    said: dict[str, Any] = {"email": people.priya.email, "email_verified": True}
    assert sign_in(browser, provider, next_page="https://evil.example/", **said).url == "/"


def test_a_provider_that_is_gone_is_told_and_the_password_works_on(
    people: Cast, browser: Client, settings: Settings
) -> None:
    settings.OIDC_URL, settings.OIDC_CLIENT_ID = "http://127.0.0.1:1", oidc.CLIENT
    assert "Signing in did not work" in words_of(post(browser, DOOR, {}, NOON))
    assert get(browser, "/accounts/login/", NOON).status_code == 200


def test_whoever_stops_on_the_way_is_told_so(people: Cast, provider: Provider, browser: Client) -> None:
    asked = post(browser, DOOR, {}, NOON)
    state = provider.consent(asked.url).rpartition("state=")[2]
    answered = get(browser, f"{DOOR}callback/?error=access_denied&state={state}", NOON)
    assert "You did not sign in" in words_of(browser.get(answered.url) if answered.status_code == 302 else answered)


def test_without_a_provider_there_is_no_such_door(people: Cast, browser: Client) -> None:
    assert "Sign in with single" not in words_of(get(browser, "/accounts/login/", NOON))
    with clock_at(NOON):
        assert browser.get(DOOR).status_code == 404
        assert browser.post(DOOR).status_code == 404
