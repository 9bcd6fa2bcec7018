"""Webhooks over the API."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from notifications import sweeps
from notifications.models import MailState, Webhook, WebhookDelivery
from tests.api.machine import Machine
from tests.builders import Cast, at
from tests.http_sink import HttpSink

NOON = at("Tue 12:00")


@pytest.fixture
def system(settings: Settings) -> Iterator[HttpSink]:
    """Somebody's system, on this machine."""
    settings.REACH_PRIVATE_NETWORK = True
    sink = HttpSink()
    yield sink
    sink.close()


def test_a_webhook_is_made_tried_changed_and_removed(people: Cast, system: HttpSink) -> None:
    machine = Machine(people.priya, NOON)
    made = machine.post("webhooks/", {"partner": "NWIT", "name": "tickets", "url": system.url()})
    assert made.status_code == 201
    told = made.json()
    assert told["secret"].startswith("whsec_")
    assert (told["partner"], told["kinds"], told["is_active"]) == ("NWIT", [], True)
    one = f"webhooks/{told['id']}/"
    assert "secret" not in machine.get(one).json()
    tried = machine.post(f"{one}test/")
    assert (tried.status_code, tried.json()["state"]) == (202, "queued")
    sweeps.send_webhooks(clock=lambda: NOON)
    [delivery] = machine.get(f"{one}deliveries/").json()["results"]
    assert (delivery["kind"], delivery["state"], len(system.received)) == ("test", "sent", 1)
    changed = machine.put(one, {"name": "y", "url": system.url(), "kinds": ["case_closed"], "is_active": False})
    assert (changed.json()["name"], changed.json()["kinds"], changed.json()["is_active"]) == (
        "y",
        ["case_closed"],
        False,
    )
    other = machine.post(f"{one}secret/")
    assert other.status_code == 201
    assert other.json()["secret"] != told["secret"]
    assert machine.delete(one).status_code == 204
    assert machine.get(one).status_code == 404


def test_a_delivery_is_sent_again_once(people: Cast, system: HttpSink) -> None:
    machine = Machine(people.ruth, NOON)
    one = f"webhooks/{machine.post('webhooks/', {'name': 'ours', 'url': system.url()}).json()['id']}/"
    row = machine.post(f"{one}test/").json()["id"]
    WebhookDelivery.objects.update(state=MailState.GAVE_UP)
    assert machine.post(f"{one}deliveries/{row}/again/").json()["state"] == "queued"
    refused = machine.post(f"{one}deliveries/{row}/again/")
    assert (refused.status_code, refused.json()["code"]) == (422, "delivery_was_sent")


def test_somebody_elses_webhook_is_not_there_and_nobody_else_makes_one(people: Cast, system: HttpSink) -> None:
    said = {"partner": "NWIT", "name": "x", "url": system.url()}
    made = Machine(people.priya, NOON).post("webhooks/", said).json()["id"]
    for person in (people.zoe, people.omar, people.lena):
        machine = Machine(person, NOON)
        assert machine.get("webhooks/").json()["results"] == []
        for answered in (
            machine.get(f"webhooks/{made}/"),
            machine.put(f"webhooks/{made}/", said),
            machine.post(f"webhooks/{made}/secret/"),
            machine.post(f"webhooks/{made}/test/"),
            machine.delete(f"webhooks/{made}/"),
        ):
            assert answered.status_code == 404
        refused = [machine.post("webhooks/", said | {"partner": code}).json() for code in ("NWIT", "NONE", "")]
        assert {one["code"] for one in refused} == {"webhook_not_theirs"}
    assert Webhook.objects.count() == 1


def test_a_token_without_the_scope_may_not(people: Cast, system: HttpSink) -> None:
    assert Machine(people.priya, NOON, scopes=("cases:read",)).get("webhooks/").status_code == 403


def test_what_may_not_be_told_is_refused(people: Cast, settings: Settings) -> None:
    settings.REACH_PRIVATE_NETWORK = False
    said = {"name": "x", "url": "https://169.254.169.254/latest/"}
    refused = Machine(people.ruth, NOON).post("webhooks/", said)
    assert (refused.status_code, refused.json()["code"]) == (422, "webhook_url")
