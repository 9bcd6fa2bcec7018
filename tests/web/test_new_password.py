"""A new password by mail: a link for the person alone, good once and for an hour, and no word on who has an account."""

import re
import time
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.test import Client
from pytest_django import Settings

from cases.models import AccountNotice
from notifications.models import OutgoingMail
from tests import builders
from tests.builders import Cast, at
from tests.cases.pages import browser_of, clock_at, get, html_of, post, words_of
from tests.notifications.office import post as send_mails
from tests.smtp_sink import ReceivedMail, SmtpSink

NOON = at("Tue 12:00")
DONE = "/accounts/password/reset/done/"


@pytest.fixture
def people(transactional_db: None) -> Cast:
    # What others asked for at another hour is not counted against these.
    cache.clear()
    return builders.cast()


def asked(email: str, address: str) -> str:
    return str(post(Client(REMOTE_ADDR=address), "/accounts/password/reset/", {"email": email}, NOON).url)


def mail_in(smtp: SmtpSink, number: int = 1) -> ReceivedMail:
    """Wait for so many mails, and return the last of them."""
    for _attempt in range(200):
        if len(smtp.received) >= number:
            break
        time.sleep(0.05)
    return smtp.received[number - 1]


def link_in(smtp: SmtpSink) -> str:
    """Wait for the mail, and return the path of its link."""
    mail = mail_in(smtp)
    assert mail.subject == "A new password for the support portal"
    found = re.search(r"http://127.0.0.1:8000(/accounts/password/reset/key/\S+/)", mail.text)
    assert found is not None, mail.text
    return found[1]


def opened(link: str, minutes: int, address: str) -> tuple[Client, str]:
    """Follow a link so many minutes after noon; return the browser and where the form is."""
    browser, when = Client(REMOTE_ADDR=address), at(f"Tue {12 + minutes // 60}:{minutes % 60:02}")
    with clock_at(when):
        page = browser.get(link, follow=True)
    return browser, "" if "This link is used up" in words_of(page) else page.redirect_chain[-1][0]


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["login/", "password/reset/", "password/reset/done/", "password/reset/key/1-a/"])
def test_pages_before_the_login_carry_the_installations_name_and_not_its_host(address: str) -> None:
    page = html_of(get(Client(), f"/accounts/{address}", NOON))
    assert "<span>Probax Support</span>" in page
    assert "testserver" not in page


@pytest.mark.django_db(transaction=True)
def test_a_link_comes_by_mail_and_sets_a_password_once(people: Cast, mail_by_smtp: SmtpSink) -> None:
    elsewhere = browser_of(people.priya, NOON)
    assert asked(people.priya.email.upper(), "10.9.0.1") == DONE
    link = link_in(mail_by_smtp)
    browser, form = opened(link, 30, "10.9.0.1")
    said = {"password1": "password123", "password2": "password123"}
    assert "too common" in html_of(post(browser, form, said, NOON))
    said = dict.fromkeys(said, "a long secret of mine")
    assert post(browser, form, said, NOON).status_code == 302
    people.priya.refresh_from_db()
    assert people.priya.check_password("a long secret of mine")
    # Whoever was logged in with the old one is out, and the link is used up.
    assert get(elsewhere, "/", NOON).status_code == 302
    assert opened(link, 31, "10.9.0.1")[1] == ""
    # Staff read the outbox, and whoever has the link has the account.
    assert not OutgoingMail.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_link_is_good_for_an_hour_and_for_its_person(people: Cast, mail_by_smtp: SmtpSink) -> None:
    asked(people.priya.email, "10.9.0.2")
    link = link_in(mail_by_smtp)
    assert opened(link, 59, "10.9.0.2")[1]
    assert opened(link, 62, "10.9.0.2")[1] == ""
    assert opened(link[:-2] + "x/", 1, "10.9.0.2")[1] == ""


@pytest.mark.django_db(transaction=True)
def test_nobody_is_written_to_whom_we_do_not_know(people: Cast, mail_by_smtp: SmtpSink) -> None:
    assert asked("stranger@elsewhere.example", "10.9.0.3") == DONE
    assert asked(people.omar.email, "10.9.0.3") == DONE
    link_in(mail_by_smtp)
    assert [mail.recipient for mail in mail_by_smtp.received] == [people.omar.email]


@pytest.mark.django_db(transaction=True)
def test_a_mail_server_that_is_gone_is_told_to_nobody(people: Cast, mail_by_smtp: SmtpSink, settings: Settings) -> None:
    settings.EMAIL_PORT = 1
    assert asked(people.priya.email, "10.9.0.4") == asked("stranger@elsewhere.example", "10.9.0.4") == DONE


@pytest.mark.django_db(transaction=True)
def test_no_host_of_a_request_gets_into_the_link(people: Cast, mail_by_smtp: SmtpSink, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    browser = Client(REMOTE_ADDR="10.9.0.5", HTTP_HOST="evil.example")
    post(browser, "/accounts/password/reset/", {"email": people.priya.email}, NOON)
    link_in(mail_by_smtp)
    assert "evil.example" not in mail_by_smtp.received[-1].text


@pytest.mark.django_db(transaction=True)
def test_whoever_changes_how_they_log_in_is_told_by_mail(people: Cast, mail_by_smtp: SmtpSink) -> None:
    people.priya.set_password("a long secret of mine")
    people.priya.save()
    browser = browser_of(people.priya, NOON)
    said = {"oldpassword": "a long secret of mine"} | dict.fromkeys(("password1", "password2"), "another long secret")
    answered = post(browser, "/accounts/password/change/", said, NOON)
    assert answered.status_code == 302
    send_mails("Tue 12:00")
    told = mail_in(mail_by_smtp)
    assert told.recipient == people.priya.email
    assert "Your password has been changed." in told.text
    assert "It came from the network address 127.0.0.1." in told.text
    with clock_at(NOON):
        page = browser.get("/accounts/2fa/totp/activate/", follow=True)
        if page.redirect_chain:
            browser.post(page.redirect_chain[-1][0], {"password": "another long secret"})
            page = browser.get("/accounts/2fa/totp/activate/")
        secret = re.search(r'value="([A-Z2-7]{32})"', html_of(page))
        assert secret is not None
        code = format_hotp_value(hotp_value(secret[1], int(NOON.timestamp()) // 30))
        assert browser.post("/accounts/2fa/totp/activate/", {"code": code}).status_code == 302
    send_mails("Tue 12:00")
    assert "Authenticator app activated." in mail_in(mail_by_smtp, 2).text
    assert not AccountNotice.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_no_password_is_changed_without_that_its_owner_is_told(people: Cast) -> None:
    people.priya.set_password("a long secret of mine")
    people.priya.save()
    browser = browser_of(people.priya, NOON)
    browser.raise_request_exception = False
    said = {"oldpassword": "a long secret of mine"} | dict.fromkeys(("password1", "password2"), "another long secret")
    with connection.execute_wrapper(out_of_order):
        assert post(browser, "/accounts/password/change/", said, NOON).status_code == 500
    people.priya.refresh_from_db()
    assert people.priya.check_password("a long secret of mine")
    assert post(browser, "/accounts/password/change/", said, NOON).status_code == 302
    assert AccountNotice.objects.get().change == "password_changed"


def out_of_order(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    """Stand for a database that takes everything but what somebody is to be told."""
    if sql.startswith('INSERT INTO "cases_accountnotice"'):
        raise DatabaseError("no more room")
    return execute(sql, params, many, context)
