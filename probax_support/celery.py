"""The Celery app and its timetable.

Celery only wakes work up. What is due stands in the database, each task finds it there, and a tick that is lost or runs
twice changes nothing.
"""

import contextlib
import logging
import os
import signal
import threading
import warnings
from datetime import timedelta
from typing import Any

import structlog
from billiard.util import set_pdeathsig  # type: ignore[attr-defined]  # the stubs lack it
from celery import Celery
from celery.beat import EmbeddedService
from celery.exceptions import SecurityWarning
from celery.signals import (
    beat_embedded_init,
    beat_init,
    task_prerun,
    worker_init,
    worker_process_init,
    worker_ready,
    worker_shutting_down,
)
from django.conf import settings

import probax_support.file_broker  # noqa: F401 - makes the address files:// known

# It warns root about messages that hold code; ours hold JSON, and nothing else is taken.
warnings.filterwarnings("ignore", category=SecurityWarning)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "probax_support.settings")
logger = logging.getLogger(__name__)

app = Celery("probax_support")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def tick(task: str, *, every: float) -> dict[str, Any]:
    """Return a line of the timetable: `notifications.tasks.<task>`, every so many seconds.

    A tick that nobody took before the next one is thrown away: a worker that comes back does not find a heap of them.
    """
    return {"task": f"notifications.tasks.{task}", "schedule": every, "options": {"expires": every}}


app.conf.beat_schedule = {
    # What happened becomes mails, and the mails leave: people wait for these.
    "dispatch events": tick("dispatch_events", every=2.0),
    "send the outbox": tick("send_outbox", every=2.0),
    # Chats, pagers and systems, apart: one that hangs holds up no mail.
    "send alerts": tick("send_alerts", every=5.0),
    "send webhooks": tick("send_webhooks", every=5.0),
    # 75 % of a target used, and the moment it is missed.
    "warn and breach": tick("warn_and_breach", every=5.0),
    # People on call are woken every ten minutes, to the half minute.
    "alert on call": tick("alert_on_call", every=30.0),
    # Reminders to a silent partner, and the closing after them.
    "keep contact attempts": tick("keep_contact_attempts", every=30.0),
    # A contact's own milestones: the morning of the day, and once they are overdue.
    "remind of milestones": tick("remind_of_milestones", every=60.0),
    # Once, a week after a closing that nobody judged.
    "remind of surveys": tick("remind_of_surveys", every=300.0),
    "close silent cases": tick("close_silent_cases", every=30.0),
    # At eight in each reader's zone, or when they like.
    "send digests": tick("send_digests", every=60.0),
    # Mails that nobody could be brought to take.
    "tell of given up": tick("tell_of_given_up", every=300.0),
    # Large files that nobody went on with for a week.
    "forget uploads": tick("forget_uploads", every=3600.0),
    "forget receipts": tick("forget_receipts", every=3600.0),
    # Trials that end in three days, or have ended.
    "tell of trials": tick("tell_of_trials", every=60.0),
    # The coming weeks of rotations.
    "extend rosters": tick("extend_rosters", every=600.0),
    # The numbers of the manager's page, where many cases are open.
    "count for managers": tick("count_for_managers", every=60.0),
    # Reports over a period, each every ten minutes, where it is about many cases.
    "count reports": tick("count_reports", every=60.0),
    # The record of every case, once a night, some of it at each tick.
    "check the record": tick("check_the_record", every=60.0),
    # Mail that came in: kept, then handled.
    "read the mailbox": tick("read_mailbox", every=20.0),
}


@app.on_after_configure.connect
def make_broker_folders(**_: Any) -> None:
    """Make the folders of the file broker, which are not made by the broker itself."""
    if not settings.REDIS_URL:
        for folder in ("queue", "control"):
            (settings.DATA_DIR / "broker" / folder).mkdir(parents=True, exist_ok=True)


@task_prerun.connect
def note_the_task(task: Any = None, **_: Any) -> None:
    """Have each line that is logged on the way say which task it was."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(task=getattr(task, "name", "").rpartition(".")[2])


# The process of the worker itself, once it has begun: what its children compare their parent with.
_worker_pid: list[int] = []


@worker_init.connect
def remember_the_worker(**_: Any) -> None:
    """Note which process the worker is, before it makes children."""
    _worker_pid[:] = [os.getpid()]


@beat_embedded_init.connect
@worker_process_init.connect
def end_with_the_worker(**_: Any) -> None:
    """End this child when its worker is killed: a timetable or a pool process without a worker would run for ever."""
    with contextlib.suppress(OSError):  # not Linux: there a killed worker leaves them to the process manager
        set_pdeathsig(signal.SIGTERM)
        # The worker may have been killed before this child could ask to be told.
        if _worker_pid and os.getppid() != _worker_pid[0]:
            os.kill(os.getpid(), signal.SIGTERM)


@beat_init.connect
def go_round_at_once(sender: Any = None, **_: Any) -> None:
    """Have all be due when a timetable begins: what is done each hour would else come an hour after each start."""
    for entry in sender.scheduler.schedule.values():
        entry.last_run_at = entry.default_now() - timedelta(days=1)


# Set once the worker is on its way out, and its timetable ends because it should.
_ending = threading.Event()


@worker_ready.connect
def keep_the_timetable(sender: Any = None, **_: Any) -> None:
    """Start the timetable inside a worker again when it dies; Celery itself would go on without one, deaf."""
    worker = sender.controller
    # A worker says that it is ready again whenever the broker came back.
    watched = any(thread.name == "timetable" for thread in threading.enumerate())
    if getattr(worker, "beat", None) is not None and not watched:
        threading.Thread(target=_start_again_for_ever, args=(worker,), name="timetable", daemon=True).start()


@worker_shutting_down.connect
def let_the_timetable_end(**_: Any) -> None:
    """Note that what ends now is meant to."""
    _ending.set()


def _start_again_for_ever(worker: Any) -> None:
    while True:
        worker.beat.join()
        # One that dies at once is tried again without haste.
        if _ending.wait(1.0):
            return
        logger.error("The timetable died; it is started again.")
        worker.beat = EmbeddedService(
            worker.app, schedule_filename=worker.schedule_filename, scheduler_cls=worker.scheduler
        )
        worker.beat.start()
