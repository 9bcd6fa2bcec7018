"""Closing after two attempts without a word, and the minute in which a word takes it back (P9.5)."""

from datetime import timedelta

import pytest

from cases import actions
from cases.lifecycle import Side, Status
from cases.models import Case, Closing, EventKind, Survey
from cases.rules import Outcome, RuleBroken
from tests.builders import (
    Cast,
    ask,
    at,
    call,
    close,
    close_in_silence,
    episode_of,
    events_of,
    fresh,
    last_event,
    logged_case,
    remind,
    reminded_twice,
    say,
)

CLOSES = "Tue 1 Dec 17:00"


@pytest.fixture
def silent(people: Cast) -> Case:
    """Asked on Tuesday, reminded on Thursday and Monday; closes on Tuesday 1 December at 17:00."""
    return reminded_twice(logged_case(people.priya, at("Tue 9:00")), people.lena)


@pytest.fixture
def closed(silent: Case) -> Case:
    """Closed in silence, on time."""
    found = close_in_silence(silent, at(CLOSES))
    assert found is not None
    return found


# --- The closing ----------------------------------------------------------------------------------------------------


def test_silence_closes_at_the_announced_second_and_not_before(silent: Case) -> None:
    assert close_in_silence(silent, at("Tue 1 Dec 16:59:59")) is None
    assert fresh(silent).status == Status.WAITING
    assert close_in_silence(silent, at(CLOSES)) == silent
    assert (fresh(silent).status, fresh(silent).closed_at) == (Status.CLOSED, at(CLOSES))


def test_the_closing_names_nobody_and_keeps_the_evidence(closed: Case) -> None:
    closing = closed.closings.get()
    assert (closing.outcome, closing.closed_by, closing.closed_at) == (Outcome.NO_CONTACT, None, at(CLOSES))
    assert [(one["number"], one["method"], one["business_date"], one["text"]) for one in closing.evidence] == [
        (1, "email", "2026-11-26", "Are you there?"),
        (2, "email", "2026-11-30", "Are you there?"),
    ]


def test_the_evidence_says_what_was_a_call_but_not_what_specialists_noted(people: Cast) -> None:
    # The contact reads the evidence; the specialist's note on a call is for staff.
    case = logged_case(people.priya, at("Tue 9:00"))
    ask(case, people.lena, at("Tue 10:00"))
    for when in ("Wed 9:00", "Thu 9:00"):
        call(case, people.lena, at(when), "no_answer")
    close_in_silence(case, at("Fri 17:00"))
    assert [(one["method"], one["text"]) for one in case.closings.get().evidence] == [("call", ""), ("call", "")]


def test_the_closing_is_on_the_record_as_the_clocks(closed: Case) -> None:
    event = last_event(closed)
    assert (event.kind, event.side, event.actor, event.public) == (EventKind.CASE_CLOSED, Side.CLOCK, None, True)
    assert event.facts["outcome"] == Outcome.NO_CONTACT


def test_silence_closes_once(closed: Case) -> None:
    assert close_in_silence(closed, at("Tue 1 Dec 17:00:01")) is None
    assert Closing.objects.count() == 1
    assert events_of(closed).count(EventKind.CASE_CLOSED) == 1


def test_one_attempt_is_not_enough(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    ask(case, people.lena, at("Tue 10:00"))
    remind(case, at("Thu 10:00"))
    assert close_in_silence(case, at("Tue 1 Dec 17:00")) is None


def test_a_late_timetable_closes_late_and_the_minute_counts_from_then(people: Cast, silent: Case) -> None:
    close_in_silence(silent, at("Wed 2 Dec 9:00"))
    assert fresh(silent).closed_at == at("Wed 2 Dec 9:00")
    say(silent, people.priya, at("Wed 2 Dec 9:01"))
    assert fresh(silent).status == Status.OPEN


def test_a_late_timetable_finds_the_word_that_came_in_between(people: Cast, silent: Case) -> None:
    say(silent, people.priya, at("Tue 1 Dec 20:00"))
    assert close_in_silence(silent, at("Wed 2 Dec 9:00")) is None
    assert fresh(silent).status == Status.OPEN


def test_the_closing_of_an_earlier_wait_closes_nothing(people: Cast, silent: Case) -> None:
    stale = episode_of(silent).pk
    say(silent, people.priya, at("Tue 1 Dec 12:00"))
    ask(silent, people.lena, at("Tue 1 Dec 13:00"))
    assert actions.close_in_silence(episode_id=stale, now=at(CLOSES)) is None
    assert fresh(silent).status == Status.WAITING


def test_a_case_that_a_person_closed_first_is_not_closed_again(people: Cast, silent: Case) -> None:
    close(silent, people.lena, at("Tue 1 Dec 16:59"))
    assert close_in_silence(silent, at(CLOSES)) is None
    assert silent.closings.get().outcome == Outcome.FIX


# --- The word and the minute ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["Tue 1 Dec 16:59:59", CLOSES])
def test_a_word_before_the_closing_stops_it_even_at_its_second(people: Cast, silent: Case, said: str) -> None:
    say(silent, people.priya, at(said))
    assert close_in_silence(silent, at(CLOSES)) is None
    assert not Closing.objects.exists()
    assert EventKind.CLOSING_TAKEN_BACK not in events_of(silent)


@pytest.mark.parametrize("seconds", [0, 1, 59, 60])
@pytest.mark.parametrize("name", ["priya", "omar"])
def test_a_word_within_the_minute_takes_the_closing_back(people: Cast, closed: Case, seconds: int, name: str) -> None:
    said_at = at(CLOSES) + timedelta(seconds=seconds)
    say(closed, getattr(people, name), said_at)
    assert (fresh(closed).status, fresh(closed).closed_at) == (Status.OPEN, None)
    assert closed.closings.get().taken_back_at == said_at
    assert events_of(closed)[-3:] == [
        EventKind.CASE_CLOSED,
        EventKind.CLOSING_TAKEN_BACK,
        EventKind.CONTACT_REPLIED,
    ]
    assert closed.messages.latest("pk").body == "It is version 6.1."


@pytest.mark.clause("P9.6")
@pytest.mark.parametrize("seconds", [61, 3600])
def test_a_later_word_is_led_to_a_follow_up_and_changes_nothing(people: Cast, closed: Case, seconds: int) -> None:
    before = events_of(closed)
    with pytest.raises(RuleBroken, match="follow-up") as refused:
        say(closed, people.priya, at(CLOSES) + timedelta(seconds=seconds))
    assert refused.value.code == "case_closed"
    assert (fresh(closed).status, events_of(closed)) == (Status.CLOSED, before)
    assert closed.closings.get().taken_back_at is None


def test_an_empty_word_within_the_minute_takes_nothing_back(people: Cast, closed: Case) -> None:
    with pytest.raises(RuleBroken):
        say(closed, people.priya, at("Tue 1 Dec 17:00:30"), " ")
    assert fresh(closed).status == Status.CLOSED
    assert closed.closings.get().taken_back_at is None


def test_only_the_contact_takes_a_closing_back(people: Cast, closed: Case) -> None:
    with pytest.raises(RuleBroken):
        actions.reply_as_specialist(case_id=closed.pk, body="Hello?", actor=people.lena, now=at("Tue 1 Dec 17:00:30"))
    assert fresh(closed).status == Status.CLOSED


@pytest.mark.parametrize("outcome", [Outcome.FIX, Outcome.NOT_A_REQUEST])
def test_a_closing_by_a_person_is_not_taken_back_by_a_word(people: Cast, silent: Case, outcome: Outcome) -> None:
    close(silent, people.lena, at("Tue 1 Dec 12:00"), outcome)
    with pytest.raises(RuleBroken):
        say(silent, people.priya, at("Tue 1 Dec 12:00:30"))


def test_the_first_response_stands_as_it_was_when_a_closing_is_taken_back(people: Cast, closed: Case) -> None:
    say(closed, people.priya, at("Tue 1 Dec 17:00:30"))
    promise = closed.deadlines.promises().get()
    assert (promise.kept, promise.ended_at) == (True, at("Tue 10:00"))


def test_a_case_whose_closing_was_taken_back_goes_on_and_may_close_again(people: Cast, closed: Case) -> None:
    say(closed, people.priya, at("Tue 1 Dec 17:00:30"))
    ask(closed, people.lena, at("Wed 2 Dec 9:00"))
    assert episode_of(closed).next_reminder_at == at("Fri 4 Dec 10:00")
    close(closed, people.lena, at("Thu 3 Dec 9:00"))
    first, second = closed.closings.order_by("pk")
    assert (first.taken_back_at is not None, second.taken_back_at) == (True, None)
    assert Survey.objects.filter(closing__case=closed).count() == 2
