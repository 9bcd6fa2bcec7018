"""Staff log in with a second factor: asked once for the whole site, and proved on the server."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.test import Client
from pytest_django import Settings

from cases.models import User
from tests import builders
from tests.builders import Cast, at, logged_case
from tests.cases.pages import browser_of, clock_at, get, html_of, words_of

NOON = at("Tue 12:00")
PASSWORD = "a long secret of mine"


@pytest.fixture
def people(db: None) -> Cast:
    people = builders.cast()
    for person in (people.lena, people.priya):
        person.set_password(PASSWORD)
        person.save()
    return people


@pytest.fixture(autouse=True)
def needed(settings: Settings) -> None:
    settings.STAFF_NEED_SECOND_FACTOR = True


def code_at(secret: str) -> str:
    """Return what an authenticator app shows at noon."""
    return str(format_hotp_value(hotp_value(secret, int(NOON.timestamp()) // 30)))


def log_in(person: User, user_agent: str = "") -> tuple[Client, Any]:
    browser = Client(HTTP_USER_AGENT=user_agent)
    with clock_at(NOON):
        answered = browser.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    return browser, answered


def confirmed(browser: Client) -> Client:
    """Type the password once more: what changes how one logs in asks for it."""
    with clock_at(NOON):
        assert browser.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302
    return browser


def with_app(browser: Client) -> str:
    """Set an authenticator app up and return its secret."""
    confirmed(browser)
    with clock_at(NOON):
        page = browser.get("/accounts/2fa/totp/activate/")
        secret = re.search(r'value="([A-Z2-7]{32})"', html_of(page))
        assert secret is not None
        done = browser.post("/accounts/2fa/totp/activate/", {"code": code_at(secret[1])})
        assert done.status_code == 302
    return secret[1]


def test_staff_without_one_are_led_to_set_one_up(people: Cast) -> None:
    logged_case(people.priya, at("Tue 9:00"))
    browser, answered = log_in(people.lena)
    assert answered.status_code == 302
    for address in ("/", "/desk/", "/desk/cases/NWIT-1/", "/account/", "/admin/"):
        assert get(browser, address, NOON).url == "/accounts/2fa/"
    page = get(browser, "/accounts/2fa/", NOON)
    assert page.status_code == 200
    assert "second factor" in words_of(page)


def test_before_it_is_set_up_no_page_says_what_waits(people: Cast) -> None:
    case = logged_case(people.priya, at("Mon 23:00"), severity=1)
    browser, _answered = log_in(people.lena)
    for address in ("2fa/", "sessions/", "password/change/", "reauthenticate/"):
        page = words_of(get(browser, f"/accounts/{address}", NOON))
        assert not [word for word in (case.title, case.reference, "Mail to sort", "Your account") if word in page]
    assert "Set up an app or a key, whichever you like, to go on." in words_of(get(browser, "/accounts/2fa/", NOON))
    with_app(browser)
    page = words_of(get(browser, "/accounts/2fa/", NOON))
    assert not [word for word in (case.title, case.reference, "Mail to sort", "Your account") if word not in page]


def test_with_an_app_set_up_they_go_on_and_are_asked_at_the_next_login(people: Cast) -> None:
    browser, _answered = log_in(people.lena)
    secret = with_app(browser)
    assert get(browser, "/desk/", NOON).status_code == 200
    second, answered = log_in(people.lena)
    assert answered.url == "/accounts/2fa/authenticate/"
    assert get(second, "/desk/", NOON).url == "/accounts/login/?next=/desk/"
    with time_machine.travel(at("Tue 12:01"), tick=False):
        wrong = second.post("/accounts/2fa/authenticate/", {"code": "000000"})
        assert "the clock of your telephone is off" in words_of(wrong)
        value = format_hotp_value(hotp_value(secret, int(at("Tue 12:01").timestamp()) // 30))
        assert second.post("/accounts/2fa/authenticate/", {"code": value}).status_code == 302
    assert get(second, "/desk/", NOON).status_code == 200


@pytest.mark.parametrize(("tolerance", "status"), [(0, 200), (1, 302)])
def test_a_code_is_good_for_its_own_half_minute_unless_chosen_otherwise(
    people: Cast, settings: Settings, tolerance: int, status: int
) -> None:
    settings.MFA_TOTP_TOLERANCE = tolerance
    secret = generate_totp_secret()
    TOTP.activate(people.lena, secret)
    browser, _answered = log_in(people.lena)
    earlier = code_at(secret)
    with time_machine.travel(NOON + timedelta(seconds=30), tick=False):
        assert browser.post("/accounts/2fa/authenticate/", {"code": earlier}).status_code == status


def test_the_secret_is_stored_encrypted_and_read_back_after_a_change_of_keys(people: Cast, settings: Settings) -> None:
    browser, _answered = log_in(people.lena)
    secret = with_app(browser)
    assert secret not in str(Authenticator.objects.filter(type="totp").get().data)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another key " * 8
    second, _answered = log_in(people.lena)
    with time_machine.travel(at("Tue 12:01"), tick=False):
        value = format_hotp_value(hotp_value(secret, int(at("Tue 12:01").timestamp()) // 30))
        assert second.post("/accounts/2fa/authenticate/", {"code": value}).status_code == 302


def test_contacts_may_go_without_unless_the_portal_asks_everybody(people: Cast, settings: Settings) -> None:
    browser, _answered = log_in(people.priya)
    assert get(browser, "/", NOON).status_code == 200
    assert "Ask everybody for one" in words_of(get(browser, "/company/NWIT/", NOON))
    settings.CONTACTS_NEED_SECOND_FACTOR = True
    for address in ("/", "/company/NWIT/", "/account/"):
        assert get(browser, address, NOON).url == "/accounts/2fa/"
    assert "This portal asks everybody for a second factor." in words_of(get(browser, "/accounts/2fa/", NOON))
    with_app(browser)
    assert "This portal asks it of everybody" in words_of(get(browser, "/company/NWIT/", NOON))
    assert "Ask everybody for one" not in words_of(get(browser, "/company/NWIT/", NOON))


def test_a_demo_goes_without(people: Cast, settings: Settings) -> None:
    settings.STAFF_NEED_SECOND_FACTOR = False
    assert get(browser_of(people.lena, NOON), "/desk/", NOON).status_code == 200


@pytest.mark.parametrize(
    "address", ["", "totp/activate/", "webauthn/add/", "recovery-codes/", "recovery-codes/generate/"]
)
def test_its_pages_look_like_ours(people: Cast, address: str) -> None:
    browser, _answered = log_in(people.lena)
    confirmed(browser)
    if address.startswith("recovery"):
        with_app(browser)
        assert "You are asked for its code" in words_of(get(browser, "/accounts/2fa/", NOON))
    page = get(browser, f"/accounts/2fa/{address}", NOON)
    assert page.status_code == 200
    assert "<h1>" in html_of(page)
    assert 'class="btn' in html_of(page)


def test_going_without_is_said_to_staff_on_every_page(people: Cast, settings: Settings) -> None:
    settings.STAFF_NEED_SECOND_FACTOR = False
    for settings.DEMO in (False, True):
        assert "without a second factor" in words_of(get(browser_of(people.lena, NOON), "/desk/", NOON))
    assert "without a second factor" not in words_of(get(browser_of(people.priya, NOON), "/", NOON))


def test_a_passkey_is_offered_at_the_login(people: Cast) -> None:
    assert "Sign in with a passkey" in words_of(get(Client(), "/accounts/login/", NOON))
