"""Every fault at full size, on one running installation, by one command; counts of the ledger after each.

    .venv/bin/python bench/faults.py

It starts PostgreSQL and Redis of its own, gunicorn, two workers with a timetable each, and a mail server that keeps
what it takes, all on loopback; for mail that comes in, Dovecot and the reader of the mailbox. The drills are those of
`tests/faults`, which runs them small. `--only` chooses some; `--away 60` has Redis gone for a minute instead of ten. It
ends with 1 if anything was lost, doubled without a mark, or left.
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
import tests.environment  # noqa: F401 - imported for what it sets
from tests.backends import ServerBackend
from tests.dovecot import Wire, dovecot, mailbox_url
from tests.faults import drills
from tests.faults.mailbox_drill import Mailbox, fire_at
from tests.faults.site import Site, dice_of, site
from tests.portal import Portal, prepared

# Cases that are submitted while a fault lasts.
CASES = 200


def main() -> int:
    """Run the drills and return the exit status."""
    options = _options()
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {platform.machine()}, Python {platform.python_version()}")
    print(f"seed {options.seed}")
    wrong: dict[str, dict[str, int]] = {}
    chosen = {name: drill for name, drill in _drills(options).items() if _is_chosen(name, options)}
    if chosen:
        with site() as hurt:
            hurt.submit_many(20, dice_of(options.seed))
            hurt.settle()
            for name, drill in chosen.items():
                wrong |= _run(name, drill, hurt, options.seed)
    under_fire = f"{options.mails_in} mails in, the line cut {options.cuts} times"
    if _is_chosen(under_fire, options):
        wrong |= _fire_at_mailbox(under_fire, options)
    print("Nothing is wrong." if not wrong else f"WRONG: {wrong}")
    return 1 if wrong else 0


def _run(name: str, drill: Callable[..., None], hurt: Site, seed: int) -> dict[str, dict[str, int]]:
    began = time.monotonic()
    drill(hurt, dice_of(seed))
    verdict = hurt.judge()
    print(f"\n{name}: {time.monotonic() - began:.0f} s, in all so far\n{verdict}", flush=True)
    return {name: verdict.wrong} if verdict.wrong else {}


def _is_chosen(name: str, options: argparse.Namespace) -> bool:
    return not options.only or any(word in name for word in options.only)


def _fire_at_mailbox(name: str, options: argparse.Namespace) -> dict[str, dict[str, int]]:
    """Deliver mails twice while the line is cut, the reader killed, and the server's numbers change."""
    began = time.monotonic()
    servers = ServerBackend(of_its_own=True)
    servers.start()
    with dovecot() as server:
        wire = Wire(server.port)
        portal = Portal({**prepared(servers), "DEMO": "True", "MAILBOX_URL": mailbox_url(wire.port)})
        try:
            mailbox = Mailbox(portal, server, wire, dice_of(options.seed), mails=options.mails_in)
            calm = options.mails_in // 4
            verdict, rate = fire_at(mailbox, cuts=options.cuts, kills=options.cuts // 10, renumberings=2, calm=calm)
        finally:
            portal.stop()
            wire.close()
            servers.stop()
    print(f"\n{name}: {time.monotonic() - began:.0f} s\n{verdict}")
    print(
        f"the first {calm}, each delivered twice, undisturbed: {rate:.0f} a second read, kept and handled", flush=True
    )
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
        # From here on all goes by way of it.
        "pool of three lines stopped at once 10 times": partial(drills.stop_pool, cases=CASES, times=10),
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=20261124, help="what the dice are thrown with")
    parser.add_argument("--mails", type=int, default=20_000, help="mails that wait while senders are killed")
    parser.add_argument("--kills", type=int, default=200, help="how many senders are killed")
    parser.add_argument("--away", type=float, default=600.0, help="for how many seconds the broker is gone")
    parser.add_argument("--mails-in", type=int, default=2_000, help="mails that come in while their line is cut")
    parser.add_argument("--cuts", type=int, default=200, help="how often that line is cut; a tenth of it are kills")
    parser.add_argument("--only", nargs="*", default=[], help="words of the drills to run")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
