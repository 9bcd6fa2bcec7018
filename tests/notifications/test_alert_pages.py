"""The pages of alerts: one's own channels and those of teams, tried at once; addresses are never shown again."""

import re
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from notifications.models import AlertChannel, AlertKind, MailState, OutgoingAlert
from tests.builders import at
from tests.cases.pages import browser_of, get, html_of, post, words_of
from tests.http_sink import HttpSink
from tests.notifications.office import Office

NOON = at("Tue 12:00")
KEY = "AbCdEfGhIjKlMnOp"


@pytest.fixture
def chat(settings: Settings) -> Iterator[HttpSink]:
    """A chat of our own, on this machine."""
    settings.REACH_PRIVATE_NETWORK = True
    sink = HttpSink()
    yield sink
    sink.close()


def typed(chat: HttpSink, **more: object) -> dict[str, object]:
    return {
        "name": "my phone",
        "address": f"gotify://127.0.0.1:{chat.port}/{KEY}",
        "kinds": [AlertKind.ON_CALL, AlertKind.MISSED],
        **more,
    }


def test_a_specialist_adds_a_channel_tries_it_and_removes_it(office: Office, chat: HttpSink) -> None:
    browser = browser_of(office.lena, NOON)
    assert "None yet. You hear by mail alone." in words_of(get(browser, "/desk/alerts/", NOON))
    added = post(browser, "/desk/alerts/", typed(chat), NOON)
    channel = AlertChannel.objects.get()
    assert added.url == f"/desk/alerts/{channel.pk}/"
    post(browser, f"{added.url}test/", {}, NOON)
    assert [request.json["title"] for request in chat.received] == ["Test from the support portal"]
    shown = get(browser, added.url, NOON)
    assert "Gotify took it." in words_of(shown)
    assert KEY not in html_of(shown)
    assert "Severity 1 for people on call, round by round, Promise missed" in words_of(shown)
    post(browser, f"{added.url}remove/", {}, NOON)
    assert "its address is forgotten" in words_of(get(browser, "/desk/alerts/", NOON))
    assert get(browser, added.url, NOON).status_code == 404


def test_what_went_wrong_stands_on_the_page_without_the_key(office: Office, chat: HttpSink) -> None:
    browser = browser_of(office.lena, NOON)
    page = post(browser, "/desk/alerts/", typed(chat), NOON).url
    chat.status = 401
    post(browser, f"{page}test/", {}, NOON)
    said = words_of(get(browser, page, NOON))
    assert "It was not taken, and is tried again." in said
    assert "Gotify does not take alerts." in said
    assert KEY not in said


def test_an_address_that_is_none_stands_beside_its_field_and_is_not_repeated(office: Office, chat: HttpSink) -> None:
    browser = browser_of(office.lena, NOON)
    refused = post(browser, "/desk/alerts/", typed(chat, address="file:///etc/passwd"), NOON)
    assert refused.status_code == 422
    assert "This is no address of a service that alerts are sent to." in words_of(refused)


def test_a_channel_is_changed_and_keeps_its_address(office: Office, chat: HttpSink) -> None:
    browser = browser_of(office.lena, NOON)
    page = post(browser, "/desk/alerts/", typed(chat), NOON).url
    before = AlertChannel.objects.get().address
    post(browser, page, {"name": "pager", "address": "", "kinds": [AlertKind.ON_CALL], "is_active": "on"}, NOON)
    after = AlertChannel.objects.get()
    assert (after.name, after.kinds, after.address, after.is_active) == ("pager", ["on_call"], before, True)


def test_managers_add_channels_of_teams_and_see_what_rang_on_any(office: Office, chat: HttpSink) -> None:
    lenas = browser_of(office.lena, NOON)
    page = post(lenas, "/desk/alerts/", typed(chat), NOON).url
    post(lenas, f"{page}test/", {}, NOON)
    OutgoingAlert.objects.update(state=MailState.GAVE_UP, sent_at=None, last_error="500 no")
    ruths = browser_of(office.ruth, NOON)
    post(ruths, "/manager/alerts/", typed(chat, name="desk chat", team="desk", desk=office.lena.desk_id), NOON)
    said = words_of(get(ruths, "/manager/alerts/", NOON))
    assert re.search("Gotify ?, A desk ?: ", said)
    assert "500 no" in said
    post(ruths, f"/desk/alerts/rang/{OutgoingAlert.objects.get().pk}/again/", {}, NOON)
    assert OutgoingAlert.objects.get().state == MailState.SENT
    # Lena's own is hers alone.
    assert get(ruths, page, NOON).status_code == 404
    assert get(lenas, "/manager/alerts/", NOON).status_code == 404
