"""Diagnostic data: asked for, waited for, sent; the investigation and its promised follow-up (P7.1)."""

from functools import partial

import pytest

from cases import actions, rules
from cases.lifecycle import Status
from cases.models import Case, DeadlineEnd, EventKind, MessageKind
from tests import builders
from tests.builders import Cast, answer, at, call, episode_of, events_of, fresh, last_event, remind, say
from tests.diagnostics import ask_for_logs, investigate, promise_of, refusal_of, request_of
from tests.engine.desks import SYDNEY

pytestmark = pytest.mark.clause("P7.1")


# --- Asking ---------------------------------------------------------------------------------------------------------


@pytest.mark.clause("P2.5")
def test_asking_is_a_public_word_and_the_first_response(people: Cast, case: Case) -> None:
    ask_for_logs(case, people.lena, "Tue 10:00")
    case = fresh(case)
    assert case.status == Status.DIAGNOSTICS
    assert case.first_response_at == at("Tue 10:00")
    message = case.messages.get()
    assert (message.kind, message.by_staff, message.body) == (MessageKind.REPLY, True, "The logs of BK-02.")
    asked = request_of(case)
    assert (asked.wanted, asked.wanted_by, asked.asked_by) == ("The logs of BK-02.", at("Wed 17:00"), people.lena)
    event = last_event(case)
    assert (event.kind, event.public) == (EventKind.DIAGNOSTICS_ASKED, True)
    assert event.facts["first_response"] is True


def test_the_default_time_is_the_end_of_the_next_business_day(people: Cast) -> None:
    from cases import promises  # noqa: PLC0415

    hours = promises.home_hours(people.northwind.home_desk)
    assert rules.diagnostics_wanted_by(hours, at("Tue 10:00")) == at("Wed 17:00")
    assert rules.diagnostics_wanted_by(hours, at("Fri 18:00")) == at("Mon 30 Nov 17:00")
    assert rules.diagnostics_wanted_by(hours, at("Sat 11:00")).astimezone(SYDNEY).weekday() == 0


@pytest.mark.clause("P9.5")
def test_the_case_waits_and_reminders_count(people: Cast, case: Case) -> None:
    ask_for_logs(case, people.lena, "Tue 10:00")
    assert episode_of(case).next_reminder_at == at("Thu 10:00")
    remind(case, at("Thu 10:00"))
    remind(case, at("Mon 30 Nov 10:00"))
    assert episode_of(case).closes_at == at("Tue 1 Dec 17:00")
    builders.close_in_silence(case, at("Tue 1 Dec 17:00"))
    assert fresh(case).status == Status.CLOSED
    assert (request_of(case).ended_at, request_of(case).was_answered) == (at("Tue 1 Dec 17:00"), False)


def test_a_word_from_the_contact_answers_it(people: Cast, case: Case) -> None:
    ask_for_logs(case, people.lena, "Tue 10:00")
    say(case, people.priya, at("Tue 11:00"))
    assert fresh(case).status == Status.OPEN
    assert (request_of(case).ended_at, request_of(case).was_answered) == (at("Tue 11:00"), True)
    assert not case.episodes.filter(ended_at=None).exists()


def test_a_call_that_reached_the_contact_answers_it(people: Cast, case: Case) -> None:
    ask_for_logs(case, people.lena, "Tue 10:00")
    call(case, people.lena, at("Tue 11:00"))
    assert (fresh(case).status, request_of(case).was_answered) == (Status.OPEN, True)


def test_a_reply_of_ours_leaves_it_waiting(people: Cast, case: Case) -> None:
    ask_for_logs(case, people.lena, "Tue 10:00")
    answer(case, people.lena, at("Tue 11:00"))
    assert fresh(case).status == Status.DIAGNOSTICS
    assert request_of(case).ended_at is None


def test_asking_again_takes_the_place_of_the_first(people: Cast, case: Case) -> None:
    ask_for_logs(case, people.lena, "Tue 10:00")
    ask_for_logs(case, people.lena, "Tue 11:00", wanted="And the registry.")
    first, second = case.diagnostic_requests.order_by("pk")
    assert (first.ended_at, first.was_answered) == (at("Tue 11:00"), False)
    assert second.ended_at is None
    assert case.episodes.count() == 1


def test_what_is_not_needed_any_more_ends_the_waiting(people: Cast, case: Case) -> None:
    ask_for_logs(case, people.lena, "Tue 10:00")
    actions.need_no_diagnostics(case_id=case.pk, actor=people.max, now=at("Tue 11:00"))
    assert (fresh(case).status, request_of(case).was_answered) == (Status.OPEN, False)
    assert not case.episodes.filter(ended_at=None).exists()
    again = partial(actions.need_no_diagnostics, case_id=case.pk, actor=people.max, now=at("Tue 11:01"))
    assert "waits for no diagnostics any more" in refusal_of(again)


def test_a_time_that_is_over_is_refused(people: Cast, case: Case) -> None:
    assert "This time is over" in refusal_of(lambda: ask_for_logs(case, people.lena, "Tue 10:00", until="Tue 10:00"))
    assert "Write a message first" in refusal_of(lambda: ask_for_logs(case, people.lena, "Tue 10:00", wanted=" "))
    assert events_of(case) == [EventKind.CASE_LOGGED]


def test_contacts_ask_for_nothing(people: Cast, case: Case) -> None:
    assert "Only support staff" in refusal_of(lambda: ask_for_logs(case, people.priya, "Tue 10:00"))
    assert "Only support staff" in refusal_of(lambda: investigate(case, people.priya, "Tue 10:00"))


@pytest.mark.clause("P9.6")
def test_a_closed_case_is_asked_for_nothing(people: Cast, case: Case) -> None:
    builders.close(case, people.lena, at("Tue 10:00"))
    assert "closed cases stay closed" in refusal_of(lambda: ask_for_logs(case, people.lena, "Tue 11:00"))
    assert "closed cases stay closed" in refusal_of(lambda: investigate(case, people.lena, "Tue 11:00"))


def test_the_words_of_a_request_are_not_taken_back_as_a_reply(people: Cast, case: Case) -> None:
    ask_for_logs(case, people.lena, "Tue 10:00")
    message = case.messages.get()
    taking = partial(actions.take_reply_back, message_id=message.pk, actor=people.lena, now=at("Tue 10:00:05"))
    assert "so it stands" in refusal_of(taking)


# --- Investigating --------------------------------------------------------------------------------------------------


def test_an_investigation_ends_the_waiting_and_promises_a_follow_up(people: Cast, case: Case) -> None:
    ask_for_logs(case, people.lena, "Tue 10:00")
    investigate(case, people.lena, "Tue 11:00", note="Compare the traces.")
    case = fresh(case)
    assert case.status == Status.INVESTIGATING
    assert not case.episodes.filter(ended_at=None).exists()
    assert (request_of(case).ended_at, request_of(case).was_answered) == (at("Tue 11:00"), False)
    promise = promise_of(case)
    assert (promise.due_at, promise.explanation, promise.named_by) == (at("Wed 12:00"), {}, people.lena)
    # Three quarters of 25 hours after it was named.
    assert promise.warn_at == at("Wed 5:45")
    assert case.investigations.get().note == "Compare the traces."


@pytest.mark.parametrize(("when", "kept"), [("Wed 12:00", True), ("Wed 12:01", False)])
def test_the_next_public_reply_keeps_or_misses_it(people: Cast, case: Case, when: str, kept: bool) -> None:
    investigate(case, people.lena, "Tue 11:00")
    answer(case, people.max, at(when))
    promise = promise_of(case)
    assert (promise.ended_as, promise.ended_at, promise.kept) == (DeadlineEnd.DONE, at(when), kept)
    assert fresh(case).status == Status.OPEN
    assert case.investigations.get().ended_at == at(when)


def test_a_call_that_reached_the_contact_follows_up(people: Cast, case: Case) -> None:
    investigate(case, people.lena, "Tue 11:00")
    call(case, people.lena, at("Wed 9:00"), "no_answer")
    assert promise_of(case).ended_at is None
    call(case, people.lena, at("Wed 9:30"))
    assert (promise_of(case).kept, fresh(case).status) == (True, Status.OPEN)


def test_notes_and_the_contacts_own_words_do_not(people: Cast, case: Case) -> None:
    investigate(case, people.lena, "Tue 11:00")
    actions.write_note(case_id=case.pk, body="Odd.", actor=people.lena, now=at("Tue 12:00"))
    say(case, people.priya, at("Tue 12:30"))
    assert promise_of(case).ended_at is None
    assert fresh(case).status == Status.INVESTIGATING


def test_it_ends_by_a_button_and_the_promise_stands(people: Cast, case: Case) -> None:
    investigate(case, people.lena, "Tue 11:00")
    actions.end_investigation(case_id=case.pk, actor=people.lena, now=at("Tue 15:00"))
    assert (fresh(case).status, promise_of(case).ended_at) == (Status.OPEN, None)
    assert case.investigations.get().ended_at == at("Tue 15:00")
    again = partial(actions.end_investigation, case_id=case.pk, actor=people.max, now=at("Tue 15:01"))
    assert "ended already" in refusal_of(again)
    answer(case, people.lena, at("Wed 11:00"))
    assert promise_of(case).kept is True


def test_a_new_investigation_replaces_the_promise_that_stands(people: Cast, case: Case) -> None:
    investigate(case, people.lena, "Tue 11:00")
    actions.end_investigation(case_id=case.pk, actor=people.lena, now=at("Tue 15:00"))
    investigate(case, people.max, "Tue 16:00", until="Thu 12:00")
    old, new = case.deadlines.filter(kind="follow_up").order_by("pk")
    assert (old.ended_as, old.replaced_by, new.due_at) == (DeadlineEnd.REPLACED, new, at("Thu 12:00"))


def test_moving_it_replaces_the_row_with_a_reason(people: Cast, case: Case) -> None:
    investigate(case, people.lena, "Tue 11:00")
    move_follow_up(case, people)
    old, new = case.deadlines.filter(kind="follow_up").order_by("pk")
    assert (old.ended_as, old.kept, old.replaced_by) == (DeadlineEnd.REPLACED, None, new)
    assert (new.due_at, new.named_by) == (at("Thu 12:00"), people.max)
    event = last_event(case)
    assert (event.kind, event.public) == (EventKind.FOLLOW_UP_MOVED, True)
    assert event.whole["reason"] == "The trace is long."


def move_follow_up(case: Case, people: Cast, *, reason: str = "The trace is long.", when: str = "Tue 15:00") -> Case:
    return actions.move_follow_up(
        case_id=case.pk,
        follow_up_at=at("Thu 12:00"),
        reason=reason,
        expected_id=promise_of(case).pk,
        actor=people.max,
        now=at(when),
    )


def test_a_promise_is_moved_with_a_reason_and_before_it_is_missed(people: Cast, case: Case) -> None:
    investigate(case, people.lena, "Tue 11:00")
    assert "Say why it takes longer or shorter" in refusal_of(lambda: move_follow_up(case, people, reason=" "))
    assert "is missed and stays so" in refusal_of(lambda: move_follow_up(case, people, when="Wed 12:01"))
    answer(case, people.lena, at("Wed 13:00"))
    assert "kept or moved meanwhile" in refusal_of(lambda: move_follow_up(case, people, when="Wed 13:01"))


@pytest.mark.parametrize("until", ["Tue 11:00", "Mon 9:00", "Fri 1 Jan 2027 9:00"])
def test_a_promise_is_for_a_time_to_come_within_a_month(people: Cast, case: Case, until: str) -> None:
    assert "still to come, within 31 days" in refusal_of(
        lambda: investigate(case, people.lena, "Tue 11:00", until=until)
    )
    assert fresh(case).status == Status.NEW


def test_it_is_warned_of_and_breached_like_others(people: Cast, case: Case) -> None:
    investigate(case, people.lena, "Tue 11:00")
    promise = promise_of(case)
    assert fresh(case).next_due_at is not None
    assert actions.warn_of_deadlines(deadline_ids=[promise.pk], now=at("Wed 5:45"))
    assert last_event(case).facts["kind"] == "follow_up"
    assert actions.record_breaches(deadline_ids=[promise.pk], now=at("Wed 12:01"))


def test_beginning_alone_is_no_first_response(people: Cast, case: Case) -> None:
    investigate(case, people.lena, "Tue 11:00")
    assert fresh(case).first_response_at is None


def test_a_reply_taken_back_lets_the_investigation_go_on(people: Cast, case: Case) -> None:
    investigate(case, people.lena, "Tue 11:00")
    answer(case, people.lena, at("Wed 9:00"))
    message = case.messages.get()
    actions.take_reply_back(message_id=message.pk, actor=people.lena, now=at("Wed 9:00:05"))
    assert fresh(case).status == Status.INVESTIGATING
    assert case.investigations.get().ended_at is None
    promise = promise_of(case)
    assert (promise.ended_at, promise.due_at, promise.named_by) == (None, at("Wed 12:00"), people.lena)


def test_a_closing_taken_back_lets_it_go_on(people: Cast, case: Case) -> None:
    investigate(case, people.lena, "Tue 11:00")
    builders.close(case, people.lena, at("Tue 12:00"))
    assert case.investigations.get().ended_at == at("Tue 12:00")
    actions.take_closing_back(case_id=case.pk, actor=people.lena, now=at("Tue 12:00:30"))
    assert fresh(case).status == Status.INVESTIGATING
    assert case.investigations.get().ended_at is None
    assert promise_of(case).ended_at is None


def test_the_same_again_changes_nothing_and_a_second_person_is_told(people: Cast, case: Case) -> None:
    investigate(case, people.lena, "Tue 11:00")
    before = events_of(case)
    investigate(case, people.lena, "Tue 11:00")
    assert events_of(case) == before
    assert "Lena Fischer investigates this case already" in refusal_of(
        lambda: investigate(case, people.max, "Tue 11:00")
    )
