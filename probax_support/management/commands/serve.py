"""`manage.py serve`: bring the installation up to date, then run web, worker and mailbox reader until told to stop."""

import os
import sys
import threading
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from contextlib import closing
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import redis
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from cases import demo
from cases.models import User
from probax_support import static_files
from probax_support.launch import UNFINISHED
from probax_support.processes import Supervisor, reader_command, web_command, worker_command


class Command(BaseCommand):
    """Start the portal on this machine. `bin/run` calls this."""

    help = "Bring the installation up to date, then run web, worker and mailbox reader until Ctrl-C."
    # The database is asked first; a check that needs it would speak less plainly.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="where it answers")

    def handle(self, *, port: int, **_options: Any) -> None:
        """Prepare, then serve."""
        reach_database()
        reach_redis()
        self.prepare()
        is_demo = settings.DEMO and has_demo()
        connection.close()
        environment = {**os.environ, "DEMO": str(is_demo)}
        if sys.stdout.isatty():
            # Whoever started this reads along; a line for each request would bury what matters.
            environment = {"LOG_FORMAT": "lines", "LOG_LEVEL": "WARNING"} | environment
        supervisor = Supervisor()
        supervisor.add("web", web_command(port), environment)
        supervisor.add("worker", worker_command(settings.REDIS_URL, data_dir=settings.DATA_DIR), environment)
        supervisor.add("mailbox", reader_command(), environment)
        threading.Thread(target=self.welcome, args=(port, is_demo), daemon=True).start()
        status = supervisor.run()
        if status not in (0, 130, 143):
            raise CommandError("A process of the portal ended by itself: see the lines above, then start again.")

    def prepare(self) -> None:
        """Make tables, policy, demo data and static files, each only where it is missing."""
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.say("Preparing the database ...")
            call_command("migrate", interactive=False, verbosity=0)
        call_command("load_policy", stdout=StringIO())
        call_command("chain_events", stdout=StringIO())
        chosen = settings.DATA_DIR / "installed-as"
        if not chosen.exists():
            self.fill(chosen)
        if static_files.collect_if_changed():
            self.say("Static files are collected.")

    def fill(self, chosen: Path) -> None:
        """Load the demo into an empty database, if this is to be a demo, and note what the installation is now."""
        if settings.DEMO and not User.objects.exists():
            self.say("Loading demo people and cases ...")
            chosen.write_text(UNFINISHED)
            call_command("load_demo", stdout=StringIO())
        chosen.write_text("demo" if has_demo() else "empty")

    def say(self, line: str) -> None:
        """Tell whoever watches the start what takes a moment."""
        self.stdout.write(line)
        self.stdout.flush()

    def welcome(self, port: int, is_demo: bool) -> None:
        """Say where the portal is, who may log in, and where mails can be read, once it answers."""
        address = f"http://127.0.0.1:{port}"
        while not answers(address):
            time.sleep(0.05)
        lines = ["", f"The portal answers at {address}/  (Ctrl-C stops it)"]
        if is_demo:
            lines += ["", f"Log in with the password {demo.PASSWORD} as"]
            width = max(len(login.email) for login in demo.LOGINS)
            lines += [f"  {login.email:<{width}}  {login.name}: {login.role}" for login in demo.LOGINS]
        lines += ["", f"Mails that were sent can be read, by staff, at {address}/desk/mail/", ""]
        self.say("\n".join(lines))


def has_demo() -> bool:
    """Tell whether the demo's people are in the database."""
    return User.objects.filter(email=demo.LOGINS[0].email).exists()


def reach_database() -> None:
    """See whether the database answers.

    Raises:
        CommandError: it does not; its own words, which hold no password, are part of the sentence.
    """
    try:
        connection.ensure_connection()
    except OperationalError as error:
        reason = " ".join(str(error).split())
        raise CommandError(
            f"The database cannot be used ({reason}): start it or correct DATABASE_URL, then start again."
        ) from None


def reach_redis() -> None:
    """See whether Redis answers, if the installation is to use it.

    Raises:
        CommandError: it does not.
    """
    if not settings.REDIS_URL:
        return
    place = urlsplit(settings.REDIS_URL)
    try:
        with closing(redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=3, socket_timeout=3)) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        raise CommandError(
            f"Redis at {place.hostname}:{place.port or 6379} does not answer ({type(error).__name__}): start it or "
            "correct REDIS_URL, then start again."
        ) from None


def answers(address: str) -> bool:
    """Tell whether the web process speaks HTTP there."""
    try:
        urllib.request.urlopen(address, timeout=5).close()  # noqa: S310 - our own address
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True
