"""A manager closes or opens a day (P3.2): open promises move on a yes alone, as shown, and never into the past."""

from datetime import UTC, date, datetime, time
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from cases import actions, calendar_edits, promises
from cases.actions import _promises
from cases.calendar_edits import Moves
from cases.models import Case, CaseEvent, Deadline, DeadlineEnd, DeadlineKind, Dispatch, EventKind, User
from cases.rules import Outcome, RuleBroken
from sla import changes, store
from sla.models import Desk, Holiday, HolidayChange
from tests.builders import (
    Cast,
    answer,
    at,
    close,
    deadline_of,
    events_of,
    fresh,
    last_event,
    logged_case,
)
from tests.cases.pages import clock_at

NEW_YORK = ZoneInfo("America/New_York")
WEDNESDAY, THURSDAY, FRIDAY = date(2026, 11, 25), date(2026, 11, 26), date(2026, 11, 27)
SATURDAY, NEXT_MONDAY = date(2026, 11, 28), date(2026, 11, 30)
MOURNING = "National Day of Mourning"
NOON, NEW_YORKS_NOON = at("Wed 12:00"), at("Wed 12:00", NEW_YORK)


def desk(code: str = "au") -> Desk:
    return Desk.objects.get(code=code)


def change(actor: User, on: date = THURSDAY, *, move: bool, code: str = "au", now: datetime = NOON, **more: Any) -> int:
    """Close the desk on Thursday, or what the test says otherwise."""
    said = {"closed": True, "reason": MOURNING, "expected_revision": desk(code).revision, **more}
    return actions.change_calendar_day(desk_id=desk(code).pk, on=on, move_promises=move, actor=actor, now=now, **said)


def shown(on: date = THURSDAY, *, closed: bool = True, code: str = "au", now: datetime = NOON) -> Moves:
    """Return what the page shows before anything is changed."""
    after = calendar_edits.with_day(desk(code), on, closed=closed, reason=MOURNING)
    return calendar_edits.moves(store.calendar, after, now)


@pytest.fixture
def case(people: Cast) -> Case:
    """Severity 4, logged on Wednesday at 11:00: at risk from its closing time on, due on Thursday at 10:00."""
    return logged_case(people.priya, at("Wed 11:00"), severity=4)


# --- On yes ---------------------------------------------------------------------------------------------------------


def test_a_closed_day_moves_what_falls_due_on_it(people: Cast, case: Case) -> None:
    assert change(people.ruth, move=True) == 1
    old, new = case.deadlines.order_by("pk")
    assert (old.due_at, old.ended_at, old.ended_as, old.kept) == (at("Thu 10:00"), NOON, DeadlineEnd.REPLACED, None)
    assert old.replaced_by == new
    assert (new.due_at, new.warn_at, new.made_at) == (at("Fri 10:00"), at("Wed 17:00"), NOON)
    assert fresh(case).next_due_at == at("Fri 10:00")


def test_the_new_promise_says_why_and_is_made_with_the_edition_in_force(people: Cast, case: Case) -> None:
    old_edition = deadline_of(case).edition
    change(people.ruth, move=True)
    new = deadline_of(case)
    assert [step["reason"] for step in new.explanation["steps"]] == ["desk hours", MOURNING, "desk hours"]
    assert new.edition.digest == new.explanation["edition"] == store.calendar([desk()]).edition != old_edition.digest


def test_the_move_is_on_the_record_for_the_contact_and_will_be_told(people: Cast, case: Case) -> None:
    change(people.ruth, move=True)
    event = last_event(case)
    assert (event.kind, event.public, event.actor, event.at) == (EventKind.PROMISE_MOVED, True, people.ruth, NOON)
    assert event.whole == {
        "deadline": deadline_of(case).pk,
        "old_due_at": at("Thu 10:00").astimezone(UTC).isoformat(),
        "new_due_at": at("Fri 10:00").astimezone(UTC).isoformat(),
        "reason": MOURNING,
    }
    assert Dispatch.objects.filter(event=event).exists()


def test_a_holiday_on_which_the_desk_works_brings_its_promises_forward(people: Cast) -> None:
    case = logged_case(people.zoe, at("Wed 11:00", NEW_YORK), severity=4)
    assert deadline_of(case).due_at == at("Fri 10:00", NEW_YORK), "Thursday is Thanksgiving"
    moved = change(people.ruth, code="us", closed=False, reason="All hands", move=True, now=at("Wed 12:00", NEW_YORK))
    assert moved == 1
    assert deadline_of(case).due_at == at("Thu 10:00", NEW_YORK)


def test_what_was_shown_is_what_is_done(people: Cast, case: Case) -> None:
    logged_case(people.omar, at("Wed 11:30"), severity=4)
    before = {move.case.pk: (move.new_due_at, move.reckoned().calendar.edition) for move in shown().moving}
    change(people.ruth, move=True)
    after = {row.case_id: (row.due_at, row.edition.digest) for row in Deadline.objects.open()}
    assert before == after
    assert len(before) == 2


def test_looking_changes_nothing(people: Cast, case: Case) -> None:
    revision = desk().revision
    assert shown().moving
    assert (desk().revision, HolidayChange.objects.count(), case.deadlines.count()) == (revision, 0, 1)
    assert store.calendar([desk()]).is_business_day(THURSDAY)


def test_a_day_taken_back_moves_the_promises_back(people: Cast, case: Case) -> None:
    change(people.ruth, move=True)
    assert change(people.ruth, closed=False, reason="It is next week", move=True) == 1
    assert deadline_of(case).due_at == at("Thu 10:00")
    assert case.deadlines.count() == 3
    assert events_of(case) == [EventKind.CASE_LOGGED, EventKind.PROMISE_MOVED, EventKind.PROMISE_MOVED]


# --- On no ----------------------------------------------------------------------------------------------------------


def test_without_a_yes_open_promises_keep_their_time_and_their_edition(people: Cast, case: Case) -> None:
    before = Deadline.objects.values().get(case=case)
    assert change(people.ruth, move=False) == 0
    assert Deadline.objects.values().get(case=case) == before
    assert events_of(case) == [EventKind.CASE_LOGGED]
    assert deadline_of(logged_case(people.omar, NOON, severity=4)).due_at == at("Fri 11:00"), (
        "new ones are made with it"
    )


def test_what_one_edit_left_alone_is_not_moved_by_an_edit_of_a_later_day(people: Cast, case: Case) -> None:
    change(people.ruth, move=False)
    assert shown(FRIDAY) == Moves([], [])
    assert change(people.ruth, FRIDAY, move=True) == 0
    assert deadline_of(case).due_at == at("Thu 10:00")


# --- Never into the past --------------------------------------------------------------------------------------------


def test_a_promise_that_would_fall_due_before_now_stays_as_it_was(people: Cast) -> None:
    case = logged_case(people.zoe, at("Wed 11:00", NEW_YORK), severity=4)
    friday = at("Fri 9:00", NEW_YORK)
    seen = shown(closed=False, code="us", now=friday)
    assert (seen.moving, [move.case for move in seen.staying]) == ([], [case])
    assert change(people.ruth, code="us", closed=False, move=True, now=friday) == 0
    assert deadline_of(case).due_at == at("Fri 10:00", NEW_YORK)


def test_a_missed_promise_stays_missed(people: Cast, case: Case) -> None:
    assert change(people.ruth, move=True, now=at("Thu 10:00:01")) == 0
    assert deadline_of(case).due_at == at("Thu 10:00")
    actions.record_breaches(deadline_ids=[deadline_of(case).pk], now=at("Thu 10:01"))
    assert change(people.ruth, FRIDAY, move=True, now=at("Thu 11:00")) == 0


def test_the_due_second_itself_is_not_past(people: Cast, case: Case) -> None:
    assert change(people.ruth, move=True, now=at("Thu 10:00")) == 1


# --- Which promises -------------------------------------------------------------------------------------------------


def test_only_promises_that_the_day_touches_move(people: Cast) -> None:
    due_before = logged_case(people.priya, at("Wed 8:30"), severity=2)
    begun_after = logged_case(people.priya, at("Wed 18:00"), severity=1)
    answered = answer(logged_case(people.priya, at("Wed 11:00"), severity=4), people.lena, at("Wed 11:30"))
    closed = logged_case(people.priya, at("Wed 11:00"), severity=4)
    close(closed, people.priya, at("Wed 11:30"), Outcome.SOLVED_BY_CONTACT)
    elsewhere = logged_case(people.zoe, at("Wed 11:00"), severity=4)
    untouched = [due_before, begun_after, answered, closed, elsewhere]
    before = list(Deadline.objects.order_by("pk").values())
    assert change(people.ruth, move=True, now=at("Wed 11:31")) == 0
    assert list(Deadline.objects.order_by("pk").values()) == before
    assert not CaseEvent.objects.filter(case__in=untouched, kind=EventKind.PROMISE_MOVED).exists()


def test_severity_1_is_worked_round_the_clock_and_moves_never(people: Cast) -> None:
    case = logged_case(people.priya, at("Thu 9:30"), severity=1)
    assert change(people.ruth, move=True, now=at("Thu 9:45")) == 0
    assert deadline_of(case).due_at == at("Thu 10:30")


def test_a_partner_that_follows_the_sun_is_touched_by_the_other_desks_day(people: Cast) -> None:
    people.harbor.follows_the_sun = True
    people.harbor.save()
    # Sydney works from 16:00 on Wednesday to 1:00 on Thursday, New York's time.
    case = logged_case(people.zoe, at("Wed 14:00", NEW_YORK), severity=3)
    assert deadline_of(case).due_at == at("Wed 20:00", NEW_YORK)
    moved = change(people.ruth, move=True, now=at("Wed 15:00", NEW_YORK))
    assert moved == 1, "Thursday in Sydney begins on Wednesday in New York"
    new = deadline_of(case)
    # Three hours of New York, Thanksgiving off, then Sydney's Friday, which begins there on Thursday at 16:00.
    assert new.due_at == at("Thu 19:00", NEW_YORK)
    assert new.edition.digest == promises.hours_of(people.harbor, desk("us")).edition


def test_what_ended_meanwhile_is_not_replaced(people: Cast, case: Case) -> None:
    [move] = shown().moving
    answer(case, people.lena, at("Wed 12:00"))
    with transaction.atomic():
        assert _promises.replace_promise(case, move.deadline.pk, move.reckoned(), now=NOON) is None
    assert case.deadlines.filter(kind=DeadlineKind.FIRST_RESPONSE).count() == 1


def test_who_was_warned_is_warned_again_when_the_new_warning_is_to_come(people: Cast) -> None:
    case = logged_case(people.priya, at("Wed 11:30"), severity=4)
    actions.warn_of_deadlines(deadline_ids=[deadline_of(case).pk], now=at("Thu 8:30"))
    change(people.ruth, move=True, now=at("Thu 9:00"))
    assert (deadline_of(case).warned_at, deadline_of(case).warn_at) == (None, at("Fri 8:30"))
    assert actions.warn_of_deadlines(deadline_ids=[deadline_of(case).pk], now=at("Fri 8:30"))


def test_a_warning_that_still_holds_is_not_given_twice(people: Cast, case: Case) -> None:
    actions.warn_of_deadlines(deadline_ids=[deadline_of(case).pk], now=at("Wed 17:00"))
    change(people.ruth, move=True, now=at("Wed 17:30"))
    assert (deadline_of(case).due_at, deadline_of(case).warned_at) == (at("Fri 10:00"), at("Wed 17:00"))
    assert not actions.warn_of_deadlines(deadline_ids=[deadline_of(case).pk], now=at("Wed 17:31"))


def test_reading_costs_the_same_however_many_promises_are_open(people: Cast) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            shown()
        return len(captured)

    logged_case(people.priya, at("Wed 11:00"), severity=4)
    few = queries()
    for _ in range(5):
        logged_case(people.omar, at("Wed 11:05"), severity=4)
    assert len(shown().moving) == 6
    assert queries() == few


# --- Refusals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("reason_missing", {"reason": "  "}),
        ("calendar_changed_meanwhile", {"expected_revision": 77}),
        ("day_open_already", {"closed": False}),
        ("day_closed_already", {"on": date(2026, 12, 25)}),
        ("day_without_hours", {"on": SATURDAY}),
    ],
)
def test_a_word_that_makes_no_sense_is_refused(people: Cast, case: Case, code: str, said: dict[str, Any]) -> None:
    with pytest.raises(RuleBroken) as refused:
        change(people.ruth, move=True, **said)
    assert refused.value.code == code
    assert_nothing_changed(case)


@pytest.mark.parametrize("who", ["lena", "priya"])
def test_only_managers_change_the_calendar(people: Cast, case: Case, who: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        change(getattr(people, who), move=True)
    assert refused.value.code == "managers_only"
    assert_nothing_changed(case)


def assert_nothing_changed(case: Case) -> None:
    assert desk().revision == 1
    assert not HolidayChange.objects.exists()
    assert case.deadlines.count() == 1


# --- Moved later ------------------------------------------------------------------------------------------------------


def move_later(actor: User, *, reason: str = MOURNING, now: datetime = NOON) -> int:
    """Move all that a page would show as left alone."""
    shown = [move.deadline.pk for move in calendar_edits.left_alone(now).moving]
    return actions.move_promises_left_alone(shown=shown, reason=reason, actor=actor, now=now)


def test_what_was_kept_can_be_moved_later(people: Cast, case: Case) -> None:
    change(people.ruth, move=False)
    untouched = logged_case(people.zoe, NOON)
    assert [move.case for move in calendar_edits.left_alone(NOON).moving] == [case]
    assert move_later(people.ruth) == 1
    assert deadline_of(case).due_at == at("Fri 10:00")
    assert last_event(case).kind == EventKind.PROMISE_MOVED
    assert events_of(untouched) == [EventKind.CASE_LOGGED]
    assert move_later(people.ruth) == 0


def test_moving_later_goes_into_the_past_no_more_than_moving_at_once(people: Cast, case: Case) -> None:
    change(people.ruth, move=False)
    late = at("Thu 10:00:01")
    assert move_later(people.ruth, now=late) == 0
    assert deadline_of(case).due_at == at("Thu 10:00")


def test_only_managers_with_a_reason_move_later(people: Cast, case: Case) -> None:
    change(people.ruth, move=False)
    for actor, reason, code in ((people.lena, MOURNING, "managers_only"), (people.ruth, " ", "reason_missing")):
        with pytest.raises(RuleBroken) as refused:
            move_later(actor, reason=reason)
        assert refused.value.code == code
    assert deadline_of(case).due_at == at("Thu 10:00")


def test_other_weekly_hours_are_shown_and_moved_the_same_way(people: Cast, case: Case) -> None:
    changes.change_hours(desk(), [store.Hours([0, 1, 2, 3, 4], time(8), time(16))])
    [move] = calendar_edits.left_alone(NOON).moving
    assert (move.case, move.new_due_at, move.later) == (case, at("Thu 11:00"), True)


# --- An upgrade of the holidays ---------------------------------------------------------------------------------------


@pytest.fixture
def without_thanksgiving(people: Cast) -> Case:
    """Zoe's case, promised for Thursday because the stored holidays lack Thanksgiving, which the library has."""
    Holiday.objects.filter(desk=desk("us"), on=THURSDAY).delete()
    changes.revise(desk("us"))
    return logged_case(people.zoe, at("Wed 11:00", NEW_YORK), severity=4)


def test_the_upgrade_command_shows_which_cases_it_would_move(without_thanksgiving: Case) -> None:
    told = StringIO()
    with clock_at(NEW_YORKS_NOON), pytest.raises(SystemExit):
        call_command("upgrade_holidays", "--check", stdout=told)
    assert "Open promises that would move: 1" in told.getvalue()
    assert f"{without_thanksgiving.reference}  First response: Fri 27 Nov 2026 02:00 AEDT -> Sat 28" in told.getvalue()


def test_an_upgrade_moves_a_promise_only_when_a_manager_says_so(people: Cast, without_thanksgiving: Case) -> None:
    with clock_at(NEW_YORKS_NOON):
        call_command("upgrade_holidays", "--yes", stdout=StringIO())
    assert deadline_of(without_thanksgiving).due_at == at("Thu 10:00", NEW_YORK)
    assert move_later(people.ruth, reason="Thanksgiving", now=NEW_YORKS_NOON) == 1
    assert deadline_of(without_thanksgiving).due_at == at("Fri 10:00", NEW_YORK)


def test_the_prompt_explains_every_promise_of_a_case(people: Cast, case: Case) -> None:
    change(people.ruth, move=True)
    told = StringIO()
    call_command("sla", "explain", case.reference.lower(), stdout=told)
    assert [line for line in told.getvalue().splitlines() if line.startswith("First response: ")] == [
        "First response: replaced",
        "First response: open",
    ]
    assert MOURNING in told.getvalue()


# --- Twice, or from a stale page --------------------------------------------------------------------------------------


def test_the_same_page_sent_twice_is_one_change(people: Cast, case: Case) -> None:
    assert change(people.ruth, move=True, expected_revision=1) == 1
    assert change(people.ruth, move=True, expected_revision=1) == 0
    assert HolidayChange.objects.count() == 1
    assert events_of(case) == [EventKind.CASE_LOGGED, EventKind.PROMISE_MOVED]


def test_a_manager_who_comes_back_to_the_page_may_still_say_yes(people: Cast, case: Case) -> None:
    assert change(people.ruth, move=False, expected_revision=1) == 0
    assert change(people.ruth, move=True, expected_revision=1) == 1
    assert HolidayChange.objects.count() == 1
    assert deadline_of(case).due_at == at("Fri 10:00")


def test_somebody_elses_word_from_a_stale_page_is_refused(people: Cast, case: Case) -> None:
    change(people.ruth, move=False, expected_revision=1)
    with pytest.raises(RuleBroken, match="Somebody changed the calendar of the Australia desk"):
        change(people.ann, FRIDAY, move=True, expected_revision=1)
