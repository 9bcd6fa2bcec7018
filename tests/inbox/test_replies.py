"""A reply by mail finds its case, and counts as its writer's word: in time, after the closing, from whom it may."""

import os
import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from pytest_django import Settings

from cases import actions
from cases.inbox import handling, storing
from cases.lifecycle import Status
from cases.models import (
    Case,
    Channel,
    EventKind,
    IncomingMail,
    MailFate,
    MailReason,
    Message,
    OnCallAlert,
)
from cases.rules import Outcome, RuleBroken
from notifications.models import OutgoingMail
from tests import builders
from tests.builders import all_at_once, at, deadline_of, events_of, fresh, last_event, reminded_twice
from tests.inbox.post import about, answer_to, case_of, deliver, letter
from tests.notifications.office import Office, mail, open_office, tell
from tests.severities import propose

pytestmark = pytest.mark.clause("P1.2")
ASKED = "Tue 24 Nov 09:30"
# Of a mail and the closing. RACES says how many.
RACES = int(os.environ.get("RACES", "5"))


@pytest.fixture
def asked(office: Office) -> OutgoingMail:
    """Lena's question to Priya, as it went out."""
    case = office.log()
    office.ask(case, ASKED)
    tell(ASKED)
    return mail("specialist_replied")


def test_an_answer_to_our_mail_is_a_word_on_its_case(office: Office, asked: OutgoingMail) -> None:
    came = deliver(answer_to(asked, office.priya), "Tue 10:00")
    case = case_of(came)
    assert came.fate == MailFate.REPLY
    assert case.pk == asked.case_id
    said = case.messages.latest("pk")
    assert (said.body, said.author, said.channel, said.said_at) == (
        "It is 6.1.",
        office.priya,
        Channel.EMAIL,
        at("Tue 10:00"),
    )
    assert came.message == said
    assert "Which version runs on BK-02?" in came.whole_text
    assert case.status == Status.OPEN
    assert not case.episodes.filter(ended_at=None).exists()


def headers_of(asked: OutgoingMail) -> dict[str, dict[str, Any]]:
    return {
        "by the mail that it answers": {"In_Reply_To": asked.message_id},
        "by the mails above it": {"References": f"<else@x.example> {asked.message_id}"},
        "by the root, where a server changed our Message-ID": {"References": f"<case.{asked.case_id}@probax.io>"},
        "by the reference in the subject": {"Subject": "AW: [NWIT-1] We need a word"},
        "by the reference alone": {"Subject": "nwit-1"},
    }


@pytest.mark.parametrize("how", list(range(5)))
def test_the_ways_to_name_a_case(office: Office, asked: OutgoingMail, how: int) -> None:
    headers = list(headers_of(asked).values())[how]
    assert case_of(deliver(letter(office.priya, "Hello", **headers), "Tue 10:00")).pk == asked.case_id


def test_the_reply_address_names_the_case(office: Office, settings: Settings) -> None:
    settings.MAIL_PLUS_ADDRESSING = True
    case = office.log()
    office.ask(case, ASKED)
    tell(ASKED)
    address = mail("specialist_replied").headers["Reply-To"]
    assert "care+nwit-1." in address
    assert case_of(deliver(letter(office.priya, "Hello", to=address), "Tue 10:00")) == case
    # A colleague to whom it was forwarded may see the case.
    assert case_of(deliver(letter(office.omar, "Hello", to=address), "Tue 10:01")) == case
    # An address that we did not give out names nothing.
    guessed = deliver(letter(office.priya, "Else", to="care+nwit-1.aaaaaaaaaaaaaaaa@probax.io"), "Tue 10:02")
    assert guessed.fate == MailFate.NEW_CASE


def test_nobody_writes_on_another_partners_case(office: Office, asked: OutgoingMail) -> None:
    came = deliver(answer_to(asked, office.zoe), "Tue 10:00")
    assert (came.fate, came.reason) == (MailFate.TRAY, MailReason.NOT_THEIR_CASE)
    assert Message.objects.filter(by_staff=False).count() == 0
    unknown = deliver(answer_to(asked, "eve@else.example"), "Tue 10:01")
    assert (unknown.fate, unknown.reason) == (MailFate.TRAY, MailReason.UNKNOWN_SENDER)
    assert fresh(about(asked)).status == Status.WAITING


def test_a_mail_that_is_forged_is_no_word(office: Office, asked: OutgoingMail, settings: Settings) -> None:
    settings.MAIL_AUTHSERV_ID = "mx.probax.io"
    forged = answer_to(asked, office.priya, Authentication_Results="mx.probax.io; dmarc=fail header.from=nwit.example")
    assert deliver(forged, "Tue 10:00").reason == MailReason.FORGED
    assert fresh(about(asked)).status == Status.WAITING


def test_answers_between_quoted_lines_are_kept(office: Office, asked: OutgoingMail) -> None:
    body = (
        "On Tue, 24 Nov 2026 at 10:00, Probax Support <care@probax.io> wrote:\n"
        "> Which version runs?\n6.1 on both.\n> And the OS?\nWindows 2022.\n> Thanks\n"
    )
    came = deliver(letter(office.priya, f"Re: {asked.subject}", body), "Tue 10:00")
    assert "6.1 on both." in case_of(came).messages.latest("pk").body
    assert "Windows 2022." in case_of(came).messages.latest("pk").body


def test_a_word_to_a_merged_case_goes_to_the_one_that_goes_on(office: Office, asked: OutgoingMail) -> None:
    other = office.log("Tue 24 Nov 09:10")
    Case.objects.filter(pk=about(asked).pk).update(merged_into=other)
    assert case_of(deliver(answer_to(asked, office.priya), "Tue 10:00")) == other


# --- Closings -----------------------------------------------------------------------------------------------------


def silent(office: Office) -> Case:
    """Return a case that silence closed on Tuesday at 17:00."""
    case = office.log()
    reminded_twice(case, office.lena)
    builders.close_in_silence(case, at("Tue 1 Dec 17:00"))
    return fresh(case)


@pytest.mark.clause("P9.5")
@pytest.mark.parametrize(
    ("received", "handled"),
    [
        ("Tue 1 Dec 16:59:50", "Tue 1 Dec 17:00:10"),
        ("Tue 1 Dec 16:59:50", "Tue 1 Dec 17:30"),
        ("Tue 1 Dec 17:01:00", "Tue 1 Dec 17:01:20"),
        ("Tue 1 Dec 17:01:00", "Wed 2 Dec 09:00"),
    ],
)
def test_a_word_received_in_time_takes_the_closing_back_however_late_it_is_read(
    office: Office, received: str, handled: str
) -> None:
    case = silent(office)
    came = deliver(letter(office.priya, "Re: [NWIT-1]"), received, handled_at=at(handled))
    assert came.fate == MailFate.REPLY
    assert fresh(case).status == Status.OPEN
    assert EventKind.CLOSING_TAKEN_BACK in events_of(case)


@pytest.mark.clause("P9.6")
def test_a_later_word_opens_a_provisional_follow_up_with_its_clock(office: Office) -> None:
    case = silent(office)
    came = deliver(letter(office.priya, "Re: [NWIT-1] Jobs abort", "It is back."), "Tue 1 Dec 17:01:01")
    follow_up = case_of(came)
    assert came.fate == MailFate.NEW_CASE
    assert (follow_up.follow_up_of, follow_up.is_provisional) == (case, True)
    assert follow_up.deadlines.filter(kind="first_response", ended_at=None).exists()
    assert last_event(case).facts["reference"] == follow_up.reference
    assert fresh(case).status == Status.CLOSED
    tell("Tue 1 Dec 17:02")
    written = OutgoingMail.objects.get(kind="case_received", case=follow_up).body_text
    assert "was closed already" in written


def thanks(office: Office) -> Case:
    """Return the provisional follow-up that thanks for a closed case opened."""
    case = office.log()
    office.close(case, "Tue 24 Nov 10:00")
    return case_of(deliver(letter(office.priya, "Re: [NWIT-1]", "Thank you!"), "Tue 24 Nov 12:00"))


@pytest.mark.clause("P9.6")
def test_thanks_are_dismissed_and_count_nowhere(office: Office) -> None:
    case = thanks(office)
    late = at("Thu 26 Nov 12:00")
    actions.record_breaches(deadline_ids=[case.deadlines.get(kind="first_response").pk], now=late)
    actions.dismiss_as_thanks(case_id=case.pk, actor=office.lena, now=late)
    actions.dismiss_as_thanks(case_id=case.pk, actor=office.max, now=late)
    case = fresh(case)
    assert (case.status, case.dismissed_at) == (Status.CLOSED, late)
    assert case.closings.get().outcome == Outcome.NOT_A_REQUEST
    assert set(case.deadlines.values_list("kept", flat=True)) == {None}
    assert not case.deadlines.filter(ended_at=None).exists()
    assert not hasattr(case.closings.get(), "survey")
    assert events_of(case).count(EventKind.DISMISSED_AS_THANKS) == 1
    before = OutgoingMail.objects.filter(recipient=office.priya).count()
    tell("Thu 26 Nov 12:05")
    assert OutgoingMail.objects.filter(recipient=office.priya, kind="case_closed", case=case).count() == 0
    assert before <= OutgoingMail.objects.filter(recipient=office.priya).count()


@pytest.mark.clause("P9.6")
def test_a_follow_up_that_is_confirmed_is_a_case_like_any_other(office: Office) -> None:
    case = thanks(office)
    actions.confirm_follow_up(case_id=case.pk, actor=office.lena, now=at("Tue 13:00"))
    assert not fresh(case).is_provisional
    with pytest.raises(RuleBroken, match="like any other"):
        actions.dismiss_as_thanks(case_id=case.pk, actor=office.max, now=at("Tue 13:01"))


@pytest.mark.clause("P9.6")
def test_a_follow_up_that_somebody_answered_is_not_dismissed(office: Office) -> None:
    case = thanks(office)
    builders.answer(case, office.max, at("Tue 13:00"))
    with pytest.raises(RuleBroken, match="Somebody answered"):
        actions.dismiss_as_thanks(case_id=case.pk, actor=office.lena, now=at("Tue 13:01"))


@pytest.mark.clause("P9.6")
def test_only_staff_say_what_was_thanks(office: Office) -> None:
    case = thanks(office)
    for act in (actions.dismiss_as_thanks, actions.confirm_follow_up, actions.settle_triage):
        with pytest.raises(RuleBroken, match="Only support staff"):
            act(case_id=case.pk, actor=office.priya, now=at("Tue 13:00"))


@pytest.mark.clause("P2.2")
def test_what_a_mail_left_open_is_settled_once(office: Office) -> None:
    case = case_of(deliver(letter(office.priya), "Tue 09:00"))
    for _time in range(2):
        actions.settle_triage(case_id=case.pk, actor=office.lena, now=at("Tue 09:30"))
    assert fresh(case).triage == ""
    assert events_of(case).count(EventKind.TRIAGED) == 1


# --- Staff --------------------------------------------------------------------------------------------------------


@pytest.mark.clause("P2.5")
def test_a_specialist_who_answers_by_mail_stops_the_clock(office: Office, settings: Settings) -> None:
    settings.MAIL_AUTHSERV_ID = "mx.probax.io"
    case = office.log()
    proof: dict[str, Any] = {"Authentication_Results": "mx.probax.io; dmarc=pass header.from=probax.example"}
    came = deliver(letter(office.lena, "Re: [NWIT-1]", "Update the agent.", **proof), "Tue 10:00")
    assert came.fate == MailFate.REPLY
    assert fresh(case).first_response_at == at("Tue 10:00")
    said = case.messages.get()
    assert (said.author, said.by_staff, said.channel, said.body) == (
        office.lena,
        True,
        Channel.EMAIL,
        "Update the agent.",
    )
    new = deliver(letter(office.lena, "Something new", "A thought.", **proof), "Tue 10:01")
    assert (new.fate, new.reason) == (MailFate.TRAY, MailReason.STAFF_NEW)
    elsewhere: dict[str, Any] = {"Authentication_Results": "mx.probax.io; dmarc=pass header.from=evil.example"}
    forged = deliver(letter(office.lena, "Re: [NWIT-1]", "Pay here.", **elsewhere), "Tue 10:02")
    assert (forged.fate, forged.reason) == (MailFate.TRAY, MailReason.UNPROVEN_STAFF)


def test_a_mail_is_handled_once_however_often_it_is_looked_at(office: Office, asked: OutgoingMail) -> None:
    came = deliver(answer_to(asked, office.priya), "Tue 10:00")
    read = actions.MailRead(from_address=office.priya.email, said="Again.")
    for act in (actions.reply_from_mail, actions.log_follow_up_from_mail):
        assert act(mail_id=came.pk, read=read, case_id=about(asked).pk, actor=office.priya, now=at("Tue 10:01")) is None
    assert Message.objects.filter(by_staff=False).count() == 1
    assert IncomingMail.objects.count() == 1


def test_an_old_case_gets_at_most_thirty_mails_an_hour(office: Office, asked: OutgoingMail) -> None:
    colleagues = [builders.contact(f"Contact {number}", office.northwind) for number in range(4)]
    fates = [
        deliver(
            answer_to(asked, colleagues[number % 4], f"Word {number}"), at("Tue 10:00") + timedelta(minutes=number)
        ).fate
        for number in range(32)
    ]
    assert fates == [MailFate.REPLY] * 30 + [MailFate.TRAY] * 2
    assert not OnCallAlert.objects.exists()
    assert deadline_of(about(asked)).pk


@pytest.mark.clause("P9.5")
@pytest.mark.django_db(transaction=True)
def test_a_mail_that_is_read_at_the_moment_of_the_closing_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    # As many as are wanted come from one sender here.
    monkeypatch.setattr("cases.inbox.routing.MOST_AN_HOUR", 1_000_000)
    office = open_office()
    for number in range(1, RACES + 1):
        case = office.log()
        reminded_twice(case, office.lena)
        closes_at = at("Tue 1 Dec 17:00")
        raw = letter(office.priya, f"Re: [NWIT-{number}] A word").as_bytes()
        came_at, now = closes_at + timedelta(seconds=number * 12 % 61), at("Tue 1 Dec 17:02")
        storing.store(raw, source="x", received_at=came_at, now=now)
        waiting = handling.waiting(now, limit=1)
        calls: list[Callable[[], object]] = [
            partial(builders.close_in_silence, case, closes_at),
            partial(handling.handle, waiting[0], now=now),
        ]
        assert not [answer for answer in all_at_once(calls) if isinstance(answer, Exception)]
        assert fresh(case).status == Status.OPEN
        assert case.messages.filter(by_staff=False).count() == 1
        assert Case.objects.count() == number


def test_a_link_that_agrees_is_quoted_to_nobody_at_the_desk(office: Office) -> None:
    case = office.log(severity=2)
    propose(case, office.lena, 3, at(ASKED))
    tell(ASKED)
    asked = mail("severity_proposed", office.priya)
    key = re.search(r"/severity/([\w-]+)/", asked.body_text)
    assert key is not None
    came = deliver(answer_to(asked, office.priya, f"I look at {key[0]} later."), "Tue 11:00")
    assert case_of(came) == case
    assert "/severity/.../" in came.whole_text
    assert case.messages.latest("pk").body == "I look at /severity/.../ later."
    assert key[1] not in came.whole_text
