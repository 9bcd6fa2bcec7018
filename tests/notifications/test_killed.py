"""Senders that are killed as the kernel kills: nothing is lost, and only what was in flight may go twice."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.db import connection
from pytest_django import Settings

from notifications import actions, sweeps
from notifications.actions import WebhookDetails
from notifications.models import MailState, OutgoingMail, WebhookDelivery
from tests.builders import at
from tests.http_sink import HttpSink
from tests.notifications.office import TUESDAY_9, open_office, send, tell
from tests.smtp_sink import SmtpSink

ROOT = Path(__file__).resolve().parents[2]
MAILS = 24
# When each sender runs, and how many mails the server has when it is killed. What the one before it had claimed and
# not begun is to be had again by then.
KILLS = {"Tue 24 Nov 09:00": 3, "Tue 24 Nov 09:00:30": 9, "Tue 24 Nov 09:01": 16}
SENDER = "import django; django.setup(); from tests.notifications.office import *; send('{when}')"


TELLER = (
    "import django; django.setup(); from notifications import sweeps; from tests.builders import at; "
    f"sweeps.send_webhooks(clock=lambda: at('{TUESDAY_9}'))"
)


def database_url() -> str:
    """Return where the database of this test is, for a process of its own."""
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{known['NAME']}"
    return f"postgres://{known['USER']}:{known['PASSWORD']}@{known['HOST']}:{known['PORT']}/{known['NAME']}"


def start_sender(program: str, **more: str) -> "subprocess.Popen[bytes]":
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": database_url(),
        "DATA_DIR": str(configured.DATA_DIR),
        **more,
    }
    return subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, env=environment)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_killed_senders_lose_nothing_and_double_only_what_was_in_flight(mail_by_smtp: SmtpSink) -> None:
    office = open_office()
    for _ in range(MAILS):
        office.log()
    tell(TUESDAY_9)
    # Long enough for the kill to come while a mail is in flight.
    mail_by_smtp.delay = 0.05
    for when, count in KILLS.items():
        sender = start_sender(SENDER.format(when=when), EMAIL_URL=mail_by_smtp.url)
        deadline = time.monotonic() + 60
        while len(mail_by_smtp.received) < count:
            assert sender.poll() is None, "the sender ended before it was killed"
            assert time.monotonic() < deadline
            time.sleep(0.005)
        sender.send_signal(signal.SIGKILL)
        sender.wait(timeout=10)
    mail_by_smtp.delay = 0.0
    send("Tue 24 Nov 09:04")
    ledger = Counter(received.message_id for received in mail_by_smtp.received)
    rows = {row.message_id: row for row in OutgoingMail.objects.all()}
    assert ledger.keys() == rows.keys(), "a mail was lost"
    assert {row.state for row in rows.values()} == {MailState.SENT}
    twice = {message_id for message_id, times in ledger.items() if times > 1}
    assert max(ledger.values()) <= 2
    assert len(twice) <= len(KILLS)
    assert all(rows[message_id].ambiguous for message_id in twice)
    assert sum(row.ambiguous for row in rows.values()) <= len(KILLS)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_sender_killed_between_telling_a_system_and_marking_tells_it_again_under_the_same_id(
    settings: Settings,
) -> None:
    settings.REACH_PRIVATE_NETWORK = True
    office, system = open_office(), HttpSink()
    details = WebhookDetails("tickets", system.url())
    actions.add_webhook(partner_id=None, details=details, actor=office.ruth, now=at(TUESDAY_9))
    office.log()
    tell(TUESDAY_9)
    started: list[subprocess.Popen[bytes]] = []
    # It has been told, and nobody has noted it.
    system.on_request = lambda: started[0].send_signal(signal.SIGKILL)
    started.append(start_sender(TELLER, REACH_PRIVATE_NETWORK="True"))
    assert started[0].wait(timeout=60) == -signal.SIGKILL
    system.on_request = lambda: None
    sweeps.send_webhooks(clock=lambda: at("Tue 24 Nov 09:03"))
    row = WebhookDelivery.objects.get()
    assert (row.state, row.ambiguous, row.attempt) == (MailState.SENT, True, 2)
    assert [request.headers["webhook-id"] for request in system.received] == [str(row.message_id)] * 2
    system.close()
