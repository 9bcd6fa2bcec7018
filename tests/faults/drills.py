"""The drills: each hurts the site in one way while partners go on submitting, and has it heal.

Sizes and dice come from the caller: `tests/faults` runs them small, `bench/faults.py` at full size. Afterwards the
ledger is judged.
"""

import random
import signal
import threading
import time
from datetime import timedelta

from tests.faults.site import Site, wait_until
from tests.servers import Process

# One kill in so many takes a whole worker, one a timetable, the others one of the processes that carry tasks out.
WHOLE_WORKER_EVERY = 10
MINUTE = timedelta(minutes=1)


def kill_senders(site: Site, dice: random.Random, *, mails: int, kills: int, delay: float = 0.02) -> None:
    """Kill senders at random while mails leave: processes of the pool, timetables, whole workers."""
    site.smtp.delay = delay
    before = len(site.smtp.received)
    site.fill_outbox(mails)
    for kill in range(kills):
        # Spread over the whole run, so that none is wasted on an idle process.
        _wait_for_mails(site, before + mails * kill // (kills + 1))
        time.sleep(dice.uniform(0, 0.1))
        if kill % WHOLE_WORKER_EVERY == 0:
            dice.choice(site.workers).kill()
        elif kill % WHOLE_WORKER_EVERY == 1:
            dice.choice(site.workers).kill_timetable()
        else:
            wait_until(lambda: site.kill_a_sender(dice), what="somebody to kill")
    site.settle(seconds=60 + mails / 10)
    site.smtp.be_well()


def flush_broker(site: Site, dice: random.Random, *, cases: int, times: int) -> None:
    """Have Redis forget everything, again and again."""
    for _ in range(times):
        site.submit_many(cases // times, dice)
        site.flush_broker()
    site.settle()


def lose_broker(site: Site, dice: random.Random, *, cases: int, away: float) -> None:
    """Take Redis away for so many seconds. Partners submit meanwhile as ever."""
    began = time.monotonic()
    with site.without(site.redis, by=signal.SIGKILL):
        site.says("broker", ok=False)
        site.submit_many(cases, dice)
        time.sleep(max(0.0, began + away - time.monotonic()))
    site.says("broker", ok=True)
    site.settle()


def stop_database(site: Site, dice: random.Random, *, cases: int, times: int) -> None:
    """Stop PostgreSQL at once while partners submit and mails leave, and start it again."""
    _stop_on_the_way_to_the_database(site, dice, site.postgres, signal.SIGQUIT, cases=cases, times=times)


def stop_pool(site: Site, dice: random.Random, *, cases: int, times: int) -> None:
    """Put a pool of three lines before PostgreSQL, stop it at once while partners submit, and start it again."""
    pool = site.take_pool(lines=3)
    _stop_on_the_way_to_the_database(site, dice, pool.process, signal.SIGTERM, cases=cases, times=times)


def _stop_on_the_way_to_the_database(
    site: Site, dice: random.Random, server: Process, by: signal.Signals, *, cases: int, times: int
) -> None:
    submitting = threading.Thread(target=site.submit_many, args=(cases, dice))
    submitting.start()
    for _ in range(times):
        time.sleep(dice.uniform(0.2, 0.6))
        with site.without(server, by=by):
            site.says("database", ok=False)
    submitting.join()
    site.says("database", ok=True)
    site.settle()


def refuse(site: Site, dice: random.Random, *, cases: int, answer: str, to_sender: bool = False) -> None:
    """Have the mail server refuse everything for an hour, to the sender or to the mail itself.

    Partners submit meanwhile as ever. The hour is four tries long: the clock is moved on to the next one.
    """
    if to_sender:
        site.smtp.sender_refusal = answer
    else:
        site.smtp.refusal = answer
    site.submit_many(cases, dice)
    for tries, passes in ((1, 1), (2, 5), (3, 15), (4, 40)):
        _wait_for_try(site, tries, of=cases)
        site.pass_time(passes * MINUTE)
    site.smtp.be_well()
    site.settle(moving_the_clock=True)


def refuse_for_good(site: Site, dice: random.Random, *, cases: int, answer: str) -> None:
    """Have the mail server refuse everything for good; an administrator sends it again once the server is mended."""
    site.smtp.refusal = answer
    site.submit_many(cases, dice)
    wait_until(lambda: site.mails("state = 'gave_up'") == cases, what="all given up")
    site.smtp.be_well()
    site.send_again()
    site.settle()


def close_mail_server(site: Site, dice: random.Random, *, cases: int) -> None:
    """Have nobody listen where the mail server was. No mail loses a try."""
    site.smtp.stop()
    try:
        site.submit_many(cases, dice)
        site.says("mail server", ok=False)
        site.pass_time(60 * MINUTE)
    finally:
        site.smtp.start()
    site.settle(moving_the_clock=True)
    site.says("mail server", ok=True)


def hang(site: Site, dice: random.Random, *, cases: int) -> None:
    """Have the mail server fall silent in the middle of a mail."""
    site.smtp.hanging = True
    site.submit_many(cases, dice)
    wait_until(lambda: site.smtp.refused > 0, what="somebody who waits")
    site.says("mail server", ok=False)
    site.smtp.be_well()
    site.settle(moving_the_clock=True)


def lose_answers(site: Site, dice: random.Random, *, cases: int) -> None:
    """Have the mail server take each mail and cut the line instead of saying so: each goes twice, and says so."""
    site.smtp.answer_lost = True
    site.submit_many(cases, dice)
    wait_until(lambda: site.mails("ambiguous AND state = 'queued'") >= cases, what="each mail taken once")
    site.smtp.be_well()
    site.settle(moving_the_clock=True)


def _wait_for_mails(site: Site, count: int) -> None:
    wait_until(lambda: len(site.smtp.received) > count, what=f"more than {count} mails", seconds=120)


def _wait_for_try(site: Site, number: int, *, of: int) -> None:
    tried = f"tries >= {number} AND state = 'queued'"
    wait_until(lambda: site.mails(tried) == of, what=f"try {number} of {of} mails")
