"""Promises by the policy's readings, worked out by hand. Times are the desk's own."""

from datetime import timedelta

import pytest

from sla.engine.deadlines import (
    Change,
    Facts,
    Spell,
    Target,
    add_around,
    after_severity_changes,
    clock_phases,
    next_update,
    promises,
    remaining,
    response,
)
from tests.engine.desks import NEW_YORK, SEV1, SEV2, SEV3, SEV4, at, au, both, hours, us

MONDAY_EIGHT = at("Mon 23 Nov 2026 08:00")


def test_a_deadline_that_uses_up_a_day_falls_on_closing_time() -> None:
    nine_hours = Target(4, hours(9))
    assert response(au, MONDAY_EIGHT, nine_hours).due_at == at("Mon 23 Nov 2026 17:00")


def test_a_reply_at_the_due_second_keeps_the_promise_and_one_a_second_later_does_not() -> None:
    promise = response(au, MONDAY_EIGHT, SEV2)
    assert promise.kept_by(at("Mon 23 Nov 2026 11:00") + timedelta(microseconds=999_999))
    assert not promise.kept_by(at("Mon 23 Nov 2026 11:00:01"))


def test_severity_one_counts_clock_hours_through_a_clock_change() -> None:
    promise = response(au, at("Sun 5 Apr 2026 01:30"), Target(1, hours(2), round_the_clock=True))
    assert promise.due_at == at("Sun 5 Apr 2026 02:30").replace(fold=1).astimezone(promise.due_at.tzinfo)


def test_a_partner_who_follows_the_sun_is_answered_by_whoever_works() -> None:
    friday = at("Fri 20 Nov 2026 16:00")
    assert response(au, friday, SEV2).due_at == at("Mon 23 Nov 2026 10:00")
    assert response(both, friday, SEV2).due_at == at("Fri 20 Nov 2026 10:00", NEW_YORK)


def test_time_suspended_outside_desk_hours_does_not_count_as_given() -> None:
    over_night = Spell(at("Mon 23 Nov 2026 16:00"), at("Tue 24 Nov 2026 09:00"))
    promise = response(au, at("Mon 23 Nov 2026 15:00"), SEV2, [over_night])
    assert promise.due_at == at("Tue 24 Nov 2026 11:00")


def test_a_suspension_that_begins_at_the_deadline_moves_nothing() -> None:
    later = Spell(at("Mon 23 Nov 2026 11:00"), at("Mon 23 Nov 2026 15:00"))
    assert response(au, MONDAY_EIGHT, SEV2, [later]).due_at == at("Mon 23 Nov 2026 11:00")


def test_a_suspension_at_the_start_puts_off_the_start() -> None:
    at_once = Spell(at("Mon 23 Nov 2026 07:00"), at("Mon 23 Nov 2026 10:00"))
    assert response(au, MONDAY_EIGHT, SEV2, [at_once]).started_at == at("Mon 23 Nov 2026 10:00")


def test_a_spell_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="before it begins"):
        response(au, MONDAY_EIGHT, SEV2, [Spell(at("Mon 23 Nov 2026 10:00"), at("Mon 23 Nov 2026 09:00"))])


def test_a_severity_change_does_not_forget_a_suspension() -> None:
    pause = Spell(at("Mon 23 Nov 2026 09:00"), at("Mon 23 Nov 2026 10:00"))
    raised = Change(at("Mon 23 Nov 2026 08:30"), SEV2)
    facts = Facts(MONDAY_EIGHT, SEV3, (raised,), (pause,))
    assert after_severity_changes(au, facts).due_at == at("Mon 23 Nov 2026 12:30")


def test_raised_to_severity_one_at_night_is_due_within_the_hour() -> None:
    facts = Facts(at("Mon 23 Nov 2026 16:00"), SEV3, (Change(at("Mon 23 Nov 2026 23:00"), SEV1),))
    assert after_severity_changes(au, facts).due_at == at("Tue 24 Nov 2026 00:00")


def test_lowered_from_severity_one_counts_desk_hours_from_the_logging() -> None:
    facts = Facts(at("Mon 23 Nov 2026 23:00"), SEV1, (Change(at("Mon 23 Nov 2026 23:30"), SEV3),))
    assert after_severity_changes(au, facts).due_at == at("Tue 24 Nov 2026 14:00")


def test_a_chain_of_changes_is_read_one_after_the_other() -> None:
    changes = (
        Change(at("Mon 23 Nov 2026 09:00"), SEV2),
        Change(at("Mon 23 Nov 2026 10:00"), SEV4),
        Change(at("Mon 23 Nov 2026 11:00"), SEV3),
    )
    found = promises(au, Facts(MONDAY_EIGHT, SEV3, changes))
    assert [(promise.severity, promise.basis) for promise in found] == [
        (3, "logged"),
        (2, "raised"),
        (4, "lowered"),
        (3, "kept"),
    ]
    assert [promise.due_at for promise in found] == [
        at("Mon 23 Nov 2026 14:00"),
        at("Mon 23 Nov 2026 12:00"),
        at("Mon 23 Nov 2026 16:00"),
        at("Mon 23 Nov 2026 16:00"),
    ]


def test_a_severity_that_lasted_no_time_is_not_reckoned_with() -> None:
    moment = at("Mon 23 Nov 2026 10:00")
    passing = Facts(MONDAY_EIGHT, SEV3, (Change(moment, SEV4), Change(moment, SEV2)))
    assert promises(au, passing) == promises(au, Facts(MONDAY_EIGHT, SEV3, (Change(moment, SEV2),)))


def test_a_severity_corrected_at_the_logging_counts_as_logged() -> None:
    corrected = Facts(MONDAY_EIGHT, SEV4, (Change(MONDAY_EIGHT, SEV2),))
    assert promises(au, corrected) == promises(au, Facts(MONDAY_EIGHT, SEV2))


def test_changes_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="in the order"):
        promises(au, Facts(MONDAY_EIGHT, SEV3, (Change(at("Mon 23 Nov 2026 07:00"), SEV2),)))


def test_a_warning_never_comes_before_the_clock_runs() -> None:
    promise = response(au, at("Sun 22 Nov 2026 12:00"), Target(4, timedelta(seconds=1)))
    assert promise.started_at == promise.warn_at == MONDAY_EIGHT
    assert promise.due_at == at("Mon 23 Nov 2026 08:00:01")


def test_a_target_of_no_time_is_refused() -> None:
    with pytest.raises(ValueError, match="within some time"):
        Target(4, timedelta())


def test_what_remains_is_more_than_a_day_when_it_is() -> None:
    long_target = Target(4, hours(40))
    promise = response(au, MONDAY_EIGHT, long_target)
    phases = list(clock_phases(au, MONDAY_EIGHT, long_target))
    assert remaining(promise, phases, at("Mon 23 Nov 2026 09:00")) == hours(39)
    assert remaining(promise, phases, at("Fri 25 Dec 2026 09:00")) == timedelta()


@pytest.mark.parametrize(
    ("target", "last", "due"),
    [
        (SEV1, "Fri 20 Nov 2026 22:00", "Fri 20 Nov 2026 23:00"),
        (SEV2, "Fri 20 Nov 2026 16:00", "Mon 23 Nov 2026 10:00"),
        (SEV3, "Fri 20 Nov 2026 16:00", "Mon 23 Nov 2026 17:00"),
        (SEV3, "Sat 21 Nov 2026 12:00", "Mon 23 Nov 2026 17:00"),
        (SEV4, "Thu 24 Dec 2026 09:00", "Thu 31 Dec 2026 17:00"),
    ],
)
def test_the_next_update_is_due_by_the_severitys_cadence(target: Target, last: str, due: str) -> None:
    assert next_update(au, at(last), target).due_at == at(due)


def test_the_update_clock_stands_still_while_waiting_for_the_contact() -> None:
    waiting = [Spell(at("Mon 23 Nov 2026 09:00"), at("Mon 23 Nov 2026 12:00"))]
    assert next_update(au, MONDAY_EIGHT, SEV2, waiting).due_at == at("Mon 23 Nov 2026 14:00")


def test_thanksgiving_is_worked_around_in_the_united_states_only() -> None:
    wednesday = at("Wed 25 Nov 2026 16:00", NEW_YORK)
    assert response(us, wednesday, SEV2).due_at == at("Fri 27 Nov 2026 10:00", NEW_YORK)
    assert response(au, wednesday, SEV2).due_at == at("Thu 26 Nov 2026 11:00")


def test_a_sum_around_no_suspension_is_a_plain_sum() -> None:
    assert add_around(au, MONDAY_EIGHT, hours(3), []) == at("Mon 23 Nov 2026 11:00")
