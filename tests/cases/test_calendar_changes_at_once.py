"""Changes of the calendar at one moment with each other, and with an answer: one counts."""

from collections.abc import Callable
from functools import partial

import pytest

from cases.models import Deadline, DeadlineEnd, EventKind
from cases.rules import RuleBroken
from sla.models import HolidayChange
from tests import builders
from tests.builders import (
    all_at_once,
    answer,
    at,
    deadline_of,
    events_of,
    fresh,
    logged_case,
)
from tests.cases.test_calendar_changes import FRIDAY, NOON, THURSDAY, change, desk


@pytest.mark.django_db(transaction=True)
def test_a_word_that_comes_four_times_at_once_is_one_change() -> None:
    people = builders.cast()
    case = logged_case(people.priya, at("Wed 11:00"), severity=4)
    answers = all_at_once([partial(change, people.ruth, move=True, expected_revision=1)] * 4)
    assert sorted(one for one in answers if not isinstance(one, Exception)) == [0, 0, 0, 1]
    assert (HolidayChange.objects.count(), desk().revision) == (1, 2)
    assert events_of(case) == [EventKind.CASE_LOGGED, EventKind.PROMISE_MOVED]


@pytest.mark.django_db(transaction=True)
def test_of_two_managers_at_once_one_is_refused() -> None:
    people = builders.cast()
    case = logged_case(people.priya, at("Wed 11:00"), severity=4)
    words: list[Callable[[], int]] = [
        partial(change, people.ruth, THURSDAY, move=True, expected_revision=1),
        partial(change, people.ann, FRIDAY, move=True, expected_revision=1),
    ]
    answers = all_at_once(words)
    [refused] = [one for one in answers if isinstance(one, Exception)]
    assert isinstance(refused, RuleBroken)
    assert refused.code == "calendar_changed_meanwhile"
    assert (HolidayChange.objects.count(), desk().revision) == (1, 2)
    assert Deadline.objects.open().filter(case=case).count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_answer_and_a_move_at_one_moment_leave_one_verdict() -> None:
    people = builders.cast()
    cases = [logged_case(people.priya, at("Wed 11:00"), severity=4) for _ in range(8)]
    calls: list[Callable[[], object]] = [partial(change, people.ruth, move=True, expected_revision=1)]
    calls += [partial(answer, case, people.lena, NOON) for case in cases]
    answers: list[object] = list(all_at_once(calls))
    assert [one for one in answers if isinstance(one, Exception)] == []
    for case in cases:
        last = deadline_of(case)
        assert (last.ended_as, last.kept) == (DeadlineEnd.DONE, True)
        assert case.deadlines.filter(ended_as=DeadlineEnd.DONE).count() == 1
        numbers = list(case.events.order_by("number").values_list("number", flat=True))
        assert numbers == list(range(1, fresh(case).last_event_number + 1))
