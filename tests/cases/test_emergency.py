"""Severity 1: the technical resource (P2.6), people on call (P4.1)."""

from collections import Counter
from datetime import date, timedelta
from functools import partial

import pytest

from cases import actions, calendar_edits
from cases.lifecycle import Status
from cases.models import Case, Deadline, DeadlineEnd, DeadlineKind, EventKind, OnCallAlert, User
from cases.rules import ALERT_AGAIN_AFTER, CHARGE_WORDS, RuleBroken
from notifications import sweeps
from sla import store
from tests import builders
from tests.builders import Cast, all_at_once, answer, ask, at, close, events_of, fresh, last_event, logged_case
from tests.severities import agree, change, decline, first_response, open_proposal, propose


def away(case: Case, by: User, when: str, reason: str = "Asleep until seven.") -> Case:
    return actions.mark_resource_away(case_id=case.pk, reason=reason, actor=by, now=at(when))


def back(case: Case, by: User, when: str) -> Case:
    return actions.mark_resource_back(case_id=case.pk, actor=by, now=at(when))


def alert_of(case: Case) -> OnCallAlert:
    return case.alerts.get()


def wake(case: Case, when: str) -> Case | None:
    return actions.alert_on_call(alert_id=alert_of(case).pk, now=at(when))


def take(case: Case, by: User, when: str) -> Case:
    return actions.take_alert(case_id=case.pk, actor=by, now=at(when))


# --- Raising to Severity 1 (P2.6, P4.2) -------------------------------------------------------------------------------


@pytest.mark.clause("P2.6")
def test_a_contact_who_asks_for_severity_1_names_the_technical_resource(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    with pytest.raises(RuleBroken, match="name the person who can work with us around the clock"):
        propose(case, people.priya, 1, at("Tue 10:00"), technical_resource=" ")
    propose(case, people.priya, 1, at("Tue 10:00"), technical_resource="Omar, on his mobile")
    assert fresh(case).technical_resource == ""
    agree(case, people.lena, at("Tue 10:10"))
    assert fresh(case).technical_resource == "Omar, on his mobile"
    assert first_response(case).due_at == at("Tue 11:10")


@pytest.mark.clause("P2.6")
def test_a_contact_who_agrees_to_severity_1_names_it_unless_the_specialist_did(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    propose(case, people.lena, 1, at("Tue 10:00"))
    with pytest.raises(RuleBroken, match="name the person"):
        agree(case, people.priya, at("Tue 10:10"), technical_resource="")
    propose(case, people.lena, 1, at("Tue 10:20"), technical_resource="Omar, as he said on the phone")
    agree(case, people.priya, at("Tue 10:30"), technical_resource="")
    assert fresh(case).technical_resource == "Omar, as he said on the phone"


@pytest.mark.clause("P4.2")
def test_after_hours_severity_1_wants_the_charges_accepted_and_in_hours_it_does_not(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    with pytest.raises(RuleBroken, match="Accept the possible charges"):
        propose(case, people.priya, 1, at("Tue 20:00"), charges_accepted=False)
    propose(case, people.priya, 1, at("Tue 16:59"), charges_accepted=False)
    agree(case, people.lena, at("Tue 17:30"))
    # The contact asked in business hours: nothing of it may be charged.
    assert (fresh(case).used_after_hours, fresh(case).charges_accepted_at) == (False, None)


@pytest.mark.clause("P4.2")
def test_the_accepted_words_are_kept_once_both_agree(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    propose(case, people.priya, 1, at("Tue 20:00"))
    assert (fresh(case).charge_words, fresh(case).used_after_hours) == ("", False)
    agree(case, people.lena, at("Tue 20:10"))
    now = fresh(case)
    assert (now.charge_words, now.charges_accepted_at) == (str(CHARGE_WORDS), at("Tue 20:00"))
    assert now.used_after_hours


# --- The technical resource (P2.6) ------------------------------------------------------------------------------------


@pytest.mark.clause("P2.6")
def test_while_nobody_is_there_the_clock_counts_in_desk_hours_and_never_in_nothing(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 16:30"), severity=1)
    first = first_response(case)
    away(case, people.priya, "Tue 16:40")
    second = first_response(case)
    # Ten minutes day and night, twenty until the desk closes, thirty when it opens again.
    assert (first.due_at, second.due_at) == (at("Tue 17:30"), at("Wed 8:30"))
    back(case, people.lena, "Tue 17:10")
    third = first_response(case)
    assert third.due_at == at("Tue 17:40")
    ended = Deadline.objects.filter(pk__in=[first.pk, second.pk]).order_by("pk")
    assert [(row.ended_as, row.kept, row.replaced_by_id) for row in ended] == [
        (DeadlineEnd.REPLACED, None, second.pk),
        (DeadlineEnd.REPLACED, None, third.pk),
    ]
    assert [row.used_percent for row in ended] == [16, 50]
    reasons = [step["reason"] for step in third.explanation["steps"]]
    assert "desk hours, while the technical resource is unavailable" in reasons
    told = case.events.filter(kind__startswith="resource").order_by("number")
    assert [(event.kind, event.public, event.actor) for event in told] == [
        ("resource_unavailable", True, people.priya),
        ("resource_available", True, people.lena),
    ]


@pytest.mark.clause("P2.6", "P3.2")
def test_a_calendar_edit_reckons_with_the_absence(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 16:30"), severity=1)
    away(case, people.priya, "Tue 16:40")
    # As promised with the absence: nothing was left behind by an earlier edit.
    assert calendar_edits.left_alone(at("Tue 16:41")).moving == []
    edit = calendar_edits.with_day(case.desk, date(2026, 11, 25), closed=True, reason="Day of mourning")
    (move,) = calendar_edits.moves(store.calendar, edit, at("Tue 16:41")).moving
    assert (move.deadline, move.new_due_at) == (first_response(case), at("Thu 8:30"))


@pytest.mark.clause("P2.6")
def test_saying_it_twice_changes_nothing(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"), severity=1)
    away(case, people.priya, "Tue 9:10")
    away(case, people.lena, "Tue 9:11")
    back(case, people.priya, "Tue 9:20")
    back(case, people.lena, "Tue 9:21")
    assert case.resource_absences.count() == 1
    assert [kind for kind in events_of(case) if kind.startswith("resource")] == [
        "resource_unavailable",
        "resource_available",
    ]


@pytest.mark.clause("P2.6")
def test_an_absence_says_why_on_an_open_severity_1(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"), severity=1)
    with pytest.raises(RuleBroken, match="Say why"):
        away(case, people.priya, "Tue 9:10", " ")
    with pytest.raises(RuleBroken, match="this case is no Severity 1"):
        away(logged_case(people.priya, at("Tue 9:00")), people.priya, "Tue 9:10")
    close(case, people.lena, at("Tue 9:20"))
    for say_it in (away, back):
        with pytest.raises(RuleBroken, match="closed cases stay closed"):
            say_it(case, people.priya, "Tue 9:30")


@pytest.mark.clause("P2.6")
def test_a_missed_promise_is_not_mended_by_an_absence(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 16:30"), severity=1)
    away(case, people.lena, "Tue 17:31")
    assert first_response(case).due_at == at("Tue 17:30")


@pytest.mark.clause("P2.6", "P9.5")
def test_somebody_else_is_named_and_a_contacts_news_end_the_waiting(people: Cast) -> None:
    case = ask(logged_case(people.priya, at("Tue 9:00"), severity=1), people.lena, at("Tue 9:10"))
    actions.name_technical_resource(
        case_id=case.pk, technical_resource="Priya, at her desk", actor=people.priya, now=at("Tue 9:30")
    )
    assert (fresh(case).technical_resource, fresh(case).status) == ("Priya, at her desk", Status.OPEN)
    assert (last_event(case).kind, last_event(case).whole) == ("resource_named", {"resource": "Priya, at her desk"})
    with pytest.raises(RuleBroken, match="Name the person"):
        actions.name_technical_resource(case_id=case.pk, technical_resource="", actor=people.lena, now=at("Tue 9:31"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.clause("P2.6")
def test_two_who_say_it_at_one_moment_say_it_once() -> None:
    people = builders.cast()
    case = logged_case(people.priya, at("Tue 9:00"), severity=1)
    answers = all_at_once([partial(away, case, by, "Tue 9:10") for by in (people.priya, people.lena)])
    assert [given for given in answers if isinstance(given, Exception)] == []
    assert case.resource_absences.count() == 1
    assert case.deadlines.filter(kind="first_response", ended_at=None).count() == 1


# --- A request for Severity 1 at night --------------------------------------------------------------------------------


@pytest.mark.clause("P4.1", "P2.4")
def test_a_request_at_night_wakes_people_and_is_answered_within_an_hour(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    propose(case, people.priya, 1, at("Tue 23:00"))
    promise = case.deadlines.get(kind=DeadlineKind.SEVERITY_ANSWER)
    assert (promise.due_at, promise.explanation["round_the_clock"]) == (at("Wed 0:00"), True)
    assert (alert_of(case).reason, alert_of(case).rounds) == ("requested", 1)
    assert events_of(case)[-2:] == [EventKind.SEVERITY_PROPOSED, EventKind.ON_CALL_ALERTED]
    decline(case, people.lena, at("Tue 23:30"))
    promise.refresh_from_db()
    assert (promise.ended_as, promise.kept) == (DeadlineEnd.DONE, True)
    assert alert_of(case).taken_by == people.lena


@pytest.mark.clause("P4.1")
@pytest.mark.parametrize("settle", ["agree", "counter"])
def test_agreeing_or_proposing_another_one_answers_it_too(people: Cast, settle: str) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    propose(case, people.priya, 1, at("Tue 23:00"))
    if settle == "agree":
        agree(case, people.lena, at("Wed 0:10"))
    else:
        propose(case, people.lena, 2, at("Wed 0:10"))
    promise = case.deadlines.get(kind=DeadlineKind.SEVERITY_ANSWER)
    assert (promise.ended_as, promise.kept) == (DeadlineEnd.DONE, False)
    assert alert_of(case).ended_at == at("Wed 0:10")


@pytest.mark.clause("P4.1")
def test_a_second_request_waits_no_longer_than_the_first_and_a_lower_one_lets_people_sleep(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    propose(case, people.priya, 1, at("Tue 23:00"))
    propose(case, people.omar, 1, at("Tue 23:20"), "Now all customers.")
    promise = case.deadlines.get(kind=DeadlineKind.SEVERITY_ANSWER)
    assert (promise.due_at, promise.ended_at) == (at("Wed 0:00"), None)
    propose(case, people.priya, 2, at("Tue 23:30"))
    promise.refresh_from_db()
    assert (promise.ended_as, promise.kept) == (DeadlineEnd.WITHDRAWN, None)
    assert alert_of(case).ended_at == at("Tue 23:30")


@pytest.mark.clause("P4.1")
def test_in_business_hours_nobody_is_woken(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    propose(case, people.priya, 1, at("Tue 10:00"))
    propose(case, people.lena, 1, at("Tue 23:00"))
    assert not case.alerts.exists()
    assert not case.deadlines.filter(kind=DeadlineKind.SEVERITY_ANSWER).exists()


@pytest.mark.clause("P4.1")
def test_a_withdrawn_request_is_waited_for_no_more(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    propose(case, people.priya, 1, at("Tue 23:00"))
    actions.withdraw_severity_proposal(proposal_id=open_proposal(case).pk, actor=people.priya, now=at("Tue 23:05"))
    assert case.deadlines.get(kind=DeadlineKind.SEVERITY_ANSWER).ended_as == DeadlineEnd.WITHDRAWN
    assert alert_of(case).ended_at is not None


# --- On call (P4.1) ---------------------------------------------------------------------------------------------------


@pytest.mark.clause("P4.1")
def test_an_after_hours_severity_1_wakes_people_at_once_and_again_until_one_takes_it(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 23:00"), severity=1)
    assert fresh(case).used_after_hours
    assert alert_of(case).next_round_at == at("Tue 23:00") + ALERT_AGAIN_AFTER
    assert wake(case, "Tue 23:09") is None
    assert wake(case, "Tue 23:10") is not None
    assert wake(case, "Tue 23:10") is None
    take(case, people.lena, "Tue 23:15")
    assert wake(case, "Tue 23:20") is None
    assert fresh(case).assignee == people.lena
    assert [kind for kind in events_of(case) if "alert" in kind] == [
        "on_call_alerted",
        "on_call_alerted",
        "alert_taken",
    ]
    assert (alert_of(case).rounds, alert_of(case).taken_by) == (2, people.lena)


@pytest.mark.clause("P4.1")
def test_the_timetable_wakes_people_until_then(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 23:00"), severity=1)
    for minutes in (5, 10, 11, 20):
        sweeps.alert_on_call(now=at("Tue 23:00") + timedelta(minutes=minutes))
    assert alert_of(case).rounds == 3


@pytest.mark.clause("P4.1")
def test_in_business_hours_a_severity_1_rings_nowhere(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 10:00"), severity=1)
    assert not case.alerts.exists()
    assert not fresh(case).used_after_hours


@pytest.mark.clause("P4.1")
@pytest.mark.parametrize("end", ["answer", "close"])
def test_a_first_response_or_the_closing_ends_it(people: Cast, end: str) -> None:
    case = logged_case(people.priya, at("Tue 23:00"), severity=1)
    (answer if end == "answer" else close)(case, people.lena, at("Tue 23:05"))
    assert (alert_of(case).ended_at, alert_of(case).next_round_at) == (at("Tue 23:05"), None)
    with pytest.raises(RuleBroken, match="This alert is over"):
        take(case, people.lena, "Tue 23:15")


@pytest.mark.clause("P4.1")
def test_the_second_reads_who_took_it_and_the_first_may_click_twice(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 23:00"), severity=1)
    take(case, people.lena, "Tue 23:15")
    take(case, people.lena, "Tue 23:15")
    with pytest.raises(RuleBroken, match="Lena Fischer took this alert meanwhile") as refused:
        take(case, people.max, "Tue 23:15")
    assert refused.value.code == "alert_taken_meanwhile"
    assert events_of(case).count(EventKind.ALERT_TAKEN) == 1


@pytest.mark.clause("P4.1")
def test_an_owner_stays_the_owner_and_contacts_take_nothing(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 23:00"), severity=1)
    actions.assign_case(
        case_id=case.pk, assignee_id=people.max.pk, expected_id=None, actor=people.ruth, now=at("Tue 23:05")
    )
    take(case, people.lena, "Tue 23:10")
    assert fresh(case).assignee == people.max
    with pytest.raises(RuleBroken, match="Only support staff"):
        take(case, people.priya, "Tue 23:11")


@pytest.mark.clause("P4.1")
def test_a_contact_who_agrees_to_severity_1_at_night_wakes_people_too(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    propose(case, people.lena, 1, at("Tue 16:00"))
    agree(case, people.priya, at("Tue 23:00"))
    assert alert_of(case).reason == "after_hours"
    assert fresh(case).used_after_hours
    change(case, people.lena, people.priya, 2, at("Tue 23:30"))
    assert alert_of(case).ended_at == at("Tue 23:30")


@pytest.mark.django_db(transaction=True)
@pytest.mark.clause("P4.1")
def test_of_two_on_call_who_take_it_at_once_one_has_it() -> None:
    people = builders.cast()
    case = logged_case(people.priya, at("Tue 23:00"), severity=1)
    answers = all_at_once([partial(take, case, by, "Tue 23:05") for by in (people.lena, people.max, people.ruth)])
    assert Counter(type(given) for given in answers) == {Case: 1, RuleBroken: 2}
    assert fresh(case).assignee == alert_of(case).taken_by
    assert events_of(case).count(EventKind.ALERT_TAKEN) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.clause("P4.1")
def test_a_round_looked_for_by_many_workers_is_rung_once() -> None:
    people = builders.cast()
    case = logged_case(people.priya, at("Tue 23:00"), severity=1)
    answers = all_at_once([partial(wake, case, "Tue 23:10")] * 4)
    assert Counter(given is None for given in answers) == {True: 3, False: 1}
    assert alert_of(case).rounds == 2


@pytest.mark.clause("P4.1")
def test_whoever_takes_the_case_takes_its_alert_too(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 23:00"), severity=1)
    actions.assign_case(
        case_id=case.pk, assignee_id=people.lena.pk, expected_id=None, actor=people.lena, now=at("Tue 23:05")
    )
    assert (alert_of(case).taken_by, alert_of(case).next_round_at) == (people.lena, None)
    assert events_of(case)[-1] == EventKind.ALERT_TAKEN


@pytest.mark.clause("P4.1")
def test_giving_the_case_to_a_colleague_goes_on_waking_people(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 23:00"), severity=1)
    actions.assign_case(
        case_id=case.pk, assignee_id=people.max.pk, expected_id=None, actor=people.lena, now=at("Tue 23:05")
    )
    assert alert_of(case).ended_at is None
