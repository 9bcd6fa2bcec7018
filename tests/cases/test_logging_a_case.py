"""A contact logs a case: what is promised, what is refused, how it is numbered."""

from datetime import timedelta
from uuid import uuid4

import pytest

from cases import actions
from cases.lifecycle import Side, Status
from cases.models import Case, CaseEvent, Channel, Deadline, Dispatch, EventKind, Membership, Partner, Plan
from cases.rules import CHARGE_WORDS, RuleBroken
from sla import store
from tests.builders import Cast, answer, at, deadline_of, details, fresh, last_event, logged_case, policy
from tests.engine.desks import NEW_YORK, hours

# --- P2.1: the promise ----------------------------------------------------------------------------------------------


@pytest.mark.clause("P2.1")
@pytest.mark.parametrize(
    ("severity", "due", "warns"),
    [
        (1, "Tue 9:00", "Tue 8:45"),
        (2, "Tue 11:00", "Tue 10:15"),
        (3, "Tue 14:00", "Tue 12:30"),
        (4, "Tue 16:00", "Tue 14:00"),
    ],
)
def test_a_case_in_desk_hours_is_due_by_its_severity(people: Cast, severity: int, due: str, warns: str) -> None:
    case = logged_case(people.priya, at("Tue 8:00"), severity=severity)
    promise = deadline_of(case)
    assert (promise.started_at, promise.warn_at, promise.due_at) == (at("Tue 8:00"), at(warns), at(due))
    assert fresh(case).next_due_at == at(due)


@pytest.mark.parametrize(
    ("logged", "severity", "starts", "due"),
    [
        # A target that uses the day up exactly falls on closing time.
        ("Tue 11:00", 3, "Tue 11:00", "Tue 17:00"),
        ("Tue 11:00:01", 3, "Tue 11:00:01", "Wed 8:00:01"),
        # The closing second is closed.
        ("Tue 17:00", 2, "Wed 8:00", "Wed 11:00"),
        ("Tue 20:00", 3, "Wed 8:00", "Wed 14:00"),
        ("Tue 7:59:59", 3, "Tue 8:00", "Tue 14:00"),
        ("Fri 16:00", 2, "Fri 16:00", "Mon 30 Nov 10:00"),
        ("Sat 12:00", 4, "Mon 30 Nov 8:00", "Mon 30 Nov 16:00"),
        # Monday is Australia Day.
        ("Fri 23 Jan 16:00", 2, "Fri 23 Jan 16:00", "Tue 27 Jan 10:00"),
        ("Mon 26 Jan 9:00", 4, "Tue 27 Jan 8:00", "Tue 27 Jan 16:00"),
        # Christmas on Friday, its substitute day on Monday.
        ("Thu 24 Dec 16:00", 2, "Thu 24 Dec 16:00", "Tue 29 Dec 10:00"),
    ],
)
@pytest.mark.clause("P2.1", "P3.1", "P3.2")
def test_the_clock_runs_in_desk_hours_only(people: Cast, logged: str, severity: int, starts: str, due: str) -> None:
    # After hours the clock starts when the desk opens.
    promise = deadline_of(logged_case(people.priya, at(logged), severity=severity))
    assert (promise.started_at, promise.due_at) == (at(starts), at(due))


@pytest.mark.clause("P3.1", "P3.2")
def test_a_case_of_the_other_desk_runs_in_its_hours_and_keeps_its_holidays(people: Cast) -> None:
    # Thursday is Thanksgiving in New York and a working day in Sydney.
    promise = deadline_of(logged_case(people.zoe, at("Thu 9:00", NEW_YORK)))
    assert promise.started_at == at("Fri 8:00", NEW_YORK)
    assert promise.due_at == at("Fri 14:00", NEW_YORK)


@pytest.mark.clause("P3.1")
def test_a_partner_that_follows_the_sun_is_answered_by_whichever_desk_is_open(people: Cast) -> None:
    # Sydney closes at 17:00, New York opens at 00:00 Sydney time.
    Partner.objects.filter(pk=people.northwind.pk).update(follows_the_sun=True)
    promise = deadline_of(logged_case(people.priya, at("Tue 16:00"), severity=2))
    assert promise.due_at == at("Wed 2:00")


@pytest.mark.clause("P2.6", "P4.1")
@pytest.mark.parametrize("night", ["Tue 23:00", "Sat 3:00", "Mon 26 Jan 12:00"])
def test_severity_1_starts_at_once_whatever_the_hour(people: Cast, night: str) -> None:
    promise = deadline_of(logged_case(people.priya, at(night), severity=1))
    assert promise.started_at == at(night)
    assert promise.due_at == at(night) + timedelta(hours=1)


def test_a_promise_keeps_the_hours_and_the_sum_it_was_made_with(people: Cast) -> None:
    promise = deadline_of(logged_case(people.priya, at("Tue 16:00"), severity=2))
    assert store.rebuilt(promise.edition).closes_at(at("Tue 16:00")) == at("Tue 17:00")
    assert promise.explanation["within_seconds"] == hours(3).total_seconds()


@pytest.mark.clause("P2.2")
def test_the_clock_runs_on_the_perceived_severity(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"), severity=2)
    assert (case.perceived_severity, case.severity, deadline_of(case).severity) == (2, 2, 2)


def test_a_case_stands_under_the_policy_in_force_when_it_was_logged(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    assert case.policy.name == "4 December 2023"


def test_a_new_case_is_new_open_and_on_the_record(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    event = last_event(case)
    assert (case.status, case.is_open, case.channel) == (Status.NEW, True, Channel.PORTAL)
    assert (event.number, event.kind, event.side, event.actor) == (1, EventKind.CASE_LOGGED, Side.CONTACT, people.priya)
    assert event.public
    assert event.facts["due_at"] == deadline_of(case).due_at.isoformat()
    assert Dispatch.objects.filter(event=event).exists()


@pytest.mark.clause("P5.1")
def test_every_field_that_the_policy_asks_for_is_kept(people: Cast) -> None:
    said = details(
        title="T",
        explanation="E",
        effect="F",
        contact_email="p@nwit.example",
        error_messages="M",
        steps_to_reproduce="S",
        known_workarounds="W",
        contact_phone="+61 2",
        preferred_times="mornings",
        preferred_method="phone",
        technical_resource="R",
    )
    case = actions.submit_case(
        partner_id=people.northwind.pk, details=said, severity=3, actor=people.priya, now=at("Tue 9:00")
    )
    stored = fresh(case)
    assert {name: getattr(stored, name) for name in vars(said)} == vars(said)


# --- P2.6, P4.2: what Severity 1 needs ------------------------------------------------------------------------------


@pytest.mark.clause("P2.6")
@pytest.mark.parametrize("resource", ["", "  "])
def test_severity_1_without_a_technical_resource_is_refused(people: Cast, resource: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        logged_case(people.priya, at("Tue 9:00"), severity=1, technical_resource=resource)
    assert refused.value.code == "technical_resource_missing"
    assert_nothing_happened(people)


@pytest.mark.clause("P4.2")
@pytest.mark.parametrize("closed", ["Tue 17:00", "Tue 7:59:59", "Sat 12:00", "Mon 26 Jan 9:00"])
def test_severity_1_after_hours_without_accepted_charges_is_refused(people: Cast, closed: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        logged_case(people.priya, at(closed), severity=1, charges_accepted=False)
    assert refused.value.code == "charges_not_accepted"
    assert_nothing_happened(people)


@pytest.mark.clause("P4.2")
def test_accepted_charges_are_kept_with_their_words_and_time(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 23:00"), severity=1)
    assert (case.charge_words, case.charges_accepted_at) == (str(CHARGE_WORDS), at("Tue 23:00"))


@pytest.mark.clause("P4.2")
def test_in_desk_hours_severity_1_accepts_nothing_even_if_ticked(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"), severity=1, charges_accepted=True)
    assert (case.charge_words, case.charges_accepted_at) == ("", None)


@pytest.mark.clause("P4.1")
@pytest.mark.parametrize("severity", [2, 3, 4])
def test_other_severities_after_hours_need_no_charges(people: Cast, severity: int) -> None:
    case = logged_case(people.priya, at("Sat 12:00"), severity=severity, charges_accepted=False)
    assert case.charges_accepted_at is None


# --- P1.1: who may --------------------------------------------------------------------------------------------------


@pytest.mark.clause("P1.1")
def test_a_lapsed_partner_is_told_whom_to_write_to_and_nothing_is_logged(people: Cast) -> None:
    Partner.objects.filter(pk=people.northwind.pk).update(plan=Plan.LAPSED)
    with pytest.raises(RuleBroken, match=r"sales@probax\.io") as refused:
        logged_case(people.priya, at("Tue 9:00"))
    assert refused.value.code == "not_entitled"
    assert_nothing_happened(people)


@pytest.mark.clause("P1.1")
def test_a_refused_request_of_a_lapsed_partner_stays_a_draft_with_its_files(people: Cast) -> None:
    # Nothing is lost.
    Partner.objects.filter(pk=people.northwind.pk).update(plan=Plan.LAPSED)
    actions.keep_draft(fields={"title": "Slow"}, submission_key=None, actor=people.priya, now=at("Tue 8:59"))
    with pytest.raises(RuleBroken):
        logged_case(people.priya, at("Tue 9:00"))
    assert people.priya.case_drafts.get().fields == {"title": "Slow"}


@pytest.mark.clause("P1.1")
def test_open_cases_of_a_lapsed_partner_live_on(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    Partner.objects.filter(pk=people.northwind.pk).update(plan=Plan.LAPSED)
    answer(case, people.lena, at("Tue 10:00"))
    actions.reply_as_contact(case_id=case.pk, body="Thank you.", actor=people.priya, now=at("Tue 11:00"))
    assert fresh(case).status == Status.OPEN


@pytest.mark.clause("P1.1")
@pytest.mark.parametrize(("ends", "entitled"), [("Tue 9:00:01", True), ("Tue 9:00", False)])
def test_a_trial_counts_until_its_last_second(people: Cast, ends: str, entitled: bool) -> None:
    Partner.objects.filter(pk=people.northwind.pk).update(plan=Plan.TRIAL, trial_ends_at=at(ends))
    if entitled:
        assert logged_case(people.priya, at("Tue 9:00")).reference == "NWIT-1"
    else:
        with pytest.raises(RuleBroken):
            logged_case(people.priya, at("Tue 9:00"))


def test_nobody_logs_for_a_partner_they_do_not_write_for(people: Cast) -> None:
    with pytest.raises(Partner.DoesNotExist):
        actions.submit_case(
            partner_id=people.northwind.pk, details=details(), severity=3, actor=people.zoe, now=at("Tue 9:00")
        )
    assert_nothing_happened(people)


def test_a_person_who_left_a_partner_logs_nothing_for_it(people: Cast) -> None:
    Membership.objects.filter(user=people.omar).update(is_active=False)
    with pytest.raises(Partner.DoesNotExist):
        logged_case(people.omar, at("Tue 9:00"))


def test_whoever_writes_for_two_partners_logs_for_the_one_they_choose(people: Cast) -> None:
    Membership.objects.create(user=people.omar, partner=people.harbor)
    case = actions.submit_case(
        partner_id=people.harbor.pk, details=details(), severity=3, actor=people.omar, now=at("Tue 9:00")
    )
    assert (case.reference, case.desk.code) == ("BHMS-1", "us")


# --- Numbers, and the same form twice -------------------------------------------------------------------------------


def test_references_are_counted_for_each_partner_without_gaps(people: Cast) -> None:
    writers = [people.priya, people.zoe, people.omar, people.priya, people.zoe]
    references = [logged_case(by, at("Tue 9:00")).reference for by in writers]
    assert references == ["NWIT-1", "BHMS-1", "NWIT-2", "NWIT-3", "BHMS-2"]


def test_a_refused_submission_leaves_no_gap_in_the_numbers(people: Cast) -> None:
    logged_case(people.priya, at("Tue 9:00"))
    with pytest.raises(RuleBroken):
        logged_case(people.priya, at("Tue 9:01"), severity=1, technical_resource="")
    assert logged_case(people.priya, at("Tue 9:02")).reference == "NWIT-2"


def test_the_same_submission_twice_is_one_case(people: Cast) -> None:
    key = uuid4()
    first = logged_case(people.priya, at("Tue 9:00"), key=key)
    again = logged_case(people.priya, at("Tue 9:05"), key=key, title="Sent once more")
    assert again == first
    assert (Case.objects.count(), Deadline.objects.count(), CaseEvent.objects.count()) == (1, 1, 1)
    assert fresh(first).title == "Restores are slow"


def test_the_same_submission_after_the_plan_ended_is_still_the_case_it_was(people: Cast) -> None:
    key = uuid4()
    first = logged_case(people.priya, at("Tue 9:00"), key=key)
    Partner.objects.filter(pk=people.northwind.pk).update(plan=Plan.LAPSED)
    assert logged_case(people.priya, at("Tue 9:05"), key=key) == first


def test_somebody_elses_submission_with_the_same_key_is_another_case(people: Cast) -> None:
    key = uuid4()
    assert logged_case(people.priya, at("Tue 9:00"), key=key) != logged_case(people.omar, at("Tue 9:00"), key=key)


def test_submissions_without_a_key_are_each_a_case(people: Cast) -> None:
    assert logged_case(people.priya, at("Tue 9:00")) != logged_case(people.priya, at("Tue 9:00"))


# --- P9.6: follow-ups -----------------------------------------------------------------------------------------------


def follow_up(people: Cast, reference: str) -> Case:
    return actions.submit_case(
        partner_id=people.northwind.pk,
        details=details(),
        severity=3,
        follow_up_of=reference,
        actor=people.omar,
        now=at("Wed 9:00"),
    )


@pytest.mark.clause("P9.6")
def test_a_follow_up_points_to_the_earlier_case_and_back(people: Cast) -> None:
    earlier = logged_case(people.priya, at("Tue 9:00"))
    later = follow_up(people, earlier.reference)
    assert later.follow_up_of == earlier
    assert list(earlier.follow_ups.all()) == [later]


def test_a_follow_up_never_points_to_somebody_elses_case(people: Cast) -> None:
    theirs = logged_case(people.zoe, at("Tue 9:00"))
    assert follow_up(people, theirs.reference).follow_up_of is None


def assert_nothing_happened(people: Cast) -> None:
    counts = [model._default_manager.count() for model in (Case, Deadline, CaseEvent, Dispatch)]
    assert counts == [0, 0, 0, 0]
    people.northwind.refresh_from_db()
    assert people.northwind.last_case_number == 0


def test_the_policy_can_be_put_in_place_twice(people: Cast) -> None:
    policy()
    assert deadline_of(logged_case(people.priya, at("Tue 9:00"))).due_at == at("Tue 15:00")
