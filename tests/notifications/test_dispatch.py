"""From events to mails: once each, in order, and one bad event keeps no other waiting."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.lifecycle import Side
from cases.models import Case, CaseEvent, Deadline, DeadlineKind, Dispatch, EventKind
from notifications import dispatch, sweeps
from notifications.models import OutgoingMail, StuckEvent
from tests.builders import at, behind_the_back
from tests.notifications.office import TUESDAY_9, Office, kinds_to, tell


def spoil(case: Case) -> CaseEvent:
    """Leave an event that no message can be made of: it points to a message that is not there."""
    event = case.events.get(kind=EventKind.CASE_LOGGED)
    with behind_the_back():
        CaseEvent.objects.filter(pk=event.pk).update(kind=EventKind.SPECIALIST_REPLIED, facts={"message": 0})
    return event


def test_what_was_told_leaves_no_dispatch_row(office: Office) -> None:
    case = office.log()
    office.reply(case, TUESDAY_9)
    tell(TUESDAY_9)
    assert not Dispatch.objects.exists()
    assert kinds_to(office.priya) == ["case_received", "specialist_replied"]


def test_an_event_that_fails_keeps_no_other_waiting_and_is_shown(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    bad = spoil(office.log())
    office.log(contact=office.omar)
    tell(TUESDAY_9)
    assert kinds_to(office.omar) == ["case_received"]
    stuck = StuckEvent.objects.get()
    assert (stuck.event_id, stuck.tries, stuck.next_try_at) == (bad.pk, 1, at("Tue 24 Nov 09:01"))
    assert "Message matching query does not exist" in stuck.last_error
    assert "could not be turned into mails" in caplog.text
    # Nothing of it was kept, and it is still owed.
    assert kinds_to(office.priya) == []
    assert Dispatch.objects.filter(pk=bad.pk).exists()


def test_what_waits_is_found_without_the_events_that_wait_no_more(office: Office) -> None:
    office.log()
    with CaptureQueriesContext(connection) as asked:
        assert dispatch.waiting(at(TUESDAY_9), limit=5)
    # A join to every event there ever was: a database with millions of them walks through all.
    assert not [query["sql"] for query in asked if "cases_caseevent" in query["sql"]]


def test_an_event_that_was_stuck_is_told_once_it_can_be(office: Office) -> None:
    case = office.log()
    bad = spoil(case)
    tell(TUESDAY_9)
    facts = {"severity": 3, "deadline": case.deadlines.get().pk, "desk_open": True}
    with behind_the_back():
        CaseEvent.objects.filter(pk=bad.pk).update(kind=EventKind.CASE_LOGGED, facts=facts)
    tell("Tue 24 Nov 09:00:30")
    assert kinds_to(office.priya) == []
    tell("Tue 24 Nov 09:01")
    assert kinds_to(office.priya) == ["case_received"]
    assert not StuckEvent.objects.exists()


def test_a_stuck_event_waits_longer_each_time_and_never_more_than_an_hour(office: Office) -> None:
    event = spoil(office.log())
    for tries, minutes in ((0, 1), (1, 2), (2, 3), (59, 60), (60, 60), (1000, 60)):
        StuckEvent.objects.update(tries=tries)
        dispatch.tell([event.pk], now=at(TUESDAY_9))
        assert StuckEvent.objects.get().next_try_at - at(TUESDAY_9) == timedelta(minutes=minutes)


def test_many_events_are_told_in_few_queries(office: Office) -> None:
    def asked(cases: int) -> int:
        for _ in range(cases):
            office.log()
        sweeps.warn_and_breach(now=at("Tue 24 Nov 16:00"))
        with CaptureQueriesContext(connection) as queries:
            tell("Tue 24 Nov 16:00")
        return len(queries)

    few = asked(2)
    # What is read for each event beside what all of them ask: its promise, and the one of the breach.
    assert asked(10) - few <= 2 * 2 * (10 - 2)


def test_a_heap_of_events_is_told_page_by_page(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeps, "PAGE", 2)
    spoil(office.log())
    for _ in range(6):
        office.log()
    sweeps.dispatch_events(now=at(TUESDAY_9))
    assert OutgoingMail.objects.count() == 6


def test_a_heap_of_deadlines_is_walked_page_by_page(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeps, "PAGE", 2)
    for _ in range(5):
        office.log()
    assert sweeps.warn_and_breach(now=at("Tue 24 Nov 14:00")) == 5
    assert sweeps.warn_and_breach(now=at("Tue 24 Nov 14:00")) == 0
    assert sweeps.warn_and_breach(now=at("Tue 24 Nov 16:00")) == 5


def test_a_breach_that_cannot_be_recorded_keeps_no_other_waiting(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    broken, sound = office.log(), office.log()
    # The number of its next event is taken.
    first = broken.events.get()
    CaseEvent.objects.create(case=broken, number=2, kind=first.kind, at=first.at, side=Side.CLOCK, public=False)
    assert sweeps.warn_and_breach(now=at("Tue 24 Nov 16:00")) == 1
    assert sound.events.filter(kind=EventKind.PROMISE_MISSED).exists()
    assert not broken.events.filter(kind=EventKind.PROMISE_MISSED).exists()
    assert "could not be handled" in caplog.text


def test_two_promises_of_one_case_missed_in_one_round_are_two_events_in_a_row(office: Office) -> None:
    case = office.log()
    office.take(case, TUESDAY_9)
    first = case.deadlines.get()
    with behind_the_back():
        Deadline.objects.create(
            case=case,
            kind=DeadlineKind.FOLLOW_UP,
            severity=first.severity,
            made_at=first.made_at,
            started_at=first.started_at,
            warn_at=first.warn_at,
            due_at=first.due_at,
            edition=first.edition,
        )
    assert sweeps.warn_and_breach(now=at("Tue 24 Nov 16:00")) == 2
    missed = case.events.filter(kind=EventKind.PROMISE_MISSED).order_by("number")
    assert [event.number for event in missed] == [3, 4]
    case.refresh_from_db()
    assert case.last_event_number == 4
