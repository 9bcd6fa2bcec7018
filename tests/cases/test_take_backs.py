"""Taking back a mistaken reply within 10 seconds, a closing within 60: the clocks run on as if it had not been."""

from datetime import datetime, timedelta

import pytest

from cases import actions
from cases.lifecycle import Status
from cases.models import Case, DeadlineKind, EventKind, Message, MessageKind, Survey, User
from cases.rules import Outcome, RuleBroken
from tests.builders import (
    Cast,
    all_at_once,
    answer,
    ask,
    at,
    call,
    cast,
    close,
    deadline_of,
    episode_of,
    events_of,
    fresh,
    last_event,
    logged_case,
    remind,
    reminded_twice,
    say,
)

pytestmark = pytest.mark.clause("P2.5", "P9.3", "P9.5")

SENT = at("Tue 10:00")
CLOSED = at("Tue 12:00")


def seconds(number: float, since: datetime = SENT) -> datetime:
    return since + timedelta(seconds=number)


def undo_reply(case: Case, by: User, when: datetime) -> Case:
    last = case.messages.filter(kind=MessageKind.REPLY, by_staff=True).latest("pk")
    return actions.take_reply_back(message_id=last.pk, actor=by, now=when)


def undo_closing(case: Case, by: User, when: datetime) -> Case:
    return actions.take_closing_back(case_id=case.pk, actor=by, now=when)


def first_promises(case: Case) -> list[tuple[object, ...]]:
    rows = case.deadlines.filter(kind=DeadlineKind.FIRST_RESPONSE).order_by("pk")
    return list(rows.values_list("due_at", "ended_as", "kept"))


# --- A reply --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("after", [0, 5, 10])
def test_the_first_response_is_owed_again_with_the_same_due_time(people: Cast, case: Case, after: int) -> None:
    due_at = deadline_of(case).due_at
    answer(case, people.lena, SENT)
    undo_reply(case, people.lena, seconds(after))
    assert (fresh(case).first_response_at, fresh(case).status) == (None, Status.NEW)
    assert first_promises(case) == [(due_at, "replaced", None), (due_at, "", None)]
    assert fresh(case).next_due_at == due_at
    assert Message.objects.get().taken_back_at == seconds(after)
    assert events_of(case)[-2:] == [EventKind.SPECIALIST_REPLIED, EventKind.REPLY_TAKEN_BACK]
    assert last_event(case).public is False


def test_the_waiting_that_it_began_never_was(people: Cast, case: Case) -> None:
    ask(case, people.lena, SENT)
    undo_reply(case, people.lena, seconds(9))
    assert fresh(case).status == Status.NEW
    assert not case.episodes.exists()


def test_a_wait_that_went_on_before_goes_on(people: Cast, case: Case) -> None:
    ask(case, people.lena, SENT)
    remind(case, at("Thu 10:00"))
    ask(case, people.lena, at("Fri 9:00"))
    undo_reply(case, people.lena, at("Fri 9:00:05"))
    assert fresh(case).status == Status.WAITING
    assert episode_of(case).attempts.get().number == 1
    assert fresh(case).first_response_at == SENT


def test_a_later_reply_is_no_first_response_to_undo(people: Cast, case: Case) -> None:
    answer(case, people.lena, SENT)
    answer(case, people.lena, at("Tue 11:00"))
    undo_reply(case, people.lena, at("Tue 11:00:01"))
    assert fresh(case).first_response_at == SENT
    assert len(first_promises(case)) == 1


def test_another_answer_in_these_seconds_becomes_the_first_response(people: Cast, case: Case) -> None:
    answer(case, people.lena, SENT)
    mistaken = case.messages.get()
    call(case, people.max, at("Tue 10:00:04"))
    actions.take_reply_back(message_id=mistaken.pk, actor=people.lena, now=at("Tue 10:00:08"))
    assert fresh(case).first_response_at == at("Tue 10:00:04")
    assert [kept for _due, _ended, kept in first_promises(case)] == [None, True]


def test_a_word_in_these_seconds_leaves_the_case_where_it_put_it(people: Cast, case: Case) -> None:
    ask(case, people.lena, SENT)
    say(case, people.priya, at("Tue 10:00:03"))
    undo_reply(case, people.lena, at("Tue 10:00:06"))
    assert fresh(case).status == Status.OPEN


def test_taken_back_twice_is_once(people: Cast, case: Case) -> None:
    answer(case, people.lena, SENT)
    undo_reply(case, people.lena, seconds(3))
    undo_reply(case, people.lena, seconds(4))
    assert events_of(case).count(EventKind.REPLY_TAKEN_BACK) == 1


def test_after_ten_seconds_it_stands(people: Cast, case: Case) -> None:
    answer(case, people.lena, SENT)
    with pytest.raises(RuleBroken, match="has left, so it stands"):
        undo_reply(case, people.lena, seconds(10.001))
    assert fresh(case).first_response_at == SENT


@pytest.mark.parametrize("name", ["max", "ruth"])
def test_a_colleague_takes_no_reply_back(people: Cast, case: Case, name: str) -> None:
    answer(case, people.lena, SENT)
    with pytest.raises(RuleBroken, match="Only whoever wrote a reply"):
        undo_reply(case, getattr(people, name), seconds(2))


def test_contacts_take_no_reply_back(people: Cast, case: Case) -> None:
    answer(case, people.lena, SENT)
    with pytest.raises(RuleBroken, match="Only support staff"):
        undo_reply(case, people.priya, seconds(2))


def test_a_reply_to_a_case_that_closed_meanwhile_stands(people: Cast, case: Case) -> None:
    answer(case, people.lena, SENT)
    close(case, people.priya, seconds(3), Outcome.SOLVED_BY_CONTACT)
    with pytest.raises(RuleBroken, match="closed cases stay closed"):
        undo_reply(case, people.lena, seconds(5))


# --- A closing ------------------------------------------------------------------------------------------------------


def test_a_closing_is_undone_to_where_the_case_stood(people: Cast, case: Case) -> None:
    answer(case, people.lena, SENT)
    close(case, people.lena, CLOSED)
    undo_closing(case, people.lena, seconds(59, CLOSED))
    assert (fresh(case).status, fresh(case).closed_at) == (Status.OPEN, None)
    assert case.closings.get().taken_back_at == seconds(59, CLOSED)
    assert events_of(case)[-2:] == [EventKind.CASE_CLOSED, EventKind.CLOSING_TAKEN_BACK]
    assert not Survey.objects.get().is_open(seconds(60, CLOSED))


def test_the_waiting_goes_on_with_its_attempts_and_times(people: Cast, case: Case) -> None:
    reminded_twice(case, people.lena)
    close(case, people.lena, at("Tue 1 Dec 12:00"))
    undo_closing(case, people.lena, at("Tue 1 Dec 12:00:30"))
    assert fresh(case).status == Status.WAITING
    assert episode_of(case).closes_at == at("Tue 1 Dec 17:00")
    assert episode_of(case).attempts.exclude(number=None).count() == 2


def test_a_closing_that_was_the_first_response_is_none_any_more(people: Cast, case: Case) -> None:
    due_at = deadline_of(case).due_at
    close(case, people.lena, CLOSED)
    undo_closing(case, people.lena, seconds(5, CLOSED))
    assert (fresh(case).first_response_at, fresh(case).status) == (None, Status.NEW)
    assert first_promises(case) == [(due_at, "replaced", None), (due_at, "", None)]


def test_a_promise_that_the_closing_ended_late_stays_missed_once(people: Cast, case: Case) -> None:
    close(case, people.priya, at("Tue 16:00"), Outcome.SOLVED_BY_CONTACT)
    undo_closing(case, people.priya, at("Tue 16:00:10"))
    assert [kept for _due, _ended, kept in first_promises(case)] == [None, None]
    answer(case, people.lena, at("Tue 16:30"))
    assert [kept for _due, _ended, kept in first_promises(case)] == [None, False]


@pytest.mark.parametrize("after", [60, 61, 3600])
def test_after_a_minute_a_closing_stands(people: Cast, case: Case, after: int) -> None:
    close(case, people.lena, CLOSED)
    with pytest.raises(RuleBroken, match="The minute is over"):
        undo_closing(case, people.lena, seconds(after, CLOSED))
    assert fresh(case).status == Status.CLOSED


def test_nobody_takes_the_closing_of_somebody_else_back(people: Cast, case: Case) -> None:
    close(case, people.lena, CLOSED)
    for name in ("max", "priya"):
        with pytest.raises(RuleBroken, match="Only whoever closed a case"):
            undo_closing(case, getattr(people, name), seconds(5, CLOSED))


def test_nobody_takes_a_closing_in_silence_back_but_by_a_word(people: Cast, case: Case) -> None:
    reminded_twice(case, people.lena)
    actions.close_in_silence(episode_id=episode_of(case).pk, now=at("Tue 1 Dec 17:00"))
    with pytest.raises(RuleBroken, match="Only whoever closed a case"):
        undo_closing(case, people.lena, at("Tue 1 Dec 17:00:05"))


def test_an_open_case_has_no_closing_to_take_back(people: Cast, case: Case) -> None:
    with pytest.raises(RuleBroken, match="This case is open"):
        undo_closing(case, people.lena, CLOSED)


def test_the_closing_of_another_partner_is_not_there(people: Cast, case: Case) -> None:
    close(case, people.lena, CLOSED)
    with pytest.raises(Case.DoesNotExist):
        undo_closing(case, people.zoe, seconds(5, CLOSED))


@pytest.mark.parametrize("key", ["6f1a8a3e-6a3f-4f8e-9d52-0a1b2c3d4e5f"])
def test_the_same_closing_form_again_is_answered_as_done(people: Cast, case: Case, key: str) -> None:
    from uuid import UUID  # noqa: PLC0415

    for when in ("Tue 12:00", "Tue 12:00:02"):
        actions.close_case(
            case_id=case.pk,
            outcome=Outcome.NOT_A_REQUEST,
            explanation="Spam.",
            submission_key=UUID(key),
            actor=people.lena,
            now=at(when),
        )
    assert case.closings.count() == 1
    assert events_of(case).count(EventKind.CASE_CLOSED) == 1


# --- Two at once ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_many_clicks_at_once_take_a_reply_back_once() -> None:
    people = cast()
    case = answer(logged_case(people.priya, at("Tue 9:00")), people.lena, SENT)
    answers = all_at_once([lambda: undo_reply(case, people.lena, seconds(3))] * 4)
    assert [given for given in answers if isinstance(given, Exception)] == []
    assert events_of(case).count(EventKind.REPLY_TAKEN_BACK) == 1
    assert len(first_promises(case)) == 2


@pytest.mark.django_db(transaction=True)
def test_many_clicks_at_once_take_a_closing_back_once_and_the_others_are_told() -> None:
    people = cast()
    case = close(logged_case(people.priya, at("Tue 9:00")), people.lena, CLOSED)
    answers = all_at_once([lambda: undo_closing(case, people.lena, seconds(3, CLOSED))] * 3)
    refused = [given for given in answers if isinstance(given, Exception)]
    assert [type(given) for given in refused] == [RuleBroken, RuleBroken]
    assert {given.code for given in refused if isinstance(given, RuleBroken)} == {"case_open"}
    assert events_of(case).count(EventKind.CLOSING_TAKEN_BACK) == 1
