"""Hostile and broken mails: each ends as exactly one thing, and the next one goes on."""

import os
import time
from collections import Counter
from email.message import EmailMessage

import pytest
from pytest_django import Settings

from cases.inbox import handling, reading, storing
from cases.inbox.reading import OverLimit
from cases.models import Case, EventKind, IncomingMail, MailFate, MailReason, Message, User
from notifications.models import MailKind, OutgoingMail
from tests.builders import at
from tests.inbox import hostile
from tests.inbox.post import answer_to, deliver, letter
from tests.notifications.office import Office, mail, tell

pytestmark = pytest.mark.clause("P1.2")
MUTATIONS = int(os.environ.get("MAIL_MUTATIONS", "300"))
SEED = int(os.environ.get("MAIL_SEED", "20261124"))
NOON = at("Tue 12:00")


@pytest.fixture(autouse=True)
def no_caps(monkeypatch: pytest.MonkeyPatch) -> None:
    """So many mails of one sender come in here that the caps on senders and cases would answer for all of them."""
    monkeypatch.setattr("cases.inbox.routing.MOST_AN_HOUR", 1_000_000)


def assert_one_thing(mail: IncomingMail) -> None:
    """Check that a mail became exactly one thing, and that what it became is there."""
    assert mail.fate != MailFate.WAITING
    assert (mail.fate in (MailFate.NEW_CASE, MailFate.REPLY, MailFate.FILED)) <= (mail.case is not None)
    assert (mail.fate in (MailFate.KEPT, MailFate.TRAY, MailFate.ASIDE, MailFate.FILED)) <= (mail.reason != "")
    assert (mail.fate == MailFate.REPLY) == (mail.message is not None)
    for text in (mail.subject, mail.from_name, mail.from_address, mail.whole_text, mail.said):
        assert "\0" not in text
        assert not set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069") & set(text)
    assert "\n" not in mail.subject + mail.from_name


ANSWERS = (MailKind.CASE_RECEIVED, MailKind.REQUEST_KEPT, MailKind.MAIL_PUT_ASIDE)


def assert_no_machine_and_no_stranger_is_answered() -> None:
    """Write whatever is owed, and see that it goes to our people alone, at most one answer to each of them an hour."""
    tell("Tue 12:01")
    assert not OutgoingMail.objects.filter(event__kind=EventKind.MAIL_FILED).exists()
    people = set(User.objects.values_list("email", flat=True))
    assert set(OutgoingMail.objects.values_list("to_address", flat=True)) <= people
    soon = OutgoingMail.objects.filter(kind__in=ANSWERS, due_at__range=(NOON, at("Tue 13:00")))
    assert max(Counter(soon.values_list("to_address", flat=True)).values(), default=0) <= 1


@pytest.mark.parametrize("name", [name for name in hostile.NAMED if name != "nothing"])
def test_a_hostile_mail_ends_as_one_thing(office: Office, name: str) -> None:
    began = time.monotonic()
    came = deliver(hostile.NAMED[name], NOON)
    assert time.monotonic() - began < 10
    assert came.tries == 0, came.detail
    assert_one_thing(came)
    assert deliver(letter(office.priya, "The next one goes on"), NOON).fate == MailFate.NEW_CASE


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("nested 100 deep", MailReason.TOO_MANY_PARTS),
        ("nested 25 deep", MailReason.TOO_DEEP),
        ("mails in mails", MailReason.TOO_DEEP),
        ("10,000 parts", MailReason.TOO_MANY_PARTS),
        ("a boundary in pieces", MailReason.TOO_MANY_PARTS),
        ("50 MB", MailReason.TOO_LARGE),
    ],
)
def test_over_a_limit_it_is_kept_raw_and_put_aside(office: Office, name: str, reason: str) -> None:
    came = deliver(hostile.NAMED[name], NOON)
    assert (came.fate, came.reason, came.from_address) == (MailFate.ASIDE, reason, office.priya.email)
    assert came.size == len(hostile.NAMED[name])
    assert handling.raw_of(came) == hostile.NAMED[name]


@pytest.mark.parametrize("head", ["", "Auto-Submitted: auto-replied", "Precedence: bulk", "List-Id: <x>"])
def test_a_contact_is_told_once_a_day_that_a_mail_was_put_aside_and_a_machine_never(office: Office, head: str) -> None:
    for when in ("Tue 12:00", "Tue 13:30", "Wed 12:30"):
        more = f"{head}\r\nDate: {when}\r\n".lstrip().encode()
        deliver(hostile.nested(30).replace(b"MIME-Version", more + b"MIME-Version"), when)
        tell(when)
    told = OutgoingMail.objects.filter(kind=MailKind.MAIL_PUT_ASIDE)
    assert [mail_out.made_at for mail_out in told.order_by("pk")] == ([] if head else [NOON, at("Wed 12:30")])
    for mail_out in told:
        assert mail_out.recipient == office.priya
        assert "nested too deep" in mail_out.body_text
        assert "nested" not in mail_out.subject, "nothing of what came is sent to anybody"


def test_no_stranger_no_staff_and_no_forged_sender_is_told(office: Office, settings: Settings) -> None:
    settings.MAIL_AUTHSERV_ID = "mx.probax.io"
    deep = hostile.nested(30)
    senders = [b"Eve <eve@else.example>", b"Lena <lena.fischer@probax.io>", b"care@probax.io"]
    mails = [deep.replace(b"Priya Raman <priya.raman@nwit.example>", sender) for sender in senders]
    mails.append(b"Authentication-Results: mx.probax.io; dmarc=fail\r\n" + deep)
    for number, raw in enumerate(mails):
        came = deliver(f"X-Number: {number}\r\n".encode() + raw.replace(b"<nested30@h>", b"<%d@h>" % number), NOON)
        assert (came.fate, came.reason) == (MailFate.ASIDE, MailReason.TOO_DEEP)
    tell("Tue 12:01")
    assert not OutgoingMail.objects.exists()


def test_within_the_limits_it_is_read() -> None:
    assert "Deep." in reading.read(hostile.nested(10)).said
    assert len(reading.read(hostile.many_parts(98)).said.split()) == 98
    with pytest.raises(OverLimit):
        reading.read(hostile.many_parts(101))


def test_no_header_is_injected_and_nothing_is_turned_around(office: Office) -> None:
    injected = deliver(hostile.NAMED["an injected header"], NOON)
    assert injected.subject == "a Bcc: evil@else.example"
    turned = deliver(hostile.NAMED["turned around"], NOON)
    assert (turned.subject, turned.said) == ("gpj", "gpj.exe")
    tell("Tue 12:01")
    for written in OutgoingMail.objects.all():
        assert "\n" not in written.subject


@pytest.mark.slow
def test_mutated_mails_each_end_as_one_thing(office: Office) -> None:
    """MAIL_MUTATIONS and MAIL_SEED say how many and which; the run prints what became of them."""
    case = office.log("Tue 24 Nov 09:00")
    office.ask(case, "Tue 24 Nov 09:30")
    tell("Tue 24 Nov 09:30")
    seeds = [message.as_bytes() for message in seeds_for(office)]
    for raw in hostile.mutated(SEED, seeds, MUTATIONS):
        if raw.strip():
            storing.store(raw, source="fuzz", received_at=NOON, now=NOON)
    for mail_id in handling.waiting(NOON, limit=MUTATIONS):
        handling.handle(mail_id, now=NOON)
    for came in IncomingMail.objects.select_related("case", "message").iterator():
        assert came.tries == 0, came.detail
        assert_one_thing(came)
    assert_no_machine_and_no_stranger_is_answered()
    fates = Counter(IncomingMail.objects.values_list("fate", flat=True))
    print(f"seed {SEED}: {dict(fates)}")  # noqa: T201 - shown with -s
    assert fates[MailFate.NEW_CASE] == Case.objects.exclude(pk=case.pk).count()
    assert fates[MailFate.REPLY] == Message.objects.filter(by_staff=False).count()
    assert len(fates) >= 3


def seeds_for(office: Office) -> list[EmailMessage]:
    asked = mail("specialist_replied")
    html = letter(office.priya, "Sev 2: slow")
    html.add_alternative("<p>It is <b>slow</b></p><blockquote>old</blockquote>", subtype="html")
    html.add_attachment(b"error 1603", maintype="text", subtype="plain", filename="agent.log")
    return [
        letter(office.priya),
        html,
        answer_to(asked, office.priya),
        answer_to(asked, office.omar, Auto_Submitted="auto-replied"),
        letter("eve@else.example", "[SEV-1] Help", "Grüße, 你好"),
    ]


def test_the_third_failure_puts_a_mail_aside_and_the_next_goes_on(office: Office) -> None:
    storing.store(letter(office.priya, "Poison").as_bytes(), source="x", received_at=NOON, now=NOON)
    poison = IncomingMail.objects.get()
    poison.raw.storage.delete(str(poison.raw.name))
    assert deliver(letter(office.priya, "Fine"), NOON).fate == MailFate.NEW_CASE
    poison.refresh_from_db()
    assert (poison.fate, poison.tries) == (MailFate.WAITING, 1)
    for minute in (1, 3, 9):
        for mail_id in handling.waiting(at(f"Tue 12:0{minute}"), limit=10):
            handling.handle(mail_id, now=at(f"Tue 12:0{minute}"))
    poison.refresh_from_db()
    assert (poison.fate, poison.reason, poison.tries) == (MailFate.ASIDE, MailReason.FAILED, 3)
    assert "FileNotFoundError" in poison.detail
