"""A PostgreSQL that keeps what it holds: safe as in production, counting its statements, kept in a folder."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg2

from tests.servers import as_user, end_with_parent, free_port, postgres_programs, unprivileged_user

# What an operator would set on such a machine; pages beyond the cache are read from the system's own.
CONFIGURATION = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
shared_buffers = 1GB
effective_cache_size = 8GB
work_mem = 16MB
maintenance_work_mem = 512MB
max_wal_size = 8GB
max_connections = 100
random_page_cost = 1.1
jit = off
autovacuum = off
shared_preload_libraries = 'pg_stat_statements'
"""


class Cluster:
    """A running cluster; `url(name)` leads to one of its databases."""

    def __init__(self, folder: Path) -> None:
        user = unprivileged_user()
        programs = postgres_programs(Path(tempfile.mkdtemp()), user)
        self.data = folder / "cluster"
        self.process: subprocess.Popen[bytes] | None = None
        running = self._running()
        self.port = running or free_port()
        if running:
            return
        if not (self.data / "PG_VERSION").exists():
            self._make(programs, user)
        command = [str(programs / "postgres"), "-D", str(self.data), "-p", str(self.port)]
        with (folder / "postgres.log").open("ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd=folder,
                stdout=log,
                stderr=log,
                preexec_fn=end_with_parent,  # noqa: PLW1509 - nothing here runs threads yet
                **as_user(user),
            )
        self._wait()

    def _running(self) -> int | None:
        """Return where it answers already, if another run started it."""
        with suppress(OSError, IndexError, psycopg2.OperationalError):
            self.port = int((self.data / "postmaster.pid").read_text().splitlines()[3])
            with self.cursor("postgres"):
                return self.port
        return None

    @property
    def master(self) -> int:
        """The process above all others of the cluster."""
        return int((self.data / "postmaster.pid").read_text().splitlines()[0])

    def busy_elsewhere(self, name: str) -> set[int]:
        """Return the processes that work for other databases."""
        with self.cursor(name) as cursor:
            cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname <> %s", [name])
            return {pid for (pid,) in cursor.fetchall()}

    def _make(self, programs: Path, user: str | None) -> None:
        self.data.mkdir(parents=True)
        if user is not None:
            os.chown(self.data, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
        command = [programs / "initdb", "-D", self.data, "-U", "postgres", "-E", "UTF8", "--no-locale", "--auth=trust"]
        subprocess.run(command, cwd="/", check=True, capture_output=True, **as_user(user))
        with (self.data / "postgresql.conf").open("a") as configuration:
            configuration.write(CONFIGURATION)

    def _wait(self) -> None:
        for _ in range(600):
            with suppress(psycopg2.OperationalError), self.cursor("postgres"):
                return
            if self.process is not None and self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise RuntimeError("PostgreSQL did not start; its log is in the folder.")

    def url(self, name: str) -> str:
        """Return the address of a database."""
        return f"postgres://postgres@127.0.0.1:{self.port}/{name}"

    @contextmanager
    def cursor(self, name: str) -> Iterator[Any]:
        """Open a cursor outside any transaction."""
        with closing(psycopg2.connect(self.url(name))) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                yield cursor

    def has(self, name: str) -> bool:
        """Tell whether a database is there."""
        with self.cursor("postgres") as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            return cursor.fetchone() is not None

    def make(self, name: str) -> None:
        """Make a database anew, empty."""
        with self.cursor("postgres") as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            cursor.execute(f'CREATE DATABASE "{name}"')
        with self.cursor(name) as cursor:
            cursor.execute("CREATE EXTENSION pg_stat_statements")

    def rename(self, name: str, to: str) -> None:
        """Give a database its name when all of it is there."""
        with self.cursor("postgres") as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{to}" WITH (FORCE)')
            cursor.execute(f'ALTER DATABASE "{name}" RENAME TO "{to}"')

    def statements(self, name: str) -> tuple[int, float]:
        """Return how many statements a database was asked, those around transactions left out, and their seconds."""
        with self.cursor(name) as cursor:
            cursor.execute(
                "SELECT coalesce(sum(calls), 0), coalesce(sum(total_exec_time), 0) / 1000 FROM pg_stat_statements "
                "JOIN pg_database ON pg_database.oid = dbid WHERE datname = %s AND query !~* "
                "'^(begin|commit|rollback|savepoint|release|set|select 1$|.*pg_stat_statements)'",
                [name],
            )
            calls, seconds = cursor.fetchone()
        return int(calls), float(seconds)

    def stop(self) -> None:
        """Stop it, if this run started it; what it holds stays."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=120)
