"""A worker that is killed, and the one that is started after it."""

import time

import pytest

from tests.portal import Portal, alive_in_session

pytestmark = pytest.mark.portal


def seconds_since_last_tick(portal: Portal) -> float:
    """Return how long ago the timetable last reached a task."""
    question = (
        "from django.utils import timezone; from notifications.models import Heartbeat;"
        "last = Heartbeat.objects.order_by('at').last();"
        "print((timezone.now() - last.at).total_seconds() if last else 1e9)"
    )
    return float(portal.manage("shell", "--no-imports", "-c", question))


def wait_for_a_tick(portal: Portal, *, newer_than: float) -> None:
    """Wait until a task ran after the moment `newer_than` of the monotonic clock."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if seconds_since_last_tick(portal) < time.monotonic() - newer_than:
            return
        time.sleep(0.2)
    raise AssertionError(f"Nothing ran: {portal.log('worker')}")


def test_a_killed_worker_leaves_nobody_behind_and_the_next_one_goes_on(portal: Portal) -> None:
    wait_for_a_tick(portal, newer_than=time.monotonic() - 30)
    assert portal.worker is not None
    killed = portal.worker.pid
    assert len(alive_in_session(killed)) > 1
    portal.kill_worker()
    deadline = time.monotonic() + 5
    while alive_in_session(killed) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive_in_session(killed)
    began = time.monotonic()
    portal.start_worker()
    wait_for_a_tick(portal, newer_than=began)
