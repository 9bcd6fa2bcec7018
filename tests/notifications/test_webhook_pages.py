"""The pages of webhooks: for a partner's administrators beneath their company, for managers in their room."""

import re
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from notifications.models import MailState, Webhook, WebhookDelivery
from tests.builders import at
from tests.cases.pages import browser_of, get, html_of, post, words_of
from tests.http_sink import HttpSink
from tests.notifications.office import TUESDAY_9, Office, tell

NOON = at("Tue 12:00")
THEIRS = "/company/NWIT/webhooks/"


@pytest.fixture
def system(settings: Settings) -> Iterator[HttpSink]:
    """Somebody's system, on this machine."""
    settings.REACH_PRIVATE_NETWORK = True
    sink = HttpSink()
    yield sink
    sink.close()


def test_an_administrator_adds_a_webhook_sees_its_secret_once_and_tries_it(office: Office, system: HttpSink) -> None:
    browser = browser_of(office.priya, NOON)
    assert "/company/NWIT/webhooks/" in html_of(get(browser, "/company/NWIT/", NOON))
    assert "None yet." in words_of(get(browser, THEIRS, NOON))
    made = post(browser, THEIRS, {"name": "tickets", "url": system.url("/hook")}, NOON)
    [secret] = re.findall("whsec_[A-Za-z0-9+/=]+", html_of(made))
    page = f"{THEIRS}{Webhook.objects.get().pk}/"
    post(browser, f"{page}test/", {}, NOON)
    assert [request.json["kind"] for request in system.received] == ["test"]
    shown = get(browser, page, NOON)
    assert "The system took it and answered 200." in words_of(shown)
    assert "Hears of everything it may" in words_of(shown)
    assert secret not in html_of(shown)


def test_a_secret_is_replaced_and_the_page_says_for_how_long_both_sign(office: Office, system: HttpSink) -> None:
    browser = browser_of(office.priya, NOON)
    [before] = re.findall("whsec_[^<]+", html_of(post(browser, THEIRS, {"name": "x", "url": system.url()}, NOON)))
    page = f"{THEIRS}{Webhook.objects.get().pk}/"
    [after] = re.findall("whsec_[^<]+", html_of(post(browser, f"{page}secret/", {}, NOON)))
    assert before != after
    assert "The secret before this one signs too until Wed 25 Nov, 12:00" in words_of(get(browser, page, NOON))


def test_what_failed_is_shown_and_sent_again(office: Office, system: HttpSink) -> None:
    browser = browser_of(office.priya, NOON)
    post(browser, THEIRS, {"name": "x", "url": system.url()}, NOON)
    office.log()
    tell(TUESDAY_9)
    WebhookDelivery.objects.update(state=MailState.GAVE_UP, last_error="It answered 500.", answer="what is inside")
    page = f"{THEIRS}{Webhook.objects.get().pk}/"
    shown = words_of(get(browser, page, NOON))
    assert "It answered 500." in shown
    assert "what is inside" not in shown
    assert "what is inside" in words_of(get(browser_of(office.ruth, NOON), f"/manager{page[13:]}", NOON))
    row = WebhookDelivery.objects.get()
    post(browser, f"{page}deliveries/{row.pk}/again/", {}, NOON)
    row.refresh_from_db()
    assert (row.state, len(system.received)) == (MailState.SENT, 1)


def test_a_webhook_is_changed_switched_off_and_removed(office: Office, system: HttpSink) -> None:
    browser = browser_of(office.priya, NOON)
    post(browser, THEIRS, {"name": "x", "url": system.url()}, NOON)
    page = f"{THEIRS}{Webhook.objects.get().pk}/"
    post(browser, page, {"name": "y", "url": system.url("/b"), "kinds": ["case_logged"]}, NOON)
    hook = Webhook.objects.get()
    assert (hook.name, hook.url, hook.kinds, hook.is_active) == ("y", system.url("/b"), ["case_logged"], False)
    assert "Hears of Case logged" in words_of(get(browser, page, NOON))
    post(browser, f"{page}remove/", {}, NOON)
    assert get(browser, page, NOON).status_code == 404


def test_an_address_inside_is_refused_beside_its_field(office: Office, system: HttpSink, settings: Settings) -> None:
    settings.REACH_PRIVATE_NETWORK = False
    refused = post(browser_of(office.priya, NOON), THEIRS, {"name": "x", "url": "https://127.0.0.1/"}, NOON)
    assert refused.status_code == 422
    assert "Nothing is sent to 127.0.0.1" in words_of(refused)


def test_only_who_leads_finds_the_pages(office: Office, system: HttpSink) -> None:
    post(browser_of(office.priya, NOON), THEIRS, {"name": "x", "url": system.url()}, NOON)
    page = f"{THEIRS}{Webhook.objects.get().pk}/"
    for person in (office.omar, office.zoe, office.lena, office.ruth):
        for address in (THEIRS, page):
            assert get(browser_of(person, NOON), address, NOON).status_code == 404


def test_managers_make_webhooks_of_our_own_and_see_those_of_partners(office: Office, system: HttpSink) -> None:
    post(browser_of(office.priya, NOON), THEIRS, {"name": "theirs", "url": system.url()}, NOON)
    browser = browser_of(office.ruth, NOON)
    post(browser, "/manager/webhooks/", {"name": "ours", "url": system.url(), "kinds": ["note_written"]}, NOON)
    said = words_of(get(browser, "/manager/webhooks/", NOON))
    assert "ours" in said
    assert "theirs Northwind IT" in said
