"""A reader of the mailbox killed at any point: each mail is one case, and none stays behind."""

import random
import time
from collections.abc import Callable

import pytest

from tests.dovecot import dovecot
from tests.faults.test_killed_worker import wait_until
from tests.portal import Portal

MAILS, KILLS = 40, 4
WHAT_CAME = """
from cases.models import Case, IncomingMail
print(IncomingMail.objects.count(), IncomingMail.objects.exclude(fate="new_case").count())
print(*Case.objects.exclude(mails_in=None).order_by("title").values_list("title", flat=True), sep="\\n")
"""


@pytest.mark.slow
@pytest.mark.portal
def test_a_reader_killed_at_any_point_loses_and_doubles_no_mail(serve: Callable[..., Portal]) -> None:
    chance = random.Random(20261128)  # noqa: S311 - to be the same again
    with dovecot() as server:
        portal = serve(DEMO="True", MAILBOX_URL=server.url)
        portal.manage(
            "shell",
            "-v",
            "0",
            "-c",
            "from django.utils import timezone\nfrom cases import demo\ndemo.load_people(timezone.now())",
        )
        for number in range(MAILS):
            if number % (MAILS // KILLS) == 0:
                if portal.reader is not None:
                    portal.kill_reader()
                portal.start_reader()
                time.sleep(chance.uniform(1.5, 3.0))
            # The sender and the words differ: nobody writes more than thirty mails an hour.
            sender = ("priya@northwind.example", "omar@northwind.example")[number % 2]
            server.deliver(
                f"From: {sender}\r\nTo: care@probax.io\r\nSubject: Mail {number:02}\r\n"
                f"Message-ID: <{number}@mua.example>\r\n\r\nRestore {number} is slow.\r\n".encode()
            )
        wait_until(lambda: server.inbox() == [])
        wait_until(lambda: came(portal)[0] == f"{MAILS} 0")
    assert came(portal)[1:] == [f"Mail {number:02}" for number in range(MAILS)]


def came(portal: Portal) -> list[str]:
    """Return how many mails came, how many of them became no case, and the cases."""
    return portal.manage("shell", "-v", "0", "-c", WHAT_CAME).splitlines()
