"""Where one is logged in: listed, ended by whoever proves once more who they are, and never more than so many."""

import re
from datetime import timedelta
from functools import partial
from urllib.parse import urlencode

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from pytest_django import Settings

from cases.models import User
from tests import builders
from tests.builders import all_at_once, at
from tests.cases.pages import browser_of, clock_at, get, html_of, post, words_of

NOON = at("Tue 12:00")
PASSWORD = "a long secret of mine"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"
SESSIONS, PROVE = "/accounts/sessions/", "/accounts/reauthenticate/"
LOG_IN = "/accounts/login/?next=/"


@pytest.fixture
def priya(db: None) -> User:
    person = builders.cast().priya
    person.set_password(PASSWORD)
    person.save()
    return person


def logged_in(person: User, minutes: int = 0, user_agent: str = "") -> Client:
    browser = Client(HTTP_USER_AGENT=user_agent)
    said = {"login": person.email, "password": PASSWORD}
    assert post(browser, "/accounts/login/", said, NOON + timedelta(minutes=minutes)).status_code == 302
    return browser


def places_on(browser: Client) -> list[str]:
    """Return the places that a page offers to end, the newest first."""
    return re.findall(r'name="place" value="(\d+)"', html_of(get(browser, SESSIONS, NOON)))


def is_out(browser: Client) -> bool:
    answered = get(browser, "/", NOON)
    return bool(answered.status_code == 302 and answered.url == LOG_IN)


def test_all_others_end_once_the_password_is_typed(priya: User) -> None:
    first, second = logged_in(priya), logged_in(priya, 1, FIREFOX)
    page = words_of(get(second, SESSIONS, NOON))
    assert "Firefox on Windows" in page
    assert page.count("this browser") == 1
    asked = post(second, SESSIONS, {}, NOON)
    assert asked.url == f"{PROVE}?{urlencode({'next': SESSIONS})}"
    assert "Prove once more who you are" in words_of(get(second, asked.url, NOON))
    assert not is_out(first)
    assert post(second, asked.url, {"password": "a guess"}, NOON).status_code == 200
    assert not is_out(first)
    assert post(second, asked.url, {"password": PASSWORD, "next": SESSIONS}, NOON).url == SESSIONS
    page = words_of(get(second, SESSIONS, NOON))
    assert "1 login is ended." in page
    assert "Nowhere else." in page
    assert (is_out(first), is_out(second)) == (True, False)


def test_one_place_is_ended_and_the_others_go_on(priya: User) -> None:
    first, second, here = logged_in(priya), logged_in(priya, 1), logged_in(priya, 2)
    newer, older = places_on(here)
    asked = post(here, SESSIONS, {"place": older}, NOON)
    # What was asked for before the password is done after it, and nothing else.
    post(here, asked.url, {"password": PASSWORD, "next": SESSIONS}, NOON)
    assert (is_out(first), is_out(second), is_out(here)) == (True, False, False)
    # For a while nobody is asked again.
    assert post(here, SESSIONS, {"place": newer}, NOON).url == SESSIONS
    assert is_out(second)
    for gone in (older, "0", "one", "9" * 40):
        assert post(here, SESSIONS, {"place": gone}, NOON).url == SESSIONS
    assert not is_out(here)


def test_nobody_ends_the_place_of_somebody_else(priya: User) -> None:
    hers, zoe = logged_in(priya), User.objects.get(name="Zoe Keller")
    zoe.set_password(PASSWORD)
    zoe.save()
    browser = logged_in(zoe)
    theirs = UserSession.objects.get(user=priya).pk
    asked = post(browser, SESSIONS, {"place": theirs}, NOON)
    post(browser, asked.url, {"password": PASSWORD, "next": SESSIONS}, NOON)
    assert "It had ended already." in words_of(get(browser, SESSIONS, NOON))
    assert not is_out(hers)


def test_the_oldest_of_too_many_ends_and_the_newest_is_told(priya: User, settings: Settings) -> None:
    settings.SESSIONS_AT_ONCE = 2
    first, second, third = (logged_in(priya, minutes) for minutes in range(3))
    page = words_of(get(third, SESSIONS, NOON))
    assert "at more than 2 places, so the oldest login was ended" in page
    assert "You can be logged in at 2 places at once." in page
    assert (is_out(first), is_out(second), is_out(third)) == (True, False, False)
    # The same browser once more is no further place.
    post(third, "/accounts/logout/", {}, NOON)
    logged_in(priya, 4)
    assert not is_out(second)


@pytest.mark.django_db(transaction=True)
def test_logins_at_once_pass_no_limit(settings: Settings) -> None:
    settings.SESSIONS_AT_ONCE = 2
    priya = builders.cast().priya
    priya.set_password(PASSWORD)
    priya.save()
    said = {"login": priya.email, "password": PASSWORD}
    with clock_at(NOON):
        all_at_once([partial(Client().post, "/accounts/login/", said) for _number in range(4)])
    assert UserSession.objects.count() == Session.objects.count() == 2


def test_whoever_looks_at_the_list_is_asked_for_nothing(priya: User) -> None:
    assert get(browser_of(priya, NOON), SESSIONS, NOON).status_code == 200
