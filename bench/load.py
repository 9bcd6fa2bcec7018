"""A working day at once: partners, specialists and managers over many cases, judged by a ledger.

    .venv/bin/python bench/load.py --cases 1000000 --minutes 30
    .venv/bin/python bench/load.py --cases 10000 --submissions 20000 --kills 200

The first reads, submits with a file and replies as people do, with pauses, while sweeps run and mail leaves. The second
does nothing but submit, and web workers are killed at random; who gets no answer sends the same form again, with the
key that the page put in it. With `--pool transaction` all go to the database by way of PgBouncer. Both use the
databases of bench/scale.py in `--folder`, made where they are missing, and print what was acknowledged, lost, doubled
and half made, how long answers took, and how workers grew.
"""

# ruff: noqa: E402 - the project is put on the path before anything of it is imported

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench import pool
from bench.cluster import Cluster
from bench.people import Ledger, Line, Person
from bench.scale import Bench, memory_of, servers
from probax_support import processes
from tests.portal import Portal, children_of
from tests.smtp_sink import SmtpSink

PARTNERS, SPECIALISTS, MANAGERS = 200, 20, 2
# Seconds between two pages of one person, in the mean.
PAUSE = 20.0
# How many submit at once, without pauses, while workers are killed.
AT_ONCE = 8
MOST_SECONDS_TO_SETTLE = 300.0


def main() -> int:
    """Run the day, or the kills, and judge. Returns 1 if anything is wrong."""
    options = _options()
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {platform.machine()}, {os.cpu_count()} cores", end=", ")
    print(f"Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}, seed {options.seed}", flush=True)
    with servers(Path(options.folder)) as (cluster, redis_url, sink):
        bench = Bench(Path(options.folder), cluster, redis_url, sink.url, options)
        bench.fill(options.cases)
        counts = _run(bench, f"ours_{options.cases}", sink, options)
    wrong = {name: count for name, count in counts.items() if count and name not in Ledger.MAY_BE}
    print("\n".join(f"{count:>8}  {name}" for name, count in counts.items()))
    print("Nothing is wrong." if not wrong else f"WRONG: {wrong}")
    return 1 if wrong else 0


def _run(bench: Bench, database: str, sink: SmtpSink, options: argparse.Namespace) -> dict[str, int]:
    """Let everybody do what they do, and return what the ledger counts."""
    ledger = Ledger(f"Load {datetime.now(UTC):%d %H:%M:%S}")
    with (
        pool.database_url(bench.cluster, database, options) as database_url,
        _installation(bench, database, sink, DATABASE_URL=database_url) as portal,
    ):
        assert portal.web is not None
        crowd = Crowd(portal, _known(bench, database), ledger, options)
        before = memory_of(portal.web.pid)
        lasted = crowd.kill_while_they_submit() if options.kills else crowd.work()
        after = memory_of(portal.web.pid)
        _settle(bench.cluster, database, sink)
    print(f"{lasted:.0f} s, {crowd.killed} workers killed; a web worker held {before} MB before, {after} MB after")
    wrong = _tell(crowd.lines)
    counts = ledger.judge(bench.cluster, database, [(mail.message_id, mail.recipient) for mail in sink.received])
    # While workers are killed some get no answer, and send the form again; on a working day everybody gets one.
    return counts if options.kills else counts | {"requests that got no answer, or another": wrong}


class Crowd:
    """Everybody, each in a thread of their own, and whoever kills."""

    def __init__(
        self, portal: Portal, known: dict[str, list[str]], ledger: Ledger, options: argparse.Namespace
    ) -> None:
        self.portal, self.known, self.ledger, self.options = portal, known, ledger, options
        self.lines: list[Line] = []
        self.killed = 0

    def work(self) -> float:
        """Let everybody do what they do for some minutes. Returns the seconds it took."""
        ends_at = time.monotonic() + 60 * self.options.minutes
        people = [self._person(f"partner {n}", "contacts", n) for n in range(PARTNERS)]
        people += [self._person(f"specialist {n}", "specialists", n) for n in range(SPECIALISTS)]
        people += [self._person(f"manager {n}", "managers", n) for n in range(MANAGERS)]
        return self._all(lambda person: person.work(until=ends_at, pause=self.options.pause), people)

    def kill_while_they_submit(self) -> float:
        """Let some submit one case after another while workers are killed. Returns the seconds it took."""
        people = [self._person(f"partner {n}", "contacts", n) for n in range(AT_ONCE)]
        share = self.options.submissions // AT_ONCE
        killer = threading.Thread(target=self._kill, args=(random.Random(self.options.seed),))
        killer.start()
        lasted = self._all(lambda person: person.submit_many(share), people)
        killer.join()
        return lasted

    def _person(self, name: str, kind: str, number: int) -> Person:
        sessions = self.known[kind]
        dice = random.Random(f"{self.options.seed} {name}")
        line = Line(self.portal.port, sessions[number % len(sessions)])
        self.lines.append(line)
        partners = self.known["partners"]
        return Person(name, kind, line, self.ledger, dice, partner=str(partners[number % len(partners)]))

    def _all(self, do: Callable[[Person], None], people: list[Person]) -> float:
        began = time.monotonic()
        threads = [threading.Thread(target=do, args=(person,)) for person in people]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return time.monotonic() - began

    def _kill(self, dice: random.Random) -> None:
        """Kill a worker whenever another share of the submissions was acknowledged."""
        assert self.portal.web is not None
        each = self.options.submissions / self.options.kills
        while self.killed < self.options.kills:
            if self.ledger.done >= min((self.killed + 0.5) * each, self.options.submissions - 1):
                time.sleep(dice.random() * 0.1)
                with suppress(ProcessLookupError, IndexError):
                    os.kill(dice.choice(children_of(self.portal.web.pid)), signal.SIGKILL)
                    self.killed += 1
            time.sleep(0.01)


@contextmanager
def _installation(bench: Bench, database: str, sink: SmtpSink, **told: str) -> Iterator[Portal]:
    """Start the web by two workers, two Celery workers, and the timetable in one of them."""
    environment = bench.environment(database) | {"EMAIL_URL": sink.url, "WEB_WORKERS": "2", **told}
    portal = Portal(environment)
    portal.environment |= environment | {"WEB_BIND": f"127.0.0.1:{portal.port}"}
    second = None
    try:
        portal.start_worker()
        command = processes.worker_command(environment["REDIS_URL"], data_dir=portal.data_dir)
        second = portal.start("worker-second", [part for part in command if part != "--beat"])
        portal.web = portal.start("web", [sys.executable, "-m", "gunicorn", *WEB])
        portal.wait_for_web()
        yield portal
    finally:
        if second is not None:
            second.terminate()
            second.wait(timeout=60)
        portal.stop()


WEB = ["--config", "probax_support/web_server.py", "probax_support.wsgi:application"]


def _known(bench: Bench, database: str) -> dict[str, list[str]]:
    command = [sys.executable, "-m", "bench.sessions"]
    done = subprocess.run(command, cwd=ROOT, env=bench.environment(database), check=True, stdout=subprocess.PIPE)
    known = json.loads(done.stdout)
    return {**known, "managers": [known["manager"]]}


def _settle(cluster: Cluster, database: str, sink: SmtpSink) -> None:
    """Wait until everything that happened is told and every mail has left."""
    ends_at = time.monotonic() + MOST_SECONDS_TO_SETTLE
    waiting = (
        "SELECT (SELECT count(*) FROM cases_dispatch) "
        "+ (SELECT count(*) FROM notifications_outgoingmail WHERE state IN ('queued', 'in_flight') AND due_at < now())"
    )
    while time.monotonic() < ends_at:
        with cluster.cursor(database) as cursor:
            cursor.execute(waiting)
            if not cursor.fetchone()[0]:
                return
        time.sleep(1)
    print(f"After {MOST_SECONDS_TO_SETTLE:.0f} s mail was still waiting; {len(sink.received)} had been taken.")


def _tell(lines: list[Line]) -> int:
    """Print how long the answers to each kind of request took, and what was answered instead. Returns how often."""
    seconds: dict[str, list[float]] = defaultdict(list)
    wrong: Counter[str] = Counter()
    for line in lines:
        for kind, taken in line.seconds:
            seconds[kind].append(taken)
        wrong.update(line.wrong)
    print("request            answers   p50 ms   p95 ms")
    for kind, taken in sorted(seconds.items()):
        ordered = sorted(taken)
        middle, late = (1000 * ordered[int(len(ordered) * share)] for share in (0.5, 0.95))
        print(f"{kind:18} {len(ordered):7} {middle:8.0f} {late:8.0f}")
    print(f"answers that were none, or others: {dict(wrong) or 'no'}")
    print(f"lines that were closed meanwhile and opened anew: {sum(line.opened_anew for line in lines)}")
    return sum(wrong.values())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=1_000_000, help="over how many cases")
    parser.add_argument("--folder", default="/tmp/probax-scale", help="where the databases are kept")
    parser.add_argument("--minutes", type=float, default=30.0, help="how long everybody works")
    parser.add_argument("--pause", type=float, default=PAUSE, help="seconds between two pages of a person")
    parser.add_argument(
        "--submissions", type=int, default=20_000, help="how many are submitted while workers are killed"
    )
    parser.add_argument("--kills", type=int, default=0, help="how many web workers are killed; 0 for a working day")
    parser.add_argument("--seed", type=int, default=20261128, help="what the dice are thrown with")
    pool.add_options(parser)
    parser.set_defaults(without=["peer"])
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
