"""Many people at one moment, on real threads and connections: nothing lost, nothing doubled, nobody in between."""

import os
from collections import Counter
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError, connection, transaction

from cases import actions
from cases.lifecycle import Status
from cases.models import Case, CaseEvent, Closing, Deadline, Dispatch, EventKind, Message, User
from cases.rules import RuleBroken
from tests import builders
from tests.builders import (
    Cast,
    all_at_once,
    ask,
    at,
    call,
    contact,
    deadline_of,
    episode_of,
    events_of,
    fresh,
    in_rounds,
    last_event,
    logged_case,
    new_partner,
)

pytestmark = pytest.mark.django_db(transaction=True)

# Of a word and the closing, as many again within the minute and at its end. RACES says how many.
ROUNDS = int(os.environ.get("RACES", "50"))


def assert_whole(case: Case) -> None:
    """Check that the record of a case has no gap and agrees with the row."""
    numbers = list(case.events.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, fresh(case).last_event_number + 1))


# --- Submitting -----------------------------------------------------------------------------------------------------


def test_twenty_partners_submitting_at_once_are_all_served() -> None:
    builders.policy()
    writers = [new_partner(number)[1] for number in range(20)]
    logged = all_at_once([partial(logged_case, writer, at("Tue 9:00")) for writer in writers])
    assert [case for case in logged if isinstance(case, Exception)] == []
    assert sorted(Case.objects.values_list("reference", flat=True)) == [f"P{number:03}-1" for number in range(20)]
    assert Deadline.objects.count() == CaseEvent.objects.count() == Dispatch.objects.count() == 20


def test_twenty_contacts_of_one_partner_get_references_without_gaps() -> None:
    people = builders.cast()
    writers = [contact(f"Contact {number}", people.northwind) for number in range(20)]
    logged = all_at_once([partial(logged_case, writer, at("Tue 9:00")) for writer in writers])
    assert [case for case in logged if isinstance(case, Exception)] == []
    references = Case.objects.order_by("pk").values_list("reference", flat=True)
    assert sorted(references) == sorted(f"NWIT-{number}" for number in range(1, 21))


def test_refusals_among_them_leave_no_gaps() -> None:
    people = builders.cast()
    writers = [contact(f"Contact {number}", people.northwind) for number in range(10)]
    calls = [
        partial(logged_case, writer, at("Tue 23:00"), severity=1, charges_accepted=bool(number % 2))
        for number, writer in enumerate(writers)
    ]
    answers = all_at_once(calls)
    assert Counter(type(given) for given in answers) == {Case: 5, RuleBroken: 5}
    assert sorted(Case.objects.values_list("reference", flat=True)) == [f"NWIT-{number}" for number in range(1, 6)]


@pytest.mark.parametrize("clicks", [2, 8])
def test_the_same_submission_from_many_threads_is_one_case(clicks: int) -> None:
    people = builders.cast()
    key = uuid4()
    answers = all_at_once([partial(logged_case, people.priya, at("Tue 9:00"), key=key)] * clicks)
    assert {case.reference for case in answers if isinstance(case, Case)} == {"NWIT-1"}
    assert [case for case in answers if isinstance(case, Exception)] == []
    assert (Case.objects.count(), Deadline.objects.count(), CaseEvent.objects.count()) == (1, 1, 1)


# --- Two at the same case -------------------------------------------------------------------------------------------


def take(case: Case, who: User) -> Case:
    return actions.assign_case(case_id=case.pk, assignee_id=who.pk, expected_id=None, actor=who, now=at("Tue 10:00"))


def test_of_two_specialists_taking_one_case_one_is_told_whose_it_is() -> None:
    people = builders.cast()
    case = logged_case(people.priya, at("Tue 9:00"))
    answers = all_at_once([partial(take, case, people.lena), partial(take, case, people.max)])
    (refused,) = [given for given in answers if isinstance(given, Exception)]
    assert isinstance(refused, RuleBroken)
    assert refused.code == "assigned_meanwhile"
    assert str(fresh(case).assignee) in str(refused)
    assert events_of(case).count(EventKind.CASE_ASSIGNED) == 1


def test_of_two_replies_at_once_one_is_the_first_response() -> None:
    people = builders.cast()
    case = logged_case(people.priya, at("Tue 9:00"))
    answers = all_at_once(
        [partial(builders.answer, case, by, at("Tue 10:00")) for by in (people.lena, people.max, people.ruth)]
    )
    assert [given for given in answers if isinstance(given, Exception)] == []
    first = [event.facts["first_response"] for event in case.events.filter(kind=EventKind.SPECIALIST_REPLIED)]
    assert sorted(first) == [False, False, True]
    assert_whole(case)


def test_the_same_reply_from_two_threads_is_said_once() -> None:
    people = builders.cast()
    case = logged_case(people.priya, at("Tue 9:00"))
    reply = partial(
        actions.reply_as_specialist,
        case_id=case.pk,
        body="We found it.",
        submission_key=uuid4(),
        actor=people.lena,
        now=at("Tue 10:00"),
    )
    answers = all_at_once([reply] * 4)
    assert [given for given in answers if isinstance(given, Exception)] == []
    assert Message.objects.count() == 1
    assert fresh(case).last_event_number == 2


def test_a_warning_and_a_breach_looked_for_by_many_workers_are_each_recorded_once() -> None:
    people = builders.cast()
    promise = deadline_of(logged_case(people.priya, at("Tue 9:00")))
    warn = partial(actions.warn_of_deadlines, deadline_ids=[promise.pk], now=at("Tue 13:30"))
    breach = partial(actions.record_breaches, deadline_ids=[promise.pk], now=at("Tue 15:01"))
    assert Counter(given == [] for given in all_at_once([warn] * 4)) == {True: 3, False: 1}
    assert Counter(given == [] for given in all_at_once([breach] * 4)) == {True: 3, False: 1}
    assert events_of(promise.case)[1:] == [EventKind.PROMISE_AT_RISK, EventKind.PROMISE_MISSED]


def test_a_reminder_looked_for_by_many_workers_is_written_once_and_counted_once() -> None:
    people = builders.cast()
    case = ask(logged_case(people.priya, at("Tue 9:00")), people.lena, at("Tue 10:00"))
    make = partial(actions.make_reminder, episode_id=episode_of(case).pk, now=at("Thu 10:00"))
    assert Counter(given is None for given in all_at_once([make] * 4)) == {True: 3, False: 1}
    confirm = partial(actions.confirm_reminder, attempt_id=case.attempts.get().pk, now=at("Thu 10:01"))
    assert Counter(given is None for given in all_at_once([confirm] * 4)) == {True: 3, False: 1}
    assert case.attempts.get().number == 1


def test_two_specialists_closing_one_case_close_it_once() -> None:
    people = builders.cast()
    case = logged_case(people.priya, at("Tue 9:00"))
    answers = all_at_once([partial(builders.close, case, by, at("Tue 12:00")) for by in (people.lena, people.max)])
    (refused,) = [given for given in answers if isinstance(given, Exception)]
    assert isinstance(refused, RuleBroken)
    assert refused.code == "case_closed"
    assert Closing.objects.count() == 1


# --- A word and the closing (P9.5) ----------------------------------------------------------------------------------


def silent_cases(people: Cast, many: int) -> list[Case]:
    """Return cases that close in silence on Friday at 17:00, after two calls that reached nobody."""
    cases = []
    for _ in range(many):
        case = ask(logged_case(people.priya, at("Tue 9:00")), people.lena, at("Tue 10:00"))
        for when in ("Wed 9:00", "Thu 9:00"):
            call(case, people.lena, at(when), "no_answer")
        cases.append(case)
    return cases


def race(cases: list[Case], people: Cast, *, said: str) -> list[Case | Exception | None]:
    """Let the contact's word and the silent closing meet at each case. Returns what became of each word."""
    words = [partial(builders.say, case, people.priya, at(said)) for case in cases]
    closings = [
        partial(actions.close_in_silence, episode_id=episode_of(case).pk, now=at("Fri 17:00")) for case in cases
    ]
    rounds = in_rounds(words, closings)
    assert [closed for _word, closed in rounds if isinstance(closed, Exception)] == []
    return [word for word, _closed in rounds]


@pytest.mark.parametrize("said", ["Fri 17:00", "Fri 17:00:30", "Fri 17:01"])
def test_a_word_in_time_wins_over_the_closing_whoever_comes_first(said: str) -> None:
    people = builders.cast()
    cases = silent_cases(people, ROUNDS // 2)
    assert race(cases, people, said=said) == cases
    for case in cases:
        now = fresh(case)
        assert (now.status, now.closed_at) == (Status.OPEN, None)
        assert case.messages.latest("pk").body == "It is version 6.1."
        assert last_event(case).kind == EventKind.CONTACT_REPLIED
        assert not case.episodes.filter(ended_at=None).exists()
        happened = events_of(case)
        assert happened.count(EventKind.CASE_CLOSED) == happened.count(EventKind.CLOSING_TAKEN_BACK)
        assert not case.closings.filter(taken_back_at=None).exists()
        assert_whole(case)


def test_a_word_too_late_is_either_heard_before_the_closing_or_refused() -> None:
    people = builders.cast()
    cases = silent_cases(people, ROUNDS // 5)
    for case, word in zip(cases, race(cases, people, said="Fri 17:02"), strict=True):
        heard = word == case
        assert heard or isinstance(word, RuleBroken)
        assert fresh(case).status == (Status.OPEN if heard else Status.CLOSED)
        assert case.closings.count() == (0 if heard else 1)
        assert case.messages.filter(by_staff=False).count() == (1 if heard else 0)
        assert_whole(case)


@pytest.mark.clause("P9.5")
def test_two_words_around_the_sixtieth_second_leave_the_case_open_whoever_comes_first() -> None:
    people = builders.cast()
    cases = silent_cases(people, ROUNDS // 5)
    for case in cases:
        assert actions.close_in_silence(episode_id=episode_of(case).pk, now=at("Fri 17:00")) is not None
    in_time = [partial(builders.say, case, people.priya, at("Fri 17:01"), "In time.") for case in cases]
    too_late = [partial(builders.say, case, people.omar, at("Fri 17:01:01"), "Too late.") for case in cases]
    for case, (heard, late) in zip(cases, in_rounds(in_time, too_late), strict=True):
        assert heard == case
        # Behind the first word the case goes on, and takes any other; before it, the second is led to a follow-up.
        refused = isinstance(late, RuleBroken)
        assert refused or late == case
        assert case.messages.filter(by_staff=False).count() == (1 if refused else 2)
        assert (fresh(case).status, fresh(case).closed_at) == (Status.OPEN, None)
        assert events_of(case).count(EventKind.CLOSING_TAKEN_BACK) == 1
        assert_whole(case)


@pytest.mark.postgres
def test_whoever_comes_to_know_of_a_case_meanwhile_acts_under_its_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    people = builders.cast()
    own = people.omar.memberships
    own.update(sees_all_cases=False)
    case = logged_case(people.priya, at("Mon 9:00"))
    # Behind such a pool, the lock and what is read behind it go one after the other.
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    held: list[Any] = []

    def meanwhile(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        answer = execute(sql, params, many, context)
        if "FOR UPDATE" in sql and not held:
            held.extend(all_at_once([lambda: own.update(sees_all_cases=True)]))
            held.extend(all_at_once([lambda: lock_without_waiting(case)]))
        return answer

    with connection.execute_wrapper(meanwhile):
        actions.ask_for_manager(case_id=case.pk, words="It takes long.", actor=people.omar, now=at("Mon 9:30"))
    assert isinstance(held[1], OperationalError)


def lock_without_waiting(case: Case) -> int:
    """Lock a case, or fail where somebody else has."""
    with transaction.atomic():
        return Case.objects.select_for_update(nowait=True).get(pk=case.pk).pk
