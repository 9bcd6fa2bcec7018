"""An installation to be hurt: PostgreSQL and Redis of its own, a mail server, gunicorn, two workers, two timetables."""

import json
import os
import random
import re
import signal
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Any

import psycopg2
import redis

from probax_support import processes
from tests.backends import ServerBackend
from tests.faults.copies import copy_rows
from tests.faults.ledger import Ledger, Verdict
from tests.pgbouncer import PgBouncer
from tests.portal import Portal, carries_tasks_out, children_of, prepared, timetables_of
from tests.servers import Process
from tests.smtp_sink import SmtpSink

PEOPLE = """
from datetime import timedelta
from django.utils import timezone
from cases import actions, demo
from cases.models import Scope, User
now = timezone.now()
demo.load_people(now)
priya = User.objects.get(email="priya@northwind.example")
scopes, day = list(Scope.values), timedelta(days=1)
_kept, text = actions.make_token(name="drill", scopes=scopes, lives_for=day, actor=priya, now=now)
print("token", text)
"""
SEND_AGAIN = """
from django.utils import timezone
from notifications import outbox
from notifications.models import OutgoingMail
for mail in OutgoingMail.objects.filter(state="gave_up"):
    outbox.send_again(mail.pk, now=timezone.now())
"""
HOUR = timedelta(hours=1)
# A sender's patience with the mail server, in seconds. Its lease is six times that.
PATIENCE = 1
WORKERS = ("first", "second")
# What a copy of a sent mail has of its own, so that it is one more mail that waits.
WAITING = {
    "key": "m.key || ':' || n",
    "message_id": "replace(m.message_id, '@', '-' || n || '@')",
    "state": "'queued'",
    "sent_at": "NULL",
    "sent_from": "''",
    "due_at": "now()",
    "made_at": "now()",
    "attempt": "0",
    "tries": "0",
    "ambiguous": "false",
}


class Worker:
    """A Celery worker with its timetable inside, and its processes by what they do."""

    def __init__(self, portal: Portal, name: str) -> None:
        self.portal = portal
        self.name = f"worker-{name}"
        # Two timetables keep two files.
        self.folder = portal.data_dir / name
        self.folder.mkdir(exist_ok=True)
        self.start()

    def start(self) -> None:
        redis_url = self.portal.environment["REDIS_URL"]
        self.process = self.portal.start(self.name, processes.worker_command(redis_url, data_dir=self.folder))

    def kill(self) -> None:
        """Kill all of it, as the kernel would."""
        self.process.kill()

    def senders(self) -> list[int]:
        """Return the processes that carry tasks out."""
        return [pid for pid in children_of(self.process.pid) if carries_tasks_out(pid)]

    def kill_timetable(self) -> None:
        """Kill the timetable inside, and wait until there is another."""
        wait_until(lambda: bool(timetables_of(self.process.pid)), what="a timetable")
        killed = timetables_of(self.process.pid)
        for pid in killed:
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: bool(set(timetables_of(self.process.pid)) - set(killed)), what="another timetable")


class Manager(threading.Thread):
    """Starts a worker again that ended, killed or by itself, as Docker does in production."""

    def __init__(self, workers: list[Worker]) -> None:
        super().__init__(daemon=True)
        self.workers = workers
        self.ending = threading.Event()

    def run(self) -> None:
        while not self.ending.wait(0.1):
            for worker in self.workers:
                if worker.process.poll() is not None:
                    worker.start()

    def end(self) -> None:
        """Let every worker die."""
        self.ending.set()
        self.join()
        for worker in self.workers:
            worker.kill()
            worker.process.wait(timeout=30)


class Site:
    """The installation, its ledger, and every way to hurt it."""

    def __init__(self, portal: Portal, servers: ServerBackend, smtp: SmtpSink, token: str) -> None:
        self.portal = portal
        self.smtp = smtp
        self.pool: PgBouncer | None = None
        self.token = token
        self.ledger = Ledger()
        self.redis, self.postgres = servers.running
        self.workers = [Worker(portal, name) for name in WORKERS]
        self.manager = Manager(self.workers)
        self.manager.start()
        # The database itself, also when the portal goes by way of a pool.
        self.database_url = portal.environment["DATABASE_URL"]
        self._number = 0
        self._numbers = threading.Lock()

    # --- What partners do ---------------------------------------------------------------------------------------------

    def submit(self, dice: random.Random) -> None:
        """Log a case through the API, again and again under one key until it is acknowledged."""
        with self._numbers:
            self._number += 1
            key = f"Drill {self._number}"
        said = {
            "partner": "NWIT",
            "title": key,
            "explanation": f"It stops, {dice.random()}.",
            "effect": "One customer.",
        }
        self.ledger.intend(key, said["explanation"])
        body = json.dumps(said | {"severity": dice.choice([2, 3, 4])}).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", "Idempotency-Key": key}
        request = urllib.request.Request(f"{self.portal.url}/api/v1/cases/", body, headers)

        def acknowledged() -> bool:
            try:
                with urllib.request.urlopen(request, timeout=30) as response:
                    self.ledger.acknowledge(key, json.load(response)["reference"])
            except (OSError, urllib.error.HTTPError):
                return False
            return True

        wait_until(acknowledged, what=f"{key} acknowledged", seconds=120)

    def submit_many(self, count: int, dice: random.Random) -> None:
        """Log so many cases, two partners at a time."""
        halves = (count // 2, count - count // 2)
        threads = [threading.Thread(target=self._submit_some, args=(half, dice.random())) for half in halves]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _submit_some(self, count: int, seed: float) -> None:
        own = dice_of(seed)
        for _ in range(count):
            self.submit(own)

    # --- Looking ------------------------------------------------------------------------------------------------------

    def parts(self) -> dict[str, bool]:
        """Return what /readyz says of each part."""
        try:
            with urllib.request.urlopen(f"{self.portal.url}/readyz", timeout=30) as response:
                said = json.load(response)
        except urllib.error.HTTPError as error:
            said = json.load(error)
        return {name: part["ok"] for name, part in said["parts"].items()}

    def says(self, part: str, *, ok: bool) -> None:
        """Wait until /readyz says this of a part."""
        wait_until(lambda: self.parts().get(part) == ok, what=f"{part} {'well' if ok else 'in trouble'} at /readyz")

    def ask(self, question: str, *values: Any) -> Any:
        """Ask the database one thing, or change it."""
        with closing(psycopg2.connect(self.database_url)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(question, values)
                row = cursor.fetchone() if cursor.description else None
        return None if row is None else row[0]

    def mails(self, condition: str = "true") -> int:
        """Count mails of the outbox."""
        return int(self.ask(f"SELECT count(*) FROM notifications_outgoingmail WHERE {condition}"))  # noqa: S608 - written here

    def settle(self, *, seconds: float = 60.0, moving_the_clock: bool = False) -> None:
        """Wait until everything that happened is told and every mail has left, or move the clock on until it has."""

        def all_done() -> bool:
            # In this order: what nobody was told of yet becomes a mail.
            untold = self.ask("SELECT count(*) FROM cases_dispatch")
            waiting = self.mails("state IN ('queued', 'in_flight')")
            if waiting and moving_the_clock:
                self.pass_time(HOUR)
            return not waiting and not untold

        wait_until(all_done, what="everything told and sent", seconds=seconds)

    def judge(self) -> Verdict:
        """Put the ledger side by side with the database and the mail server."""
        return self.ledger.judge(self.database_url, list(self.smtp.received))

    @property
    def last_words(self) -> str:
        """The ends of what the processes printed."""
        return "\n".join(self.portal.log(name) for name in ("web", *(worker.name for worker in self.workers)))

    @property
    def missed(self) -> list[str]:
        """What PostgreSQL was asked for and did not have: a plan or a list of another line, or a table in no schema."""
        said = self.postgres.log.read_text(errors="replace").splitlines()
        return [line for line in said if re.search("ERROR: .*(does not exist|already exists)", line)]

    # --- Hurting ------------------------------------------------------------------------------------------------------

    def fill_outbox(self, count: int) -> None:
        """Have so many mails wait: copies of mails that were sent, each a mail of its own."""
        with closing(psycopg2.connect(self.database_url)) as connection, connection.cursor() as cursor:
            copy_rows(cursor, "notifications_outgoingmail", count, WAITING, like="state = 'sent'")
            connection.commit()

    def pass_time(self, time_passed: timedelta) -> None:
        """Move the clock: whatever waits for its time has waited so much longer."""
        self.ask("UPDATE notifications_outgoingmail SET due_at = due_at - %s WHERE state = 'queued'", time_passed)
        aged = "UPDATE notifications_heartbeat SET at = at - %s, trouble_since = trouble_since - %s WHERE trouble <> ''"
        self.ask(aged, time_passed, time_passed)

    def kill_a_sender(self, dice: random.Random) -> bool:
        """Kill one process that carries tasks out, as the kernel does when memory is short."""
        senders = [pid for worker in self.workers for pid in worker.senders()]
        if not senders:
            return False
        try:
            os.kill(dice.choice(senders), signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True

    def take_pool(self, *, lines: int) -> PgBouncer:
        """Have all processes go to PostgreSQL by way of a pool from here on, which lends so few lines."""
        assert self.portal.web is not None
        self.pool = PgBouncer(self.database_url, lines=lines)
        self.portal.environment["DATABASE_URL"] = self.pool.url()
        for worker in self.workers:
            worker.kill()
        self.portal.web.kill()
        self.portal.web.wait(timeout=30)
        self.portal.start_web()
        return self.pool

    def flush_broker(self) -> None:
        """Have Redis forget everything."""
        with closing(redis.Redis.from_url(self.portal.environment["REDIS_URL"])) as client:
            client.flushall()

    def send_again(self) -> None:
        """Press the button beside each mail that was given up."""
        self.portal.manage("shell", "-v", "0", "-c", SEND_AGAIN)

    @contextmanager
    def without(self, server: Process, *, by: signal.Signals) -> Iterator[None]:
        """Have a server ended by a signal for as long as the block lasts, and start it again."""
        server.fail(by)
        try:
            yield
        finally:
            server.start_again()


@contextmanager
def site() -> Iterator[Site]:
    """Run an installation on servers of its own."""
    servers, smtp = ServerBackend(of_its_own=True), SmtpSink()
    servers.start()
    smtp.start()
    environment = prepared(servers)
    with servers.maintenance() as cursor:
        # What was committed must outlive a server that is stopped at once, which is soon back.
        for command in ("ALTER SYSTEM SET synchronous_commit = on", "SELECT pg_reload_conf()", "CHECKPOINT"):
            cursor.execute(command)
    settings = {"EMAIL_URL": smtp.url, "EMAIL_TIMEOUT": str(PATIENCE), "DEMO": "True", "API_RATE": "100000/min"}
    portal = Portal({**environment, **settings})
    found: Site | None = None
    try:
        portal.start_web()
        printed = portal.manage("shell", "-v", "0", "-c", PEOPLE)
        found = Site(portal, servers, smtp, printed.rpartition("token ")[2].strip())
        yield found
    finally:
        if found is not None:
            found.manager.end()
        if portal.web is not None:
            portal.web.kill()
        portal.stop()
        if found is not None and found.pool is not None:
            found.pool.process.stop()
        smtp.stop()
        servers.stop()


def dice_of(seed: float) -> random.Random:
    """Return dice that fall the same way each time."""
    return random.Random(seed)  # noqa: S311 - to be the same again


def wait_until(holds: Callable[[], bool], *, what: str, seconds: float = 60.0) -> None:
    """Wait for something to become true."""
    ends_at = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends_at, f"In vain waited {seconds:.0f} s for: {what}."
        time.sleep(0.1)
