"""Waiting on the contact: which attempts count, when the next one is due, what ends it (P9.5)."""

from datetime import date

import pytest

from cases import actions
from cases.lifecycle import Status
from cases.models import Case, ContactAttempt, EventKind, WaitingEpisode
from cases.rules import AttemptMethod, AttemptOutcome
from tests.builders import (
    Cast,
    answer,
    ask,
    at,
    call,
    episode_of,
    events_of,
    fresh,
    last_event,
    logged_case,
    remind,
    reminded_twice,
)

UNREACHED = [AttemptOutcome.NO_ANSWER, AttemptOutcome.LEFT_MESSAGE]


def counted(case: Case) -> list[tuple[int | None, date | None]]:
    """Return number and business day of each attempt that counts."""
    found = case.attempts.exclude(number=None).order_by("number")
    return [(attempt.number, attempt.business_date) for attempt in found]


def make_reminder(case: Case, when: str) -> ContactAttempt | None:
    """Let the timetable look for a reminder. Returns the attempt that is on its way, if any."""
    actions.make_reminder(episode_id=episode_of(case).pk, now=at(when))
    return case.attempts.filter(outcome=AttemptOutcome.SENDING).first()


def confirm(attempt: ContactAttempt | None, when: str) -> Case | None:
    assert attempt is not None
    return actions.confirm_reminder(attempt_id=attempt.pk, text="Are you there?", now=at(when))


def fail(attempt: ContactAttempt | None, when: str) -> Case | None:
    assert attempt is not None
    return actions.fail_reminder(attempt_id=attempt.pk, reason="550 no such mailbox", now=at(when))


# --- The question ---------------------------------------------------------------------------------------------------


def test_a_question_starts_the_waiting_and_is_no_attempt(waiting: Case) -> None:
    episode = episode_of(waiting)
    assert fresh(waiting).status == Status.WAITING
    assert (episode.started_at, episode.next_reminder_at, episode.closes_at) == (at("Tue 10:00"), at("Thu 10:00"), None)
    assert not waiting.attempts.exists()


def test_a_question_late_in_the_evening_counts_from_its_own_day(people: Cast, case: Case) -> None:
    ask(case, people.lena, at("Tue 23:30"))
    assert episode_of(case).next_reminder_at == at("Thu 10:00")


def test_asking_again_while_waiting_starts_nothing_anew(people: Cast, waiting: Case) -> None:
    ask(waiting, people.lena, at("Wed 16:00"))
    assert WaitingEpisode.objects.count() == 1
    assert episode_of(waiting).next_reminder_at == at("Thu 10:00")


def test_a_plain_reply_while_waiting_waits_on(people: Cast, waiting: Case) -> None:
    answer(waiting, people.lena, at("Wed 9:00"))
    assert fresh(waiting).status == Status.WAITING
    assert episode_of(waiting).next_reminder_at == at("Thu 10:00")


def test_a_note_while_waiting_is_no_attempt(people: Cast, waiting: Case) -> None:
    actions.write_note(case_id=waiting.pk, body="Silence.", actor=people.lena, now=at("Wed 9:00"))
    assert not waiting.attempts.exists()
    assert episode_of(waiting).next_reminder_at == at("Thu 10:00")


# --- Reminders ------------------------------------------------------------------------------------------------------


def test_no_reminder_is_made_before_its_time(waiting: Case) -> None:
    assert make_reminder(waiting, "Thu 9:59:59") is None
    assert events_of(waiting)[-1] == EventKind.SPECIALIST_REPLIED


def test_a_reminder_on_its_way_counts_only_once_it_has_left(waiting: Case) -> None:
    on_its_way = make_reminder(waiting, "Thu 10:00")
    assert on_its_way is not None
    assert (on_its_way.method, on_its_way.number) == (AttemptMethod.EMAIL, None)
    assert (counted(waiting), episode_of(waiting).next_reminder_at) == ([], None)
    confirm(on_its_way, "Thu 10:02")
    assert counted(waiting) == [(1, date(2026, 11, 26))]
    sent = waiting.attempts.get()
    assert (sent.outcome, sent.made_at, sent.note) == (AttemptOutcome.SENT, at("Thu 10:02"), "Are you there?")
    assert episode_of(waiting).next_reminder_at == at("Mon 30 Nov 10:00")


def test_a_reminder_is_made_once_however_often_the_timetable_looks(waiting: Case) -> None:
    for when in ("Thu 10:00", "Thu 10:00", "Thu 10:01"):
        make_reminder(waiting, when)
    assert waiting.attempts.count() == 1
    assert events_of(waiting).count(EventKind.REMINDER_MADE) == 1


def test_a_reminder_is_confirmed_once(waiting: Case) -> None:
    on_its_way = make_reminder(waiting, "Thu 10:00")
    assert confirm(on_its_way, "Thu 10:01") == waiting
    assert confirm(on_its_way, "Fri 10:01") is None
    assert fail(on_its_way, "Fri 10:01") is None
    assert counted(waiting) == [(1, date(2026, 11, 26))]


def test_the_first_reminder_says_no_closing_time_and_the_second_does(people: Cast, case: Case) -> None:
    reminded_twice(case, people.lena)
    made = case.events.filter(kind=EventKind.REMINDER_MADE).order_by("number")
    assert [(event.facts["number"], event.facts["closes_at"]) for event in made] == [
        (1, None),
        (2, at("Tue 1 Dec 17:00").astimezone(episode_of(case).started_at.tzinfo).isoformat()),
    ]
    assert made[0].public


def test_two_attempts_set_the_closing_and_no_third_reminder(people: Cast, case: Case) -> None:
    reminded_twice(case, people.lena)
    episode = episode_of(case)
    assert counted(case) == [(1, date(2026, 11, 26)), (2, date(2026, 11, 30))]
    assert (episode.next_reminder_at, episode.closes_at) == (None, at("Tue 1 Dec 17:00"))
    assert make_reminder(case, "Tue 1 Dec 10:00") is None


def test_what_reminder_two_announced_is_what_the_case_does(people: Cast, case: Case) -> None:
    reminded_twice(case, people.lena)
    announced = case.events.filter(kind=EventKind.REMINDER_MADE).latest("number").facts["closes_at"]
    assert episode_of(case).closes_at is not None
    assert announced == episode_of(case).closes_at.isoformat()  # type: ignore[union-attr]


def test_weekends_and_holidays_are_stepped_over(people: Cast) -> None:
    # Asked on Thursday before the long weekend; Monday 26 January is Australia Day.
    case = logged_case(people.priya, at("Thu 22 Jan 9:00"))
    ask(case, people.lena, at("Thu 22 Jan 10:00"))
    assert episode_of(case).next_reminder_at == at("Tue 27 Jan 10:00")
    remind(case, at("Tue 27 Jan 10:00"))
    assert episode_of(case).next_reminder_at == at("Thu 29 Jan 10:00")
    remind(case, at("Thu 29 Jan 10:00"))
    assert episode_of(case).closes_at == at("Fri 30 Jan 17:00")


def test_the_days_are_the_home_desks_even_where_the_partner_follows_the_sun(people: Cast) -> None:
    people.northwind.follows_the_sun = True
    people.northwind.save()
    case = logged_case(people.priya, at("Thu 22 Jan 9:00"), severity=1)
    ask(case, people.lena, at("Thu 22 Jan 10:00"))
    assert episode_of(case).next_reminder_at == at("Tue 27 Jan 10:00")


# --- The timetable comes late, or the mail does ---------------------------------------------------------------------


def test_a_reminder_that_is_late_in_the_evening_waits_for_the_desk_to_open(waiting: Case) -> None:
    assert make_reminder(waiting, "Thu 17:00") is None
    assert episode_of(waiting).next_reminder_at == at("Fri 8:00")
    assert make_reminder(waiting, "Fri 8:00") is not None


def test_a_reminder_that_is_a_day_late_counts_on_the_day_it_left(waiting: Case) -> None:
    confirm(make_reminder(waiting, "Fri 11:00"), "Fri 11:01")
    assert counted(waiting) == [(1, date(2026, 11, 27))]
    # Two business days after Friday.
    assert episode_of(waiting).next_reminder_at == at("Tue 1 Dec 10:00")


def test_a_second_reminder_that_is_a_day_late_moves_the_closing_by_a_day(waiting: Case) -> None:
    remind(waiting, at("Thu 10:00"))
    remind(waiting, at("Tue 1 Dec 9:00"))
    assert episode_of(waiting).closes_at == at("Wed 2 Dec 17:00")
    announced = waiting.events.filter(kind=EventKind.REMINDER_MADE).latest("number").facts["closes_at"]
    assert announced == episode_of(waiting).closes_at.isoformat()  # type: ignore[union-attr]


def test_a_reminder_that_left_on_a_day_without_opening_is_none_and_another_follows(waiting: Case) -> None:
    confirm(make_reminder(waiting, "Fri 16:59"), "Sat 9:00")
    assert counted(waiting) == []
    assert waiting.attempts.get().outcome == AttemptOutcome.SENT
    assert episode_of(waiting).next_reminder_at == at("Mon 30 Nov 8:00")


def test_a_reminder_that_could_not_be_delivered_is_none_and_another_follows(waiting: Case) -> None:
    fail(make_reminder(waiting, "Thu 10:00"), "Thu 10:05")
    assert counted(waiting) == []
    assert waiting.attempts.get().outcome == AttemptOutcome.FAILED
    assert episode_of(waiting).next_reminder_at == at("Mon 30 Nov 10:00")
    assert last_event(waiting).kind == EventKind.ATTEMPT_FAILED
    assert last_event(waiting).whole["reason"] == "550 no such mailbox"
    remind(waiting, at("Mon 30 Nov 10:00"))
    assert counted(waiting) == [(1, date(2026, 11, 30))]


def test_a_second_reminder_that_failed_announces_its_closing_anew(waiting: Case) -> None:
    remind(waiting, at("Thu 10:00"))
    fail(make_reminder(waiting, "Mon 30 Nov 10:00"), "Mon 30 Nov 10:05")
    assert episode_of(waiting).closes_at is None
    remind(waiting, at("Wed 2 Dec 10:00"))
    assert counted(waiting) == [(1, date(2026, 11, 26)), (2, date(2026, 12, 2))]
    assert episode_of(waiting).closes_at == at("Thu 3 Dec 17:00")


# --- Calls ----------------------------------------------------------------------------------------------------------


@pytest.mark.clause("P9.1")
@pytest.mark.parametrize("outcome", UNREACHED)
def test_a_call_that_reached_nobody_is_an_attempt(people: Cast, waiting: Case, outcome: str) -> None:
    call(waiting, people.lena, at("Wed 9:00"), outcome)
    assert counted(waiting) == [(1, date(2026, 11, 25))]
    assert fresh(waiting).status == Status.WAITING
    assert episode_of(waiting).next_reminder_at == at("Fri 10:00")


def test_two_calls_on_one_day_are_one_attempt(people: Cast, waiting: Case) -> None:
    for when in ("Wed 9:00", "Wed 15:00"):
        call(waiting, people.lena, at(when), AttemptOutcome.NO_ANSWER)
    assert counted(waiting) == [(1, date(2026, 11, 25))]
    assert waiting.attempts.count() == 2


def test_calls_on_two_business_days_are_two_attempts(people: Cast, waiting: Case) -> None:
    for when in ("Wed 9:00", "Thu 9:00"):
        call(waiting, people.lena, at(when), AttemptOutcome.NO_ANSWER)
    assert counted(waiting) == [(1, date(2026, 11, 25)), (2, date(2026, 11, 26))]
    assert episode_of(waiting).closes_at == at("Fri 17:00")


def test_a_call_and_a_reminder_on_separate_days_are_two_attempts(people: Cast, waiting: Case) -> None:
    remind(waiting, at("Thu 10:00"))
    call(waiting, people.lena, at("Fri 9:00"), AttemptOutcome.LEFT_MESSAGE)
    assert counted(waiting) == [(1, date(2026, 11, 26)), (2, date(2026, 11, 27))]
    assert episode_of(waiting).closes_at == at("Mon 30 Nov 17:00")


@pytest.mark.parametrize("closed", ["Sat 11:00", "Sun 11:00"])
def test_a_call_at_the_weekend_is_no_attempt(people: Cast, waiting: Case, closed: str) -> None:
    remind(waiting, at("Thu 10:00"))
    call(waiting, people.lena, at(closed), AttemptOutcome.NO_ANSWER)
    assert counted(waiting) == [(1, date(2026, 11, 26))]
    assert episode_of(waiting).next_reminder_at == at("Mon 30 Nov 10:00")


def test_a_call_on_a_holiday_is_no_attempt(people: Cast) -> None:
    case = logged_case(people.priya, at("Thu 22 Jan 9:00"))
    ask(case, people.lena, at("Thu 22 Jan 10:00"))
    call(case, people.lena, at("Mon 26 Jan 11:00"), AttemptOutcome.NO_ANSWER)
    assert counted(case) == []


def test_a_call_counts_on_the_day_it_was_made_not_logged(people: Cast, waiting: Case) -> None:
    call(waiting, people.ruth, at("Wed 9:00"), AttemptOutcome.NO_ANSWER, logged_at=at("Thu 9:00"))
    assert counted(waiting) == [(1, date(2026, 11, 25))]


def test_a_call_before_the_question_is_no_attempt(people: Cast, waiting: Case) -> None:
    call(waiting, people.lena, at("Tue 9:30"), AttemptOutcome.NO_ANSWER, logged_at=at("Tue 10:15"))
    assert counted(waiting) == []
    assert waiting.attempts.get().episode is None


def test_a_call_while_nobody_waits_is_no_attempt(people: Cast, case: Case) -> None:
    call(case, people.lena, at("Tue 10:00"), AttemptOutcome.NO_ANSWER)
    ask(case, people.lena, at("Tue 11:00"))
    assert counted(case) == []
