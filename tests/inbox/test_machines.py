"""What machines write: kept where it belongs, never answered, never a word. Bounces mark the address."""

from datetime import datetime, timedelta
from email.message import EmailMessage
from functools import partial
from itertools import pairwise

import pytest

from cases import actions
from cases.lifecycle import Status
from cases.models import Case, EventKind, IncomingMail, MailAddress, MailFate, MailReason, Message, Partner, Plan
from cases.rules import AttemptOutcome, RuleBroken
from notifications import sweeps
from notifications.models import MailState, OutgoingMail
from tests import builders
from tests.builders import at, episode_of, events_of, fresh, last_event
from tests.inbox.post import about, answer_to, deliver, letter
from tests.notifications.office import Office, mail, send, tell, tick

pytestmark = pytest.mark.clause("P9.5")
ASKED = "Tue 24 Nov 09:30"


@pytest.fixture
def asked(office: Office) -> OutgoingMail:
    """Lena's question to Priya, as it went out."""
    case = office.log()
    office.ask(case, ASKED)
    tell(ASKED)
    send("Tue 24 Nov 09:31")
    return mail("specialist_replied")


AUTOMATIC = [
    ({"Auto_Submitted": "auto-replied"}, MailReason.AUTOMATIC),
    ({"Auto_Submitted": "auto-generated; x=y"}, MailReason.AUTOMATIC),
    ({"Auto_Submitted": "AUTO-NOTIFIED"}, MailReason.AUTOMATIC),
    ({"X_Auto_Response_Suppress": "All"}, MailReason.AUTOMATIC),
    ({"Precedence": "auto_reply"}, MailReason.AUTOMATIC),
    ({"X_Autoreply": "yes"}, MailReason.AUTOMATIC),
    ({"Return_Path": "<>"}, MailReason.AUTOMATIC),
    ({"Subject": "Automatic reply: [NWIT-1] A question"}, MailReason.AUTOMATIC),
    ({"Subject": "Out of Office: [NWIT-1] A question"}, MailReason.AUTOMATIC),
    ({"Subject": "Re: Abwesenheitsnotiz [NWIT-1]"}, MailReason.AUTOMATIC),
    ({"Precedence": "bulk"}, MailReason.LIST),
    ({"Precedence": "list"}, MailReason.LIST),
    ({"List_Id": "<it.nwit.example>"}, MailReason.LIST),
]


@pytest.mark.parametrize(("headers", "reason"), AUTOMATIC)
def test_an_automatic_reply_is_kept_with_its_case_and_is_no_word(
    office: Office, asked: OutgoingMail, headers: dict[str, str], reason: str
) -> None:
    before = OutgoingMail.objects.count()
    came = deliver(answer_to(asked, office.priya, "I am away.", **headers), "Tue 10:00")
    assert (came.fate, came.reason, came.case_id) == (MailFate.FILED, reason, asked.case_id)
    case = fresh(about(asked))
    assert case.status == Status.WAITING
    assert episode_of(case).next_reminder_at is not None
    assert last_event(case).kind == EventKind.MAIL_FILED
    assert not last_event(case).public
    tell("Tue 10:01")
    assert OutgoingMail.objects.count() == before
    assert Message.objects.filter(by_staff=False).count() == 0


def test_auto_submitted_no_is_a_person(office: Office, asked: OutgoingMail) -> None:
    assert deliver(answer_to(asked, office.priya, Auto_Submitted="no"), "Tue 10:00").fate == MailFate.REPLY


def test_machines_of_strangers_are_kept_and_those_of_contacts_shown(office: Office) -> None:
    news = deliver(letter("news@shop.example", "Sev 1 sale!", List_Id="<shop>"), "Tue 10:00")
    assert (news.fate, news.reason) == (MailFate.KEPT, MailReason.LIST)
    group = deliver(letter(office.priya, "Restores fail", List_Id="<it.nwit.example>"), "Tue 10:01")
    assert (group.fate, group.reason) == (MailFate.TRAY, MailReason.LIST)
    robot = deliver(letter("no-reply@tool.example", "Alert"), "Tue 10:02")
    assert (robot.fate, robot.reason) == (MailFate.KEPT, MailReason.AUTOMATIC)
    assert not Case.objects.exists()


def test_our_own_mail_that_comes_back_is_known(office: Office, asked: OutgoingMail) -> None:
    back = EmailMessage()
    back["From"], back["To"], back["Subject"] = "x@else.example", "care@probax.io", asked.subject
    back["Message-ID"] = asked.message_id
    back.set_content("Hello")
    assert deliver(back, "Tue 10:00").reason == MailReason.OUR_OWN
    ours = deliver(letter("Probax <care+tag@probax.io>", "Hello"), "Tue 10:01")
    assert (ours.fate, ours.reason) == (MailFate.KEPT, MailReason.OUR_OWN)
    marked = letter(office.priya, "Hi", X_Support_Mark=asked.headers["X-Support-Mark"])
    assert deliver(marked, "Tue 10:02").reason == "", "the mark of another mail proves nothing"


# --- Bounces ------------------------------------------------------------------------------------------------------


def report(about: OutgoingMail, *, code: str = "5.1.1", action: str = "failed", to: str = "") -> bytes:
    """Return what a mail server says of a mail of ours."""
    return f"""Return-Path: <>
From: MAILER-DAEMON@mx.nwit.example
To: care@probax.io
Subject: Undelivered Mail Returned to Sender
Message-ID: <{code}.{action}.{about.pk}@mx.nwit.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"

--=_b
Content-Type: text/plain

I am sorry.
--=_b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.nwit.example

Final-Recipient: rfc822; {to or about.to_address}
Action: {action}
Status: {code}
Diagnostic-Code: smtp; 550 {code} No such user

--=_b
Content-Type: text/rfc822-headers

From: care@probax.io
To: {about.to_address}
Message-ID: {about.message_id}

--=_b--
""".encode()


def bounce(about: OutgoingMail, when: str, **said: str) -> IncomingMail:
    return deliver(report(about, **said), when)


def test_a_bounce_is_kept_with_its_case_and_stops_notices_to_nobody(office: Office, asked: OutgoingMail) -> None:
    came = bounce(asked, "Tue 10:00")
    assert (came.fate, came.reason, came.bounced_address) == (MailFate.FILED, MailReason.BOUNCE, office.priya.email)
    address = MailAddress.objects.get()
    assert (address.address, address.code, address.words) == (office.priya.email, "5.1.1", "550 5.1.1 No such user")
    assert address.stopped_at == at("Tue 10:00")
    office.reply(about(asked), "Tue 24 Nov 11:00", "Hello?")
    tell("Tue 24 Nov 11:00")
    kept = OutgoingMail.objects.latest("pk")
    assert (kept.state, kept.recipient) == (MailState.WITHDRAWN, office.priya)
    assert "came back" in kept.last_error
    actions.clear_address(address=office.priya.email, actor=office.lena, now=at("Tue 11:30"))
    office.reply(about(asked), "Tue 24 Nov 12:00", "Hello again?")
    tell("Tue 24 Nov 12:00")
    assert OutgoingMail.objects.latest("pk").state == MailState.QUEUED


@pytest.mark.parametrize(("code", "stopped"), [("5.1.1", True), ("5.1.10", True), ("5.2.2", False), ("4.4.7", False)])
def test_a_full_mailbox_is_marked_and_still_written_to(
    office: Office, asked: OutgoingMail, code: str, stopped: bool
) -> None:
    bounce(asked, "Tue 10:00", code=code)
    assert (MailAddress.objects.get().stopped_at is not None) == stopped


def test_a_mail_that_is_late_is_no_bounce(office: Office, asked: OutgoingMail) -> None:
    came = bounce(asked, "Tue 10:00", action="delayed", code="4.4.1")
    assert (came.fate, came.reason) == (MailFate.FILED, MailReason.DELIVERY)
    assert not MailAddress.objects.exists()


def test_nobody_stops_our_mails_with_a_bounce_of_their_own(office: Office, asked: OutgoingMail) -> None:
    other = report(asked, to="omar.haddad@nwit.example").replace(b"To: priya.raman", b"To: omar.haddad")
    deliver(other, "Tue 10:00")
    forged = report(asked).replace(asked.message_id.encode(), b"<c1.aaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbb@x>")
    came = deliver(forged.replace(b"5.1.1.failed", b"another"), "Tue 10:01")
    assert came.fate == MailFate.KEPT
    assert not MailAddress.objects.exists()


def reminded(office: Office) -> Case:
    """Return a case whose first reminder left on Thursday at 10:00."""
    case = office.log()
    office.ask(case, "Tue 24 Nov 09:30")
    tell("Tue 24 Nov 09:30")
    tick("Thu 26 Nov 10:00")
    assert case.attempts.get().number == 1
    return case


def test_a_reminder_that_bounced_is_no_attempt(office: Office) -> None:
    case = reminded(office)
    bounce(mail("reminder_one"), "Thu 26 Nov 10:05", code="5.2.2")
    attempt = case.attempts.get()
    assert (attempt.outcome, attempt.number, attempt.business_date) == (AttemptOutcome.FAILED, None, None)
    assert events_of(case)[-2:] == [EventKind.ATTEMPT_FAILED, EventKind.MAIL_FILED]
    assert episode_of(case).next_reminder_at == at("Mon 30 Nov 10:00")
    tick("Mon 30 Nov 10:00")
    assert case.attempts.get(outcome=AttemptOutcome.SENT).number == 1
    assert episode_of(case).closes_at is None


def test_a_second_reminder_that_bounced_takes_the_closing_off_the_timetable(office: Office) -> None:
    case = reminded(office)
    tick("Mon 30 Nov 10:00")
    assert episode_of(case).closes_at == at("Tue 1 Dec 17:00")
    bounce(mail("reminder_two"), "Mon 30 Nov 10:05", code="5.2.2")
    episode = episode_of(case)
    assert (episode.closes_at, episode.next_reminder_at) == (None, at("Mon 30 Nov 10:00"))
    assert builders.close_in_silence(case, at("Tue 1 Dec 17:00")) is None
    tick("Tue 1 Dec 10:00")
    assert episode_of(case).closes_at == at("Wed 2 Dec 17:00")


def test_a_first_reminder_that_bounced_late_makes_the_second_the_first(office: Office) -> None:
    case = reminded(office)
    tick("Mon 30 Nov 10:00")
    bounce(mail("reminder_one"), "Mon 30 Nov 10:05", code="5.2.2")
    assert list(case.attempts.order_by("pk").values_list("number", flat=True)) == [None, 1]
    assert episode_of(case).closes_at is None


def test_only_staff_say_that_an_address_works_again(office: Office) -> None:
    with pytest.raises(RuleBroken, match="Only support staff"):
        actions.clear_address(address="a@x.example", actor=office.priya, now=at("Tue 10:00"))


# --- Loops --------------------------------------------------------------------------------------------------------


@pytest.mark.clause("P1.2")
@pytest.mark.parametrize(
    ("threads", "lapses"),
    [(True, False), (False, False), (False, True)],
    ids=["with references", "without references", "while the plan ends and is renewed"],
)
def test_two_machines_that_hide_it_get_one_answer_an_hour_at_most(office: Office, threads: bool, lapses: bool) -> None:
    """A day against two automatic responders without one honest header: each answers everything at once."""
    robots = [office.priya, office.zoe]
    begins = at("Tue 24 Nov 09:00")
    for robot in robots:
        deliver(letter(robot, "Hello", "This is a robot."), begins)
    answered = 0
    for minute in range(0, 24 * 60, 10):
        now = begins + timedelta(minutes=minute)
        if lapses and minute % 90 == 0:
            # What answers them is by turns that a case is there, and that a request is kept.
            Partner.objects.update(plan=Plan.PAID if minute % 180 else Plan.LAPSED)
        sweeps.dispatch_events(now=now)
        sweeps.send_outbox(clock=partial(at_that_moment, now))
        sent = OutgoingMail.objects.filter(recipient__in=robots, state=MailState.SENT, pk__gt=answered)
        for mail_out in sent.select_related("recipient").order_by("pk"):
            answered = mail_out.pk
            assert mail_out.recipient is not None
            if threads:
                deliver(answer_to(mail_out, mail_out.recipient, f"Thank you for mail {answered}."), now)
            else:
                deliver(letter(mail_out.recipient, f"We got mail {answered}", "Thank you."), now)
    for robot in robots:
        written = OutgoingMail.objects.filter(recipient=robot, state=MailState.SENT).order_by("sent_at")
        left_at = [mail_out.sent_at for mail_out in written if mail_out.sent_at is not None]
        assert 1 <= len(left_at) <= 25
        assert len(set(written.values_list("kind", flat=True))) == (2 if lapses else 1)
        assert all(later - earlier >= timedelta(hours=1) for earlier, later in pairwise(left_at))


def at_that_moment(moment: datetime) -> datetime:
    """A clock that stands still."""
    return moment
