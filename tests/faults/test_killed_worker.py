"""A worker on the file broker killed while it sends: all arrives, nothing twice but what was in flight, marked so.

On PostgreSQL and Redis the drills do the same and more.
"""

import time
from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest

from tests.portal import Portal
from tests.smtp_sink import SmtpSink

CASES = 25
LOG_CASES = """
from django.utils import timezone
from cases import actions, demo
from cases.models import User
now = timezone.now()
demo.load_people(now)
priya = User.objects.get(email="priya@northwind.example")
for number in range(CASES):
    actions.submit_case(
        partner_id=priya.memberships.get().partner_id, severity=3, actor=priya, now=now,
        details=actions.CaseDetails(title=f"Case {number}", explanation="It stops.", effect="One customer.",
            contact_email=priya.email))
"""
WHAT_THE_OUTBOX_SAYS = """
from notifications.models import OutgoingMail
for mail in OutgoingMail.objects.order_by("pk"):
    print(mail.message_id, mail.state, mail.ambiguous, sep="\\t")
"""


@pytest.mark.sqlite
@pytest.mark.slow
def test_a_worker_killed_twice_loses_no_mail_and_doubles_only_what_was_in_flight(
    serve: Callable[..., Portal], smtp: SmtpSink
) -> None:
    smtp.delay = 0.1
    # A short patience makes a short lease: six waits of a second.
    portal = serve(DEMO="True", EMAIL_TIMEOUT="1")
    portal.manage("shell", "-v", "0", "-c", f"CASES = {CASES}\n{LOG_CASES}")
    for enough in (3, 9):
        wait_until(partial(has_received, smtp, enough))
        portal.kill_worker()
        portal.start_worker()
    wait_until(lambda: len(mails_of(portal)) == CASES and all(state == "sent" for _, state, _ in mails_of(portal)))

    received = Counter(mail.message_id for mail in smtp.received)
    owed = mails_of(portal)
    assert set(received) == {message_id for message_id, _, _ in owed}
    doubled = {message_id for message_id, count in received.items() if count > 1}
    ambiguous = {message_id for message_id, _, marked in owed if marked == "True"}
    assert doubled <= ambiguous
    assert all(count <= 2 for count in received.values())


def has_received(smtp: SmtpSink, enough: int) -> bool:
    """Tell whether so many mails have come."""
    return len(smtp.received) >= enough


def mails_of(portal: Portal) -> list[tuple[str, str, str]]:
    """Return Message-ID, state and the mark of each mail in the outbox."""
    printed = portal.manage("shell", "-v", "0", "-c", WHAT_THE_OUTBOX_SAYS)
    return [tuple(line.split("\t")) for line in printed.splitlines() if "\t" in line]  # type: ignore[misc]


def wait_until(holds: Callable[[], bool], *, seconds: float = 60.0) -> None:
    """Wait for something to become true."""
    ends_at = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends_at, "It did not come true in time."
        time.sleep(0.1)
