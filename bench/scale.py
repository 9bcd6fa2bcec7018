"""Measure the pages over 10,000, 100,000 and 1,000,000 cases, beside a peer and a bare floor, in one run.

    .venv/bin/python bench/scale.py --sizes 10000 --folder /tmp/scale

It starts PostgreSQL and Redis of its own, fills databases once (they stay in the folder), and serves each site by two
gunicorn workers as production does, one after another, so that the machine's other work hits all alike. The peer is
django-helpdesk in an environment made from requirements-peer.txt. `--only` chooses pages, `--without peer` leaves a
site out. docs/scale.md holds the figures.
"""

# ruff: noqa: E402 - the project is put on the path before anything of it is imported

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.clients import Ask, Timed, measure
from bench.cluster import Cluster
from bench.mail_server import mail_server
from bench.peer import Peer, rows_address
from bench.texts import RARE
from tests.portal import answers, children_of, clean_environment, manage
from tests.servers import free_port, start_redis
from tests.smtp_sink import SmtpSink

# The peer stands there twice: with a mail server that asks for nothing, and with one that asks for TLS and a login.
SITES = ("ours", "floor", "peer", "peer-tls")
COMMON_WORD = "backup"
# Pages whose numbers the timetable counts before somebody looks, and how.
COUNTED_BEFORE = {
    "manager": "count_for_managers(now=timezone.now())",
    "year": "count_reports(clock=timezone.now)",
}


@dataclass(frozen=True)
class Seen:
    """What was measured of one page of one site."""

    page: str
    site: str
    timed: Timed
    queries: float
    database: float
    # Milliseconds of processor for each answer: of the web workers, and of the database.
    web: float
    cluster: float
    memory: int


@dataclass(frozen=True)
class Served:
    """A site that answers: where, and the process above its workers."""

    port: int
    master: int


def main() -> None:
    """Fill what is missing, measure what was asked for, print a table."""
    options = _options()
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {platform.machine()}, {os.cpu_count()} cores", end=", ")
    print(f"Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}", flush=True)
    with servers(Path(options.folder)) as (cluster, redis_url, sink), mail_server() as server:
        bench = Bench(Path(options.folder), cluster, redis_url, sink.url, options)
        bench.peers["peer-tls"] = Peer(Path(options.folder), cluster, *server)
        for size in options.sizes:
            bench.fill(size)
        for size in options.sizes:
            bench.measure(size)


@contextmanager
def servers(folder: Path) -> Iterator[tuple[Cluster, str, SmtpSink]]:
    """Run PostgreSQL in the folder, Redis and a mail server for as long as the block lasts."""
    folder.mkdir(parents=True, exist_ok=True)
    # PostgreSQL may run as somebody else.
    folder.chmod(0o755)
    cluster, sink = Cluster(folder), SmtpSink()
    sink.start()
    redis_url = f"redis://127.0.0.1:{free_port()}/0"
    redis = start_redis(redis_url)
    try:
        yield cluster, redis_url, sink
    finally:
        redis.stop()
        sink.stop()
        cluster.stop()


class Bench:
    """The sites, their databases, and what is asked of them."""

    def __init__(self, folder: Path, cluster: Cluster, redis_url: str, mail_url: str, options: Any) -> None:
        self.folder, self.cluster, self.options = folder, cluster, options
        self.redis_url = redis_url
        self.peer = Peer(folder, cluster, mail_url)
        self.peers = {"peer": self.peer}
        self.peer.folder.mkdir(exist_ok=True)
        if "peer" not in options.without:
            self.peer.install()

    # --- Fill -----------------------------------------------------------------------------------------------------

    def fill(self, size: int) -> None:
        """Make both databases of a size, and bring ours up to the schema of today."""
        for name, fill in ((f"ours_{size}", self._fill_ours), (f"peer_{size}", self.peer.fill)):
            if self.cluster.has(name) or (name.startswith("peer") and "peer" in self.options.without):
                continue
            began = time.monotonic()
            self.cluster.make("making")
            fill("making", size)
            self.cluster.rename("making", name)
            print(f"{name} filled in {time.monotonic() - began:.0f} s", flush=True)
        manage(self.environment(f"ours_{size}"), "migrate", "--verbosity", "0")

    def _count_before(self, database: str, sweep: str) -> None:
        """Do what the timetable does while the desk runs, and print what it takes of a worker."""
        code = "import time; from django.utils import timezone; from notifications import sweeps\n"
        code += f"began, used = time.monotonic(), time.process_time(); counted = sweeps.{sweep}\n"
        code += f"print(f'{sweep}: {{counted}} in {{time.monotonic() - began:.1f}} s, ', end='')\n"
        code += "print(f'{time.process_time() - used:.1f} s of it in the worker itself')"
        print(manage(self.environment(database), "shell", "-v", "0", "-c", code).strip(), flush=True)

    def _fill_ours(self, database: str, size: int) -> None:
        environment = self.environment(database)
        manage(environment, "migrate", "--verbosity", "0")
        manage(environment, "load_policy")
        manage(environment, "collectstatic", "--no-input", "--verbosity", "0")
        subprocess.run([sys.executable, "-m", "bench.fill", str(size)], cwd=ROOT, env=environment, check=True)

    def environment(self, database: str) -> dict[str, str]:
        """Return what the product is told."""
        data = self.folder / "data"
        data.mkdir(exist_ok=True)
        return {
            **clean_environment(),
            "DJANGO_SETTINGS_MODULE": "probax_support.settings",
            "DATA_DIR": str(data),
            "DATABASE_URL": self.cluster.url(database),
            "REDIS_URL": self.redis_url,
            "STAFF_NEED_SECOND_FACTOR": "False",
            "LOG_LEVEL": "ERROR",
        }

    # --- Measure --------------------------------------------------------------------------------------------------

    def measure(self, size: int) -> None:
        """Measure each page of each site at one size, and print a line for each."""
        print(f"\n{size} cases\n{HEADING}", flush=True)
        for site in SITES:
            if site in self.options.without:
                continue
            database = f"{'peer' if site.startswith('peer') else 'ours'}_{size}"
            pages = getattr(self, f"_pages_of_{site.replace('-', '_')}")(database)
            if self.options.only and not pages.keys() & set(self.options.only):
                continue
            with self._served(site, database) as served:
                for page, asks in pages.items():
                    if self.options.only and page not in self.options.only:
                        continue
                    if site == "ours" and page in COUNTED_BEFORE:
                        self._count_before(database, COUNTED_BEFORE[page])
                    for clients in self.options.clients:
                        seen = self._measure(page, site, database, served, asks, clients)
                        print(_line(seen), flush=True)

    def _measure(self, page: str, site: str, database: str, at: Served, asks: list[Ask], clients: int) -> Seen:
        calls, spent = self.cluster.statements(database)
        others, database_master = self.cluster.busy_elsewhere(database), self.cluster.master
        web, cluster = cpu_of(at.master), cpu_of(database_master, without=others)
        timed = measure(at.port, asks, clients, seconds=self.options.seconds, least=self.options.least)
        web, cluster = cpu_of(at.master) - web, cpu_of(database_master, without=others) - cluster
        more_calls, more_spent = self.cluster.statements(database)
        # One more than was timed: it warmed up.
        asked = len(timed.seconds) + 1
        used = (more_calls - calls) / asked, 1000 * (more_spent - spent) / asked
        return Seen(page, site, timed, *used, 1000 * web / asked, 1000 * cluster / asked, memory_of(at.master))

    def _pages_of_ours(self, database: str) -> dict[str, list[Ask]]:
        command = [sys.executable, "-m", "bench.sessions"]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment(database), check=True, stdout=subprocess.PIPE, text=True
        )
        known = json.loads(done.stdout)
        specialists, contacts, manager = known["specialists"], known["contacts"], known["manager"]
        last = date.fromisoformat(known["today"])
        year = f"from={last - timedelta(days=364)}&to={last}"
        return {
            "queue": [Ask("/desk/", one) for one in specialists],
            "case": [Ask(f"/desk/cases/{known['case']}/", one) for one in specialists],
            "case, partner": [Ask(f"/cases/{known['case']}/", contacts[3])],
            "home": [Ask("/", one) for one in contacts],
            "search, rare": [Ask(f"/desk/?q={RARE}", one) for one in specialists],
            "search, common": [Ask(f"/desk/?q={COMMON_WORD}", one) for one in specialists],
            "manager": [Ask("/manager/", manager)],
            "year": [Ask(f"/manager/over-time/?{year}", manager)],
            "submit": [
                Ask("/cases/new/", one, _new_case(partner), expected=302)
                for one, partner in zip(contacts, known["partners"], strict=True)
            ],
        }

    def _pages_of_floor(self, database: str) -> dict[str, list[Ask]]:
        return {"queue": [Ask("/desk/", ask.session) for ask in self._pages_of_ours(database)["queue"]]}

    def _pages_of_peer(self, database: str) -> dict[str, list[Ask]]:
        specialist = self.peer.sessions(database)["specialist"]
        return {
            "queue": [Ask(rows_address(), specialist)],
            "case": [Ask("/tickets/1003/", specialist)],
            "search, rare": [Ask(rows_address(RARE), specialist)],
            "search, common": [Ask(rows_address(COMMON_WORD), specialist)],
            "manager": [Ask("/dashboard/", specialist)],
            "year": [Ask("/reports/queuemonth/", specialist)],
            "submit": [Ask("/tickets/submit/", "", _new_ticket, expected=302)],
        }

    def _pages_of_peer_tls(self, database: str) -> dict[str, list[Ask]]:
        return {"submit": self._pages_of_peer(database)["submit"]}

    @contextmanager
    def _served(self, site: str, database: str) -> Iterator[Served]:
        port = free_port()
        if peer := self.peers.get(site):
            environment, command = peer.environment(database), peer.web_command(port)
        else:
            environment = {**self.environment(database), "WEB_BIND": f"127.0.0.1:{port}", "WEB_WORKERS": "2"}
            environment["SITE_URL"] = f"http://127.0.0.1:{port}"
            application = "bench.floor" if site == "floor" else "probax_support.wsgi"
            command = [sys.executable, "-m", "gunicorn", "--config", "probax_support/web_server.py", "--timeout", "600"]
            command.append(f"{application}:application")
        with (self.folder / f"{site}.log").open("ab") as log:
            master = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            while not answers(f"http://127.0.0.1:{port}/"):
                if master.poll() is not None:
                    raise RuntimeError(f"{site} did not start; its log is in the folder.")
                time.sleep(0.1)
            yield Served(port, master.pid)
        finally:
            master.send_signal(signal.SIGTERM)
            master.wait(timeout=60)


def _new_case(partner: int) -> Any:
    def form() -> dict[str, str]:
        return {
            "submission_key": str(uuid.uuid4()),
            "partner": str(partner),
            "title": "Restores are slow",
            "explanation": "A restore of 400 GB runs at 3 MB/s.",
            "effect": "One customer's file server is down.",
            "severity": "3",
            "contact_email": "contact@bench.example",
            "preferred_method": "either",
        }

    return form


def _new_ticket() -> dict[str, str]:
    return {
        "title": "Restores are slow",
        "body": "A restore of 400 GB runs at 3 MB/s. One customer's file server is down.",
        "submitter_email": "contact@bench.example",
        "priority": "3",
        "queue": "1",
    }


def cpu_of(parent: int, without: Collection[int] = ()) -> float:
    """Return the seconds of processor that the children of a process used, those that ended included."""
    ticks = sum(map(int, Path(f"/proc/{parent}/stat").read_text().rpartition(")")[2].split()[13:15]))
    for pid in set(children_of(parent)) - set(without):
        with suppress(OSError):
            ticks += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def memory_of(master: int) -> int:
    """Return the most that a worker holds, in MB."""
    children = children_of(master)
    lines = [line for pid in children for line in Path(f"/proc/{pid}/status").read_text().splitlines()]
    return max(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) // 1024


HEADING = "page             site   clients      p50      p95    a second  queries    db ms   cpu web    cpu db    MB"


def _line(seen: Seen) -> str:
    timed = seen.timed
    wrong = f"  WRONG {len(timed.wrong)}: {timed.wrong[0]}" if timed.wrong else ""
    return (
        f"{seen.page:16} {seen.site:6} {timed.clients:7} {timed.p50:8.1f} {timed.p95:8.1f} {timed.rate:11.2f} "
        f"{seen.queries:8.1f} {seen.database:8.1f} {seen.web:9.1f} {seen.cluster:9.1f} {seen.memory:5}{wrong}"
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000], help="how many cases")
    parser.add_argument("--folder", default="/tmp/probax-scale", help="where the databases are kept")
    parser.add_argument("--seconds", type=float, default=5.0, help="for how long each page is asked")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 4], help="how many ask at the same time")
    parser.add_argument("--least", type=int, default=3, help="how often each client asks at least")
    parser.add_argument("--only", nargs="*", default=[], help="names of the pages to measure")
    parser.add_argument("--without", nargs="*", choices=SITES, default=[], help="sites to leave out")
    return parser.parse_args()


if __name__ == "__main__":
    main()
