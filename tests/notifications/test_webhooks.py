"""Webhooks: systems of partners and of our own are told, signed, and never more than they may hear."""

import base64
import hashlib
import hmac
import logging
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import OperationalError, connection

from cases import actions as case_actions
from cases import vault
from cases.models import EventKind, Partner, User
from notifications import actions, health, heartbeat, messages, outbox, posting, receivers, sweeps, webhooks
from notifications.actions import WebhookDetails
from notifications.models import MailState, OutgoingMail, Webhook, WebhookDelivery
from tests.builders import at
from tests.http_sink import HttpSink, ReceivedRequest
from tests.notifications.office import TUESDAY_9, Office, begun, open_office, tell
from tests.notifications.test_two_at_once import at_once

pytestmark = pytest.mark.usefixtures("inside_is_allowed")
MONDAY = at("Mon 9:00")


def webhook(
    system: HttpSink, owner: User, partner: Partner | None = None, *kinds: EventKind, path: str = "/hook?a=b"
) -> tuple[Webhook, str]:
    details = WebhookDetails("tickets", system.url(path), kinds)
    partner_id = None if partner is None else partner.pk
    return actions.add_webhook(partner_id=partner_id, details=details, actor=owner, now=MONDAY)


def deliver(when: str) -> int:
    return sweeps.send_webhooks(clock=lambda: at(when))


def told(system: HttpSink) -> list[str]:
    return [request.json["kind"] for request in system.received]


def is_signed(request: ReceivedRequest, secret: str) -> bool:
    """Check a signature as docs/api.md tells partners to."""
    signed = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode() + request.body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    wanted = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(wanted, one) for one in request.headers["webhook-signature"].split())


# --- What is told -------------------------------------------------------------------------------------------------


def test_a_partners_system_hears_what_its_contacts_may_read(office: Office, system: HttpSink) -> None:
    _hook, secret = webhook(system, office.priya, office.northwind)
    case = office.log()
    case_actions.write_note(
        case_id=case.pk, body="A known fault.", submission_key=uuid4(), actor=office.lena, now=at("Tue 9:10")
    )
    office.reply(case, "Tue 24 Nov 09:30")
    tell("Tue 24 Nov 09:30")
    deliver("Tue 24 Nov 09:30")
    assert told(system) == ["case_logged", "specialist_replied"]
    logged = system.received[0]
    assert logged.path == "/hook?a=b"
    assert is_signed(logged, secret)
    assert not is_signed(logged, webhooks.new_secret())
    assert int(logged.headers["webhook-timestamp"]) == int(at("Tue 24 Nov 09:30").timestamp())
    body = logged.json
    assert body["id"] == logged.headers["webhook-id"]
    assert (body["version"], body["at"]) == (1, "2026-11-23T22:00:00Z")
    assert (body["case"]["reference"], body["case"]["partner"]) == (case.reference, "NWIT")
    assert body["event"]["number"] == 1
    assert body["event"]["actor"] == {"name": "Priya Raman", "works_here": False}
    assert "A known fault." not in str([request.body for request in system.received])


def test_a_system_of_ours_hears_of_every_case_and_what_is_for_staff(office: Office, system: HttpSink) -> None:
    webhook(system, office.ruth)
    office.log(contact=office.priya)
    case = office.log(contact=office.zoe)
    case_actions.write_note(case_id=case.pk, body="x", submission_key=uuid4(), actor=office.max, now=at("Tue 9:10"))
    tell("Tue 24 Nov 09:30")
    deliver("Tue 24 Nov 09:30")
    assert told(system) == ["case_logged", "case_logged", "note_written"]
    assert {request.json["case"]["partner"] for request in system.received} == {"NWIT", "BHMS"}


def test_a_system_hears_only_the_kinds_that_were_chosen_each_once(office: Office, system: HttpSink) -> None:
    webhook(system, office.priya, office.northwind, EventKind.SPECIALIST_REPLIED)
    case = office.log()
    office.reply(case, "Tue 24 Nov 09:30")
    for _ in range(2):
        tell("Tue 24 Nov 09:30")
        deliver("Tue 24 Nov 09:30")
    assert told(system) == ["specialist_replied"]


def test_another_partner_hears_nothing(office: Office, system: HttpSink) -> None:
    webhook(system, office.ruth, office.harbor)
    office.log(contact=office.priya)
    tell(TUESDAY_9)
    assert not WebhookDelivery.objects.exists()
    deliver(TUESDAY_9)
    assert system.received == []


@pytest.mark.parametrize("kind", [EventKind.CASE_LOGGED, EventKind.NOTE_WRITTEN])
def test_what_a_partner_may_not_read_never_leaves_the_outbox(office: Office, system: HttpSink, kind: EventKind) -> None:
    """Whoever wrote the row: it is asked again, at the outbox, whose case it is and who may read of it."""
    owner, partner = (office.ruth, office.harbor) if kind == EventKind.CASE_LOGGED else (office.priya, office.northwind)
    hook, _secret = webhook(system, owner, partner)
    case = office.log(contact=office.priya)
    case_actions.write_note(case_id=case.pk, body="x", submission_key=uuid4(), actor=office.lena, now=at("Tue 9:10"))
    wrong = WebhookDelivery.objects.create(
        receiver=hook,
        kind=kind,
        event=case.events.get(kind=kind),
        key="wrong",
        body="{}",
        due_at=MONDAY,
        made_at=MONDAY,
    )
    deliver(TUESDAY_9)
    wrong.refresh_from_db()
    assert (system.received, wrong.state) == ([], MailState.WITHDRAWN)
    assert wrong.last_error == "The partner may not read of this event."


# --- Systems that fail --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "location", "error"),
    [
        (500, "", "It answered 500."),
        (404, "", "It answered 404."),
        (302, "/elsewhere", "It answered 302. Redirects are not followed."),
    ],
)
def test_whatever_is_no_2xx_is_tried_again(
    office: Office, system: HttpSink, status: int, location: str, error: str
) -> None:
    webhook(system, office.priya, office.northwind)
    office.log()
    tell(TUESDAY_9)
    system.status, system.location, system.answer = status, location, b"what is inside"
    deliver(TUESDAY_9)
    row = WebhookDelivery.objects.get()
    assert (row.state, row.tries, row.due_at) == (MailState.QUEUED, 1, at("Tue 24 Nov 09:01"))
    # The answer itself is for staff alone.
    assert (row.last_error, row.status_code, row.answer) == (error, status, "what is inside")
    system.status, system.location = 204, ""
    deliver("Tue 24 Nov 09:01")
    row.refresh_from_db()
    assert (row.state, row.status_code) == (MailState.SENT, 204)
    assert {request.path for request in system.received} == {"/hook?a=b"}
    assert len({request.headers["webhook-id"] for request in system.received}) == 1


def test_a_system_that_never_answers_is_left_and_may_have_it(
    office: Office, system: HttpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "ALL_SECONDS", 0.2)
    webhook(system, office.priya, office.northwind)
    office.log()
    tell(TUESDAY_9)
    system.hangs = True
    deliver(TUESDAY_9)
    row = WebhookDelivery.objects.get()
    assert (row.state, row.ambiguous) == (MailState.QUEUED, True)


def test_a_system_that_is_not_there_is_tried_again(office: Office, system: HttpSink) -> None:
    webhook(system, office.priya, office.northwind)
    system.close()
    office.log()
    tell(TUESDAY_9)
    deliver(TUESDAY_9)
    row = WebhookDelivery.objects.get()
    assert row.state == MailState.QUEUED
    assert "refused" in row.last_error.lower()


def test_what_waits_for_a_failing_system_waits_with_it_and_holds_up_no_other(office: Office, system: HttpSink) -> None:
    good = HttpSink()
    webhook(system, office.priya, office.northwind)
    webhook(good, office.priya, office.northwind)
    for _ in range(4):
        office.log()
    tell(TUESDAY_9)
    system.status = 500
    deliver(TUESDAY_9)
    assert (len(system.received), len(good.received)) == (1, 4)
    system.status = 200
    deliver("Tue 24 Nov 09:01")
    assert len(system.received) == 5
    good.close()


def test_a_system_that_fails_for_three_days_is_switched_off_and_its_owner_is_told(
    office: Office, system: HttpSink
) -> None:
    hook, _secret = webhook(system, office.priya, office.northwind)
    office.log()
    tell(TUESDAY_9)
    system.status = 500
    now = at(TUESDAY_9)
    while now < at(TUESDAY_9) + webhooks.SWITCHED_OFF_AFTER + timedelta(days=2):
        sweeps.send_webhooks(clock=lambda: now)  # noqa: B023 - called at once
        now += timedelta(hours=3)
    hook.refresh_from_db()
    assert (hook.is_active, hook.failing_since) == (False, at(TUESDAY_9))
    [written] = OutgoingMail.objects.filter(kind="webhook_off")
    assert (written.recipient, written.subject) == (office.priya, "The webhook “tickets” was switched off")
    assert f"/company/NWIT/webhooks/{hook.pk}/" in written.body_text
    # What waits is kept, to be sent again when the system is well.
    row = WebhookDelivery.objects.get()
    assert (row.state, row.last_error) == (MailState.WITHDRAWN, "The webhook was switched off.")
    on = WebhookDetails("tickets", hook.url)
    actions.change_webhook(webhook_id=hook.pk, details=on, actor=office.priya, now=now)
    assert outbox.send_again(row.pk, of=WebhookDelivery, now=now)
    system.status = 200
    sweeps.send_webhooks(clock=lambda: now)
    assert told(system)[-1] == "case_logged"
    sweeps.send_outbox(clock=lambda: now)
    written.refresh_from_db()
    assert written.last_error == "Somebody switched it on again before it left."


def test_whoever_looks_after_it_no_more_is_not_told(office: Office, system: HttpSink) -> None:
    hook, _secret = webhook(system, office.priya, office.northwind)
    Webhook.objects.update(failing_since=MONDAY, is_active=False)
    hook.refresh_from_db()

    outbox.enqueue(messages.webhook_off(hook, MONDAY), now=MONDAY)
    office.priya.memberships.update(role="contact")
    sweeps.send_outbox(clock=lambda: MONDAY)
    assert OutgoingMail.objects.get().last_error == "The recipient looks after this system no more."


def test_a_sender_that_died_tells_again_under_the_same_id_and_says_so(office: Office, system: HttpSink) -> None:
    webhook(system, office.priya, office.northwind)
    office.log()
    tell(TUESDAY_9)
    # Killed between sending and marking.
    outbox.hand_over(begun(WebhookDelivery.objects.get(), TUESDAY_9), webhooks.ByPost(), now=at(TUESDAY_9))
    assert deliver("Tue 24 Nov 09:01") == 0
    assert deliver("Tue 24 Nov 09:03") == 1
    row = WebhookDelivery.objects.get()
    assert (row.state, row.attempt, row.ambiguous) == (MailState.SENT, 2, True)
    assert len(system.received) == 2
    assert {request.headers["webhook-id"] for request in system.received} == {str(row.message_id)}


def test_one_that_cannot_be_settled_keeps_no_other_from_it(office: Office, system: HttpSink) -> None:
    class BreaksOnce(webhooks.ByPost):
        def settled(self, row: WebhookDelivery, now: datetime) -> None:
            if row.receiver.partner_id is None:
                raise OperationalError
            super().settled(row, now)

    webhook(system, office.priya, office.northwind)
    webhook(system, office.ruth)
    office.log()
    tell(TUESDAY_9)
    receivers.send_due(WebhookDelivery, BreaksOnce(), clock=lambda: at(TUESDAY_9))
    states = dict(WebhookDelivery.objects.values_list("receiver__partner", "state"))
    assert states == {None: MailState.IN_FLIGHT, office.northwind.pk: MailState.SENT}


@pytest.mark.django_db(transaction=True)
def test_two_senders_tell_each_system_once(system: HttpSink) -> None:
    office = open_office()
    webhook(system, office.priya, office.northwind)
    for _ in range(6):
        office.log()
    tell(TUESDAY_9)
    at_once(lambda: deliver(TUESDAY_9), lambda: deliver(TUESDAY_9))
    deliver(TUESDAY_9)
    assert len(system.received) == len({request.headers["webhook-id"] for request in system.received}) == 6
    # In the order in which it happened.
    assert [request.json["case"]["reference"] for request in system.received] == [f"NWIT-{n}" for n in range(1, 7)]


def test_a_delivery_that_nobody_sends_grows_old(office: Office, system: HttpSink) -> None:
    webhook(system, office.priya, office.northwind)
    office.log()
    tell(TUESDAY_9)
    OutgoingMail.objects.all().delete()
    assert health.oldest_due(at("Tue 24 Nov 09:05")) == timedelta(minutes=5)
    deliver("Tue 24 Nov 09:05")
    last = heartbeat.last(heartbeat.WEBHOOKS)
    assert last is not None
    assert (last.done, last.failed) == (1, 0)


# --- Secrets ------------------------------------------------------------------------------------------------------


def test_for_a_day_both_secrets_sign(office: Office, system: HttpSink) -> None:
    hook, before = webhook(system, office.priya, office.northwind)
    after = actions.replace_secret(webhook_id=hook.pk, actor=office.priya, now=MONDAY)
    for when, signs in (("Tue 24 Nov 08:59", [True, True]), ("Tue 24 Nov 09:00", [False, True])):
        actions.try_webhook(webhook_id=hook.pk, actor=office.priya, now=at(when))
        deliver(when)
        assert [is_signed(system.received[-1], secret) for secret in (before, after)] == signs


def test_a_secret_is_nowhere_in_the_clear(office: Office, system: HttpSink, caplog: pytest.LogCaptureFixture) -> None:
    hook, secret = webhook(system, office.priya, office.northwind)
    office.log()
    tell(TUESDAY_9)
    system.status = 500
    with caplog.at_level(logging.DEBUG):
        deliver(TUESDAY_9)
    with connection.cursor() as cursor:
        stored = ""
        for table in ("notifications_webhook", "notifications_webhookdelivery", "cases_caseevent"):
            cursor.execute(f"SELECT * FROM {table}")  # noqa: S608 - three names of ours
            stored += str(cursor.fetchall())
    assert secret not in stored + caplog.text
    assert vault.opened(webhooks.PURPOSE, hook.secret) == secret
    actions.remove_webhook(webhook_id=hook.pk, actor=office.priya, now=MONDAY)
    assert Webhook.objects.get().secret == ""


def test_a_secret_that_is_removed_from_a_case_is_removed_from_what_was_sent(office: Office, system: HttpSink) -> None:
    webhook(system, office.ruth)
    case = office.log(title='The "key" hunter2 is wrong')
    tell(TUESDAY_9)
    case_actions.redact_text(
        case_id=case.pk, secret='"key" hunter2', reason="It is one.", actor=office.lena, now=at("Tue 9:30")
    )
    assert "hunter2" not in WebhookDelivery.objects.get(kind="case_logged").body
