"""Who works when: turns over clock changes, gaps, rotations, swaps (P6.1, P4.1)."""

import itertools
from datetime import date, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cases import actions, roster, rules
from cases.models import ProductArea, RosterFeed, RosterKind, RosterShift, RosterSwap, Rotation, StaffRole, User
from cases.roster import Because
from cases.rules import RuleBroken
from notifications import sweeps
from tests import builders
from tests.builders import Cast, all_at_once, at

pytestmark = pytest.mark.clause("P6.1", "P4.1")
NOW = at("Tue 10:00")
SYDNEY = ZoneInfo("Australia/Sydney")
EMPTY_REASON = "Say why, for whoever looks at this later. Nothing was changed."


def hire(name: str, people: Cast, **more: Any) -> User:
    return builders.staff(name, StaffRole.SPECIALIST, desk=people.lena.desk, **more)


def rotation(people: Cast, *who: User, kind: str = RosterKind.ON_CALL, **more: Any) -> Rotation:
    assert people.lena.desk is not None
    wanted: dict[str, Any] = {
        "desk_id": people.lena.desk.pk,
        "kind": kind,
        "people_ids": [person.pk for person in who],
        "weekday": 2,
        "hands_over_at": time(9),
        "starts_on": date(2026, 11, 24),
        "actor": people.ruth,
        "now": NOW,
    }
    return actions.add_rotation(**wanted | more)


def shift(people: Cast, who: User, begin: str, end: str, *, kind: str = RosterKind.SHIFT) -> RosterShift:
    assert people.lena.desk is not None
    return actions.add_shift(
        desk_id=people.lena.desk.pk,
        kind=kind,
        person_id=who.pk,
        starts_at=at(begin),
        ends_at=at(end),
        actor=people.ruth,
        now=NOW,
    )


# --- Rules ----------------------------------------------------------------------------------------------------------


def test_a_handover_is_a_local_time_over_a_clock_change() -> None:
    # Clocks go back in Sydney on Sunday 4 April 2027.
    over = rules.turn(date(2027, 3, 29), 0, time(9), SYDNEY, 0)
    assert over.starts_at.astimezone(SYDNEY).hour == over.ends_at.astimezone(SYDNEY).hour == 9
    assert over.ends_at - over.starts_at == timedelta(days=7, hours=1)


def test_turns_follow_each_other_without_a_hole() -> None:
    until = at("Tue 9:00") + timedelta(weeks=30)
    turns = list(rules.turns_until(date(2026, 11, 24), 2, time(9), SYDNEY, first=0, until=until))
    assert all(one.ends_at == after.starts_at for one, after in itertools.pairwise(turns))
    assert turns[0].starts_at == at("Wed 9:00")


@pytest.mark.parametrize(
    ("covered", "left"),
    [
        ([], [("Mon 9:00", "Mon 17:00")]),
        ([("Mon 8:00", "Mon 18:00")], []),
        ([("Mon 10:00", "Mon 12:00")], [("Mon 9:00", "Mon 10:00"), ("Mon 12:00", "Mon 17:00")]),
        ([("Mon 12:00", "Mon 17:00"), ("Mon 8:00", "Mon 12:30")], []),
        ([("Mon 17:00", "Mon 18:00")], [("Mon 9:00", "Mon 17:00")]),
    ],
)
def test_gaps(covered: list[tuple[str, str]], left: list[tuple[str, str]]) -> None:
    def times(pairs: list[tuple[str, str]]) -> list[Any]:
        return [(at(begin), at(end)) for begin, end in pairs]

    assert rules.gaps(times([("Mon 9:00", "Mon 17:00")]), times(covered)) == times(left)


# --- Rotations ------------------------------------------------------------------------------------------------------


def test_people_take_turns_twelve_weeks_ahead(people: Cast) -> None:
    noor = hire("Noor Aziz", people)
    made = rotation(people, people.lena, noor)
    rows = list(made.shifts.order_by("starts_at"))
    assert [row.person for row in rows[:3]] == [people.lena, noor, people.lena]
    assert rows[0].starts_at == at("Wed 9:00")
    assert len(rows) == 12


def test_the_timetable_goes_on_with_it_once(people: Cast) -> None:
    made = rotation(people, people.lena)
    assert sweeps.extend_rosters(now=NOW) == 0
    assert sweeps.extend_rosters(now=NOW + timedelta(weeks=2)) == 1
    assert sweeps.extend_rosters(now=NOW + timedelta(weeks=2)) == 0
    assert made.shifts.count() == 14


def test_an_ended_rotation_leaves_its_running_turn(people: Cast) -> None:
    made = rotation(people, people.lena)
    actions.end_rotation(rotation_id=made.pk, reason="New people.", actor=people.ruth, now=at("Thu 9:00"))
    assert made.shifts.filter(removed_at=None).get().starts_at == at("Wed 9:00")
    with pytest.raises(RuleBroken, match=r"This rotation has ended already. Nothing was changed."):
        actions.end_rotation(rotation_id=made.pk, reason="Again.", actor=people.ruth, now=at("Thu 9:00"))
    assert sweeps.extend_rosters(now=NOW + timedelta(weeks=2)) == 0


def test_a_rotation_that_makes_no_sense_is_refused(people: Cast) -> None:
    with pytest.raises(RuleBroken, match=r"The roster takes support staff. Name at least one."):
        rotation(people, people.priya)
    with pytest.raises(RuleBroken, match=r"Name at least one."):
        rotation(people)
    with pytest.raises(RuleBroken, match=r"A rotation begins today or later. Nothing was made."):
        rotation(people, people.lena, starts_on=date(2026, 11, 23))
    with pytest.raises(RuleBroken, match=r"Only managers change the roster. Nothing was changed."):
        rotation(people, people.lena, actor=people.lena)


# --- Who is there now -----------------------------------------------------------------------------------------------


def test_nobody_rostered_falls_back_and_says_so(people: Cast) -> None:
    assert people.lena.desk is not None
    duty = roster.duty(people.lena.desk, RosterKind.ON_CALL, NOW)
    assert (duty.people, duty.because) == ([people.lena], Because.SPECIALISTS)
    User.objects.filter(pk=people.lena.pk).update(is_active=False)
    duty = roster.duty(people.lena.desk, RosterKind.ON_CALL, NOW)
    assert (duty.people, duty.because) == ([people.ruth], Because.MANAGERS)


def test_who_is_on_call_day_and_night(people: Cast) -> None:
    noor = hire("Noor Aziz", people)
    rotation(people, noor)
    assert people.lena.desk is not None
    assert roster.on_call(people.lena.desk, at("Wed 9:00")) == [noor]
    assert roster.on_call(people.lena.desk, at("Sun 3:00")) == [noor]
    duty = roster.duty(people.lena.desk, RosterKind.ON_CALL, at("Sun 3:00"))
    assert duty.because == Because.ROSTERED


def test_on_shift_ends_with_the_desks_hours_and_on_holidays(people: Cast) -> None:
    noor = hire("Noor Aziz", people)
    shift(people, noor, "Tue 11:00", "Fri 18 Dec 11:00")
    shift(people, noor, "Sat 19 Dec 9:00", "Fri 8 Jan 2027 11:00")
    desk = people.lena.desk
    assert desk is not None
    assert roster.rostered(desk, RosterKind.SHIFT, at("Tue 12:00")) == [noor]
    assert roster.rostered(desk, RosterKind.SHIFT, at("Tue 20:00")) == []
    assert roster.rostered(desk, RosterKind.SHIFT, at("Fri 25 Dec 12:00")) == []
    # While the desk is closed, whoever is on call stands in.
    assert roster.on_shift(desk, at("Tue 12:00")) == [noor]
    assert roster.on_shift(desk, at("Tue 20:00")) == [people.lena, noor]


def test_somebody_who_left_is_not_there(people: Cast) -> None:
    noor = hire("Noor Aziz", people)
    rotation(people, noor)
    User.objects.filter(pk=noor.pk).update(is_active=False)
    assert people.lena.desk is not None
    assert roster.on_call(people.lena.desk, at("Thu 9:00")) == [people.lena]


# --- Shifts, swaps --------------------------------------------------------------------------------------------------


def test_a_shift_twice_is_one_and_an_overlap_is_refused(people: Cast) -> None:
    first = shift(people, people.lena, "Wed 9:00", "Wed 12:00")
    assert shift(people, people.lena, "Wed 9:00", "Wed 12:00") == first
    with pytest.raises(RuleBroken, match=r"Lena Fischer is in the roster for some of that time already."):
        shift(people, people.lena, "Wed 11:00", "Wed 13:00")
    shift(people, people.lena, "Wed 12:00", "Wed 13:00")


@pytest.mark.parametrize(
    ("begin", "end"), [("Wed 9:00", "Wed 9:00"), ("Mon 9:00", "Tue 9:00"), ("Wed 9:00", "Wed 30 Dec 9:00")]
)
def test_times_that_make_no_sense_are_refused(people: Cast, begin: str, end: str) -> None:
    with pytest.raises(RuleBroken, match=r"A shift ends after it starts, in the future, and lasts a month at most."):
        shift(people, people.lena, begin, end)


def swap(row: RosterShift, takes: User, by: User, *, expected: User, reason: str = "Ill.") -> RosterShift:
    return actions.swap_shift(
        shift_id=row.pk, takes_id=takes.pk, reason=reason, expected_person_id=expected.pk, actor=by, now=NOW
    )


@pytest.mark.parametrize("by", ["ruth", "lena"])
def test_a_swap_is_on_the_record(people: Cast, by: str) -> None:
    noor = hire("Noor Aziz", people)
    row = shift(people, people.lena, "Wed 9:00", "Wed 12:00")
    assert swap(row, noor, getattr(people, by), expected=people.lena).person == noor
    kept = RosterSwap.objects.get()
    assert (kept.gives, kept.takes, kept.reason, kept.made_by) == (people.lena, noor, "Ill.", getattr(people, by))


def test_swaps_that_are_refused(people: Cast) -> None:
    noor = hire("Noor Aziz", people)
    row = shift(people, people.lena, "Wed 9:00", "Wed 12:00")
    with pytest.raises(RuleBroken, match=r"Only managers give away a colleague's shift. Nothing was changed."):
        swap(row, people.max, noor, expected=people.lena)
    with pytest.raises(RuleBroken, match=EMPTY_REASON):
        swap(row, noor, people.ruth, expected=people.lena, reason=" ")
    swap(row, noor, people.ruth, expected=people.lena)
    with pytest.raises(RuleBroken, match=r"Somebody gave this shift to Noor Aziz meanwhile. Nothing was changed now."):
        swap(row, people.max, people.ann, expected=people.lena)


def test_a_removed_shift_stays_on_the_record(people: Cast) -> None:
    row = shift(people, people.lena, "Wed 9:00", "Wed 12:00")
    removed = actions.remove_shift(shift_id=row.pk, reason="Closed.", actor=people.ruth, now=NOW)
    assert (removed.removed_by, removed.remove_reason) == (people.ruth, "Closed.")
    with pytest.raises(RuleBroken, match=r"This shift was taken off the roster already."):
        actions.remove_shift(shift_id=row.pk, reason="Again.", actor=people.ruth, now=NOW)
    over = shift(people, people.lena, "Wed 9:00", "Wed 12:00")
    with pytest.raises(RuleBroken, match=r"This shift is over."):
        actions.remove_shift(shift_id=over.pk, reason="Late.", actor=people.ruth, now=at("Wed 12:00"))


@pytest.mark.django_db(transaction=True)
def test_two_who_take_one_shift_at_one_moment() -> None:
    people = builders.cast()
    noor = hire("Noor Aziz", people)
    row = shift(people, people.lena, "Wed 9:00", "Wed 12:00")
    calls = [
        partial(swap, row, takes, by, expected=people.lena)
        for takes, by in ((noor, people.ruth), (people.max, people.ann))
    ]
    answers = all_at_once(calls)
    assert [broken.code for broken in answers if isinstance(broken, RuleBroken)] == ["swapped_meanwhile"]
    assert RosterSwap.objects.count() == 1


# --- Skills and feeds -----------------------------------------------------------------------------------------------


def test_managers_say_who_knows_what(people: Cast) -> None:
    scout, portal = (ProductArea.objects.create(name=name) for name in ("Scout", "Portal"))
    actions.set_skills(person_id=people.lena.pk, area_ids=[scout.pk, portal.pk], actor=people.ruth, now=NOW)
    actions.set_skills(person_id=people.lena.pk, area_ids=[portal.pk], actor=people.ruth, now=NOW)
    assert [skill.product_area for skill in people.lena.skills.all()] == [portal]
    with pytest.raises(RuleBroken, match=r"Only managers change the roster."):
        actions.set_skills(person_id=people.lena.pk, area_ids=[], actor=people.lena, now=NOW)


def test_a_new_feed_replaces_the_old_and_only_its_hash_is_kept(people: Cast) -> None:
    first = actions.make_feed(desk_id=None, actor=people.lena, now=NOW)
    second = actions.make_feed(desk_id=None, actor=people.lena, now=NOW)
    assert first != second
    assert RosterFeed.objects.filter(revoked_at=None).get().token_hash == actions.hash_of_feed(second)
    assert second not in str(list(RosterFeed.objects.values()))
    assert actions.revoke_feed(desk_id=None, actor=people.lena, now=NOW) == 1
    with pytest.raises(RuleBroken, match=r"Only support staff can do this."):
        actions.make_feed(desk_id=None, actor=people.priya, now=NOW)
