"""The whole life of a case in two weeks with a public holiday in them, by the timetable's own sweeps."""

import re
from datetime import datetime
from email.utils import parseaddr

import pytest
from django.core import mail
from django.test import Client

from cases import actions
from cases.lifecycle import Status
from cases.models import Case, Dispatch, EventKind
from cases.rules import RuleBroken
from notifications import health, sweeps
from notifications.models import MailState, OutgoingMail, StuckEvent
from tests.builders import Cast, answer, ask, at, deadline_of, episode_of, events_of, fresh, logged_case, say
from tests.cases.pages import browser_of, get, post, words_of

PRIYA, LENA, RUTH = "priya.raman@nwit.example", "lena.fischer@probax.example", "ruth.adeyemi@probax.example"
TITLE = "Restores are slow"
CLOSED = (PRIYA, f"[NWIT-1] Closed: {TITLE}")


class Postbox:
    """What the timetable sends: to whom, under which subject; the text of each is kept."""

    def __init__(self) -> None:
        self.texts: dict[tuple[str, str], str] = {}

    def at(self, now: datetime) -> list[tuple[str, str]]:
        """Let the timetable run at `now`, each sweep after those that make its work. Returns what was sent."""
        sweeps.warn_and_breach(now=now)
        sweeps.close_silent_cases(now=now)
        sweeps.keep_contact_attempts(now=now)
        sweeps.remind_of_milestones(now=now)
        sweeps.dispatch_events(now=now)
        sweeps.send_outbox(clock=lambda: now)
        sent = []
        for letter in mail.outbox:
            key = parseaddr(letter.to[0])[1], str(letter.subject)
            self.texts[key] = " ".join(str(letter.body).split())
            sent.append(key)
        mail.outbox.clear()
        return sent


@pytest.fixture
def post_box() -> Postbox:
    return Postbox()


def test_a_case_lives_for_two_weeks_and_everybody_hears_what_they_are_owed_once(
    people: Cast, post_box: Postbox
) -> None:
    # Thursday afternoon: six hours of the desk are one on Thursday and five on Friday.
    case = logged_case(people.priya, at("Thu 15 Jan 16:00"))
    received = (PRIYA, f"[NWIT-1] We have your case: {TITLE}")
    assert post_box.at(at("Thu 15 Jan 16:00:02")) == [received]
    assert "You get our first reply by Fri 16 Jan, 13:00 Sydney." in post_box.texts[received]

    nobody_answers_in_time(case, post_box)
    lena_answers_late_and_asks(case, people, post_box)
    priya_is_reminded_twice(case, post_box)
    silence_closes_the_case(case, post_box)
    with pytest.raises(RuleBroken, match="follow-up"):
        say(case, people.priya, at("Thu 29 Jan 17:05"))
    priya_answers_the_survey(people, post_box)

    # A month later nothing was left to do.
    assert post_box.at(at("Fri 27 Feb 9:00")) == []
    assert_the_record_is_whole(case)
    assert_each_mail_went_once(mails=15)


def nobody_answers_in_time(case: Case, post_box: Postbox) -> None:
    """Friday: three quarters of the time are used, then all of it. Nobody has the case, so the desk and Ruth hear."""
    assert post_box.at(at("Fri 16 Jan 11:29:59")) == []
    at_risk = f"[NWIT-1] At risk, reply by Fri 16 Jan, 13:00 Sydney: {TITLE}"
    assert post_box.at(at("Fri 16 Jan 11:30")) == [(LENA, at_risk), (RUTH, at_risk)]
    assert post_box.at(at("Fri 16 Jan 13:00")) == []
    missed = f"[NWIT-1] Missed, reply was due Fri 16 Jan, 13:00 Sydney: {TITLE}"
    assert post_box.at(at("Fri 16 Jan 13:00:01")) == [(LENA, missed), (RUTH, missed)]
    assert fresh(case).next_due_at == at("Fri 16 Jan 13:00")


def lena_answers_late_and_asks(case: Case, people: Cast, post_box: Postbox) -> None:
    """Friday to Wednesday: late stays late; Priya's word goes to the owner alone; then Lena asks."""
    actions.assign_case(
        case_id=case.pk, assignee_id=people.lena.pk, expected_id=None, actor=people.lena, now=at("Fri 16 Jan 13:30")
    )
    replied = (PRIYA, f"[NWIT-1] Lena Fischer replied: {TITLE}")
    answer(case, people.lena, at("Fri 16 Jan 14:00"), "The agent misses a fix.")
    assert post_box.at(at("Fri 16 Jan 14:00:02")) == []
    assert post_box.at(at("Fri 16 Jan 14:00:12")) == [replied]
    assert "The agent misses a fix." in post_box.texts[replied]
    # What is due next is an update, on the next business day: for staff alone.
    assert (deadline_of(case).kept, fresh(case).next_due_at) == (False, at("Mon 19 Jan 17:00"))
    assert post_box.at(at("Mon 19 Jan 8:00")) == [(LENA, f"[NWIT-1] Update due by Mon 19 Jan, 17:00 Sydney: {TITLE}")]
    say(case, people.priya, at("Mon 19 Jan 9:00"), "Which fix?")
    assert post_box.at(at("Mon 19 Jan 9:00:02")) == [(LENA, f"[NWIT-1] Priya Raman replied: {TITLE}")]
    overdue = f"[NWIT-1] Update overdue since Mon 19 Jan, 17:00 Sydney: {TITLE}"
    assert post_box.at(at("Mon 19 Jan 17:00:01")) == [(LENA, overdue), (RUTH, overdue)]
    ask(case, people.lena, at("Wed 21 Jan 11:00"), "Which version do you run?")
    assert post_box.at(at("Wed 21 Jan 11:00:12")) == [replied]
    assert "Which version do you run?" in post_box.texts[replied]


def priya_is_reminded_twice(case: Case, post_box: Postbox) -> None:
    """On Friday, two business days later at ten. Monday is Australia Day, so two more are Wednesday."""
    assert post_box.at(at("Fri 23 Jan 9:59:59")) == []
    one = (PRIYA, f"[NWIT-1] We need your answer: {TITLE}")
    assert post_box.at(at("Fri 23 Jan 10:00")) == [one]
    assert "Which version do you run?" in post_box.texts[one]
    assert "closes on" not in post_box.texts[one]
    for quiet in ("Mon 26 Jan 10:00", "Tue 27 Jan 10:00", "Wed 28 Jan 9:59:59"):
        assert post_box.at(at(quiet)) == []
    two = (PRIYA, f"[NWIT-1] Closes Thu 29 Jan, 17:00 Sydney without your answer: {TITLE}")
    assert post_box.at(at("Wed 28 Jan 10:00")) == [two]
    assert "If we hear nothing, the case closes on Thu 29 Jan, 17:00 Sydney." in post_box.texts[two]
    assert episode_of(case).closes_at == at("Thu 29 Jan 17:00")


def silence_closes_the_case(case: Case, post_box: Postbox) -> None:
    """On Thursday at closing time. The mail waits out the minute in which a word would take that back."""
    for quiet in ("Thu 29 Jan 16:59:59", "Thu 29 Jan 17:00", "Thu 29 Jan 17:00:59"):
        assert post_box.at(at(quiet)) == []
    assert (fresh(case).status, fresh(case).closed_at) == (Status.CLOSED, at("Thu 29 Jan 17:00"))
    assert post_box.at(at("Thu 29 Jan 17:01")) == [CLOSED]
    text = post_box.texts[CLOSED]
    assert "How it ended: No contact" in text
    assert "1. Email, Fri 23 Jan, 10:00 Sydney 2. Email, Wed 28 Jan, 10:00 Sydney" in text
    assert "/cases/new/?follow_up=NWIT-1" in text


def priya_answers_the_survey(people: Cast, post_box: Postbox) -> None:
    """Friday, by the link in the closing mail and without login; Ruth hears of a low score and reads it on her page."""
    link = re.search(r"https?://[^/\s]+(/survey/\S+/)", post_box.texts[CLOSED])
    assert link is not None
    said = {"handling": "3", "professionalism": "4", "satisfaction": "2", "comment": "I was away."}
    assert get(Client(), link[1], at("Fri 30 Jan 9:00")).status_code == 200
    assert post_box.at(at("Fri 30 Jan 9:00:01")) == []
    assert post(Client(), link[1], said, at("Fri 30 Jan 9:01")).status_code == 302
    low = (RUTH, f"[NWIT-1] Satisfaction 2 of 5: {TITLE}")
    assert post_box.at(at("Fri 30 Jan 9:01:02")) == [low]
    assert "I was away." in post_box.texts[low]
    page = words_of(get(browser_of(people.ruth, at("Fri 30 Jan 9:02")), "/manager/", at("Fri 30 Jan 9:02")))
    assert "I was away." in page
    assert "0 first replies in time, 1 late" in page


def assert_the_record_is_whole(case: Case) -> None:
    assert events_of(case) == [
        EventKind.CASE_LOGGED,
        EventKind.PROMISE_AT_RISK,
        EventKind.PROMISE_MISSED,
        EventKind.CASE_ASSIGNED,
        EventKind.SPECIALIST_REPLIED,
        # A progress update was due and late (P9.2).
        EventKind.PROMISE_AT_RISK,
        EventKind.CONTACT_REPLIED,
        EventKind.PROMISE_MISSED,
        EventKind.SPECIALIST_REPLIED,
        EventKind.REMINDER_MADE,
        EventKind.ATTEMPT_COUNTED,
        EventKind.REMINDER_MADE,
        EventKind.ATTEMPT_COUNTED,
        EventKind.CASE_CLOSED,
        EventKind.SURVEY_ANSWERED,
    ]


def assert_each_mail_went_once(*, mails: int) -> None:
    """Check that no event waits, no mail is owed, and each was sent once and for certain."""
    assert not Dispatch.objects.exists()
    assert not StuckEvent.objects.exists()
    assert set(OutgoingMail.objects.values_list("state", "ambiguous", "attempt")) == {(MailState.SENT, False, 1)}
    assert OutgoingMail.objects.count() == mails
    assert not health.oldest_due(at("Fri 27 Feb 9:00"))


@pytest.mark.clause("P9.5")
def test_a_word_in_the_last_minute_turns_the_end_around(people: Cast, post_box: Postbox) -> None:
    # The closing is taken back, its mail never leaves, and the case goes on.
    case = logged_case(people.priya, at("Wed 21 Jan 9:00"))
    ask(case, people.lena, at("Wed 21 Jan 11:00"))
    for moment in ("Fri 23 Jan 10:00", "Wed 28 Jan 10:00", "Thu 29 Jan 17:00"):
        post_box.at(at(moment))
    assert fresh(case).status == Status.CLOSED
    say(case, people.priya, at("Thu 29 Jan 17:00:40"), "Sorry, I was away.")
    assert sorted(post_box.at(at("Thu 29 Jan 17:00:42"))) == [
        (LENA, f"[NWIT-1] Priya Raman replied: {TITLE}"),
        (PRIYA, f"[NWIT-1] Your word came in time: {TITLE}"),
    ]
    assert post_box.at(at("Thu 29 Jan 17:05")) == []
    # The case goes on, and the contact is owed an update on the next business day.
    overdue = f"[NWIT-1] Update overdue since Fri 30 Jan, 17:00 Sydney: {TITLE}"
    assert post_box.at(at("Fri 27 Feb 9:00")) == [(LENA, overdue), (RUTH, overdue)]
    assert fresh(case).status == Status.OPEN
    withdrawn = OutgoingMail.objects.get(state=MailState.WITHDRAWN)
    assert (withdrawn.kind, withdrawn.sent_at) == ("case_closed", None)


def test_an_outage_over_the_weekend_sends_what_is_still_true(people: Cast, post_box: Postbox) -> None:
    # Nothing runs from Thursday evening to Tuesday; Monday is Australia Day.
    case = logged_case(people.priya, at("Wed 21 Jan 9:00"))
    ask(case, people.lena, at("Wed 21 Jan 11:00"))
    late = logged_case(people.omar, at("Thu 22 Jan 16:00"), severity=2)
    post_box.at(at("Thu 22 Jan 16:30"))
    sent = post_box.at(at("Tue 27 Jan 12:00"))
    # The reminder of Friday is written and counts today; of the other promise only the breach is told.
    assert (PRIYA, f"[NWIT-1] We need your answer: {TITLE}") in sent
    assert [subject for _to, subject in sent if "At risk" in subject] == []
    assert [to for to, subject in sent if subject.startswith("[NWIT-2] Missed")] == [LENA, RUTH]
    assert case.attempts.get().made_at == at("Tue 27 Jan 12:00")
    assert episode_of(case).next_reminder_at == at("Thu 29 Jan 10:00")
    assert events_of(late) == [EventKind.CASE_LOGGED, EventKind.PROMISE_MISSED]
