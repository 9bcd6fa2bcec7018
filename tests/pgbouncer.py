"""A pool in front of PostgreSQL: the real PgBouncer with `deploy/pgbouncer.ini`."""

from __future__ import annotations

import os
import shutil
import signal
import socket
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from tests.servers import Process, free_port, temporary_folder, unprivileged_user

MISSING = "PgBouncer is not installed: apt-get install pgbouncer"
PASSWORD = "secret"
CONFIGURATION = Path(__file__).resolve().parent.parent / "deploy" / "pgbouncer.ini"


class PgBouncer:
    """PgBouncer as configured for production, in front of the PostgreSQL that `database_url` leads to."""

    def __init__(self, database_url: str, *, mode: str = "transaction", lines: int = 20, more: str = "") -> None:
        """Start it, with so many lines to each database. `more` are further lines of its configuration."""
        program = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        if program is None:
            pytest.skip(MISSING)
        self._database, self.port = urlsplit(database_url), free_port()
        self.password = self._database.password or PASSWORD
        user = unprivileged_user()
        folder = temporary_folder(user)
        places = {
            "host=postgres port=5432": f"host={self._database.hostname} port={self._database.port or 5432}",
            "listen_addr = 0.0.0.0": "listen_addr = 127.0.0.1\nunix_socket_dir =",
            "listen_port = 6432": f"listen_port = {self.port}",
            "/etc/pgbouncer/users.txt": f"{folder}/users.txt",
            "pool_mode = transaction": f"pool_mode = {mode}",
            "default_pool_size = 20": f"default_pool_size = {lines}",
        }
        configured = CONFIGURATION.read_text()
        for place, here in places.items():
            assert place in configured
            configured = configured.replace(place, here)
        (folder / "pgbouncer.ini").write_text(f"{configured}\n{more}\n")
        (folder / "users.txt").write_text(f'"{self._database.username}" "{self.password}"\n')
        self.process = Process([program, "pgbouncer.ini"], folder=folder, stop_signal=signal.SIGTERM, user=user)
        self.process.wait_until(self._answers, what="PgBouncer")

    def url(self, database_url: str = "") -> str:
        """Return the address of a database of that server by way of this pool."""
        database = urlsplit(database_url) if database_url else self._database
        place = f"{self._database.username}:{self.password}@127.0.0.1:{self.port}"
        return urlunsplit(database._replace(scheme="postgres", netloc=place))

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=5):
            return True
        return False
