"""Mail that comes in while everything on its way fails: each mail has one fate, and no word is lost or doubled.

`bench/faults.py` runs the same drill at full size.
"""

from collections.abc import Callable

import pytest

from tests.dovecot import Wire, dovecot, mailbox_url
from tests.faults.mailbox_drill import Mailbox, fire_at
from tests.faults.site import dice_of
from tests.portal import Portal

SEED = 20261128
MAILS, CUTS, KILLS = 40, 4, 3


@pytest.mark.slow
@pytest.mark.portal
def test_mails_brought_twice_over_a_cut_line_to_a_killed_reader_have_one_fate_each(
    serve: Callable[..., Portal],
) -> None:
    with dovecot() as server:
        wire = Wire(server.port)
        portal = serve(DEMO="True", MAILBOX_URL=mailbox_url(wire.port))
        mailbox = Mailbox(portal, server, wire, dice_of(SEED), mails=MAILS)
        verdict, _rate = fire_at(mailbox, cuts=CUTS, kills=KILLS, renumberings=1)
        wire.close()
    assert verdict.wrong == {}, f"seed {SEED}\n{verdict}\n{portal.log('reader')}"
    assert (verdict.mails, verdict.readers_killed, verdict.renumbered) == (MAILS, KILLS, 1)
    assert verdict.cuts >= CUTS
