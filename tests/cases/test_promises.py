"""At risk, missed: each on the record exactly once, and never for a promise that was kept (P2.1)."""

import pytest

from cases import actions
from cases.models import Case, Deadline, EventKind
from cases.rules import Outcome
from tests.builders import Cast, answer, at, close, deadline_of, events_of, fresh, last_event, logged_case


def warn(case: Case, when: str) -> list[Case]:
    return actions.warn_of_deadlines(deadline_ids=[deadline_of(case).pk], now=at(when))


def breach(case: Case, when: str) -> list[Case]:
    return actions.record_breaches(deadline_ids=[deadline_of(case).pk], now=at(when))


def test_three_quarters_of_the_target_puts_a_promise_at_risk_once(case: Case) -> None:
    assert warn(case, "Tue 13:29:59") == []
    assert warn(case, "Tue 13:30") == [case]
    assert warn(case, "Tue 13:31") == []
    assert events_of(case) == [EventKind.CASE_LOGGED, EventKind.PROMISE_AT_RISK]
    assert deadline_of(case).warned_at == at("Tue 13:30")


def test_a_promise_is_missed_after_its_due_second_once(case: Case) -> None:
    warn(case, "Tue 13:30")
    assert breach(case, "Tue 15:00") == []
    assert breach(case, "Tue 15:00:01") == [case]
    assert breach(case, "Tue 15:01") == []
    assert events_of(case)[1:] == [EventKind.PROMISE_AT_RISK, EventKind.PROMISE_MISSED]
    assert deadline_of(case).warned_at == at("Tue 13:30")


def test_a_breach_leaves_the_due_time_as_it_was_promised(case: Case) -> None:
    before = Deadline.objects.values("due_at", "warn_at", "started_at", "explanation").get(case=case)
    breach(case, "Tue 16:00")
    assert Deadline.objects.values("due_at", "warn_at", "started_at", "explanation").get(case=case) == before
    assert fresh(case).next_due_at == at("Tue 15:00")
    assert last_event(case).facts["due_at"] == deadline_of(case).due_at.isoformat()


def test_a_warning_that_nobody_gave_in_time_is_not_given_after_the_breach(case: Case) -> None:
    breach(case, "Tue 15:30")
    assert warn(case, "Tue 15:31") == []
    assert events_of(case) == [EventKind.CASE_LOGGED, EventKind.PROMISE_MISSED]


def test_an_answered_case_is_neither_at_risk_nor_missed(people: Cast, case: Case) -> None:
    answer(case, people.lena, at("Tue 10:00"))
    assert warn(case, "Tue 14:00") == []
    assert breach(case, "Tue 16:00") == []
    assert events_of(case)[-1] == EventKind.SPECIALIST_REPLIED


def test_a_case_that_ended_is_neither_at_risk_nor_missed(people: Cast, case: Case) -> None:
    close(case, people.priya, at("Tue 10:00"), Outcome.SOLVED_BY_CONTACT)
    assert warn(case, "Tue 14:00") == []
    assert breach(case, "Tue 16:00") == []
    assert events_of(case)[-1] == EventKind.CASE_CLOSED


def test_a_missed_promise_that_is_answered_late_stays_missed(people: Cast, case: Case) -> None:
    breach(case, "Tue 15:01")
    answer(case, people.lena, at("Tue 16:00"))
    promise = deadline_of(case)
    assert (promise.kept, promise.breached_at) == (False, at("Tue 15:01"))


@pytest.mark.parametrize(
    ("when", "at_risk", "breached"),
    [
        ("Tue 13:29:59", False, False),
        ("Tue 13:30", True, False),
        ("Tue 15:00", True, False),
        ("Tue 15:00:01", False, True),
        ("Fri 9:00", False, True),
    ],
)
def test_a_case_is_in_one_view_of_the_queue_at_a_time(case: Case, when: str, at_risk: bool, breached: bool) -> None:
    assert Case.objects.at_risk(at(when)).filter(pk=case.pk).exists() is at_risk
    assert Case.objects.breached(at(when)).filter(pk=case.pk).exists() is breached
    assert deadline_of(case).is_missed(at(when)) is breached


def test_what_the_sweeps_look_for_is_what_the_actions_do(people: Cast, case: Case) -> None:
    logged_case(people.priya, at("Tue 14:00"))
    assert [row.case for row in Deadline.objects.to_warn(at("Tue 14:30"))] == [case]
    assert [row.case for row in Deadline.objects.to_breach(at("Tue 15:00"))] == []
    assert [row.case for row in Deadline.objects.to_breach(at("Tue 15:00:01"))] == [case]
    breach(case, "Tue 15:00:01")
    assert not Deadline.objects.to_breach(at("Tue 15:01")).exists()
