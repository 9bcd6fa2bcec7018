"""Mail that is brought: a signed delivery. Whatever is repeated, each mail is one. The mailbox has its own file."""

import hashlib
import hmac
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from cases.inbox import handling, storing
from cases.models import Case, IncomingMail
from notifications import mailbox
from tests.builders import all_at_once, at
from tests.cases.pages import clock_at
from tests.inbox.post import letter
from tests.notifications.office import Office, open_office

pytestmark = pytest.mark.clause("P1.2")
NOON = at("Tue 12:00")
NINE = at("Tue 09:00")


def test_without_a_mailbox_what_waits_is_handled_all_the_same(office: Office, settings: Settings) -> None:
    settings.MAILBOX_URL = ""
    storing.store(letter(office.priya).as_bytes(), source="webhook", received_at=NINE, now=NINE)
    assert mailbox.read(clock=lambda: NOON) == 1
    assert Case.objects.count() == 1


# --- Signed deliveries --------------------------------------------------------------------------------------------

KEY = "k" * 40


def bring(
    raw: bytes, *, key: str = KEY, when: datetime = NOON, signed_at: datetime = NOON, more: dict[str, str] | None = None
) -> Any:
    told = str(int(signed_at.timestamp()))
    signature = hmac.new(key.encode(), told.encode() + b"." + raw, hashlib.sha256).hexdigest()
    headers = {"X-Inbound-Timestamp": told, "X-Inbound-Signature": signature} | (more or {})
    with clock_at(when):
        return Client(enforce_csrf_checks=True).post(
            "/inbound/mail/", raw, content_type="message/rfc822", headers=headers
        )


def test_a_signed_mail_is_taken_and_brought_again_it_is_one(office: Office, settings: Settings) -> None:
    settings.INBOUND_KEY = KEY
    raw = letter(office.priya, "Sev 2: brought").as_bytes()
    first, second = bring(raw), bring(raw)
    assert (first.status_code, first.json(), second.status_code, second.json()) == (
        202,
        {"new": True},
        202,
        {"new": False},
    )
    assert handling.handle_waiting(lambda: NOON, limit=10) == 1
    assert Case.objects.get().logged_at == NOON


def test_what_is_not_signed_is_refused_with_its_reason(office: Office, settings: Settings) -> None:
    raw = letter(office.priya).as_bytes()
    assert bring(raw).status_code == 404, "without a key there is no door"
    settings.INBOUND_KEY = "short"
    assert bring(raw, key="short").status_code == 404
    settings.INBOUND_KEY = KEY
    assert b"does not fit" in bring(raw, key="l" * 40).content
    assert b"does not fit" in bring(raw, more={"X-Inbound-Signature": "é"}).content
    assert b"missing or old" in bring(raw, signed_at=at("Tue 11:54:59")).content
    assert b"missing or old" in bring(raw, signed_at=at("Tue 12:05:01")).content
    assert b"missing or old" in bring(raw, more={"X-Inbound-Timestamp": "now"}).content
    assert bring(b" ").status_code == 400
    assert Client().get("/inbound/mail/").status_code == 405
    assert not IncomingMail.objects.exists()


def test_a_mail_that_is_too_large_to_keep_is_refused(
    office: Office, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.INBOUND_KEY = KEY
    monkeypatch.setattr("cases.inbox.webhook.MOST_KEPT", 1000)
    assert bring(b"x" * 1001).status_code == 413


# --- At one moment ------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_same_mail_brought_and_handled_by_many_at_once_is_one_case() -> None:
    office = open_office()
    raw = letter(office.priya).as_bytes()
    stored = all_at_once([partial(storing.store, raw, source="x", received_at=NINE, now=NOON)] * 4)
    assert not [answer for answer in stored if isinstance(answer, Exception)]
    assert IncomingMail.objects.count() == 1
    mail = IncomingMail.objects.get()
    handled = all_at_once([partial(handling.handle, mail.pk, now=NOON)] * 4)
    assert not [answer for answer in handled if isinstance(answer, Exception)]
    assert Case.objects.count() == 1
    assert Case.objects.get().last_event_number == 1
