"""Faults one after the other on one running installation with two workers and two timetables; the ledger after each.

`bench/faults.py` runs the same drills at full size.
"""

import random
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from tests.faults import drills
from tests.faults.site import Site, dice_of, site

pytestmark = [pytest.mark.postgres, pytest.mark.portal, pytest.mark.slow]

SEED = 20261124
KILLS = 10

DRILLS: dict[str, Callable[[Site, random.Random], None]] = {
    "senders killed": partial(drills.kill_senders, mails=200, kills=KILLS),
    "the broker forgets": partial(drills.flush_broker, cases=6, times=2),
    "the broker is gone": partial(drills.lose_broker, cases=4, away=2.0),
    "the database stopped at once": partial(drills.stop_database, cases=10, times=2),
    "the mail server refuses for an hour": partial(drills.refuse, cases=3, answer="451 4.3.0 try again later"),
    "the mail server answers 421": partial(drills.refuse, cases=3, answer="421 4.7.0 too busy", to_sender=True),
    "the mail server answers 550": partial(drills.refuse_for_good, cases=3, answer="550 5.7.1 not from you"),
    "nobody listens": partial(drills.close_mail_server, cases=3),
    "the mail server falls silent": partial(drills.hang, cases=2),
    "the mail server takes mails and cuts the line": partial(drills.lose_answers, cases=3),
    # From here on all goes by way of it.
    "a pool before the database stopped at once": partial(drills.stop_pool, cases=10, times=2),
}


@pytest.fixture(scope="module")
def hurt() -> Iterator[Site]:
    """The installation that all drills hurt, one after the other, with a few mails behind it."""
    with site() as running:
        running.submit_many(4, dice_of(SEED))
        running.settle()
        yield running


@pytest.mark.parametrize("drill", DRILLS)
def test_nothing_is_lost_and_nothing_goes_twice_unmarked_when(hurt: Site, drill: str) -> None:
    acknowledged, ambiguous = len(hurt.ledger.acknowledged), hurt.mails("ambiguous")
    doubled_before = hurt.judge().doubled
    DRILLS[drill](hurt, dice_of(SEED))
    verdict = hurt.judge()
    assert verdict.wrong == {}, f"seed {SEED}\n{verdict}\n{hurt.last_words}"
    assert hurt.missed == []
    if drill == "senders killed":
        assert verdict.doubled - doubled_before <= verdict.ambiguous - ambiguous <= KILLS
    else:
        assert len(hurt.ledger.acknowledged) > acknowledged


def test_partners_are_answered_while_no_mail_can_leave(hurt: Site) -> None:
    received = len(hurt.smtp.received)
    hurt.smtp.hanging = True
    hurt.submit_many(4, dice_of(SEED))
    assert len(hurt.smtp.received) == received
    hurt.smtp.be_well()
    hurt.settle(moving_the_clock=True)
    assert hurt.judge().wrong == {}


def test_a_timetable_that_is_killed_inside_its_worker_is_started_again(hurt: Site) -> None:
    for worker in hurt.workers:
        worker.kill_timetable()
    hurt.submit_many(2, dice_of(SEED))
    hurt.settle()
    assert hurt.judge().wrong == {}
