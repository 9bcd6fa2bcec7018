"""PgBouncer between the product and its database: how many lines it lends to whom, and restarts meanwhile."""

from __future__ import annotations

import argparse
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

import psycopg2

from bench.cluster import Cluster
from tests.pgbouncer import PgBouncer

MODES = ("transaction", "session")


class Pool:
    """A pool before one database, watched."""

    def __init__(self, database_url: str, options: argparse.Namespace) -> None:
        self.options = options
        self._pool = PgBouncer(database_url, mode=options.pool, lines=options.lines, more="admin_users = postgres")
        self.most = {"active": 0, "waiting": 0, "lent": 0}
        self.restarts = 0
        self._ends = threading.Event()
        self._watch = threading.Thread(target=self._look)

    @property
    def url(self) -> str:
        """The address of the database by way of it."""
        return self._pool.url()

    def begin(self) -> None:
        """Watch, and restart it as often as was asked for."""
        self._watch.start()

    def end(self) -> None:
        """Stop all of it."""
        self._ends.set()
        self._watch.join()
        self._pool.process.stop()

    def _look(self) -> None:
        began, each = time.monotonic(), self.options.pool_restarts
        while not self._ends.wait(0.2):
            if each and time.monotonic() - began > each * (self.restarts + 1):
                # At once, whatever is under way.
                self._pool.process.fail(signal.SIGTERM)
                self._pool.process.start_again()
                self.restarts += 1
            with suppress(psycopg2.Error):
                self._count()

    def _count(self) -> None:
        with closing(psycopg2.connect(self._pool.url("postgres://postgres@x/pgbouncer"))) as line:
            line.autocommit = True
            with line.cursor() as cursor:
                cursor.execute("SHOW POOLS")
                names = [column.name for column in cursor.description]
                pools = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        counted = [pool for pool in pools if pool["database"] != "pgbouncer"]
        now = {
            "active": sum(pool["cl_active"] for pool in counted),
            "waiting": sum(pool["cl_waiting"] for pool in counted),
            "lent": sum(pool[name] for pool in counted for name in names if name.startswith("sv_")),
        }
        self.most = {name: max(count, now[name]) for name, count in self.most.items()}


@contextmanager
def database_url(cluster: Cluster, database: str, options: argparse.Namespace) -> Iterator[str]:
    """Give the address that the portal is told, of the database itself or of a pool before it."""
    if not options.pool:
        yield cluster.url(database)
        return
    pool = Pool(cluster.url(database), options)
    pool.begin()
    try:
        yield pool.url
    finally:
        pool.end()
        most, lent = pool.most, options.lines
        print(f"pool by {options.pool} of {lent} lines, stopped and started {pool.restarts} times: at most", end=" ")
        print(f"{most['active']} had a line, {most['waiting']} waited, {most['lent']} lines were open")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what can be said about a pool."""
    parser.add_argument("--pool", choices=MODES, default="", help="put PgBouncer before the database, by this mode")
    parser.add_argument("--lines", type=int, default=5, help="how many lines to the database the pool has")
    parser.add_argument("--pool-restarts", type=float, default=0.0, help="restart the pool each so many seconds")
