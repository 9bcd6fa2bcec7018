"""What ends the waiting on a contact, and what a call does to a reminder that is on its way."""

from datetime import date

import pytest

from cases import actions
from cases.lifecycle import Status
from cases.models import Case
from cases.rules import AttemptOutcome
from tests.builders import (
    Cast,
    ask,
    at,
    call,
    close,
    episode_of,
    fresh,
    remind,
    reminded_twice,
    say,
)
from tests.cases.test_waiting import confirm, counted, fail, make_reminder

# --- What ends the waiting ------------------------------------------------------------------------------------------


def assert_it_waits_no_more(case: Case, since: str, status: Status = Status.OPEN) -> None:
    episode = case.episodes.latest("pk")
    assert (episode.ended_at, episode.next_reminder_at, episode.closes_at) == (at(since), None, None)
    assert fresh(case).status == status


@pytest.mark.parametrize("name", ["priya", "omar"])
def test_a_word_from_anybody_at_the_partner_ends_the_waiting(people: Cast, waiting: Case, name: str) -> None:
    say(waiting, getattr(people, name), at("Wed 12:00"))
    assert_it_waits_no_more(waiting, "Wed 12:00")


def test_a_call_that_reached_the_contact_ends_the_waiting(people: Cast, waiting: Case) -> None:
    call(waiting, people.lena, at("Wed 12:00"))
    assert_it_waits_no_more(waiting, "Wed 12:00")


@pytest.mark.parametrize("name", ["lena", "priya"])
def test_closing_ends_the_waiting(people: Cast, waiting: Case, name: str) -> None:
    close(waiting, getattr(people, name), at("Wed 12:00"), "solved_by_contact")
    assert_it_waits_no_more(waiting, "Wed 12:00", Status.CLOSED)


def test_a_word_resets_the_count(people: Cast, waiting: Case) -> None:
    remind(waiting, at("Thu 10:00"))
    say(waiting, people.priya, at("Thu 12:00"))
    ask(waiting, people.lena, at("Fri 9:00"))
    assert episode_of(waiting).next_reminder_at == at("Tue 1 Dec 10:00")
    remind(waiting, at("Tue 1 Dec 10:00"))
    assert episode_of(waiting).attempts.get().number == 1
    assert episode_of(waiting).closes_at is None


def test_a_word_after_the_second_attempt_stops_the_closing(people: Cast, case: Case) -> None:
    reminded_twice(case, people.lena)
    say(case, people.priya, at("Tue 1 Dec 16:59:59"))
    assert_it_waits_no_more(case, "Tue 1 Dec 16:59:59")


def test_a_reminder_that_left_after_the_word_counts_nowhere(people: Cast, waiting: Case) -> None:
    on_its_way = make_reminder(waiting, "Thu 10:00")
    say(waiting, people.priya, at("Thu 10:00:30"))
    confirm(on_its_way, "Thu 10:01")
    assert counted(waiting) == []
    ask(waiting, people.lena, at("Thu 11:00"))
    assert episode_of(waiting).next_reminder_at == at("Mon 30 Nov 10:00")


def test_a_reminder_of_an_earlier_wait_does_not_count_in_the_next(people: Cast, waiting: Case) -> None:
    on_its_way = make_reminder(waiting, "Thu 10:00")
    say(waiting, people.priya, at("Thu 10:00:10"))
    ask(waiting, people.lena, at("Thu 10:00:20"))
    confirm(on_its_way, "Thu 10:01")
    assert not episode_of(waiting).attempts.exists()
    assert episode_of(waiting).next_reminder_at == at("Mon 30 Nov 10:00")


def test_a_stale_timetable_reminds_nobody(people: Cast, waiting: Case) -> None:
    stale = episode_of(waiting).pk
    say(waiting, people.priya, at("Thu 9:00"))
    ask(waiting, people.lena, at("Thu 9:30"))
    assert actions.make_reminder(episode_id=stale, now=at("Thu 10:00")) is None
    assert not waiting.attempts.exists()


# --- A call while a reminder is on its way --------------------------------------------------------------------------
# The mail may sit in the outbox for minutes, or for as long as the mail server is away.


def test_a_call_counted_before_the_reminder_left_is_the_attempt_of_its_day(people: Cast, waiting: Case) -> None:
    on_its_way = make_reminder(waiting, "Thu 10:00")
    call(waiting, people.lena, at("Thu 10:00:20"), AttemptOutcome.NO_ANSWER)
    confirm(on_its_way, "Thu 10:01")
    assert counted(waiting) == [(1, date(2026, 11, 26))]
    # No further mail on the same day.
    assert episode_of(waiting).next_reminder_at == at("Mon 30 Nov 10:00")


def test_a_second_attempt_by_phone_lets_the_reminder_leave_or_fail_without_harm(people: Cast, waiting: Case) -> None:
    remind(waiting, at("Thu 10:00"))
    on_its_way = make_reminder(waiting, "Mon 30 Nov 10:00")
    call(waiting, people.lena, at("Mon 30 Nov 10:00:20"), AttemptOutcome.NO_ANSWER)
    confirm(on_its_way, "Mon 30 Nov 10:01")
    assert counted(waiting) == [(1, date(2026, 11, 26)), (2, date(2026, 11, 30))]
    assert (episode_of(waiting).next_reminder_at, episode_of(waiting).closes_at) == (None, at("Tue 1 Dec 17:00"))


def test_a_reminder_withdrawn_for_a_call_leaves_the_closing_as_it_is(people: Cast, waiting: Case) -> None:
    remind(waiting, at("Thu 10:00"))
    on_its_way = make_reminder(waiting, "Mon 30 Nov 10:00")
    call(waiting, people.lena, at("Mon 30 Nov 10:00:20"), AttemptOutcome.NO_ANSWER)
    fail(on_its_way, "Mon 30 Nov 10:01")
    assert (episode_of(waiting).next_reminder_at, episode_of(waiting).closes_at) == (None, at("Tue 1 Dec 17:00"))


def test_no_second_reminder_is_made_while_one_is_still_on_its_way(people: Cast, waiting: Case) -> None:
    # The mail server is away for days; a call in between put the next reminder on the timetable.
    make_reminder(waiting, "Thu 10:00")
    call(waiting, people.lena, at("Thu 11:00"), AttemptOutcome.NO_ANSWER)
    make_reminder(waiting, "Mon 30 Nov 10:00")
    assert waiting.attempts.filter(outcome=AttemptOutcome.SENDING).count() == 1


def test_an_earlier_call_that_is_logged_late_never_brings_the_closing_forward(people: Cast, waiting: Case) -> None:
    # Wednesday's call counts as the second attempt, and the closing follows the later of the two days.
    remind(waiting, at("Thu 10:00"))
    call(waiting, people.ruth, at("Wed 9:00"), AttemptOutcome.NO_ANSWER, logged_at=at("Thu 18:00"))
    assert episode_of(waiting).closes_at == at("Fri 17:00")


def test_a_call_reached_before_the_question_answers_nothing(people: Cast, waiting: Case) -> None:
    # They spoke at 9:40, the question went out at 10:00, and the call is logged at 10:15.
    call(waiting, people.lena, at("Tue 9:40"), logged_at=at("Tue 10:15"))
    assert fresh(waiting).status == Status.WAITING
    assert episode_of(waiting).next_reminder_at == at("Thu 10:00")
