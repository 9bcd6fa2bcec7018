"""A session is read with the person who logged in by it, and what it holds says who that is."""

from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.models import User
from tests.builders import Cast, at
from tests.cases.pages import browser_of, clock_at, html_of

NOON = at("Tue 12:00")


def look(browser: Client) -> Any:
    with clock_at(NOON):
        return browser.get("/account/")


def key_of(browser: Client) -> str:
    return str(browser.cookies["sessionid"].value)


def test_both_are_read_in_one_question(people: Cast) -> None:
    browser = browser_of(people.priya, NOON)
    assert UserSession.objects.get(session_key=key_of(browser)).user == people.priya
    with CaptureQueriesContext(connection) as asked:
        look(browser)
    with_login = len(asked)
    # A session whose login nobody noted, such as one of an older version, is read alone.
    UserSession.objects.all().delete()
    with CaptureQueriesContext(connection) as asked:
        assert people.priya.email in html_of(look(browser))
    assert len(asked) == with_login + 2


def test_what_the_session_holds_counts_and_not_whose_login_it_was(people: Cast) -> None:
    priya, zoe = browser_of(people.priya, NOON), browser_of(people.zoe, NOON)
    held = Session.objects.get(session_key=key_of(zoe)).session_data
    Session.objects.filter(session_key=key_of(priya)).update(session_data=held)
    assert people.zoe.email in html_of(look(priya))


def test_a_session_that_is_over_or_whose_account_was_closed_lets_nobody_in(people: Cast) -> None:
    priya, zoe = browser_of(people.priya, NOON), browser_of(people.zoe, NOON)
    Session.objects.filter(session_key=key_of(priya)).update(expire_date=at("Tue 11:59"))
    assert look(priya).status_code == 302
    User.objects.filter(pk=people.zoe.pk).update(is_active=False)
    assert look(zoe).status_code == 302


def test_nobody_carries_what_the_session_holds(people: Cast) -> None:
    reader = look(browser_of(people.priya, NOON)).wsgi_request.user
    assert reader == people.priya
    assert not hasattr(reader, "session_data")


def test_a_new_password_ends_the_session(people: Cast) -> None:
    browser = browser_of(people.priya, NOON)
    people.priya.set_password("another one that is long")
    people.priya.save()
    assert look(browser).status_code == 302
