"""The timetable, and what a broker that is down or slow may cost a request."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from django.conf import settings
from kombu.exceptions import OperationalError

from notifications.tasks import dispatch_events
from probax_support.celery import app
from tests.servers import Process, free_port, start_redis

# One connection that hangs is given up after a second; the rest is a busy machine.
PUBLISH_SECONDS = 2.5


def test_each_line_of_the_timetable_names_a_task() -> None:
    app.loader.import_default_modules()
    named = {line["task"] for line in app.conf.beat_schedule.values()}
    # Rung when somebody brings a mail; the mailbox's round does the same.
    rung = {"notifications.tasks.handle_mail"}
    # Each task of ours has its turn, and each turn a task.
    assert named | rung == {name for name in app.tasks if name.startswith("notifications.tasks.")}


def test_a_tick_that_nobody_took_is_thrown_away_before_the_next() -> None:
    for line in app.conf.beat_schedule.values():
        assert line["options"]["expires"] <= line["schedule"]


def test_a_killed_workers_task_comes_back_and_no_running_one_does() -> None:
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.visibility_timeout == 900
    assert app.conf.result_backend_transport_options["visibility_timeout"] == 900
    if settings.REDIS_URL:
        assert app.conf.broker_transport_options["visibility_timeout"] == 900
        assert app.conf.broker_transport_options["unacked_restore_interval"] == 5


@pytest.fixture
def own_redis() -> Iterator[tuple[str, Process]]:
    """A Redis that nobody else uses, for tests that make it ill."""
    url = f"redis://127.0.0.1:{free_port()}/0"
    server = start_redis(url)
    yield url, server
    if server.child.poll() is None:
        server.child.send_signal(signal.SIGCONT)
    server.stop()


def publisher(url: str) -> Celery:
    """Return an app like ours that publishes to this Redis."""
    own = Celery("publisher", broker=url, set_as_current=False)
    own.conf.update(
        broker_transport_options={**app.conf.broker_transport_options},
        task_publish_retry=app.conf.task_publish_retry,
        task_ignore_result=True,
    )
    return own


@pytest.mark.postgres
def test_a_redis_that_hangs_costs_about_a_second(own_redis: tuple[str, Process]) -> None:
    url, server = own_redis
    own = publisher(url)
    own.send_task(dispatch_events.name)
    os.kill(server.child.pid, signal.SIGSTOP)
    began = time.monotonic()
    with pytest.raises(OperationalError):
        own.send_task(dispatch_events.name)
    assert time.monotonic() - began < PUBLISH_SECONDS
    os.kill(server.child.pid, signal.SIGCONT)
    own.send_task(dispatch_events.name)
    own.close()


@pytest.mark.postgres
def test_a_redis_that_is_gone_costs_nothing(own_redis: tuple[str, Process]) -> None:
    url, server = own_redis
    own = publisher(url)
    own.send_task(dispatch_events.name)
    server.child.kill()
    server.child.wait()
    began = time.monotonic()
    with pytest.raises(OperationalError):
        own.send_task(dispatch_events.name)
    assert time.monotonic() - began < PUBLISH_SECONDS
    own.close()


@pytest.fixture
def file_broker(tmp_path: Path) -> Iterator[Celery]:
    """An app on a file broker of its own."""
    for folder in ("queue", "control"):
        (tmp_path / folder).mkdir()
    own = Celery("files", broker="files://localhost", set_as_current=False)
    own.conf.broker_transport_options = {
        "data_folder_in": str(tmp_path / "queue"),
        "data_folder_out": str(tmp_path / "queue"),
        "control_folder": str(tmp_path / "control"),
    }
    yield own
    own.close()


def test_a_message_file_is_never_seen_unfinished(file_broker: Celery, tmp_path: Path) -> None:
    file_broker.send_task("somewhere.something")
    (message,) = (tmp_path / "queue").iterdir()
    assert message.name.endswith(".celery.msg")
    with file_broker.connection_for_read() as connection:
        channel: Any = connection.default_channel
        taken = channel.basic_get("celery", no_ack=True)
        assert taken is not None
        assert taken.headers["task"] == "somewhere.something"


def test_a_broken_message_file_does_not_end_the_worker(file_broker: Celery, tmp_path: Path) -> None:
    (tmp_path / "queue" / f"{0:020d}_broken.celery.msg").touch()
    file_broker.send_task("somewhere.something")
    with file_broker.connection_for_read() as connection:
        channel: Any = connection.default_channel
        assert channel.basic_get("celery", no_ack=True) is None
        assert channel.basic_get("celery", no_ack=True) is not None
