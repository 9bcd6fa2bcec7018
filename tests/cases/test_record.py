"""Whatever happens, the record of a case is whole: numbered without gaps, told, and true to the rows."""

import pytest
from django.db import IntegrityError, transaction

from cases import actions
from cases.lifecycle import Side
from cases.models import Case, CaseEvent, Dispatch, EventKind
from cases.rules import RuleBroken
from tests.builders import (
    Cast,
    answer,
    at,
    call,
    close,
    close_in_silence,
    deadline_of,
    events_of,
    fresh,
    logged_case,
    reminded_twice,
    say,
)


@pytest.fixture
def eventful(people: Cast) -> Case:
    """A case to which nearly everything happened."""
    case = logged_case(people.priya, at("Mon 9:00"))
    actions.assign_case(
        case_id=case.pk, assignee_id=people.lena.pk, expected_id=None, actor=people.lena, now=at("Mon 9:30")
    )
    actions.warn_of_deadlines(deadline_ids=[deadline_of(case).pk], now=at("Mon 13:30"))
    actions.record_breaches(deadline_ids=[deadline_of(case).pk], now=at("Mon 15:01"))
    call(case, people.lena, at("Mon 15:30"), "no_answer")
    answer(case, people.lena, at("Mon 16:00"))
    actions.write_note(case_id=case.pk, body="Odd.", actor=people.max, now=at("Mon 16:30"))
    say(case, people.omar, at("Tue 9:00"))
    reminded_twice(case, people.lena)
    close_in_silence(case, at("Tue 1 Dec 17:00"))
    say(case, people.priya, at("Tue 1 Dec 17:00:30"))
    return close(case, people.lena, at("Wed 2 Dec 9:00"))


def test_events_are_numbered_without_gaps(eventful: Case) -> None:
    numbers = list(eventful.events.order_by("pk").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert fresh(eventful).last_event_number == numbers[-1]


def test_the_record_says_what_happened_in_order(eventful: Case) -> None:
    assert events_of(eventful) == [
        EventKind.CASE_LOGGED,
        EventKind.CASE_ASSIGNED,
        EventKind.PROMISE_AT_RISK,
        EventKind.PROMISE_MISSED,
        EventKind.CALL_LOGGED,
        EventKind.SPECIALIST_REPLIED,
        EventKind.NOTE_WRITTEN,
        EventKind.CONTACT_REPLIED,
        EventKind.SPECIALIST_REPLIED,
        EventKind.REMINDER_MADE,
        EventKind.ATTEMPT_COUNTED,
        EventKind.REMINDER_MADE,
        EventKind.ATTEMPT_COUNTED,
        EventKind.CASE_CLOSED,
        EventKind.CLOSING_TAKEN_BACK,
        EventKind.CONTACT_REPLIED,
        EventKind.CASE_CLOSED,
    ]


def test_every_event_waits_to_be_told_once(eventful: Case) -> None:
    assert Dispatch.objects.count() == eventful.events.count()


def test_every_event_names_its_actor_unless_the_clock_acted(eventful: Case) -> None:
    for event in eventful.events.all():
        assert (event.actor is None) is (event.side == Side.CLOCK)
        if event.actor is not None:
            assert event.side == (Side.STAFF if event.actor.works_here else Side.CONTACT)


def test_contacts_see_neither_notes_nor_what_the_clock_tells_staff(eventful: Case) -> None:
    hidden = set(eventful.events.filter(public=False).values_list("kind", flat=True))
    assert hidden == {
        EventKind.NOTE_WRITTEN,
        EventKind.PROMISE_AT_RISK,
        EventKind.PROMISE_MISSED,
        EventKind.ATTEMPT_COUNTED,
    }


def test_the_last_change_is_the_last_event(eventful: Case) -> None:
    assert fresh(eventful).last_event_at == at("Wed 2 Dec 9:00")


def test_a_refused_act_leaves_no_trace(people: Cast, eventful: Case) -> None:
    before = CaseEvent.objects.count(), fresh(eventful).last_event_number, fresh(eventful).last_event_at
    with pytest.raises(RuleBroken):
        answer(eventful, people.lena, at("Wed 2 Dec 10:00"))
    assert (CaseEvent.objects.count(), fresh(eventful).last_event_number, fresh(eventful).last_event_at) == before


def test_the_database_refuses_a_number_twice(eventful: Case) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        CaseEvent.objects.create(
            case=eventful, number=1, kind=EventKind.NOTE_WRITTEN, at=at("Tue 9:00"), side=Side.CLOCK, public=False
        )


@pytest.mark.parametrize(
    "impossible",
    [
        {"status": "resolved"},
        {"status": "open"},
        {"closed_at": None},
        {"severity": 5},
        {"perceived_severity": 0},
        {"charge_words": "I accept this."},
    ],
    ids=str,
)
def test_the_database_refuses_an_impossible_case(eventful: Case, impossible: dict[str, object]) -> None:
    # The case is closed: an open one with a closing time, or a closed one without, cannot be stored.
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=eventful.pk).update(**impossible)


def test_the_database_refuses_two_open_promises_of_a_kind(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    again = deadline_of(case)
    again.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        again.save(force_insert=True)
