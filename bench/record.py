"""How fast the record of many cases is bound and checked, and in how much memory, beside a bare read of the same rows.

    python -m bench.record FOLDER 10000

The cases are those of `bench/fill.py`, in a PostgreSQL of their own; nothing binds their events at first.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from bench.cluster import Cluster
from tests.portal import ROOT, clean_environment

BARE = (
    "COPY (SELECT * FROM cases_caseevent e LEFT JOIN cases_eventwords w ON w.event_id = e.id "
    "ORDER BY case_id, number) TO STDOUT"
)


def main() -> None:
    """Fill, bind, check, and print a line for each."""
    folder, size = Path(sys.argv[1]), sys.argv[2]
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    cluster = Cluster(folder)
    try:
        cluster.make("record")
        environment = {
            **clean_environment(),
            "DJANGO_SETTINGS_MODULE": "probax_support.settings",
            "DATA_DIR": str(folder),
            "DATABASE_URL": cluster.url("record"),
        }
        for command in (["manage.py", "migrate", "--verbosity", "0"], ["manage.py", "load_policy"]):
            subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
        subprocess.run([sys.executable, "-m", "bench.fill", size], cwd=ROOT, env=environment, check=True)
        with cluster.cursor("record") as cursor:
            cursor.execute("SELECT count(*) FROM cases_caseevent")
            events = cursor.fetchone()[0]
        print(f"{size} cases, {events} events, load {os.getloadavg()[0]:.1f}")
        began = time.monotonic()
        with cluster.cursor("record") as cursor, Path(os.devnull).open("w") as nowhere:
            cursor.copy_expert(BARE, nowhere)
        print(f"bare read: {events / (time.monotonic() - began):,.0f} events a second")
        for name in ("chain_events", "verify_events"):
            _measured(name, events, environment)
    finally:
        cluster.stop()


def _measured(name: str, events: int, environment: dict[str, str]) -> None:
    began = time.monotonic()
    process = subprocess.Popen([sys.executable, "manage.py", name], cwd=ROOT, env=environment)
    _pid, status, used = os.wait4(process.pid, 0)
    seconds, memory = time.monotonic() - began, used.ru_maxrss / 1024
    assert status == 0
    print(
        f"{name}: {seconds:.1f} s, of which {used.ru_utime + used.ru_stime:.1f} s of one core, "
        f"{events / seconds:,.0f} events a second, {memory:.0f} MB at most",
        flush=True,
    )


if __name__ == "__main__":
    main()
