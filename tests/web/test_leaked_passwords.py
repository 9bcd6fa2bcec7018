"""A new password that leaked elsewhere is refused; whoever is asked about it does not learn it."""

import hashlib
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from cases.models import User
from probax_support.metrics import LEAK_CHECKS
from tests import builders
from tests.builders import at
from tests.cases.pages import beside, post, words_of
from tests.http_sink import HttpSink
from tests.web.test_company import CHOSEN, invited

NOON = at("Tue 12:00")
OLD, LEAKED = "a long secret of mine", "correct horse battery staple"
DIGEST = hashlib.sha1(LEAKED.encode(), usedforsecurity=False).hexdigest().upper()


@pytest.fixture
def service(settings: Settings) -> Iterator[HttpSink]:
    """The service that knows what leaked."""
    sink = HttpSink()
    settings.AUTH_PASSWORD_VALIDATORS = [
        {"NAME": "probax_support.leaked_passwords.LeakedPasswordValidator", "OPTIONS": {"address": sink.url("/range")}}
    ]
    yield sink
    sink.close()


@pytest.fixture
def priya(db: None) -> User:
    # What others changed in the same minute is not counted against her.
    cache.clear()
    person = builders.cast().priya
    person.set_password(OLD)
    person.save()
    return person


def change_to(new: str, person: User) -> str:
    """Change a password on its page, and return what the page says."""
    browser = Client()
    assert post(browser, "/accounts/login/", {"login": person.email, "password": OLD}, NOON).status_code == 302
    said = {"oldpassword": OLD, "password1": new, "password2": new}
    answered = post(browser, "/accounts/password/change/", said, NOON)
    return words_of(answered) if answered.status_code == 200 else ""


def counted(result: str) -> float:
    return float(LEAK_CHECKS.labels(result)._value.get())


def test_a_password_that_leaked_is_refused_and_never_told(service: HttpSink, priya: User) -> None:
    before = counted("leaked")
    service.answer = f"{'0' * 35}:3\r\n{DIGEST[5:]}:12\r\n".encode()
    assert "lists of passwords that leaked elsewhere" in change_to(LEAKED, priya)
    [asked] = service.received
    assert asked.path == f"/range/{DIGEST[:5]}"
    assert asked.headers["Add-Padding"] == "true"
    assert DIGEST[5:] not in str(asked)
    assert counted("leaked") == before + 1
    priya.refresh_from_db()
    assert priya.check_password(OLD)


@pytest.mark.parametrize("known", ["", f"{'0' * 35}:3", f"{DIGEST[5:]}:0"])
def test_another_password_passes_and_padding_counts_for_nothing(service: HttpSink, priya: User, known: str) -> None:
    service.answer = known.encode()
    assert change_to(LEAKED, priya) == ""
    priya.refresh_from_db()
    assert priya.check_password(LEAKED)


@pytest.mark.parametrize("trouble", ["status", "redirect", "gone"])
def test_where_nobody_answers_the_password_passes(
    service: HttpSink, priya: User, trouble: str, caplog: pytest.LogCaptureFixture
) -> None:
    before = counted("unanswered")
    service.status = {"status": 503, "redirect": 302}.get(trouble, 200)
    service.location = "http://127.0.0.1:9/" if trouble == "redirect" else ""
    if trouble == "gone":
        service.close()
    assert change_to(LEAKED, priya) == ""
    assert counted("unanswered") == before + 1
    assert "Whether a password leaked was not answered" in caplog.text
    assert LEAKED not in caplog.text


def test_the_invitation_is_not_held_while_the_service_is_asked(service: HttpSink, db: None) -> None:
    people = builders.cast()
    address = invited(people)
    with CaptureQueriesContext(connection) as asked:
        service.answer = f"{DIGEST[5:]}:12".encode()
        refused = post(Client(), address, CHOSEN | {"password": LEAKED}, NOON)
    assert "leaked elsewhere" in beside(refused, "password")
    assert len(service.received) == 1
    assert not [query for query in asked.captured_queries if "FOR UPDATE" in query["sql"]]


def test_nobody_is_asked_unless_an_address_is_set(settings: Settings) -> None:
    assert settings.LEAKED_PASSWORDS_URL == ""
    assert "leaked" not in str(settings.AUTH_PASSWORD_VALIDATORS)
