"""Waking the worker: soon after each act, and never at anybody's cost."""

import logging
import threading
import time
from collections.abc import Callable

import pytest
from django.test import override_settings

from cases.actions import _waking
from notifications import tasks
from notifications.bell import Bell


def wait_until(true: Callable[[], bool]) -> None:
    """Wait for what another thread does."""
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline, "it did not happen within ten seconds"
        time.sleep(0.005)


def test_every_act_rings_the_bell() -> None:
    assert tasks.bell.ring in _waking._wakers


def test_a_broker_that_hangs_holds_up_nobody() -> None:
    hanging = threading.Event()

    def wake() -> None:
        hanging.wait(20)

    bell = Bell(wake)
    started = time.monotonic()
    for _ in range(100):
        bell.ring()
    assert time.monotonic() - started < 1
    hanging.set()


def test_a_broker_that_is_down_is_spoken_of_once_for_each_outage(caplog: pytest.LogCaptureFixture) -> None:
    asked: list[str] = []
    down = True

    def wake() -> None:
        asked.append("")
        if down:
            raise ConnectionError("nobody there")

    bell = Bell(wake)
    with caplog.at_level(logging.WARNING):
        for count in (1, 2, 3):
            bell.ring()
            wait_until(lambda count=count: len(asked) == count)  # type: ignore[misc]
        down = False
        bell.ring()
        wait_until(lambda: len(asked) == 4)
        down = True
        bell.ring()
        wait_until(lambda: len(asked) == 5)
    wait_until(lambda: caplog.text.count("The broker does not answer") == 2)


def test_rings_soon_after_an_answer_are_answered_together() -> None:
    asked: list[str] = []
    bell = Bell(lambda: asked.append(""), rest=1)
    bell.ring()
    wait_until(lambda: len(asked) == 1)
    for _ in range(50):
        bell.ring()
    wait_until(lambda: len(asked) == 2)
    assert not bell._rung.is_set()


def test_rings_while_one_is_being_answered_are_answered_together() -> None:
    asked: list[str] = []
    going_on, done = threading.Event(), threading.Event()

    def wake() -> None:
        asked.append("")
        going_on.set()
        done.wait(10)

    bell = Bell(wake)
    bell.ring()
    going_on.wait(10)
    for _ in range(50):
        bell.ring()
    done.set()
    wait_until(lambda: len(asked) == 2)
    time.sleep(0.05)
    assert len(asked) == 2


@pytest.mark.parametrize(
    "name", ["dispatch_events", "send_outbox", "warn_and_breach", "keep_contact_attempts", "close_silent_cases"]
)
@pytest.mark.django_db
@override_settings(EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend")
def test_each_task_runs_by_the_name_of_the_timetable_and_ignores_what_a_newer_sender_adds(name: str) -> None:
    task = getattr(tasks, name)
    assert task.name == f"notifications.tasks.{name}"
    task(added_later=1)
