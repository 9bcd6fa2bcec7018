"""Webhooks: which addresses they may lead to, and who may have which."""

from typing import Any

import pytest
from pytest_django import Settings

from cases import reach
from cases.rules import RuleBroken
from notifications import actions
from notifications.actions import WebhookDetails
from notifications.models import Webhook, WebhookDelivery
from tests.http_sink import HttpSink
from tests.notifications.office import TUESDAY_9, Office, tell
from tests.notifications.test_webhooks import MONDAY, deliver, webhook

pytestmark = pytest.mark.usefixtures("inside_is_allowed")

# --- Where to -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "172.16.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - compared, not bound
        "224.0.0.1",
        "::1",
        "::ffff:10.0.0.1",
        "fe80::1%eth0",
        "fd00::1",
        "64:ff9b::a00:1",
        "2002:a00:1::1",
    ],
)
def test_an_address_of_the_own_network_is_inside(address: str) -> None:
    assert reach.is_inside(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34"])
def test_an_address_of_the_world_is_not_inside(address: str) -> None:
    assert not reach.is_inside(address)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/x",
        "https://localhost/x",
        "https://[::1]/x",
        "https://2130706433/x",
        "http://hooks.example.com/",
        "https://name:word@hooks.example.com/",
        "https://häcks.example/",
        "ftp://hooks.example.com/",
        "file:///etc/passwd",
        "https://hooks.example.com:99999/",
        "nonsense",
    ],
)
def test_what_may_not_be_told_is_refused_at_saving(office: Office, settings: Settings, url: str) -> None:
    settings.REACH_PRIVATE_NETWORK = False
    with pytest.raises(RuleBroken) as refused:
        actions.add_webhook(partner_id=None, details=WebhookDetails("x", url), actor=office.ruth, now=MONDAY)
    assert refused.value.code == "webhook_url"


def test_a_host_that_moved_inside_is_refused_at_sending(office: Office, system: HttpSink, settings: Settings) -> None:
    webhook(system, office.priya, office.northwind)
    office.log()
    tell(TUESDAY_9)
    settings.REACH_PRIVATE_NETWORK = False
    deliver(TUESDAY_9)
    assert system.received == []
    assert "no such host outside the own network" in WebhookDelivery.objects.get().last_error


def test_only_hosts_that_are_listed_are_told(office: Office, system: HttpSink, settings: Settings) -> None:
    settings.OUTGOING_HOSTS = ["127.0.0.1"]
    webhook(system, office.priya, office.northwind)
    office.log()
    tell(TUESDAY_9)
    settings.OUTGOING_HOSTS = ["tickets.example.com", ".example.org"]
    with pytest.raises(RuleBroken, match="whoever runs this portal has not listed it"):
        webhook(system, office.zoe, office.harbor)
    # What was listed once is asked anew when it leaves.
    deliver(TUESDAY_9)
    assert system.received == []
    assert "Nothing is sent to 127.0.0.1" in WebhookDelivery.objects.get().last_error
    for host in ("tickets.example.com", "Tickets.Example.Com.", "a.example.org", "example.org"):
        reach.require_listed(host)
    for host in ("example.com", "x.tickets.example.com", "tickets.example.com.evil.example", "badexample.org", ""):
        with pytest.raises(reach.OutOfReach):
            reach.require_listed(host)


# --- Rules --------------------------------------------------------------------------------------------------------


def test_only_who_leads_adds_a_webhook(office: Office, system: HttpSink) -> None:
    for person, partner in (
        (office.omar, office.northwind),
        (office.zoe, office.northwind),
        (office.lena, office.northwind),
        (office.lena, None),
        (office.priya, None),
    ):
        with pytest.raises(RuleBroken) as refused:
            webhook(system, person, partner)
        assert refused.value.code == "webhook_not_theirs"


def test_somebody_elses_webhook_is_not_there(office: Office, system: HttpSink) -> None:
    hook, _secret = webhook(system, office.priya, office.northwind)
    for person in (office.zoe, office.omar, office.lena):
        with pytest.raises(Webhook.DoesNotExist):
            actions.replace_secret(webhook_id=hook.pk, actor=person, now=MONDAY)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"name": " "}, "webhook_name_missing"),
        ({"kinds": ["note_written"]}, "webhook_kinds"),
        ({"kinds": ["nonsense"]}, "webhook_kinds"),
    ],
)
def test_a_webhook_that_makes_no_sense_is_refused(
    office: Office, system: HttpSink, said: dict[str, Any], code: str
) -> None:
    details = WebhookDetails(**{"name": "x", "url": system.url(), **said})
    with pytest.raises(RuleBroken) as refused:
        actions.add_webhook(partner_id=office.northwind.pk, details=details, actor=office.priya, now=MONDAY)
    assert refused.value.code == code


def test_a_webhook_that_is_off_is_not_tried(office: Office, system: HttpSink) -> None:
    hook, _secret = webhook(system, office.priya, office.northwind)
    off = WebhookDetails("x", hook.url, is_active=False)
    actions.change_webhook(webhook_id=hook.pk, details=off, actor=office.priya, now=MONDAY)
    with pytest.raises(RuleBroken) as refused:
        actions.try_webhook(webhook_id=hook.pk, actor=office.priya, now=MONDAY)
    assert refused.value.code == "webhook_is_off"


def test_a_partner_has_ten_webhooks_at_most(office: Office, system: HttpSink) -> None:
    for _ in range(10):
        webhook(system, office.priya, office.northwind)
    with pytest.raises(RuleBroken) as refused:
        webhook(system, office.priya, office.northwind)
    assert refused.value.code == "too_many_webhooks"
