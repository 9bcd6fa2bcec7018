"""Whoever guesses is locked out: counted by account and by address, in a store that every process reads."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from django.test import Client

from tests import builders
from tests.builders import Cast, at
from tests.cases.pages import clock_at, get, post, words_of

PASSWORD = "a long secret of mine"
MORNING = at("Wed 8:00")


@pytest.fixture
def people(db: None) -> Cast:
    # What others tried at another hour is not counted against these.
    cache.clear()
    people = builders.cast()
    people.priya.set_password(PASSWORD)
    people.priya.save()
    return people


def log_in(email: str, password: str, when: datetime, *, address: str, browser: Client | None = None) -> Any:
    browser = browser or Client(REMOTE_ADDR=address)
    return post(browser, "/accounts/login/", {"login": email, "password": password}, when)


def test_five_wrong_passwords_close_an_account_for_five_minutes(people: Cast) -> None:
    # From five addresses, as a botnet does.
    for number in range(5):
        wrong = log_in(people.priya.email, "a guess", MORNING, address=f"10.1.1.{number}")
        assert "not correct" in words_of(wrong)
    right = log_in(people.priya.email, PASSWORD, MORNING + timedelta(minutes=4), address="10.1.1.9")
    assert "Too many failed login attempts" in words_of(right)
    assert log_in(people.priya.email, PASSWORD, MORNING + timedelta(minutes=6), address="10.1.1.9").status_code == 302


def test_an_account_that_is_not_there_closes_the_same_way(people: Cast) -> None:
    said = [
        words_of(log_in(email, "a guess", MORNING, address=f"10.2.{place}.{number}"))
        for place, email in enumerate((people.omar.email, "nobody@nowhere.example"))
        for number in range(6)
    ]
    theirs, nobodys = said[:6], said[6:]
    assert [page.replace(people.omar.email, "") for page in theirs] == [
        page.replace("nobody@nowhere.example", "") for page in nobodys
    ]


def test_one_address_that_tries_many_accounts_is_locked_out(people: Cast) -> None:
    for number in range(10):
        log_in(f"guess{number}@northwind.example", "a guess", MORNING, address="10.3.3.3")
    right = log_in(people.priya.email, PASSWORD, MORNING, address="10.3.3.3")
    assert right.status_code in (200, 429)
    assert "Too many" in words_of(right)
    assert log_in(people.priya.email, PASSWORD, MORNING, address="10.3.3.4").status_code == 302


def test_guessing_codes_of_the_second_factor_is_limited_too(people: Cast) -> None:
    TOTP.activate(people.priya, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    codes = RecoveryCodes.activate(people.priya)
    browser, when = Client(REMOTE_ADDR="10.4.4.4"), MORNING + timedelta(hours=1)
    log_in(people.priya.email, PASSWORD, when, address="", browser=browser)
    for number in range(5):
        post(browser, "/accounts/2fa/authenticate/", {"code": f"{number:06}"}, when)
    with clock_at(when):
        right = post(browser, "/accounts/2fa/authenticate/", {"code": codes.get_unused_codes()[0]}, when)
    assert "Too many" in words_of(right)
    assert get(browser, "/account/", when).status_code == 302


def test_a_recovery_code_lets_in_once(people: Cast) -> None:
    TOTP.activate(people.priya, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    code = RecoveryCodes.activate(people.priya).get_unused_codes()[0]
    for number, expected in enumerate((302, 200)):
        browser, when = Client(REMOTE_ADDR=f"10.5.5.{number}"), MORNING + timedelta(hours=2)
        log_in(people.priya.email, PASSWORD, when, address="", browser=browser)
        assert post(browser, "/accounts/2fa/authenticate/", {"code": code}, when).status_code == expected


def test_asking_for_new_passwords_is_limited_and_tells_nothing(people: Cast) -> None:
    def asked(email: str) -> str:
        answered = post(Client(REMOTE_ADDR="10.6.6.6"), "/accounts/password/reset/", {"email": email}, MORNING)
        return f"{answered.status_code} {answered.headers.get('Location') or words_of(answered)}"

    assert asked(people.priya.email) == asked("nobody@nowhere.example") == "302 /accounts/password/reset/done/"
    last = [asked(people.priya.email) for _number in range(5)][-1]
    assert last.startswith("429 ")
    assert "Wait five minutes" in last
