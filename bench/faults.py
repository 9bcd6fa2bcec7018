"""Every fault at full size, on one running installation, by one command; counts of the ledger after each.

    .venv/bin/python bench/faults.py

It starts PostgreSQL and Redis of its own, gunicorn, two workers with a timetable each, and a mail server that keeps
what it takes, all on loopback. The drills are those of `tests/faults`, which runs them small. `--only` chooses some;
`--away 60` has Redis gone for a minute instead of ten. It ends with 1 if anything was lost, doubled without a mark,
or left.
"""

from __future__ import annotations

import argparse
import platform
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

# First: it points Django's settings to servers of this run.
import tests.environment  # noqa: F401
from tests.faults import drills
from tests.faults.site import Site, dice_of, site

# Cases that are submitted while a fault lasts.
CASES = 200


def main() -> int:
    """Run the drills and return the exit status."""
    options = _options()
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {platform.machine()}, Python {platform.python_version()}")
    print(f"seed {options.seed}")
    wrong: dict[str, dict[str, int]] = {}
    with site() as hurt:
        hurt.submit_many(20, dice_of(options.seed))
        hurt.settle()
        for name, drill in _drills(options).items():
            if not options.only or any(word in name for word in options.only):
                wrong |= _run(name, drill, hurt, options.seed)
    print("Nothing is wrong." if not wrong else f"WRONG: {wrong}")
    return 1 if wrong else 0


def _run(name: str, drill: Callable[..., None], hurt: Site, seed: int) -> dict[str, dict[str, int]]:
    began = time.monotonic()
    drill(hurt, dice_of(seed))
    verdict = hurt.judge()
    print(f"\n{name}: {time.monotonic() - began:.0f} s, in all so far\n{verdict}", flush=True)
    return {name: verdict.wrong} if verdict.wrong else {}


def _drills(options: argparse.Namespace) -> dict[str, Callable[..., None]]:
    mails, kills = options.mails, options.kills
    return {
        f"{mails} mails, senders killed {kills} times": partial(
            drills.kill_senders, mails=mails, kills=kills, delay=0.005
        ),
        "broker flushed 20 times": partial(drills.flush_broker, cases=CASES, times=20),
        f"broker gone for {options.away:.0f} s": partial(drills.lose_broker, cases=CASES, away=options.away),
        "database stopped at once 10 times": partial(drills.stop_database, cases=CASES, times=10),
        "mail server refuses for an hour (moved clock)": partial(drills.refuse, cases=CASES, answer="451 4.3.0 later"),
        "mail server answers 421 for an hour (moved clock)": partial(
            drills.refuse, cases=CASES, answer="421 4.7.0 too busy", to_sender=True
        ),
        "mail server answers 550": partial(drills.refuse_for_good, cases=CASES, answer="550 5.7.1 not from you"),
        "nobody listens for an hour (moved clock)": partial(drills.close_mail_server, cases=CASES),
        "mail server hangs": partial(drills.hang, cases=CASES),
        "mail server cuts the line after DATA": partial(drills.lose_answers, cases=CASES),
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=20261124, help="what the dice are thrown with")
    parser.add_argument("--mails", type=int, default=20_000, help="mails that wait while senders are killed")
    parser.add_argument("--kills", type=int, default=200, help="how many senders are killed")
    parser.add_argument("--away", type=float, default=600.0, help="for how many seconds the broker is gone")
    parser.add_argument("--only", nargs="*", default=[], help="words of the drills to run")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
