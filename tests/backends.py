"""What a test session runs on: real PostgreSQL and Redis, or SQLite and the file broker, as an installation would."""

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import psycopg2
import redis

from tests.servers import Process, free_port, start_postgres, start_redis, with_path


class Backend(Protocol):
    """What a test session runs on."""

    name: str
    data_dir: Path

    @property
    def environment(self) -> dict[str, str]:
        """The settings that point the product here."""

    def start(self) -> None:
        """Start what is not running yet."""

    def stop(self) -> None:
        """Stop what `start` started and delete what it wrote."""

    def fresh(self, name: str, template: dict[str, str] | None = None) -> dict[str, str]:
        """Return settings for an installation of its own, empty or a copy of the one with the settings `template`."""

    def session_database(self) -> str:
        """Return the name of the database that the tests of this process share."""

    def installed_database(self, name: str) -> str:
        """Return the name of the database of the installation that `fresh(name)` made."""

    def copy_out(self, name: str, target: Path) -> bool:
        """Write the database `name` to a file. False where that cannot be done here."""

    def copy_in(self, name: str, source: Path) -> bool:
        """Make the database `name` from such a file. False where that cannot be done here."""


class EmbeddedBackend:
    """SQLite and the file broker: what `bin/run` uses when it is told nothing."""

    name = "sqlite"

    def __init__(self) -> None:
        self.data_dir = Path(tempfile.mkdtemp(prefix="portal-tests-"))

    @property
    def environment(self) -> dict[str, str]:
        return {"DATA_DIR": str(self.data_dir), "DATABASE_URL": f"sqlite:///{self.data_dir / 'portal.sqlite3'}"}

    def start(self) -> None:
        """There is no server to start."""

    def stop(self) -> None:
        shutil.rmtree(self.data_dir, ignore_errors=True)

    def fresh(self, name: str, template: dict[str, str] | None = None) -> dict[str, str]:
        folder = self.data_dir / name
        if template is None:
            folder.mkdir()
        else:
            shutil.copytree(template["DATA_DIR"], folder)
        return {"DATA_DIR": str(folder), "DATABASE_URL": f"sqlite:///{folder / 'portal.sqlite3'}"}

    def session_database(self) -> str:
        return "tests.sqlite3"

    def installed_database(self, name: str) -> str:
        return f"{name}/portal.sqlite3"

    def copy_out(self, name: str, target: Path) -> bool:
        with closing(sqlite3.connect(self.data_dir / name)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
        return True

    def copy_in(self, name: str, source: Path) -> bool:
        shutil.copyfile(source, self.data_dir / name)
        return True


class ServerBackend:
    """PostgreSQL and Redis, as in production."""

    name = "postgres"

    def __init__(self, *, of_its_own: bool = False) -> None:
        """Take the servers that the environment gives; with `of_its_own` start some in any case."""
        self.data_dir = Path(tempfile.mkdtemp(prefix="portal-tests-"))
        self.given_database = "" if of_its_own else os.environ.get("TEST_DATABASE_URL", "")
        self.given_redis = "" if of_its_own else os.environ.get("TEST_REDIS_URL", "")
        self.database_url = self.given_database or f"postgres://postgres@127.0.0.1:{free_port()}/portal"
        self.redis_url = self.given_redis or f"redis://127.0.0.1:{free_port()}/0"
        self.running: list[Process] = []
        self.redis_numbers: Iterator[int] = iter(range(1, 16))

    @property
    def environment(self) -> dict[str, str]:
        return {"DATA_DIR": str(self.data_dir), "DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url}

    def start(self) -> None:
        if self.running:
            return
        if not self.given_redis:
            self.running.append(start_redis(self.redis_url))
        if not self.given_database:
            self.running.append(start_postgres(self.database_url))

    def stop(self) -> None:
        for process in self.running:
            process.stop()
        self.running.clear()
        shutil.rmtree(self.data_dir, ignore_errors=True)

    def fresh(self, name: str, template: dict[str, str] | None = None) -> dict[str, str]:
        folder = self.data_dir / name
        if template is None:
            folder.mkdir()
        else:
            shutil.copytree(template["DATA_DIR"], folder)
        database = name.replace("-", "_")
        source = f' TEMPLATE "{urlsplit(template["DATABASE_URL"]).path[1:]}"' if template else ""
        with self.maintenance() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{database}"')
            cursor.execute(f'CREATE DATABASE "{database}"{source}')
        redis_url = with_path(self.redis_url, str(self.next_redis_number()))
        with closing(redis.Redis.from_url(redis_url)) as client:
            client.flushdb()
        return {
            "DATA_DIR": str(folder),
            "DATABASE_URL": with_path(self.database_url, database),
            "REDIS_URL": redis_url,
        }

    def session_database(self) -> str:
        return f"test_{urlsplit(self.database_url).path[1:]}"

    def installed_database(self, name: str) -> str:
        return name.replace("-", "_")

    def copy_out(self, name: str, target: Path) -> bool:
        program = shutil.which("pg_dump")
        if program is None or self.given_database:
            return False
        url = with_path(self.database_url, name)
        command = [program, "--inserts", "--rows-per-insert=100", "--no-owner", "--file", str(target), url]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    def copy_in(self, name: str, source: Path) -> bool:
        if self.given_database:
            return False
        with self.maintenance() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
            cursor.execute(f'CREATE DATABASE "{name}"')
        # Lines that begin so are for psql.
        script = "\n".join(line for line in source.read_text().splitlines() if not line.startswith("\\"))
        with closing(psycopg2.connect(with_path(self.database_url, name))) as connection, connection.cursor() as cursor:
            cursor.execute(script)
            connection.commit()
        return True

    def next_redis_number(self) -> int:
        """Return the next database number of Redis; the one in use longest is used again after fifteen."""
        number = next(self.redis_numbers, None)
        if number is None:
            self.redis_numbers = iter(range(1, 16))
            number = next(self.redis_numbers)
        return number

    @contextmanager
    def maintenance(self) -> Iterator["psycopg2.extensions.cursor"]:
        """Open a cursor outside any transaction, on the database that is always there."""
        with closing(psycopg2.connect(with_path(self.database_url, "postgres"))) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                yield cursor

    @contextmanager
    def durable(self) -> Iterator[None]:
        """Turn fsync on for as long as the block runs, for tests that measure or pull the plug."""
        self.set_fsync("on")
        try:
            yield
        finally:
            self.set_fsync("off")

    def set_fsync(self, value: str) -> None:
        """Set fsync and synchronous_commit on a cluster of our own."""
        if self.given_database:
            return
        with self.maintenance() as cursor:
            for name in ("fsync", "synchronous_commit", "full_page_writes"):
                cursor.execute(f"ALTER SYSTEM SET {name} = {value}")
            cursor.execute("SELECT pg_reload_conf()")
