"""What stops the response clock, when, and how often (P2.5)."""

from datetime import datetime
from uuid import uuid4

import pytest

from cases import actions
from cases.lifecycle import Status
from cases.models import Case, DeadlineEnd, EventKind, MessageKind
from cases.rules import AttemptOutcome, Outcome, RuleBroken
from tests.builders import Cast, answer, ask, at, call, close, deadline_of, fresh, last_event, say


def verdict_of(case: Case) -> tuple[datetime | None, str, bool | None]:
    promise = deadline_of(case)
    return promise.ended_at, promise.ended_as, promise.kept


def assert_the_clock_still_runs(case: Case) -> None:
    assert verdict_of(case) == (None, "", None)
    assert fresh(case).first_response_at is None
    assert fresh(case).next_due_at == at("Tue 15:00")


# --- What stops it --------------------------------------------------------------------------------------------------


def test_the_first_public_reply_by_a_specialist_stops_the_clock(people: Cast, case: Case) -> None:
    answer(case, people.lena, at("Tue 10:00"))
    assert verdict_of(case) == (at("Tue 10:00"), DeadlineEnd.DONE, True)
    assert fresh(case).first_response_at == at("Tue 10:00")
    assert last_event(case).facts["first_response"] is True


@pytest.mark.parametrize(
    ("answered", "kept"), [("Tue 14:59:59", True), ("Tue 15:00", True), ("Tue 15:00:01", False), ("Wed 9:00", False)]
)
def test_a_reply_at_the_due_second_is_in_time(people: Cast, case: Case, answered: str, kept: bool) -> None:
    answer(case, people.lena, at(answered))
    assert verdict_of(case) == (at(answered), DeadlineEnd.DONE, kept)


def test_a_question_is_a_response_too(people: Cast, case: Case) -> None:
    # Asking for information is itself a response, so waiting never pauses the clock.
    ask(case, people.lena, at("Tue 10:00"))
    assert verdict_of(case) == (at("Tue 10:00"), DeadlineEnd.DONE, True)


@pytest.mark.parametrize("name", ["lena", "max", "ruth", "ann"])
def test_any_of_our_people_may_respond(people: Cast, case: Case, name: str) -> None:
    answer(case, getattr(people, name), at("Tue 10:00"))
    assert fresh(case).first_response_at == at("Tue 10:00")


def test_only_the_first_reply_counts(people: Cast, case: Case) -> None:
    answer(case, people.lena, at("Tue 10:00"))
    answer(case, people.max, at("Tue 16:00"))
    call(case, people.lena, at("Tue 16:30"))
    assert verdict_of(case) == (at("Tue 10:00"), DeadlineEnd.DONE, True)
    assert fresh(case).first_response_at == at("Tue 10:00")
    assert case.deadlines.promises().count() == 1
    said = case.events.exclude(kind=EventKind.CASE_LOGGED).order_by("number")
    assert [event.facts["first_response"] for event in said] == [True, False, False]


def test_a_word_of_the_contact_after_the_response_starts_no_new_clock(people: Cast, case: Case) -> None:
    answer(case, people.lena, at("Tue 10:00"))
    say(case, people.priya, at("Tue 11:00"))
    assert not case.deadlines.open().promises().exists()


def test_the_same_reply_sent_twice_is_said_once(people: Cast, case: Case) -> None:
    key = uuid4()
    for when in ("Tue 10:00", "Tue 10:00:02"):
        actions.reply_as_specialist(
            case_id=case.pk, body="We found it.", submission_key=key, actor=people.lena, now=at(when)
        )
    assert case.messages.count() == 1
    assert fresh(case).last_event_number == 2


def test_closing_with_an_explanation_is_a_response(people: Cast, case: Case) -> None:
    close(case, people.lena, at("Tue 10:00"))
    assert verdict_of(case) == (at("Tue 10:00"), DeadlineEnd.DONE, True)


# --- What does not --------------------------------------------------------------------------------------------------


def test_a_note_stops_nothing(people: Cast, case: Case) -> None:
    actions.write_note(case_id=case.pk, body="Looks like the agent.", actor=people.lena, now=at("Tue 10:00"))
    assert_the_clock_still_runs(case)
    assert (fresh(case).status, case.messages.get().kind) == (Status.NEW, MessageKind.NOTE)
    assert not last_event(case).public


@pytest.mark.parametrize("name", ["priya", "omar"])
def test_a_word_of_the_partner_stops_nothing(people: Cast, case: Case, name: str) -> None:
    say(case, getattr(people, name), at("Tue 10:00"))
    assert_the_clock_still_runs(case)


def test_taking_a_case_stops_nothing(people: Cast, case: Case) -> None:
    actions.assign_case(
        case_id=case.pk, assignee_id=people.lena.pk, expected_id=None, actor=people.lena, now=at("Tue 10:00")
    )
    assert_the_clock_still_runs(case)


@pytest.mark.parametrize("outcome", [AttemptOutcome.NO_ANSWER, AttemptOutcome.LEFT_MESSAGE])
def test_a_call_that_reached_nobody_stops_nothing(people: Cast, case: Case, outcome: str) -> None:
    call(case, people.lena, at("Tue 10:00"), outcome)
    assert_the_clock_still_runs(case)
    assert fresh(case).status == Status.NEW


def test_a_warning_and_a_breach_stop_nothing(people: Cast, case: Case) -> None:
    actions.warn_of_deadlines(deadline_ids=[deadline_of(case).pk], now=at("Tue 13:30"))
    actions.record_breaches(deadline_ids=[deadline_of(case).pk], now=at("Tue 15:01"))
    assert_the_clock_still_runs(case)


def test_a_contact_cannot_speak_as_a_specialist(people: Cast, case: Case) -> None:
    with pytest.raises(RuleBroken) as refused:
        answer(case, people.priya, at("Tue 10:00"))
    assert refused.value.code == "staff_only"
    assert_the_clock_still_runs(case)


def test_a_specialist_cannot_speak_as_the_contact(people: Cast, case: Case) -> None:
    with pytest.raises(RuleBroken):
        say(case, people.lena, at("Tue 10:00"))
    assert not case.messages.exists()


@pytest.mark.parametrize("body", ["", " \n"])
def test_an_empty_reply_is_refused_and_changes_nothing(people: Cast, case: Case, body: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        answer(case, people.lena, at("Tue 10:00"), body)
    assert refused.value.code == "message_empty"
    assert_the_clock_still_runs(case)
    assert fresh(case).status == Status.NEW


def test_a_person_who_no_longer_works_here_answers_nothing(people: Cast, case: Case) -> None:
    people.lena.is_active = False
    people.lena.save()
    with pytest.raises(RuleBroken):
        answer(case, people.lena, at("Tue 10:00"))
    assert_the_clock_still_runs(case)


# --- Calls (P9.1) ---------------------------------------------------------------------------------------------------


def test_a_reached_call_stops_the_clock_at_the_time_of_the_call(people: Cast, case: Case) -> None:
    call(case, people.lena, at("Tue 14:50"), logged_at=at("Tue 15:20"))
    assert verdict_of(case) == (at("Tue 14:50"), DeadlineEnd.DONE, True)
    assert (fresh(case).first_response_at, fresh(case).status) == (at("Tue 14:50"), Status.OPEN)
    attempt = case.attempts.get()
    assert (attempt.made_at, attempt.logged_at, attempt.number) == (at("Tue 14:50"), at("Tue 15:20"), None)
    assert last_event(case).at == at("Tue 15:20")


def test_a_reached_call_in_time_is_kept_even_if_the_breach_was_on_the_record(people: Cast, case: Case) -> None:
    actions.record_breaches(deadline_ids=[deadline_of(case).pk], now=at("Tue 15:01"))
    call(case, people.lena, at("Tue 14:50"), logged_at=at("Tue 15:20"))
    assert verdict_of(case) == (at("Tue 14:50"), DeadlineEnd.DONE, True)


def test_a_reached_call_after_the_due_second_is_late(people: Cast, case: Case) -> None:
    call(case, people.lena, at("Tue 15:00:01"))
    assert verdict_of(case) == (at("Tue 15:00:01"), DeadlineEnd.DONE, False)


def test_a_specialist_backdates_a_call_by_an_hour_at_most(people: Cast, case: Case) -> None:
    with pytest.raises(RuleBroken) as refused:
        call(case, people.lena, at("Tue 10:00"), logged_at=at("Tue 11:00:01"))
    assert refused.value.code == "call_too_long_ago"
    assert_the_clock_still_runs(case)
    assert not case.attempts.exists()
    call(case, people.lena, at("Tue 10:00"), logged_at=at("Tue 11:00"))
    assert fresh(case).first_response_at == at("Tue 10:00")


def test_a_manager_backdates_a_call_further(people: Cast, case: Case) -> None:
    call(case, people.ruth, at("Tue 10:00"), logged_at=at("Wed 9:00"))
    assert verdict_of(case) == (at("Tue 10:00"), DeadlineEnd.DONE, True)


@pytest.mark.parametrize(
    ("made", "logged", "code"),
    [("Tue 10:00:01", "Tue 10:00", "call_in_future"), ("Tue 8:59:59", "Tue 9:10", "call_before_case")],
)
def test_a_call_outside_the_life_of_the_case_is_refused(
    people: Cast, case: Case, made: str, logged: str, code: str
) -> None:
    with pytest.raises(RuleBroken) as refused:
        call(case, people.ruth, at(made), logged_at=at(logged))
    assert refused.value.code == code
    assert_the_clock_still_runs(case)


def test_the_same_call_sent_twice_is_logged_once(people: Cast, case: Case) -> None:
    key = uuid4()
    for when in ("Tue 10:00", "Tue 10:01"):
        actions.log_call(
            case_id=case.pk,
            outcome=AttemptOutcome.NO_ANSWER,
            note="",
            made_at=at("Tue 10:00"),
            submission_key=key,
            actor=people.lena,
            now=at(when),
        )
    assert case.attempts.count() == 1


def test_a_contact_logs_no_calls(people: Cast, case: Case) -> None:
    with pytest.raises(RuleBroken) as refused:
        call(case, people.priya, at("Tue 10:00"))
    assert refused.value.code == "staff_only"


# --- A case that ends without one -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("closed", "kept"), [("Tue 15:00", None), ("Tue 15:00:01", False)])
def test_a_case_that_its_contact_closes_withdraws_the_promise_unless_it_was_missed(
    people: Cast, case: Case, closed: str, kept: bool | None
) -> None:
    close(case, people.priya, at(closed), Outcome.SOLVED_BY_CONTACT)
    assert verdict_of(case) == (at(closed), DeadlineEnd.CASE_ENDED, kept)
    assert fresh(case).first_response_at is None
    assert fresh(case).next_due_at is None
