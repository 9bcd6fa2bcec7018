"""A browser that staff left open is nobody's door."""

from datetime import timedelta

import pytest
from django.test import Client

from cases.models import User
from tests.builders import Cast, at
from tests.cases.pages import clock_at, get, nothing_is_written, post, words_of

MORNING = at("Wed 8:00")
PASSWORD = "a long secret of mine"


def logged_in(person: User) -> Client:
    person.set_password(PASSWORD)
    person.save()
    browser = Client()
    assert post(browser, "/accounts/login/", {"login": person.email, "password": PASSWORD}, MORNING).status_code == 302
    return browser


def test_staff_who_did_nothing_for_twelve_hours_log_in_anew(people: Cast) -> None:
    browser = logged_in(people.lena)
    assert get(browser, "/desk/", MORNING + timedelta(hours=11)).status_code == 200
    assert get(browser, "/desk/", MORNING + timedelta(hours=22)).status_code == 200
    # The open page goes on asking what is new.
    with clock_at(MORNING + timedelta(hours=33)):
        assert browser.get("/desk/", headers={"Sec-Fetch-Dest": "empty"}).status_code == 200
    left = get(browser, "/desk/", MORNING + timedelta(hours=34))
    assert (left.status_code, left.url) == (302, "/accounts/login/?next=/desk/")
    assert "You did nothing here for 12 hours, so you were logged out." in words_of(get(browser, left.url, MORNING))


def test_whoever_reads_one_page_after_the_other_costs_no_writing_for_ten_minutes(people: Cast) -> None:
    browser = logged_in(people.lena)
    with clock_at(MORNING + timedelta(minutes=9)), nothing_is_written():
        assert browser.get("/desk/").status_code == 200


def test_a_contact_stays_for_days_and_not_for_ever(people: Cast) -> None:
    browser = logged_in(people.priya)
    assert get(browser, "/", MORNING + timedelta(hours=71)).status_code == 200
    left = get(browser, "/cases/", MORNING + timedelta(hours=71 + 72))
    assert left.url == "/accounts/login/?next=/cases/"
    assert "You did nothing here for 72 hours, so you were logged out." in words_of(get(browser, left.url, MORNING))


def test_whoever_comes_each_day_logs_in_anew_after_two_weeks(people: Cast) -> None:
    browser = logged_in(people.priya)
    for day in range(1, 14):
        assert get(browser, "/", MORNING + timedelta(days=day)).status_code == 200
    left = get(browser, "/", MORNING + timedelta(days=14))
    assert left.url == "/accounts/login/?next=/"
    assert "You logged in long ago" in words_of(get(browser, left.url, MORNING))


def test_who_logs_in_and_who_fails_is_logged_without_an_address(people: Cast, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    logged_in(people.priya)
    assert f"Person {people.priya.pk} logged in by password" in caplog.text
    for address, told in ((people.priya.email, str(people.priya.pk)), ("nobody@elsewhere.example", "unknown")):
        post(Client(), "/accounts/login/", {"login": address, "password": "wrong"}, MORNING)
        assert f"A wrong password for person {told}" in caplog.text
        assert address not in caplog.text
