"""The mailbox under fire: all delivered twice, the line cut, the reader killed, the server's numbers changed.

Before a mail is delivered it is written down what must become of it. Afterwards that is put side by side with what the
product holds: each mail exactly one fate, no case and no word lost or doubled. `tests/faults` runs it small,
`bench/faults.py` at full size.
"""

import json
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields

from tests.dovecot import Dovecot, Wire
from tests.faults.site import wait_until
from tests.portal import Portal

# Nobody writes more than thirty mails an hour, and no case gets more.
MAILS_OF_A_SENDER, MAILS_OF_A_CASE = 15, 15
# Where the line is cut: as a mail is fetched; between the commit here and the mark there; and as it is moved.
WORDS = (b"FETCH", b"STORE", b"STORE", b"STORE", b"MOVE")
PEOPLE = """
from django.utils import timezone
from cases import actions, demo
from cases.models import Membership, Partner, User
now = timezone.now()
demo.load_people(now)
northwind = Partner.objects.get(code="NWIT")
for number in range(SENDERS):
    writer = User.objects.create_user(f"writer-{number}@northwind.example", name=f"Writer {number}")
    Membership.objects.create(user=writer, partner=northwind)
for number in range(CASES):
    actions.submit_case(
        partner_id=northwind.pk, severity=3, actor=writer, now=now,
        details=actions.CaseDetails(title=f"Earlier {number}", explanation="It stops.", effect="One customer.",
            contact_email=writer.email))
"""
WHAT_CAME = """
import json
from cases.models import Case, IncomingMail, Message
mails = IncomingMail.objects.order_by("pk")
times = list(mails.exclude(handled_at=None).values_list("stored_at", "handled_at"))
cases = Case.objects.exclude(title__startswith="Earlier")
print("came", json.dumps({
    "mails": list(mails.values_list("identity", "fate", "case__reference")),
    "cases": list(cases.values_list("reference", "title", "explanation")),
    "messages": list(Message.objects.order_by("pk").values_list("case__reference", "body")),
    "seconds": (max(time[1] for time in times) - min(time[0] for time in times)).total_seconds(),
}))
"""


@dataclass(frozen=True)
class Posted:
    """A mail that was delivered, and what must become of it."""

    identity: str
    raw: bytes
    subject: str
    words: str
    fate: str
    # The case that it must be kept with; of a new case nobody knows it yet.
    reference: str | None


@dataclass
class Verdict:
    """What was counted. Everything after `cuts` must be zero."""

    mails: int
    new_cases: int
    replies: int
    kept_with_a_case: int
    to_sort: int
    deliveries: int
    renumbered: int
    readers_killed: int
    cuts: int
    mails_lost: int
    mails_doubled: int
    mails_nobody_sent: int
    mails_that_wait: int
    mails_with_another_fate: int
    mails_with_another_case: int
    cases_lost: int
    cases_doubled_or_made_up: int
    words_lost: int
    words_doubled_or_made_up: int
    left_unmarked: int

    @property
    def wrong(self) -> dict[str, int]:
        """What should be zero and is not."""
        names = [field.name for field in fields(self)]
        return {name: getattr(self, name) for name in names[names.index("cuts") + 1 :] if getattr(self, name)}

    def __str__(self) -> str:
        """Return every count on a line."""
        return "\n".join(f"{getattr(self, field.name):>7}  {field.name.replace('_', ' ')}" for field in fields(self))


class Mailbox:
    """An installation that reads a mailbox, and everything that may befall the two."""

    def __init__(self, portal: Portal, server: Dovecot, wire: Wire, dice: random.Random, *, mails: int) -> None:
        self.portal, self.server, self.wire, self.dice = portal, server, wire, dice
        senders, cases = 2 + mails // MAILS_OF_A_SENDER, 1 + mails // MAILS_OF_A_CASE
        sizes = f"SENDERS, CASES = {senders}, {cases}\n"
        portal.manage("shell", "-v", "0", "-c", sizes + PEOPLE)
        self.posted = [_mail(number, senders, cases, dice) for number in range(mails)]
        self.deliveries = self.renumbered = self.killed = 0

    def deliver(self, mails: Sequence[Posted]) -> None:
        """Deliver mails, each twice, the second time by another way, in any order."""
        raws = [raw for mail in mails for raw in (mail.raw, b"Received: by another way\r\n" + mail.raw)]
        self.dice.shuffle(raws)
        self.server.deliver_all(raws)
        self.deliveries += len(raws)

    def settle(self) -> None:
        """Wait until everything in the inbox was taken in."""
        wait_until(lambda: not self.server.unmarked(), what="everything taken in", seconds=600)

    def cut_the_line(self, mails: Sequence[Posted]) -> None:
        """Cut the line while these come in: at one word of the reader, before the server hears it or after."""
        before = self.wire.cuts
        self.wire.spares = self.dice.randrange(len(mails))
        self.wire.is_heard = self.dice.random() < 0.5
        self.wire.cut_at = self.dice.choice(WORDS)
        self.deliver(mails)
        wait_until(lambda: self.wire.cuts > before, what="a cut", seconds=600)
        self.wire.cut_at = b""

    def kill_the_reader(self, mails: Sequence[Posted]) -> None:
        """Kill the reader while these come in, once it has taken in some, and start another."""
        self.deliver(mails)
        left = self.dice.randrange(1, len(mails) * 2)
        wait_until(lambda: len(self.server.unmarked()) <= left, what="a reader that reads", seconds=600)
        self.portal.kill_reader()
        self.killed += 1
        self.portal.start_reader()

    def renumber(self) -> None:
        """Have the server forget its numbers, and bring all that ever came again, unmarked, as after a restore."""
        self.settle()
        self.server.renumber()
        self.deliveries += len(self.server.bring_back())
        self.renumbered += 1
        self.settle()

    def settled(self) -> tuple[Verdict, float]:
        """Judge once nothing waits to be handled any more, or after so long that something is wrong."""
        judged = self.judge()
        for _time in range(60):
            if not judged[0].mails_that_wait:
                break
            time.sleep(5)
            judged = self.judge()
        return judged

    def judge(self) -> tuple[Verdict, float]:
        """Put what was sent and what came side by side. Also returns the seconds from the first mail to the last."""
        came = json.loads(self.portal.manage("shell", "-v", "0", "-c", WHAT_CAME).rpartition("came ")[2])
        sent = {mail.identity: mail for mail in self.posted}
        rows = Counter(identity for identity, _fate, _reference in came["mails"])
        known = [(sent[row[0]], row[1], row[2]) for row in came["mails"] if row[0] in sent]
        fates = Counter(mail.fate for mail in self.posted)
        new = Counter((mail.subject, mail.words) for mail in self.posted if mail.fate == "new_case")
        cases = Counter((title, explanation.strip()) for _reference, title, explanation in came["cases"])
        said = Counter((mail.reference, mail.words) for mail in self.posted if mail.fate == "reply")
        messages = Counter((reference, body.strip()) for reference, body in came["messages"])
        verdict = Verdict(
            mails=len(sent),
            new_cases=fates["new_case"],
            replies=fates["reply"],
            kept_with_a_case=fates["filed"],
            to_sort=fates["tray"],
            deliveries=self.deliveries,
            renumbered=self.renumbered,
            readers_killed=self.killed,
            cuts=self.wire.cuts,
            mails_lost=len(sent.keys() - rows.keys()),
            mails_doubled=sum(times - 1 for times in rows.values()),
            mails_nobody_sent=len(rows.keys() - sent.keys()),
            mails_that_wait=sum(fate == "waiting" for _mail, fate, _reference in known),
            mails_with_another_fate=sum(fate not in (mail.fate, "waiting") for mail, fate, _reference in known),
            mails_with_another_case=sum(
                reference != mail.reference for mail, _fate, reference in known if mail.fate != "new_case"
            ),
            cases_lost=(new - cases).total(),
            cases_doubled_or_made_up=(cases - new).total(),
            words_lost=(said - messages).total(),
            words_doubled_or_made_up=(messages - said).total(),
            left_unmarked=len(self.server.unmarked()),
        )
        return verdict, came["seconds"]


def _mail(number: int, senders: int, cases: int, dice: random.Random) -> Posted:
    """Write a mail: of ten, five new cases, three replies, an automatic reply, and one of a stranger."""
    sender = f"writer-{number % senders}@northwind.example"
    reference = f"NWIT-{1 + number % cases}"
    words = f"Word {number}, and {dice.random()}."
    subject, header, fate = f"Restore {number} is slow", "", "new_case"
    kind = number % 10
    if kind >= 6:
        subject, fate = f"Re: {reference} again", "reply"
    if kind == 9:
        header, fate = "Auto-Submitted: auto-replied\r\n", "filed"
    if kind == 5:
        sender, fate = f"stranger-{number}@else.example", "tray"
    identity = f"{number}@mua.example"
    head = f"From: {sender}\r\nTo: care@probax.io\r\nSubject: {subject}\r\nMessage-ID: <{identity}>\r\n{header}\r\n"
    kept_with = reference if fate in ("reply", "filed") else None
    return Posted(identity, f"{head}{words}\r\n".encode(), subject, words, fate, kept_with)


def fire_at(
    mailbox: Mailbox, *, cuts: int, kills: int, renumberings: int, calm: int = 0
) -> tuple[Verdict, float | None]:
    """Deliver all mails, some of them while the line is cut or the reader killed. The reader is not running yet.

    The first `calm` mails come in undisturbed; returned beside the verdict is how many of these a second.
    """
    rate = None
    if calm:
        mailbox.deliver(mailbox.posted[:calm])
        mailbox.portal.start_reader()
        mailbox.settle()
        rate = calm / mailbox.settled()[1]
    else:
        mailbox.portal.start_reader()
    faults = [mailbox.cut_the_line] * cuts + [mailbox.kill_the_reader] * kills
    mailbox.dice.shuffle(faults)
    rest = mailbox.posted[calm:]
    for number, fault in enumerate(faults):
        fault(rest[len(rest) * number // len(faults) : len(rest) * (number + 1) // len(faults)])
        mailbox.settle()
        if (number + 1) * renumberings // len(faults) > number * renumberings // len(faults):
            mailbox.renumber()
    return mailbox.settled()[0], rate
