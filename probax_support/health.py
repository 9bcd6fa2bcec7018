"""Whether this installation can serve, and whether everything behind its pages still runs: part by part, with reasons.

A reason names no host, no person and no case: anybody may read it.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

import redis
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Max

from cases import clamd
from notifications import health as work
from notifications import heartbeat, mailserver
from notifications.models import Heartbeat
from probax_support.celery import app

# Longer than any of the questions below takes on a database that is well.
STATEMENT_SECONDS = 3
BROKER_SECONDS = 1.0
# Something is always due for a moment; staff pages speak up after two minutes.
OVERDUE = timedelta(minutes=5)
# A sweep is late when it missed its turn and this on top of it.
LATE = timedelta(minutes=2)
CLOCK_MAY_DIFFER = timedelta(seconds=5)
# Below the first nothing can be stored any more, below the second somebody should look.
DISK_NEEDED = 100 * 1024**2
DISK_WANTED = 1024**3
QUEUE = "celery"


@dataclass(frozen=True, slots=True)
class Part:
    """One thing the installation stands on. Without a `needed` one no page can be served."""

    name: str
    holds: bool
    reason: str
    needed: bool = False


class BrokerGone(Exception):
    """The broker does not answer."""


def readiness(now: datetime) -> list[Part]:
    """Return every part. Each question is one step in an index, and none waits longer than a few seconds."""
    return [*_database(now), broker(), disk(), *scanner()]


def _database(now: datetime) -> list[Part]:
    try:
        with reading_briefly():
            missing = missing_migrations()
            found = [Part("database", True, "answers", needed=True)]
            if missing:
                words = f"{len(missing)} not applied, the first is {missing[0]}: run manage.py migrate"
                return [*found, Part("migrations", False, words, needed=True)]
            found.append(Part("migrations", True, "all applied", needed=True))
            return [
                *found,
                clock(now),
                overdue(now),
                mail_server(now),
                record(),
                *(part for part, _beat in sweeps(now)),
            ]
    except DatabaseError as error:
        return [Part("database", False, f"does not answer in time ({type(error).__name__})", needed=True)]


@contextmanager
def reading_briefly() -> Iterator[None]:
    """Have PostgreSQL give up a question that takes too long, so that whoever asks is not held up by it."""
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = %s", [f"{STATEMENT_SECONDS}s"])
        yield


@lru_cache(maxsize=1)
def _known_migrations() -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Return the migrations of this version, in the order of the graph, each with those that it stands for.

    They are read once: code does not change.
    """
    return {key: migration.replaces for key, migration in MigrationLoader(None).graph.nodes.items()}


def missing_migrations() -> list[str]:
    """Return which migrations of this version the database does not have. Who has all that one replaces, has it."""
    applied = MigrationRecorder(connection).applied_migrations().keys()
    return [
        f"{key[0]}.{key[1]}"
        for key, replaces in _known_migrations().items()
        if key not in applied and not (replaces and applied >= set(replaces))
    ]


def clock(now: datetime) -> Part:
    """Promises are reckoned by this machine's clock: it must agree with the database's."""
    apart = clock_difference(now)
    if abs(apart) <= CLOCK_MAY_DIFFER:
        return Part("clock", True, "agrees with the database's")
    words = f"is {abs(apart).total_seconds():.0f} s {'ahead of' if apart > timedelta(0) else 'behind'} the database's"
    return Part("clock", False, words)


def clock_difference(now: datetime) -> timedelta:
    """Return by how much `now` is ahead of the database's clock; nothing where both are one."""
    if connection.vendor != "postgresql":
        return timedelta(0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (there,) = cursor.fetchone()
    apart: timedelta = now - there
    return apart


def overdue(now: datetime) -> Part:
    """Whatever is due is done within moments, if somebody does it."""
    age = work.oldest_due(now)
    if age <= OVERDUE:
        return Part("work", True, "nothing is overdue")
    return Part("work", False, f"something has been due for {age // timedelta(minutes=1)} minutes")


def mail_server(now: datetime) -> Part:
    """Mails wait for it. What it said stands on the page of mails: it may name hosts and people."""
    last = heartbeat.last(heartbeat.MAIL_SERVER)
    if last is None or last.trouble_since is None:
        return Part("mail server", True, "nothing stands in the way")
    minutes = (now - last.trouble_since) // timedelta(minutes=1)
    return Part("mail server", False, f"was last reached more than {minutes} minutes ago")


def record() -> Part:
    """Events are compared with what was written each night; which of them differ is for administrators to read."""
    found = work.record_differences()
    if not found:
        return Part("record", True, "is what was written, as far as the nightly check saw")
    return Part("record", False, f"is not what was written in {found} places: see the page of the record")


def sweeps(now: datetime) -> list[tuple[Part, Heartbeat | None]]:
    """Return each line of the timetable, and when it last ran."""
    beats = Heartbeat.objects.in_bulk()
    began = MigrationRecorder(connection).migration_qs.aggregate(last=Max("applied"))["last"] or now
    return [(_sweep(name, every, beats.get(name), began, now), beats.get(name)) for name, every in timetable().items()]


def timetable() -> dict[str, timedelta]:
    """Return how often each sweep runs, by the name of its heartbeat: that of its task."""
    lines = app.conf.beat_schedule.values()
    found = {line["task"].rpartition(".")[2].replace("_", " "): timedelta(seconds=line["schedule"]) for line in lines}
    if mailserver.mailbox() is None:
        # Nobody goes round where no mailbox is set.
        found.pop(heartbeat.MAILBOX, None)
    return found


def _sweep(name: str, every: timedelta, beat: Heartbeat | None, began: datetime, now: datetime) -> Part:
    """Return how a sweep fares. One that never ran counts from when this version was put in its place."""
    part = f"sweep: {name}"
    if beat is None and now - began <= 2 * every + LATE:
        return Part(part, True, "its first turn is still to come")
    if beat is None:
        return Part(part, False, "never ran: is there a worker, and a timetable?")
    age = now - beat.at
    if age > 2 * every + LATE:
        return Part(part, False, f"last ran {age // timedelta(minutes=1)} minutes ago")
    if age < -LATE:
        return Part(part, False, "ran in the future: a clock is wrong")
    return Part(part, True, f"ran {max(0, age // timedelta(seconds=1))} s ago")


def broker() -> Part:
    """Pages are served without it; mail and promises wait."""
    try:
        queue_length()
    except BrokerGone as gone:
        return Part("broker", False, f"does not answer ({gone})")
    return Part("broker", True, "answers")


def queue_length() -> int:
    """Return how many wake-ups nobody has taken yet.

    Raises:
        BrokerGone: nobody can tell.
    """
    try:
        if settings.REDIS_URL:
            return int(_redis(settings.REDIS_URL).llen(QUEUE))
        return sum(entry.name.endswith(".msg") for entry in os.scandir(settings.DATA_DIR / "broker" / "queue"))
    except (redis.RedisError, OSError) as error:
        raise BrokerGone(type(error).__name__) from error


@lru_cache(maxsize=1)
def _redis(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_connect_timeout=BROKER_SECONDS, socket_timeout=BROKER_SECONDS)


def scanner() -> list[Part]:
    """Pages are served without it; files are refused. Nothing where none is set."""
    if not clamd.is_set():
        return []
    holds = clamd.answers()
    return [Part("virus scanner", holds, "answers" if holds else "does not answer: files are refused")]


def disk() -> Part:
    """Files, and with SQLite everything, are stored in the data folder."""
    folder = Path(settings.DATA_DIR)
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return Part("disk", False, f"the data folder cannot be read ({error.strerror})", needed=True)
    if not os.access(folder, os.W_OK):
        return Part("disk", False, "the data folder cannot be written", needed=True)
    if free < DISK_WANTED:
        return Part("disk", False, f"{free // 1024**2} MB are left", needed=free < DISK_NEEDED)
    return Part("disk", True, f"{free // 1024**3} GB are left", needed=True)
