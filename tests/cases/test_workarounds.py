"""A temporary workaround: on the record, and work around the clock rests while it holds (P2.6, P9.7)."""

from functools import partial
from uuid import uuid4

import pytest

from cases import actions
from cases.models import Case, DeadlineEnd, EventKind, User, Workaround
from cases.rules import RuleBroken
from tests import builders
from tests.builders import (
    Cast,
    all_at_once,
    answer,
    ask,
    at,
    close,
    deadline_of,
    episode_of,
    events_of,
    fresh,
    last_event,
    logged_case,
    update_of,
)

pytestmark = pytest.mark.clause("P2.6", "P9.7")


def ease(case: Case, by: User, when: str, words: str = "Restore from the second repository.", **more: object) -> Case:
    return actions.record_workaround(case_id=case.pk, words=words, actor=by, now=at(when), **more)  # type: ignore[arg-type]


def fail(case: Case, by: User, when: str, failure: str = "It stops after a minute.") -> Case:
    found = case.workarounds.latest("pk").pk
    return actions.workaround_failed(case_id=case.pk, workaround_id=found, failure=failure, actor=by, now=at(when))


def confirm(case: Case, by: User, when: str) -> Case:
    found = case.workarounds.latest("pk").pk
    return actions.confirm_workaround(case_id=case.pk, workaround_id=found, actor=by, now=at(when))


# --- What it does ---------------------------------------------------------------------------------------------------


def test_a_workaround_is_a_fact_that_closes_nothing(people: Cast) -> None:
    case = answer(logged_case(people.priya, at("Tue 9:00")), people.lena, at("Tue 9:30"))
    ease(case, people.lena, "Tue 10:00")
    workaround = case.workarounds.get()
    assert (workaround.words, workaround.recorded_by) == ("Restore from the second repository.", people.lena)
    assert fresh(case).is_open
    assert last_event(case).public
    # It tells the contact something new, so it is a progress update too.
    assert update_of(case).started_at == at("Tue 10:00")


@pytest.mark.parametrize(("in_place_at", "due"), [(None, "Wed 8:30"), ("Tue 20:15", "Wed 8:45")])
def test_an_open_first_response_of_a_severity_1_counts_in_desk_hours_from_then_on(
    people: Cast, in_place_at: str | None, due: str
) -> None:
    case = logged_case(people.priya, at("Tue 20:00"), severity=1)
    assert deadline_of(case).due_at == at("Tue 21:00")
    ease(case, people.lena, "Tue 20:30", in_place_at=None if in_place_at is None else at(in_place_at))
    old, new = case.deadlines.promises().order_by("pk")
    assert (old.ended_as, old.replaced_by_id) == (DeadlineEnd.REPLACED, new.pk)
    # Half an hour, or a quarter, was used; the rest counts from Wednesday's opening.
    assert new.due_at == at(due)
    assert fresh(case).next_due_at == at(due)


@pytest.mark.clause("P2.6", "P9.2")
def test_the_updates_of_a_severity_1_fall_back_to_desk_hours_and_come_back_when_it_fails(people: Cast) -> None:
    case = answer(logged_case(people.priya, at("Tue 16:00"), severity=1), people.lena, at("Tue 16:10"))
    assert update_of(case).due_at == at("Tue 17:10")
    ease(case, people.lena, "Tue 16:30")
    assert update_of(case).due_at == at("Wed 8:30")
    fail(case, people.priya, "Tue 16:40")
    # Ten minutes of its hour were used in the desk's hours, fifty are left on the clock.
    assert (update_of(case).due_at, update_of(case).started_at) == (at("Tue 17:30"), at("Tue 16:30"))
    assert set(case.deadlines.exclude(kind="first_response").exclude(ended_at=None).values_list("kept", flat=True)) == {
        True,
        None,
    }


def test_other_severities_keep_their_promise(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"), severity=2)
    ease(case, people.lena, "Tue 9:30")
    assert case.deadlines.promises().get().ended_at is None


def test_a_missed_promise_stays_missed(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 20:00"), severity=1)
    ease(case, people.lena, "Tue 21:30")
    assert (deadline_of(case).due_at, deadline_of(case).ended_at) == (at("Tue 21:00"), None)


# --- The contact's word ---------------------------------------------------------------------------------------------


def test_the_contact_says_that_it_holds_once(people: Cast) -> None:
    case = ease(logged_case(people.priya, at("Tue 9:00")), people.lena, "Tue 10:00")
    for when in ("Tue 10:30", "Tue 10:31"):
        confirm(case, people.priya, when)
    workaround = case.workarounds.get()
    assert (workaround.confirmed_by, workaround.confirmed_at) == (people.priya, at("Tue 10:30"))
    assert events_of(case).count(EventKind.WORKAROUND_CONFIRMED) == 1


@pytest.mark.clause("P9.5")
@pytest.mark.parametrize("word", [confirm, fail])
def test_their_word_ends_the_waiting(people: Cast, word: object) -> None:
    case = ease(logged_case(people.priya, at("Tue 9:00")), people.lena, "Tue 10:00")
    ask(case, people.lena, at("Tue 10:10"), "Does it hold?")
    assert episode_of(case) is not None
    word(case, people.priya, "Tue 10:30")  # type: ignore[operator]
    assert not case.episodes.filter(ended_at=None).exists()


def test_one_that_failed_makes_room_for_another(people: Cast) -> None:
    case = ease(logged_case(people.priya, at("Tue 9:00")), people.lena, "Tue 10:00")
    fail(case, people.priya, "Tue 10:30")
    first = case.workarounds.get()
    assert (first.failed_by, first.failure) == (people.priya, "It stops after a minute.")
    ease(case, people.lena, "Tue 11:00", "Restart first.")
    assert Workaround.objects.filter(failed_at=None).get().words == "Restart first."


# --- Refused --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["", "  "])
def test_it_says_what_it_is(people: Cast, words: str) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    with pytest.raises(RuleBroken, match="Say what the workaround is"):
        ease(case, people.lena, "Tue 10:00", words)


def test_one_is_in_place_at_a_time(people: Cast) -> None:
    case = ease(logged_case(people.priya, at("Tue 9:00")), people.lena, "Tue 10:00")
    with pytest.raises(RuleBroken, match="on the record already"):
        ease(case, people.lena, "Tue 10:01")


@pytest.mark.parametrize("since", ["Tue 8:59", "Tue 10:01"])
def test_its_time_lies_within_the_case(people: Cast, since: str) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    with pytest.raises(RuleBroken, match="after the case was logged, and before now"):
        ease(case, people.lena, "Tue 10:00", in_place_at=at(since))


def test_a_closed_case_takes_none(people: Cast) -> None:
    case = close(logged_case(people.priya, at("Tue 9:00")), people.lena, at("Tue 10:00"))
    with pytest.raises(RuleBroken, match="closed cases stay closed"):
        ease(case, people.lena, "Tue 11:00")


def test_staff_alone_record_one(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    with pytest.raises(RuleBroken, match="Only support staff"):
        ease(case, people.priya, "Tue 10:00")


def test_what_failed_says_what_fails_and_is_said_once(people: Cast) -> None:
    case = ease(logged_case(people.priya, at("Tue 9:00")), people.lena, "Tue 10:00")
    with pytest.raises(RuleBroken, match="Say what still fails"):
        fail(case, people.priya, "Tue 10:30", " ")
    fail(case, people.priya, "Tue 10:30")
    for word in (confirm, fail):
        with pytest.raises(RuleBroken, match="Somebody said meanwhile that this workaround does not hold"):
            word(case, people.lena, "Tue 10:31")


def test_the_same_form_twice_is_one_workaround(people: Cast) -> None:
    case, key = logged_case(people.priya, at("Tue 9:00")), uuid4()
    for _click in range(2):
        ease(case, people.lena, "Tue 10:00", submission_key=key)
    assert events_of(case).count(EventKind.WORKAROUND_IN_PLACE) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_at_one_moment_one_is_told() -> None:
    people = builders.cast()
    case = logged_case(people.priya, at("Tue 9:00"))
    answers = all_at_once([partial(ease, case, by, "Tue 10:00") for by in (people.lena, people.max)])
    (refused,) = [given for given in answers if isinstance(given, Exception)]
    assert isinstance(refused, RuleBroken)
    assert refused.code == "workaround_in_place"
    answers = all_at_once([partial(fail, case, by, "Tue 10:30") for by in (people.priya, people.lena)])
    (refused,) = [given for given in answers if isinstance(given, Exception)]
    assert isinstance(refused, RuleBroken)
    assert refused.code == "workaround_gone"
