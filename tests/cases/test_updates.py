"""Regular progress updates: an internal target that each word of ours begins anew (P9.2)."""

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases import actions
from cases.models import Case, DeadlineEnd, DeadlineKind
from cases.reports import now as reports
from cases.rules import AttemptOutcome
from tests import builders
from tests.builders import Cast, answer, ask, at, call, close, fresh, logged_case, say, update_of

pytestmark = pytest.mark.clause("P9.2")


def open_update(case: Case) -> datetime | None:
    """Return when the next update is due; None while there is none."""
    found = case.deadlines.open().filter(kind=DeadlineKind.UPDATE).first()
    return None if found is None else found.due_at


def answered(people: Cast, severity: int, when: str = "Tue 10:00") -> Case:
    case = logged_case(people.priya, at("Tue 9:30"), severity=severity)
    return answer(case, people.lena, at(when))


# --- The cadence ----------------------------------------------------------------------------------------------------


def test_before_the_first_reply_no_update_is_due(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:30"))
    say(case, people.priya, at("Tue 9:40"))
    assert open_update(case) is None


@pytest.mark.parametrize(
    ("severity", "when", "due"),
    [
        (1, "Tue 10:00", "Tue 11:00"),
        # Round the clock.
        (1, "Tue 23:30", "Wed 0:30"),
        # Three working hours.
        (2, "Tue 10:00", "Tue 13:00"),
        (2, "Tue 16:00", "Wed 10:00"),
        # Every business day, every third.
        (3, "Tue 10:00", "Wed 17:00"),
        (3, "Fri 10:00", "Mon 30 Nov 17:00"),
        (4, "Tue 10:00", "Fri 17:00"),
    ],
)
def test_the_first_reply_begins_the_cadence_of_the_severity(people: Cast, severity: int, when: str, due: str) -> None:
    case = answered(people, severity, when)
    assert open_update(case) == at(due)
    assert fresh(case).next_due_at == at(due)


def test_a_closing_begins_none(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:30"))
    close(case, people.lena, at("Tue 10:00"))
    assert not case.deadlines.filter(kind=DeadlineKind.UPDATE).exists()


def test_each_reply_and_each_reached_call_begins_it_anew(people: Cast) -> None:
    case = answered(people, 2)
    answer(case, people.lena, at("Tue 11:00"))
    assert open_update(case) == at("Tue 14:00")
    call(case, people.lena, at("Tue 11:30"), logged_at=at("Tue 12:00"))
    assert open_update(case) == at("Tue 14:30")
    ended = case.deadlines.filter(kind=DeadlineKind.UPDATE).exclude(ended_at=None)
    assert set(ended.values_list("ended_as", "kept")) == {(DeadlineEnd.DONE, True)}


@pytest.mark.parametrize("outcome", [AttemptOutcome.NO_ANSWER, AttemptOutcome.LEFT_MESSAGE])
def test_what_tells_the_contact_nothing_is_no_update(people: Cast, outcome: str) -> None:
    case = answered(people, 2)
    actions.write_note(case_id=case.pk, body="Hm.", actor=people.lena, now=at("Tue 11:00"))
    call(case, people.lena, at("Tue 11:10"), outcome)
    say(case, people.priya, at("Tue 11:20"))
    assert open_update(case) == at("Tue 13:00")


def test_a_call_before_the_last_word_logged_late_moves_nothing(people: Cast) -> None:
    case = answered(people, 2, "Tue 11:00")
    call(case, people.lena, at("Tue 10:30"), logged_at=at("Tue 11:10"))
    assert open_update(case) == at("Tue 14:00")


@pytest.mark.parametrize(("replied", "kept"), [("Tue 13:00", True), ("Tue 13:00:01", False)])
def test_an_update_in_the_due_second_is_in_time(people: Cast, replied: str, kept: bool) -> None:
    case = answered(people, 2)
    answer(case, people.lena, at(replied))
    first = case.deadlines.filter(kind=DeadlineKind.UPDATE).earliest("pk")
    assert (first.ended_as, first.kept, first.ended_at) == (DeadlineEnd.DONE, kept, at(replied))


# --- Waiting --------------------------------------------------------------------------------------------------------


def test_while_the_case_waits_none_is_due_and_the_answer_begins_one(people: Cast) -> None:
    case = answered(people, 2)
    ask(case, people.lena, at("Tue 11:00"))
    assert open_update(case) is None
    assert (update_of(case).ended_as, update_of(case).kept) == (DeadlineEnd.DONE, True)
    answer(case, people.lena, at("Tue 12:00"), "One thing more.")
    assert open_update(case) is None
    say(case, people.priya, at("Wed 9:00"))
    assert open_update(case) == at("Wed 12:00")


def test_a_question_that_comes_late_leaves_the_update_late(people: Cast) -> None:
    case = answered(people, 2)
    ask(case, people.lena, at("Tue 14:00"))
    assert update_of(case).kept is False


def test_a_closing_ends_it_without_a_verdict(people: Cast) -> None:
    case = answered(people, 3)
    close(case, people.lena, at("Tue 11:00"))
    ended = update_of(case)
    assert (ended.ended_as, ended.kept, open_update(case)) == (DeadlineEnd.CASE_ENDED, None, None)


def test_a_silent_case_taken_back_is_owed_an_update_again(people: Cast) -> None:
    case = builders.reminded_twice(logged_case(people.priya, at("Tue 9:00")), people.lena)
    builders.close_in_silence(case, at("Tue 1 Dec 17:00"))
    say(case, people.priya, at("Tue 1 Dec 17:00:30"))
    assert open_update(case) == at("Wed 2 Dec 17:00")


# --- Due and overdue ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("severity", "warned", "due"),
    [(1, "Tue 10:45", "Tue 11:00"), (2, "Tue 12:15", "Tue 13:00"), (3, "Wed 8:00", "Wed 17:00")],
)
def test_staff_are_told_before_it_is_due_and_once_it_is_overdue(
    people: Cast, severity: int, warned: str, due: str
) -> None:
    case = answered(people, severity)
    update = update_of(case)
    assert (update.warn_at, update.due_at, update.explanation) == (at(warned), at(due), {})
    assert actions.warn_of_deadlines(deadline_ids=[update.pk], now=at(warned))
    assert not actions.record_breaches(deadline_ids=[update.pk], now=at(due))
    late = at(due).replace(second=1)
    assert actions.record_breaches(deadline_ids=[update.pk], now=late)
    assert set(case.events.filter(facts__kind="update").values_list("public", flat=True)) == {False}
    assert Case.objects.updates_overdue(late).get() == case
    # It is no promise: neither at risk nor breached, nor in any share of promises kept.
    assert not Case.objects.breached(late).exists()
    assert not Case.objects.at_risk(at(warned)).exists()
    answer(case, people.lena, late)
    assert reports.all_severities(reports.verdicts(at("Mon 0:00"), at("Fri 0:00"))).missed == 0


# --- Speed ----------------------------------------------------------------------------------------------------------


def test_the_hundredth_reply_asks_the_database_as_often_as_the_third(people: Cast) -> None:
    case = answered(people, 3)

    def queries(minute: int) -> int:
        with CaptureQueriesContext(connection) as asked:
            answer(case, people.lena, at(f"Tue 11:{minute:02}"))
        return len(asked)

    counted = [queries(minute) for minute in range(12)]
    assert len(set(counted[2:])) == 1
