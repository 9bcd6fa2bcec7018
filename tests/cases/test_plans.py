"""Action plans: milestones with owners, days, dependencies and state; ours are promises (P9.7)."""

from datetime import date
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from cases import actions, rules
from cases.lifecycle import Side
from cases.models import Case, Deadline, DeadlineEnd, DeadlineKind, EventKind, Milestone, MilestoneState, User
from cases.rules import RuleBroken
from tests import builders
from tests.builders import Cast, all_at_once, at, close, events_of, fresh, last_event, logged_case, update_of

pytestmark = pytest.mark.clause("P9.7")

FRIDAY, MONDAY, SATURDAY = date(2026, 11, 27), date(2026, 11, 30), date(2026, 11, 28)


def plan(case: Case, by: User, when: str = "Tue 10:00", **more: Any) -> Case:
    return actions.make_plan(case_id=case.pk, summary="Move to the new agent.", actor=by, now=at(when), **more)


def add(
    case: Case, title: str, owner: User, by: User, *, due_on: date = FRIDAY, when: str = "Tue 10:05", **more: Any
) -> Milestone:
    side = Side.STAFF if owner.works_here else Side.CONTACT
    more = {"side": side, **more}
    actions.add_milestone(
        case_id=case.pk, title=title, owner_id=owner.pk, due_on=due_on, actor=by, now=at(when), **more
    )
    return Milestone.objects.filter(plan__case=case).latest("pk")


def set_state(one: Milestone, state: str, by: User, when: str, expected: str = "planned") -> Case:
    return actions.set_milestone_state(
        case_id=one.plan.case_id, milestone_id=one.pk, state=state, expected=expected, actor=by, now=at(when)
    )


def move(one: Milestone, due_on: date, by: User, when: str, reason: str = "A part is late.") -> Case:
    return actions.move_milestone(
        case_id=one.plan.case_id,
        milestone_id=one.pk,
        due_on=due_on,
        expected=one.due_on,
        reason=reason,
        actor=by,
        now=at(when),
    )


def wait_for(one: Milestone, earlier: list[Milestone], by: User) -> Case:
    return actions.set_milestone_waits(
        case_id=one.plan.case_id, milestone_id=one.pk, after=[e.pk for e in earlier], actor=by, now=at("Tue 11:00")
    )


def promise_of(one: Milestone) -> Deadline:
    return one.deadlines.latest("pk")


@pytest.fixture
def case(people: Cast) -> Case:
    return plan(logged_case(people.priya, at("Tue 9:00")), people.lena)


# --- The plan -------------------------------------------------------------------------------------------------------


def test_a_plan_closes_nothing_and_both_sides_read_it(people: Cast, case: Case) -> None:
    assert fresh(case).is_open
    assert (last_event(case).kind, last_event(case).public) == (EventKind.PLAN_MADE, True)


def test_a_milestone_of_ours_is_a_promise_by_closing_time_of_its_day(people: Cast, case: Case) -> None:
    one = add(case, "Build the fix", people.lena, people.lena)
    promise = promise_of(one)
    assert (promise.kind, promise.due_at, promise.warn_at) == (DeadlineKind.MILESTONE, at("Fri 17:00"), at("Fri 8:00"))
    assert promise.explanation == {}
    assert one.due_at == at("Fri 17:00")
    assert one.next_reminder_at is None


def test_one_for_today_is_due_at_closing_time_and_warned_of_at_once(people: Cast, case: Case) -> None:
    one = add(case, "Call them", people.lena, people.lena, due_on=date(2026, 11, 24))
    assert (promise_of(one).warn_at, promise_of(one).due_at) == (at("Tue 10:05"), at("Tue 17:00"))


def test_a_milestone_of_the_contact_is_no_promise_of_ours(people: Cast, case: Case) -> None:
    one = add(case, "Free some disk", people.omar, people.lena)
    assert not one.deadlines.exists()
    assert one.next_reminder_at == at("Fri 8:00")


@pytest.mark.parametrize(("when", "kept"), [("Fri 17:00", True), ("Fri 17:00:01", False)])
def test_done_ends_the_promise_with_its_verdict(people: Cast, case: Case, when: str, kept: bool) -> None:
    one = add(case, "Build the fix", people.lena, people.lena)
    set_state(one, "started", people.lena, "Wed 9:00")
    set_state(one, "done", people.lena, when, "started")
    assert (promise_of(one).ended_as, promise_of(one).kept) == (DeadlineEnd.DONE, kept)
    one.refresh_from_db()
    assert (one.state, one.settled_at) == (MilestoneState.DONE, at(when))


@pytest.mark.parametrize(("when", "kept"), [("Thu 9:00", None), ("Mon 30 Nov 9:00", False)])
def test_dropped_withdraws_it_unless_it_is_late_already(people: Cast, case: Case, when: str, kept: bool | None) -> None:
    one = add(case, "Build the fix", people.lena, people.lena)
    set_state(one, "dropped", people.lena, when)
    assert (promise_of(one).ended_as, promise_of(one).kept) == (DeadlineEnd.WITHDRAWN, kept)


@pytest.mark.parametrize(("when", "kept"), [("Thu 9:00", None), ("Fri 18:00", False)])
def test_another_day_replaces_the_promise_and_says_why(people: Cast, case: Case, when: str, kept: bool | None) -> None:
    one = add(case, "Build the fix", people.lena, people.lena)
    move(one, MONDAY, people.lena, when)
    old, new = one.deadlines.order_by("pk")
    assert (old.ended_as, old.kept, old.replaced_by) == (DeadlineEnd.REPLACED, kept, new)
    assert new.due_at == at("Mon 30 Nov 17:00")
    facts = last_event(case).whole
    assert (facts["was_on"], facts["reason"]) == ("2026-11-27", "A part is late.")


def test_the_end_of_a_plan_drops_what_is_still_to_do(people: Cast, case: Case) -> None:
    done = add(case, "Measure", people.lena, people.lena)
    set_state(done, "done", people.lena, "Wed 9:00")
    ours, theirs = add(case, "Fix", people.lena, people.lena), add(case, "Test", people.priya, people.lena)
    actions.end_plan(case_id=case.pk, reason="A release fixes it.", actor=people.lena, now=at("Wed 10:00"))
    states = dict(Milestone.objects.values_list("title", "state"))
    assert states == {"Measure": "done", "Fix": "dropped", "Test": "dropped"}
    assert (promise_of(ours).ended_as, promise_of(ours).kept) == (DeadlineEnd.WITHDRAWN, None)
    theirs.refresh_from_db()
    assert theirs.next_reminder_at is None
    plan(case, people.lena, "Wed 11:00")
    assert case.plans.filter(ended_at=None).count() == 1


def test_a_closing_ends_the_promises_of_the_plan(people: Cast, case: Case) -> None:
    one = add(case, "Build the fix", people.lena, people.lena)
    close(case, people.lena, at("Wed 9:00"))
    assert (promise_of(one).ended_as, promise_of(one).kept) == (DeadlineEnd.CASE_ENDED, None)


@pytest.mark.clause("P9.2")
def test_a_plan_is_news_for_the_contact(people: Cast) -> None:
    case = builders.answer(logged_case(people.priya, at("Tue 9:00"), severity=2), people.lena, at("Tue 9:30"))
    plan(case, people.lena, "Tue 11:00")
    assert update_of(case).due_at == at("Tue 14:00")


# --- Dependencies ---------------------------------------------------------------------------------------------------


def test_a_milestone_waits_for_those_before_it(people: Cast, case: Case) -> None:
    first = add(case, "Free some disk", people.priya, people.lena)
    second = add(case, "Install", people.lena, people.lena, after=[first.pk])
    with pytest.raises(RuleBroken, match="“Install” waits for “Free some disk”") as refused:
        set_state(second, "done", people.lena, "Wed 9:00")
    assert refused.value.code == "milestone_waits"
    # It may be started.
    set_state(second, "started", people.lena, "Wed 9:00")
    set_state(first, "done", people.priya, "Wed 9:30")
    set_state(second, "done", people.lena, "Wed 10:00", "started")


def test_a_dropped_milestone_holds_nothing_up(people: Cast, case: Case) -> None:
    first = add(case, "Free some disk", people.priya, people.lena)
    second = add(case, "Install", people.lena, people.lena, after=[first.pk])
    set_state(first, "dropped", people.lena, "Wed 9:00")
    set_state(second, "done", people.lena, "Wed 9:30")


def test_a_circle_is_refused_by_the_names_in_it(people: Cast, case: Case) -> None:
    one = add(case, "One", people.lena, people.lena)
    two = add(case, "Two", people.lena, people.lena, after=[one.pk])
    three = add(case, "Three", people.lena, people.lena, after=[two.pk])
    with pytest.raises(RuleBroken) as refused:
        wait_for(one, [three], people.lena)
    assert str(refused.value).startswith("These would wait for each other for ever: “One” → “Three” → “Two” → “One”.")
    with pytest.raises(RuleBroken, match="“Two” → “Two”"):
        wait_for(two, [two], people.lena)
    assert not one.after.exists()
    wait_for(three, [one], people.lena)
    assert list(three.after.all()) == [one]


@pytest.mark.parametrize(
    ("after", "found"),
    [({1: [], 2: [1], 3: [1, 2]}, []), ({1: [2], 2: [1]}, [1, 2]), ({1: [2], 2: [3], 3: [2]}, [2, 3]), ({}, [])],
)
def test_a_circle_is_found_wherever_it_is(after: dict[int, list[int]], found: list[int]) -> None:
    assert rules.circle(after) == found


# --- Refused --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("due_on", "sentence"),
    [
        (SATURDAY, "The Australia desk is closed on Sat 28 Nov 2026. The next open day is Mon 30 Nov 2026."),
        (date(2026, 12, 25), "closed on Fri 25 Dec 2026. The next open day is Tue 29 Dec 2026."),
        (date(2026, 11, 23), "This day is over."),
    ],
)
def test_a_day_on_which_nobody_works_is_refused_with_the_next_one(
    people: Cast, case: Case, due_on: date, sentence: str
) -> None:
    with pytest.raises(RuleBroken) as refused:
        add(case, "Build the fix", people.lena, people.lena, due_on=due_on)
    assert sentence in str(refused.value)
    one = add(case, "Build the fix", people.lena, people.lena)
    with pytest.raises(RuleBroken):
        move(one, due_on, people.lena, "Tue 11:00")


def test_after_closing_time_today_is_over(people: Cast, case: Case) -> None:
    with pytest.raises(RuleBroken, match="This day is over"):
        add(case, "Call", people.lena, people.lena, due_on=date(2026, 11, 24), when="Tue 17:00")


@pytest.mark.parametrize("name", ["zoe", "lena"])
def test_the_owner_is_of_the_side_and_can_see_the_case(people: Cast, case: Case, name: str) -> None:
    with pytest.raises(RuleBroken, match="Choose somebody of the side that does it"):
        add(case, "Free some disk", getattr(people, name), people.lena, side=Side.CONTACT)


def test_what_is_missing_is_said(people: Cast, case: Case) -> None:
    with pytest.raises(RuleBroken, match="Say what is to be done"):
        add(case, " ", people.lena, people.lena)
    one = add(case, "Build", people.lena, people.lena)
    with pytest.raises(RuleBroken, match="Say why"):
        move(one, MONDAY, people.lena, "Tue 11:00", " ")
    with pytest.raises(RuleBroken, match="Say why"):
        actions.end_plan(case_id=case.pk, reason="", actor=people.lena, now=at("Tue 11:00"))
    with pytest.raises(RuleBroken, match="has a plan already"):
        plan(case, people.lena)
    other = logged_case(people.priya, at("Tue 9:00"))
    with pytest.raises(RuleBroken, match="what the plan is for"):
        actions.make_plan(case_id=other.pk, summary=" ", actor=people.lena, now=at("Tue 10:00"))
    with pytest.raises(RuleBroken, match="no action plan"):
        add(other, "Build", people.lena, people.lena)


def test_settled_is_settled(people: Cast, case: Case) -> None:
    one = add(case, "Build", people.lena, people.lena)
    set_state(one, "done", people.lena, "Wed 9:00")
    for again in (
        partial(set_state, one, "started", people.lena, "Wed 10:00", "done"),
        partial(move, one, MONDAY, people.lena, "Wed 10:00"),
    ):
        with pytest.raises(RuleBroken, match="settled already"):
            again()


def test_a_contact_settles_what_is_theirs_and_nothing_else(people: Cast, case: Case) -> None:
    ours, theirs = add(case, "Fix", people.lena, people.lena), add(case, "Test", people.priya, people.lena)
    for one, state in ((ours, "done"), (theirs, "dropped")):
        with pytest.raises(RuleBroken, match="for support to settle"):
            set_state(one, state, people.priya, "Wed 9:00")
    set_state(theirs, "done", people.omar, "Wed 9:00")
    with pytest.raises(RuleBroken, match="Only support staff"):
        move(ours, MONDAY, people.priya, "Wed 9:00")
    with pytest.raises(Case.DoesNotExist):
        set_state(theirs, "done", people.zoe, "Wed 9:00")


def test_a_closed_case_keeps_its_plan_as_it_was(people: Cast, case: Case) -> None:
    one = add(case, "Fix", people.lena, people.lena)
    close(case, people.lena, at("Wed 9:00"))
    with pytest.raises(RuleBroken, match="closed cases stay closed"):
        set_state(one, "done", people.lena, "Wed 9:30")


def test_the_same_form_twice_is_done_once(people: Cast) -> None:
    case, key = logged_case(people.priya, at("Tue 9:00")), uuid4()
    for _click in range(2):
        plan(case, people.lena, submission_key=key)
        add(case, "Fix", people.lena, people.lena, submission_key=key)
    assert (case.plans.count(), Milestone.objects.count(), Deadline.objects.filter(kind="milestone").count()) == (
        1,
        1,
        1,
    )


# --- Reminders for the contact --------------------------------------------------------------------------------------


def remind(one: Milestone, when: str) -> Case | None:
    return actions.remind_of_milestone(milestone_id=one.pk, now=at(when))


def test_the_contact_is_reminded_in_the_morning_and_once_when_it_is_overdue(people: Cast, case: Case) -> None:
    one = add(case, "Test", people.priya, people.lena)
    assert remind(one, "Fri 7:59:59") is None
    assert remind(one, "Fri 8:00") is not None
    assert remind(one, "Fri 17:00") is None
    assert remind(one, "Fri 17:00:01") is not None
    assert remind(one, "Mon 30 Nov 9:00") is None
    assert [kind for kind in events_of(case) if "milestone_" in kind] == [
        "milestone_added",
        "milestone_due",
        "milestone_overdue",
    ]


def test_after_an_outage_only_the_overdue_word_is_said(people: Cast, case: Case) -> None:
    one = add(case, "Test", people.priya, people.lena)
    assert remind(one, "Mon 30 Nov 9:00") is not None
    assert last_event(case).kind == EventKind.MILESTONE_OVERDUE
    assert remind(one, "Mon 30 Nov 9:01") is None


def test_nobody_is_reminded_of_what_is_settled_or_of_a_closed_case(people: Cast, case: Case) -> None:
    one, two = add(case, "Test", people.priya, people.lena), add(case, "Look", people.priya, people.lena)
    set_state(one, "done", people.priya, "Wed 9:00")
    close(case, people.lena, at("Wed 10:00"))
    assert [remind(each, "Fri 8:00") for each in (one, two)] == [None, None]
    assert not Milestone.objects.exclude(next_reminder_at=None).exists()


# --- Two at one moment ----------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_two_at_one_moment_one_is_told_what_the_other_did() -> None:
    people = builders.cast()
    case = logged_case(people.priya, at("Tue 9:00"))
    answers = all_at_once([partial(plan, case, by) for by in (people.lena, people.max)])
    assert [given.code for given in answers if isinstance(given, RuleBroken)] == ["plan_exists"]
    one = add(case, "Fix", people.lena, people.lena)
    answers = all_at_once(
        [
            partial(move, one, MONDAY, people.lena, "Wed 9:00"),
            partial(move, one, date(2026, 12, 1), people.max, "Wed 9:00"),
        ]
    )
    assert [given.code for given in answers if isinstance(given, RuleBroken)] == ["milestone_changed_meanwhile"]
    answers = all_at_once(
        [
            partial(set_state, one, "done", people.lena, "Wed 10:00"),
            partial(set_state, one, "dropped", people.max, "Wed 10:00"),
        ]
    )
    assert [given.code for given in answers if isinstance(given, RuleBroken)] == ["milestone_changed_meanwhile"]
    assert one.deadlines.filter(ended_at=None).count() == 0
    answers = all_at_once(
        [
            partial(actions.end_plan, case_id=case.pk, reason="Over.", actor=by, now=at("Wed 11:00"))
            for by in (people.lena, people.max)
        ]
    )
    assert [given.code for given in answers if isinstance(given, RuleBroken)] == ["no_plan"]


@pytest.mark.django_db(transaction=True)
def test_a_reminder_of_two_workers_is_said_once() -> None:
    people = builders.cast()
    case = plan(logged_case(people.priya, at("Tue 9:00")), people.lena)
    one = add(case, "Test", people.priya, people.lena)
    answers = all_at_once([partial(remind, one, "Fri 8:00")] * 2)
    assert sorted(given is None for given in answers) == [False, True]
