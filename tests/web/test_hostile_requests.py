"""What strangers send: ways to elsewhere, made-up parameters, words that look like code; and what guards answers."""

import itertools
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import pytest
from django.conf import settings as django_settings
from django.test import Client
from pytest_django import Settings

from cases.models import ApiToken, User
from cases.watching import token_to_stop
from notifications import sweeps
from notifications.models import MailKind, OutgoingMail
from notifications.preferences.choosing import link_to_turn_off
from tests.api.machine import Machine
from tests.builders import Cast, at, logged_case, say
from tests.cases.pages import browser_of, clock_at, get, html_of, post, read
from tests.web.northwinds import ROUTES, Northwinds

NOON = at("Tue 12:00")
ROOT = Path(django_settings.BASE_DIR)
EVIL = ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)")
# Names by which requests of ours are read, in any file of the product.
READ = re.compile(r"(?:GET|POST)\.(?:get|getlist)\(\s*\"(\w+)\"")
HOSTILE = (
    "contact__password",
    "-contact__password",
    "' OR 1=1 --",
    "9" * 40,
    "-1",
    "{{ 7|add:7 }}",
    "\ud800".encode("utf-8", "surrogatepass"),
    "2026-99-99",
)


def names_read() -> list[str]:
    """Return every name by which a request of ours is asked, and of every field of a filter."""
    files = [*ROOT.glob("cases/**/*.py"), *ROOT.glob("notifications/**/*.py")]
    found = {name for file in files for name in READ.findall(file.read_text(encoding="utf-8"))}
    return sorted(found | {"sort", "order", "order_by", "filter", "assignee__password__startswith"})


# --- Where one is led -------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", ["priya", "ruth"])
def test_nobody_is_led_to_another_site_and_no_empty_form_breaks_a_page(
    people: Cast, northwinds: Northwinds, name: str
) -> None:
    browser = browser_of(getattr(people, name), NOON)
    asked = dict.fromkeys(("next", "back", "return", "url", "redirect"), EVIL[0])
    for route in ROUTES:
        address = northwinds.address(route)
        for answered in (
            get(browser, f"{address}?{urlencode(asked)}", NOON),
            post(browser, f"{address}?{urlencode(asked)}", asked, NOON),
        ):
            read(answered)
            assert urlsplit(answered.headers.get("Location", "")).netloc == "", route


@pytest.mark.parametrize("evil", EVIL)
def test_logging_in_and_choosing_a_language_lead_to_no_other_site(people: Cast, evil: str) -> None:
    people.priya.set_password("a long secret of mine")
    people.priya.save()
    said = {"login": people.priya.email, "password": "a long secret of mine", "next": evil}
    assert post(Client(REMOTE_ADDR="10.8.8.8"), "/accounts/login/", said, NOON).url == "/"
    assert post(Client(), "/language/", {"language": "es", "next": evil}, NOON).url == "/"
    assert urlsplit(get(Client(), f"/admin/login/?{urlencode({'next': evil})}", NOON).url).path == "/accounts/login/"


# --- Parameters -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", ["priya", "ruth"])
def test_no_parameter_breaks_a_page_or_reaches_the_database(people: Cast, northwinds: Northwinds, name: str) -> None:
    names = names_read()
    assert len(names) > 30
    browser = browser_of(getattr(people, name), NOON)
    User.objects.update(password="md5$seen$by$nobody")
    for route in ROUTES:
        for value in HOSTILE:
            answered = get(browser, f"{northwinds.address(route)}?{urlencode(dict.fromkeys(names, value))}", NOON)
            assert answered.status_code in (200, 302, 400, 403, 404, 405, 422), (route, value)
            assert b"md5$seen" not in read(answered), (route, value)


LISTS = ("articles/", "desk/", "desk/cases/", "desk/features/", "manager/surveys/", "manager/over-time/")


@pytest.mark.slow
def test_no_single_parameter_breaks_a_list(people: Cast, northwinds: Northwinds) -> None:
    browser = browser_of(people.ruth, NOON)
    for page, (number, name) in itertools.product(LISTS, enumerate(names_read())):
        value = HOSTILE[number % len(HOSTILE)]
        answered = get(browser, f"/{page}?{urlencode({name: value})}", NOON)
        assert answered.status_code in (200, 302, 400, 404, 422), (page, name, value)


@pytest.mark.parametrize(
    "instant", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-11-24T00:00:00+23:59"]
)
def test_no_instant_of_a_list_is_one_that_the_database_cannot_hold(people: Cast, instant: str) -> None:
    logged_case(people.priya, at("Tue 9:00"))
    after = urlencode({"after": f"1_{instant}"})
    for person, address in (
        (people.priya, "/cases/?"),
        (people.lena, "/desk/cases/?"),
        (people.lena, "/desk/?order=newest&"),
        (people.lena, "/desk/?"),
        (people.lena, "/desk/?view=closed&"),
    ):
        assert get(browser_of(person, NOON), f"{address}{after}", NOON).status_code == 200, address


def test_no_cookie_and_no_hidden_number_breaks_a_page(people: Cast) -> None:
    stranger = Client()
    stranger.cookies["sessionid"] = "twelve\0letters"
    assert get(stranger, "/", NOON).status_code == 302
    logged_case(people.priya, at("Tue 9:00"))
    for number, status in (("-" + "9" * 20, 422), ("9" * 20, 302)):
        said = {"body": "We look at it.", "read_up_to": number, "submission_key": str(uuid4())}
        assert post(browser_of(people.lena, NOON), "/desk/cases/NWIT-1/reply/", said, NOON).status_code == status


def test_a_session_is_opened_by_its_key_alone(people: Cast) -> None:
    browser = browser_of(people.lena, NOON)
    key = browser.cookies["sessionid"].value
    # Under another key it would outlive logging out.
    for other in (f"{key}\0", f"\0{key}", f"{key} ", key.upper()):
        browser.cookies["sessionid"] = other
        assert get(browser, "/desk/", NOON).status_code == 302


# --- Words that look like code ----------------------------------------------------------------------------------------


def test_what_people_type_is_never_run(people: Cast) -> None:
    typed = "{{ 7|add:7 }}{% debug %}<script>alert(1)</script>"
    case = logged_case(people.priya, at("Tue 9:00"), title=typed)
    say(case, people.priya, at("Tue 9:30"), typed)
    sweeps.dispatch_events(now=NOON)
    for person, address in ((people.priya, "/cases/NWIT-1/"), (people.lena, "/desk/cases/NWIT-1/")):
        page = html_of(get(browser_of(person, NOON), address, NOON))
        assert "{{ 7|add:7 }}{% debug %}&lt;script&gt;alert(1)" in page
        assert "<script>alert" not in page
    mails = OutgoingMail.objects.filter(case=case)
    assert mails.count() >= 2
    assert all("{{ 7|add:7 }}" in mail.subject + mail.body_text for mail in mails)
    assert not any("<script>" in mail.body_html for mail in mails)


# --- Links ------------------------------------------------------------------------------------------------------------


def links(people: Cast) -> Iterator[str]:
    """Yield links without login that were made on Tuesday."""
    with clock_at(NOON):
        case = logged_case(people.priya, at("Tue 9:00"))
        yield f"/watching/{token_to_stop(case.pk, people.omar.pk)}/stop/"
        yield link_to_turn_off(MailKind.WATCHED_REPLY, people.omar)


def test_a_link_is_good_for_half_a_year_for_one_thing_and_as_we_signed_it(people: Cast) -> None:
    stop, turn_off = links(people)
    tokens = [link.split("/")[-3 if link.endswith("stop/") else -2] for link in (stop, turn_off)]
    for link in (stop, turn_off):
        assert get(Client(), link, at("Sun 23 May 2027 10:59")).status_code == 200
        assert get(Client(), link, at("Sun 23 May 2027 11:01")).status_code == 404
    swapped = [f"/watching/{tokens[1]}/stop/", f"/mail/off/{tokens[0]}/"]
    bent = [link.replace(token, token[:-1] + ("A" if token[-1] != "A" else "B"))
            for link, token in zip((stop, turn_off), tokens, strict=True)]  # fmt: skip
    for link in swapped + bent:
        assert get(Client(), link, NOON).status_code == 404
        assert post(Client(), link, {}, NOON).status_code == 404


# --- Headers and cookies ----------------------------------------------------------------------------------------------


def test_every_kind_of_answer_carries_its_guards(people: Cast, northwinds: Northwinds) -> None:
    browser = browser_of(people.lena, NOON)
    answers = [
        get(browser, "/desk/", NOON),
        get(browser, "/desk/", NOON, headers={"HX-Request": "true"}),
        get(browser, "/desk/cases/none/", NOON),
        get(browser, northwinds.address("files/<int:attachment_id>/"), NOON),
        get(Client(), "/desk/", NOON),
        get(Client(), "/accounts/login/", NOON),
        get(Client(), "/api/v1/cases/", NOON),
        post(Client(enforce_csrf_checks=True), "/accounts/login/", {}, NOON),
    ]
    for answered in answers:
        read(answered)
        policy = answered["Content-Security-Policy"]
        for part in ("default-src 'self'", "script-src 'self'", "object-src 'none'", "frame-ancestors 'none'"):
            assert part in policy
        assert "unsafe" not in policy
        assert answered["X-Frame-Options"] == "DENY"
        assert answered["X-Content-Type-Options"] == "nosniff"
        assert answered["Referrer-Policy"] == "same-origin"
        assert answered["Cross-Origin-Opener-Policy"] == "same-origin"
    assert all(answered["Cache-Control"] == "private, no-store" for answered in answers[:4])


def test_cookies_are_read_by_no_script_and_sent_by_no_other_site(people: Cast) -> None:
    people.priya.set_password("a long secret of mine")
    people.priya.save()
    browser = Client(REMOTE_ADDR="10.8.8.9")
    post(browser, "/accounts/login/", {"login": people.priya.email, "password": "a long secret of mine"}, NOON)
    get(browser, "/account/", NOON)
    for name in (django_settings.SESSION_COOKIE_NAME, django_settings.CSRF_COOKIE_NAME):
        cookie = browser.cookies[name]
        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")


ASKED = [
    "SESSION_COOKIE_NAME",
    "SESSION_COOKIE_SECURE",
    "CSRF_COOKIE_NAME",
    "CSRF_COOKIE_SECURE",
    "SECURE_SSL_REDIRECT",
    "SECURE_HSTS_SECONDS",
    "SECURE_HSTS_INCLUDE_SUBDOMAINS",
]


def test_over_https_everything_is_for_https_alone() -> None:
    program = (
        f"import json; from probax_support import settings as s; print(json.dumps([getattr(s, n) for n in {ASKED}]))"
    )
    environment = {"PATH": os.environ["PATH"], "SECRET_KEY": "x" * 60, "SITE_URL": "https://support.example.com"}
    said = subprocess.run(
        [sys.executable, "-c", program], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert json.loads(said.stdout) == ["__Host-session", True, "__Host-csrf", True, True, 31_536_000, True]


def test_plain_http_is_led_to_https_which_browsers_keep_to(db: None, settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 31_536_000
    assert get(Client(), "/contact/", NOON).url == "https://testserver/contact/"
    assert "max-age=31536000" in get(Client(), "/contact/", NOON, secure=True)["Strict-Transport-Security"]


def test_a_machine_is_not_led_on_and_told_that_its_token_is_no_secret_any_more(
    people: Cast, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    machine = Machine(people.priya, NOON)
    token = ApiToken.objects.get()
    settings.SECURE_SSL_REDIRECT = True
    for answered in (machine.get("cases/"), machine.post("cases/", {}), machine.delete("nothing/")):
        assert (answered.status_code, answered["Content-Type"]) == (403, "application/problem+json")
        assert answered.json()["code"] == "https_needed"
        assert answered["X-Content-Type-Options"] == "nosniff"
        assert f"The token “{token.name}” came in the clear" in answered.json()["detail"]
    assert f"Token {token.token_key[:8]} of person {people.priya.pk} came in the clear" in caplog.text
    assert machine.text not in caplog.text
    token.refresh_from_db()
    assert token.last_used_at is None, "nothing was done with it"


def test_whatever_machines_ask_is_refused_in_the_clear_and_what_people_open_is_led_on(
    people: Cast, settings: Settings
) -> None:
    settings.SECURE_SSL_REDIRECT = True
    for address in ("/api/v1/cases/", "/api/", "/inbound/mail/", "/roster/x.ics", "/api/v1/schema/"):
        assert get(Client(), address, NOON).status_code == 403
        assert post(Client(), address, {}, NOON).status_code == 403
    with clock_at(NOON):
        unknown = Client().get("/api/v1/cases/", headers={"Authorization": "Bearer of somebody's"})
    assert "What you sent to prove who you are came in the clear" in unknown.json()["detail"]
    for address in ("/", "/cases/", "/api/v1/docs/", "/admin/"):
        assert get(Client(), address, NOON).status_code == 301
    with clock_at(NOON):
        assert Client().get("/api/v1/cases/", secure=True).status_code == 401


def test_no_page_holds_script_or_style_of_its_own() -> None:
    # Mails and the printed report have styles inside: no browser runs them under our name.
    pages = [page for page in ROOT.glob("templates/**/*.html") if "emails" not in page.parts]
    assert len(pages) > 100
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"<[^>{]*\s(style|on[a-z]+)=", text), page
        assert not re.search(r"<script(?![^>]*\b(src=|application/json))", text), page


def test_without_its_key_it_does_not_start() -> None:
    environment = {"PATH": os.environ["PATH"]}
    said = subprocess.run(  # noqa: PLW1510 - it fails
        [sys.executable, "-c", "import probax_support.settings"],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert said.returncode != 0
    assert "Set the SECRET_KEY environment variable" in said.stderr
