"""Silence in detail: calls that announce, late logs, and a closing that a specialist holds back (P9.5)."""

from datetime import UTC
from functools import partial

import pytest

from cases import actions
from cases.lifecycle import Status
from cases.models import Case, EventKind
from cases.rules import RuleBroken
from tests.builders import (
    Cast,
    all_at_once,
    ask,
    at,
    call,
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

pytestmark = pytest.mark.clause("P9.5")


@pytest.fixture
def waiting(people: Cast) -> Case:
    """Asked on Tuesday at 10:00."""
    return ask(logged_case(people.priya, at("Tue 9:00")), people.lena, at("Tue 10:00"))


def hold(case: Case, people: Cast, when: str, reason: str = "On leave until Monday.", by: str = "lena") -> Case:
    return actions.hold_closing(case_id=case.pk, reason=reason, actor=getattr(people, by), now=at(when))


def release(case: Case, people: Cast, when: str) -> Case:
    return actions.release_closing(case_id=case.pk, actor=people.lena, now=at(when))


# --- The contact always has a full business day from being told -----------------------------------------------------


def test_calls_logged_days_late_close_a_full_business_day_after_they_were_logged(people: Cast, waiting: Case) -> None:
    call(waiting, people.ruth, at("Wed 9:00"), "no_answer", logged_at=at("Mon 30 Nov 9:00"))
    call(waiting, people.ruth, at("Thu 9:00"), "no_answer", logged_at=at("Mon 30 Nov 9:01"))
    assert episode_of(waiting).closes_at == at("Tue 1 Dec 17:00")
    assert close_in_silence(waiting, at("Mon 30 Nov 9:02")) is None
    assert fresh(waiting).status == Status.WAITING


def test_a_second_call_logged_at_the_weekend_closes_after_the_next_business_day(people: Cast, waiting: Case) -> None:
    call(waiting, people.ruth, at("Thu 9:00"), "no_answer")
    call(waiting, people.ruth, at("Fri 16:00"), "no_answer", logged_at=at("Sat 11:00"))
    assert episode_of(waiting).closes_at == at("Mon 30 Nov 17:00")


def test_the_call_that_is_attempt_two_says_on_the_record_when_the_case_closes(people: Cast, waiting: Case) -> None:
    call(waiting, people.lena, at("Wed 9:00"), "no_answer")
    assert last_event(waiting).facts["closes_at"] is None
    call(waiting, people.lena, at("Thu 9:00"), "left_message")
    event = last_event(waiting)
    assert (event.public, event.facts["closes_at"]) == (True, at("Fri 17:00").astimezone(UTC).isoformat())


# --- Hold and release -----------------------------------------------------------------------------------------------


def test_a_held_closing_neither_closes_nor_reminds(people: Cast) -> None:
    case = reminded_twice(logged_case(people.priya, at("Tue 9:00")), people.lena)
    hold(case, people, "Tue 1 Dec 9:00")
    episode = episode_of(case)
    assert (episode.held_by, episode.hold_reason) == (people.lena, "On leave until Monday.")
    assert (episode.closes_at, episode.next_reminder_at) == (None, None)
    assert close_in_silence(case, at("Tue 8 Dec 17:00")) is None
    event = last_event(case)
    assert (event.kind, event.public, event.whole["reason"]) == (
        EventKind.CLOSING_HELD,
        False,
        "On leave until Monday.",
    )


def test_a_release_keeps_the_attempts_and_closes_a_full_business_day_later(people: Cast) -> None:
    case = reminded_twice(logged_case(people.priya, at("Tue 9:00")), people.lena)
    hold(case, people, "Tue 1 Dec 9:00")
    release(case, people, "Fri 4 Dec 15:00")
    assert episode_of(case).closes_at == at("Mon 7 Dec 17:00")
    assert case.attempts.exclude(number=None).count() == 2
    assert last_event(case).facts["closes_at"] == at("Mon 7 Dec 17:00").astimezone(UTC).isoformat()
    assert close_in_silence(case, at("Mon 7 Dec 17:00")) == case
    assert len(case.closings.get().evidence) == 2


def test_a_release_after_one_attempt_reminds_again(people: Cast, waiting: Case) -> None:
    remind(waiting, at("Thu 10:00"))
    hold(waiting, people, "Fri 9:00")
    release(waiting, people, "Tue 1 Dec 9:00")
    assert (episode_of(waiting).next_reminder_at, episode_of(waiting).closes_at) == (at("Thu 3 Dec 10:00"), None)


def test_calls_while_held_count_and_close_nothing(people: Cast, waiting: Case) -> None:
    hold(waiting, people, "Tue 11:00")
    for when in ("Wed 9:00", "Thu 9:00"):
        call(waiting, people.lena, at(when), "no_answer")
    assert [attempt.number for attempt in waiting.attempts.order_by("made_at")] == [1, 2]
    assert episode_of(waiting).closes_at is None
    release(waiting, people, "Thu 10:00")
    assert episode_of(waiting).closes_at == at("Fri 17:00")


def test_a_reminder_on_its_way_when_the_closing_is_held_puts_nothing_on_the_timetable(
    people: Cast, waiting: Case
) -> None:
    actions.make_reminder(episode_id=episode_of(waiting).pk, now=at("Thu 10:00"))
    hold(waiting, people, "Thu 10:00:01")
    attempt = waiting.attempts.get()
    actions.fail_reminder(attempt_id=attempt.pk, reason="Held.", now=at("Thu 10:00:02"))
    assert episode_of(waiting).next_reminder_at is None


def test_one_that_left_all_the_same_counts_and_puts_nothing_on_it_either(people: Cast, waiting: Case) -> None:
    actions.make_reminder(episode_id=episode_of(waiting).pk, now=at("Thu 10:00"))
    hold(waiting, people, "Thu 10:00:01")
    actions.confirm_reminder(attempt_id=waiting.attempts.get().pk, now=at("Thu 10:00:02"))
    assert waiting.attempts.get().number == 1
    assert episode_of(waiting).next_reminder_at is None


def test_a_word_ends_the_hold_with_the_waiting(people: Cast, waiting: Case) -> None:
    hold(waiting, people, "Tue 11:00")
    say(waiting, people.priya, at("Wed 9:00"))
    with pytest.raises(RuleBroken, match="does not wait for its contact") as refused:
        release(waiting, people, "Wed 10:00")
    assert refused.value.code == "not_waiting"


# --- Refusals -------------------------------------------------------------------------------------------------------


def test_a_case_that_waits_for_nobody_is_not_held(people: Cast) -> None:
    with pytest.raises(RuleBroken, match="no closing is ahead"):
        hold(logged_case(people.priya, at("Tue 9:00")), people, "Tue 10:00")


def test_a_hold_needs_a_reason(people: Cast, waiting: Case) -> None:
    with pytest.raises(RuleBroken, match="Say why the case is to stay open"):
        hold(waiting, people, "Tue 11:00", " ")


def test_what_is_held_is_not_held_again_by_a_colleague(people: Cast, waiting: Case) -> None:
    hold(waiting, people, "Tue 11:00")
    with pytest.raises(RuleBroken, match="Lena Fischer holds the closing back already"):
        hold(waiting, people, "Tue 11:01", by="max")


def test_the_same_hold_twice_is_once(people: Cast, waiting: Case) -> None:
    hold(waiting, people, "Tue 11:00")
    hold(waiting, people, "Tue 11:00:01")
    assert events_of(waiting).count(EventKind.CLOSING_HELD) == 1


def test_what_nobody_holds_is_not_released(people: Cast, waiting: Case) -> None:
    with pytest.raises(RuleBroken, match="not held back any more"):
        release(waiting, people, "Tue 11:00")


def test_contacts_hold_and_release_nothing(people: Cast, waiting: Case) -> None:
    with pytest.raises(RuleBroken, match="Only support staff"):
        hold(waiting, people, "Tue 11:00", by="priya")
    with pytest.raises(RuleBroken, match="Only support staff"):
        actions.release_closing(case_id=waiting.pk, actor=people.priya, now=at("Tue 11:00"))


@pytest.mark.django_db(transaction=True)
def test_two_specialists_at_once_hold_it_once_and_let_go_once() -> None:
    from tests import builders  # noqa: PLC0415

    people = builders.cast()
    case = ask(logged_case(people.priya, at("Tue 9:00")), people.lena, at("Tue 10:00"))
    answers = all_at_once([partial(hold, case, people, "Tue 11:00", by=by) for by in ("lena", "max")])
    (refused,) = [given for given in answers if isinstance(given, Exception)]
    assert isinstance(refused, RuleBroken)
    assert refused.code == "held_already"
    answers = all_at_once([lambda: release(case, people, "Tue 12:00")] * 2)
    (refused,) = [given for given in answers if isinstance(given, Exception)]
    assert isinstance(refused, RuleBroken)
    assert refused.code == "not_held"
    assert events_of(case)[-2:] == [EventKind.CLOSING_HELD, EventKind.CLOSING_RELEASED]


# --- While diagnostics are awaited ----------------------------------------------------------------------------------


def test_silence_closes_a_case_that_waits_for_diagnostics() -> None:
    from cases import lifecycle  # noqa: PLC0415

    assert {Status.WAITING, Status.DIAGNOSTICS} == lifecycle.WAITING_ON_THE_CONTACT
    for status in lifecycle.WAITING_ON_THE_CONTACT:
        assert lifecycle.allowed(status, lifecycle.Trigger.CLOSE_IN_SILENCE, lifecycle.Side.CLOCK)
