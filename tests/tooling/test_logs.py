"""What is logged can be read by a program or a person, tells who and where by number, and nothing that is private."""

import io
import json
import logging
import logging.config
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import path

from cases.models import Scope, User
from probax_support import logs, urls
from tests.api.machine import Machine
from tests.builders import Cast, at, logged_case
from tests.cases.pages import browser_of, clock_at
from tests.portal import ROOT, clean_environment

NOON = at("Tue 12:00")
SECRET = "postgres://portal:hunter2@db.example/portal"


class Written:
    """What a handler like the product's wrote."""

    def __init__(self, form: str) -> None:
        self.stream = io.StringIO()
        self.handler = logging.StreamHandler(self.stream)
        configurator = logging.config.DictConfigurator({"version": 1})
        self.handler.setFormatter(configurator.configure_formatter(logs.formatter(form)))

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    def requests(self) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["event"] == "request"]


def listening(form: str) -> Iterator[Written]:
    written = Written(form)
    root = logging.getLogger()
    root.addHandler(written.handler)
    yield written
    root.removeHandler(written.handler)


@pytest.fixture
def written() -> Iterator[Written]:
    yield from listening("json")


@pytest.fixture
def shown() -> Iterator[Written]:
    yield from listening("lines")


# --- A request ------------------------------------------------------------------------------------------------------


def test_a_request_leaves_one_line_with_its_number_its_person_and_its_case(people: Cast, written: Written) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    with clock_at(NOON):
        browser = browser_of(people.priya, NOON)
        response = browser.get(f"/cases/{case.reference}/?q=secret", headers={"x-request-id": "balancer-0001"})
    (line,) = written.requests()
    assert line["request_id"] == response["X-Request-ID"] == "balancer-0001"
    assert (line["person"], line["case"]) == (people.priya.pk, case.reference)
    assert (line["method"], line["route"], line["view"]) == ("GET", "cases/<str:reference>/", "case")
    assert (line["status"], line["level"]) == (200, "info")
    assert line["milliseconds"] > 0
    assert "secret" not in written.text
    assert "Priya" not in written.text
    assert "priya" not in written.text


@pytest.mark.parametrize(
    "given", ["", "short", "with space in it", "line\nbreak-123", "x" * 65, "<script>alert</script>"]
)
def test_a_number_that_makes_no_sense_is_replaced(db: None, given: str) -> None:
    first, second = (Client().get("/accounts/login/", headers={"x-request-id": given}) for _ in range(2))
    assert len(first["X-Request-ID"]) == 32
    assert first["X-Request-ID"] != second["X-Request-ID"]


def test_a_probe_is_not_worth_a_line(db: None, written: Written) -> None:
    assert Client().get("/healthz")["X-Request-ID"]
    assert not written.requests()


def test_who_asked_before_is_not_who_asks_now(people: Cast, written: Written) -> None:
    with clock_at(NOON):
        browser_of(people.priya, NOON).get("/cases/new/")
        Client().get("/accounts/login/")
    first, second = written.requests()
    assert first["person"] == people.priya.pk
    assert "person" not in second


@pytest.mark.parametrize(
    "address",
    [
        "/survey/a-secret-of-somebody/",
        "/survey/a-secret-of-somebody",
        "/accounts/password/reset/key/a-secret-of-somebody/",
        "/nowhere/a-secret-of-somebody%0aERROR%20forged/?q=a-secret-of-somebody",
        "/cases/a-secret-of-somebody/",
    ],
)
def test_no_address_is_logged_as_it_may_hold_a_secret(people: Cast, written: Written, address: str) -> None:
    with clock_at(NOON):
        for client in (Client(), browser_of(people.priya, NOON)):
            client.get(address, headers={"user-agent": "forged\nERROR a-secret-of-somebody"})
    assert len(written.requests()) == 2
    assert "a-secret" not in written.text
    assert "forged" not in written.text


# --- A page that breaks ---------------------------------------------------------------------------------------------


def broken(_request: object, *, token: str) -> HttpResponse:
    assert token
    raise IntegrityError(
        'duplicate key value violates unique constraint "user_email"\nDETAIL:  Key (email)=(priya@northwind.example) '
        f"already exists.\nwhile connected to {SECRET} with token=abc123"
    )


class BrokenPages:
    """The portal's addresses, and one that breaks."""

    urlpatterns = [*urls.urlpatterns, path("broken/<str:token>/", broken)]


@pytest.mark.urls(BrokenPages())
def test_a_page_that_breaks_tells_where_and_nothing_of_anybody(db: None, written: Written) -> None:
    response = Client(raise_request_exception=False).get("/broken/a-secret-of-somebody/")
    assert response.status_code == 500
    traceback = next(line for line in written.lines if "exception" in line)
    assert (traceback["event"], traceback["request_id"]) == ("500 Internal Server Error", response["X-Request-ID"])
    assert "user_email" in traceback["exception"]
    (line,) = written.requests()
    assert (line["status"], line["level"], line["route"]) == (500, "warning", "broken/<str:token>/")
    for private in ("a-secret", "priya", "hunter2", "abc123"):
        assert private not in written.text


# --- Any line -------------------------------------------------------------------------------------------------------


def test_addresses_passwords_and_tokens_are_taken_out_of_any_line(written: Written) -> None:
    logging.getLogger("any").warning(
        "Gave up a mail to %s: %s, Bearer abc.def, password=hunter2", "Priya <priya@northwind.example>", SECRET
    )
    (line,) = written.lines
    for private in ("priya@", "hunter2", "abc.def"):
        assert private not in line["event"]
    assert "db.example" in line["event"]


def test_nobody_adds_to_a_line_what_is_not_on_the_list(written: Written) -> None:
    logging.getLogger("any").warning("Said.", extra={"status": 1, "body": "The words of a partner"})
    (line,) = written.lines
    assert line["status"] == 1
    assert "partner" not in written.text


@pytest.mark.parametrize("bad", ["\n", "\r\n", "\x1b[2J", "\u2028", "\x00", "\x85"])
def test_no_text_begins_a_line_of_its_own(written: Written, bad: str) -> None:
    logging.getLogger("any").warning("Came: %s", f"x{bad}2026 ERROR forged")
    assert len(written.lines) == 1
    assert bad not in written.text.rstrip("\n")


@pytest.mark.parametrize("bad", ["\n", "\r\n", "\x1b[2J", "\u2028", "\x00", "\x85"])
def test_no_text_begins_a_line_in_a_terminal_either(shown: Written, bad: str) -> None:
    logging.getLogger("any").warning("Came: %s", f"x{bad}2026 ERROR forged")
    assert bad not in shown.text.rstrip("\n")
    assert len(shown.text.splitlines()) == 1


def test_a_person_at_a_terminal_reads_a_sentence_and_a_traceback_set_in(shown: Written) -> None:
    try:
        int("no\n2026 ERROR forged")
    except ValueError:
        logging.getLogger("any").exception("It did not work")
    lines = shown.text.splitlines()
    assert "It did not work" in lines[0]
    assert all(line.startswith("    ") for line in lines[1:])


# --- Where it goes --------------------------------------------------------------------------------------------------


def said_by(*, form: str | None) -> str:
    """Return what a process of its own logs to a pipe."""
    settings = {"DATA_DIR": "/nowhere", "LOG_FORMAT": form} if form else {"DATA_DIR": "/nowhere"}
    program = "import django; django.setup(); import logging; logging.getLogger('any').warning('Hello.')"
    environment = clean_environment() | {"DJANGO_SETTINGS_MODULE": "probax_support.settings", **settings}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    return done.stderr


@pytest.mark.slow
def test_a_program_is_given_json_and_a_person_may_have_lines() -> None:
    assert json.loads(said_by(form=None))["event"] == "Hello."
    with pytest.raises(json.JSONDecodeError):
        json.loads(said_by(form="lines"))
    assert "LOG_FORMAT must be json or lines" in said_by(form="xml")


def test_nobody_is_known_by_name() -> None:
    # What a line says of a person is a number: nothing else of `User` is on the list.
    assert not {field.name for field in User._meta.get_fields()} & set(logs.FIELDS)


# --- A request that was refused ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "address", "said"),
    [
        ("zoe", "/cases/NWIT-1/", ("not theirs", "reference=NWIT-1")),
        ("zoe", "/cases/NWIT-999/", ("no such", "reference=NWIT-999")),
        ("priya", "/files/999999/", ("no such", "attachment_id=999999")),
        ("zoe", "/company/NWIT/", ("not theirs", "code=NWIT")),
        ("zoe", "/company/NWITX/", ("no such", "code=NWITX")),
        ("priya", "/desk/", ("no role", "")),
        ("lena", "/manager/", ("no role", "")),
        ("priya", "/cases/a-secret-of-somebody/", ("no such", "")),
    ],
)
def test_a_refused_page_says_why_in_the_log_alone(
    people: Cast, written: Written, who: str, address: str, said: tuple[str, str]
) -> None:
    logged_case(people.priya, at("Tue 9:00"))
    with clock_at(NOON):
        response = browser_of(getattr(people, who), NOON).get(address)
    assert response.status_code == 404
    (line,) = written.requests()
    assert (line["person"], line["refused"], line["asked_for"]) == (getattr(people, who).pk, *said)
    assert "refused" not in response.content.decode()


def test_somebody_elses_case_costs_as_many_queries_as_none(people: Cast) -> None:
    logged_case(people.priya, at("Tue 9:00"))
    browser = browser_of(people.zoe, NOON)
    asked = []
    with clock_at(NOON):
        browser.get("/cases/NWIT-999/")
        for reference in ("NWIT-1", "NWIT-999"):
            with CaptureQueriesContext(connection) as queries:
                browser.get(f"/cases/{reference}/")
            asked.append(len(queries))
    assert asked[0] == asked[1]


def test_a_refused_machine_leaves_a_line_that_says_why(people: Cast, written: Written) -> None:
    logged_case(people.priya, at("Tue 9:00"))
    reader = Machine(people.zoe, NOON, scopes=(Scope.CASES_READ,))
    for address in ("cases/NWIT-1/", "queue/", "partners/NWIT/", "partners/NWIT/people/"):
        reader.get(address)
    Machine(people.omar, NOON).get("partners/NWIT/data/")
    reader.client.get("/api/v1/cases/")
    told = [(line["status"], line["refused"], line["asked_for"]) for line in written.requests()]
    assert told == [
        (404, "not theirs", "reference=NWIT-1"),
        (404, "no role", ""),
        (403, "no scope", "partner=NWIT"),
        (403, "no scope", "partner=NWIT"),
        (404, "no role", "partner=NWIT"),
        (401, "not logged in", ""),
    ]
