"""Who may raise cases, and what becomes of the requests of those who may not (P1.1)."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from cases import actions
from cases.models import Case, CaseDraft, Channel, KeptRequest, Notice, NoticeKind, Partner, PartnerChange, Plan, User
from cases.rules import CHARGE_WORDS, RuleBroken, trial_ends
from tests import builders
from tests.builders import (
    Cast,
    all_at_once,
    answer,
    at,
    deadline_of,
    details,
    events_of,
    fresh,
    logged_case,
    say,
    upload,
)

pytestmark = pytest.mark.clause("P1.1")
NINE = at("Tue 9:00")


def lapse(partner: Partner) -> None:
    Partner.objects.filter(pk=partner.pk).update(plan=Plan.LAPSED)


def submit(by: User, partner: Partner, when: datetime = NINE, **more: Any) -> Case | KeptRequest:
    said: dict[str, Any] = {"details": details(), "severity": 2} | more
    return actions.submit_or_keep(partner_id=partner.pk, actor=by, now=when, **said)


def kept(people: Cast, **more: Any) -> KeptRequest:
    lapse(people.northwind)
    request = submit(people.priya, people.northwind, **more)
    assert isinstance(request, KeptRequest)
    return request


# --- The trial ------------------------------------------------------------------------------------------------------


def test_a_trial_lasts_fourteen_days_to_the_second() -> None:
    assert trial_ends(NINE) - NINE == timedelta(days=14)


@pytest.mark.parametrize(("seconds", "logged"), [(-1, True), (0, False)])
def test_a_trial_ends_at_a_stated_instant(people: Cast, seconds: int, logged: bool) -> None:
    Partner.objects.update(plan=Plan.TRIAL, trial_ends_at=at("Wed 12:00"))
    result = submit(people.priya, people.northwind, at("Wed 12:00") + timedelta(seconds=seconds))
    assert isinstance(result, Case) is logged


@pytest.mark.parametrize("plan", [Plan.PAID, Plan.TRIAL])
def test_a_plan_or_a_trial_logs_a_case(people: Cast, plan: str) -> None:
    Partner.objects.update(plan=plan, trial_ends_at=at("Fri 12:00"))
    assert isinstance(submit(people.priya, people.northwind), Case)


# --- Kept whole -----------------------------------------------------------------------------------------------------


def test_a_request_is_kept_whole(people: Cast) -> None:
    actions.attach_to_draft(upload=upload(), actor=people.priya, now=NINE)
    request = kept(people, channel=Channel.PORTAL, charges_accepted=True, severity=1)
    assert request.details["title"] == "Restores are slow"
    assert (request.severity, request.channel, request.contact, request.asked_at) == (1, "portal", people.priya, NINE)
    assert request.charge_words == str(CHARGE_WORDS)
    assert [file.name for file in request.attachments.all()] == ["support.log"]
    assert (Case.objects.count(), CaseDraft.objects.count()) == (0, 0)
    notice = Notice.objects.get()
    assert (notice.kind, notice.facts) == (NoticeKind.REQUEST_KEPT, {"request": request.pk})


def test_the_same_form_twice_is_one_request(people: Cast) -> None:
    key = uuid4()
    first = kept(people, submission_key=key)
    assert submit(people.priya, people.northwind, submission_key=key) == first
    # Also where the plan was renewed between the clicks.
    Partner.objects.update(plan=Plan.PAID)
    assert submit(people.priya, people.northwind, submission_key=key) == first
    # A draft that is saved late comes to nothing.
    assert actions.keep_draft(fields={}, submission_key=key, actor=people.priya, now=NINE) is None


def test_a_case_that_was_logged_stays_one_when_the_form_comes_again_after_the_plan(people: Cast) -> None:
    key = uuid4()
    case = submit(people.priya, people.northwind, submission_key=key)
    lapse(people.northwind)
    assert submit(people.priya, people.northwind, submission_key=key) == case


def test_nobody_keeps_a_request_for_another_partner(people: Cast) -> None:
    lapse(people.northwind)
    with pytest.raises(Partner.DoesNotExist):
        submit(people.zoe, people.northwind)


def test_open_cases_live_on(people: Cast) -> None:
    case = logged_case(people.priya, NINE)
    lapse(people.northwind)
    say(case, people.priya, at("Tue 10:00"))
    answer(case, people.lena, at("Tue 10:30"))
    assert fresh(case).first_response_at == at("Tue 10:30")
    assert fresh(case).is_open


# --- Decided --------------------------------------------------------------------------------------------------------


def test_a_request_becomes_a_case_whose_clock_starts_at_the_decision(people: Cast) -> None:
    actions.attach_to_draft(upload=upload(), actor=people.priya, now=NINE)
    request = kept(people, severity=2)
    case = actions.log_kept_request(request_id=request.pk, actor=people.lena, now=at("Tue 11:00"))
    assert (case.reference, case.contact, case.title) == ("NWIT-1", people.priya, "Restores are slow")
    assert (case.logged_at, case.logged_by) == (at("Tue 11:00"), people.lena)
    assert deadline_of(case).due_at >= at("Tue 14:00")
    assert case.deadlines.get(kind="first_response").due_at == at("Tue 14:00")
    assert [file.name for file in case.attachments.all()] == ["support.log"]
    assert events_of(case) == ["case_logged"]
    request.refresh_from_db()
    assert (request.decision, request.decided_by, request.case) == ("logged", people.lena, case)


def test_a_follow_up_stays_one(people: Cast) -> None:
    earlier = logged_case(people.priya, NINE)
    request = kept(people, follow_up_of=earlier.reference)
    case = actions.log_kept_request(request_id=request.pk, actor=people.lena, now=at("Tue 11:00"))
    assert case.follow_up_of == earlier
    assert events_of(earlier)[-1] == "follow_up_opened"


def test_a_request_is_declined_with_a_word_and_stays_readable(people: Cast) -> None:
    request = kept(people)
    declined = actions.decline_kept_request(
        request_id=request.pk, word="Please renew first.", actor=people.lena, now=at("Tue 11:00")
    )
    assert (declined.decision, declined.word) == ("declined", "Please renew first.")
    assert declined.details["explanation"]
    assert Notice.objects.latest("pk").kind == NoticeKind.REQUEST_DECLINED


def test_a_refusal_has_a_word(people: Cast) -> None:
    with pytest.raises(RuleBroken, match=r"Give the contact a word on why. Nothing was decided."):
        actions.decline_kept_request(request_id=kept(people).pk, word=" ", actor=people.lena, now=NINE)


def test_only_staff_decide(people: Cast) -> None:
    request = kept(people)
    with pytest.raises(RuleBroken, match=r"Only support staff can do this."):
        actions.log_kept_request(request_id=request.pk, actor=people.priya, now=NINE)
    with pytest.raises(RuleBroken, match=r"Only support staff can do this."):
        actions.decline_kept_request(request_id=request.pk, word="No.", actor=people.priya, now=NINE)


def test_it_is_decided_once(people: Cast) -> None:
    request = kept(people)
    actions.decline_kept_request(request_id=request.pk, word="Please renew.", actor=people.lena, now=NINE)
    with pytest.raises(RuleBroken, match=r"Lena Fischer has decided on this request already: Declined."):
        actions.log_kept_request(request_id=request.pk, actor=people.max, now=NINE)


@pytest.mark.django_db(transaction=True)
def test_two_who_decide_at_one_moment_make_one_case() -> None:
    people = builders.cast()
    request = kept(people)
    calls = [
        partial(actions.log_kept_request, request_id=request.pk, actor=who, now=NINE)
        for who in (people.lena, people.max)
    ]
    answers = all_at_once(calls)
    assert [broken.code for broken in answers if isinstance(broken, RuleBroken)] == ["decided_already"]
    assert Case.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_request_from_many_threads_is_kept_once() -> None:
    people = builders.cast()
    lapse(people.northwind)
    key = uuid4()
    answers = all_at_once([partial(submit, people.priya, people.northwind, submission_key=key)] * 4)
    assert {type(given) for given in answers} == {KeptRequest}
    assert KeptRequest.objects.count() == 1


# --- Telling of the end ---------------------------------------------------------------------------------------------


def told(partner: Partner, when: str) -> list[str]:
    actions.tell_of_trial(partner_id=partner.pk, now=at(when))
    return list(partner.notices.order_by("pk").values_list("kind", flat=True))


def test_people_hear_three_days_before_the_end_and_at_the_end_once_each(people: Cast) -> None:
    partner = people.northwind
    Partner.objects.filter(pk=partner.pk).update(plan=Plan.TRIAL, trial_ends_at=at("Fri 12:00"))
    assert told(partner, "Tue 11:59") == []
    assert told(partner, "Tue 12:00") == ["trial_ending"]
    assert told(partner, "Wed 12:00") == ["trial_ending"]
    assert told(partner, "Fri 12:00") == ["trial_ending", "trial_ended"]
    assert told(partner, "Sat 12:00") == ["trial_ending", "trial_ended"]


def test_a_trial_that_was_made_longer_is_told_of_anew(people: Cast) -> None:
    partner = people.northwind
    Partner.objects.filter(pk=partner.pk).update(plan=Plan.TRIAL, trial_ends_at=at("Fri 12:00"))
    told(partner, "Wed 12:00")
    Partner.objects.filter(pk=partner.pk).update(trial_ends_at=at("Fri 11 Dec 12:00"))
    assert told(partner, "Fri 12:00") == ["trial_ending"]
    assert told(partner, "Tue 8 Dec 12:00") == ["trial_ending", "trial_ending"]


def test_a_trial_that_ended_unseen_is_only_said_to_have_ended(people: Cast) -> None:
    partner = people.northwind
    Partner.objects.filter(pk=partner.pk).update(plan=Plan.TRIAL, trial_ends_at=at("Fri 12:00"))
    assert told(partner, "Mon 30 Nov 12:00") == ["trial_ended"]


# --- Partners and plans ---------------------------------------------------------------------------------------------


def change(people: Cast, by: User, when: datetime = NINE, *, expected: int = 0, **more: Any) -> Partner:
    partner = people.northwind
    wanted: dict[str, Any] = {
        "name": partner.name,
        "plan": partner.plan,
        "trial_ends_at": partner.trial_ends_at,
        "home_desk_id": partner.home_desk_id,
        "follows_the_sun": partner.follows_the_sun,
        "reason": "As agreed with sales.",
    }
    return actions.change_partner(
        partner_id=partner.pk, expected_change_id=expected, actor=by, now=when, **wanted | more
    )


def test_a_change_is_on_the_record(people: Cast) -> None:
    change(people, people.ruth, plan=Plan.LAPSED)
    row = PartnerChange.objects.get()
    assert (row.changed, row.changed_by, row.reason) == (
        {"plan": ["paid", "lapsed"]},
        people.ruth,
        "As agreed with sales.",
    )


def test_a_trial_without_an_end_gets_fourteen_days(people: Cast) -> None:
    assert change(people, people.ruth, plan=Plan.TRIAL).trial_ends_at == trial_ends(NINE)


def test_deadlines_already_made_stay_as_made(people: Cast) -> None:
    case = logged_case(people.priya, NINE)
    before = case.deadlines.get(kind="first_response").due_at
    change(people, people.ruth, home_desk_id=people.harbor.home_desk_id, follows_the_sun=True)
    assert fresh(case).deadlines.get(kind="first_response").due_at == before
    assert fresh(case).desk == people.lena.desk


def test_the_same_again_changes_nothing(people: Cast) -> None:
    change(people, people.ruth, plan=Plan.LAPSED)
    change(people, people.ruth, plan=Plan.LAPSED)
    assert PartnerChange.objects.count() == 1


def test_a_reason_is_needed(people: Cast) -> None:
    with pytest.raises(RuleBroken, match=r"Say why, for whoever looks at this later. Nothing was changed."):
        change(people, people.ruth, plan=Plan.LAPSED, reason=" ")


def test_only_managers_change_plans(people: Cast) -> None:
    with pytest.raises(RuleBroken, match=r"Only managers change partners and plans. Nothing was changed."):
        change(people, people.lena, plan=Plan.LAPSED)


def test_a_page_from_before_another_change_is_refused(people: Cast) -> None:
    change(people, people.ruth, plan=Plan.LAPSED)
    with pytest.raises(RuleBroken, match=r"Ruth Adeyemi changed this partner after the page was made."):
        change(people, people.ann, plan=Plan.TRIAL)


def test_a_name_that_is_taken_is_refused(people: Cast) -> None:
    with pytest.raises(RuleBroken, match=r"already exists"):
        change(people, people.ruth, name="Blue Harbor MSP")


@pytest.mark.django_db(transaction=True)
def test_two_managers_at_one_moment_make_one_change() -> None:
    people = builders.cast()
    calls = [
        partial(change, people, people.ruth, plan=Plan.LAPSED),
        partial(change, people, people.ann, plan=Plan.TRIAL),
    ]
    answers = all_at_once(calls)
    assert [broken.code for broken in answers if isinstance(broken, RuleBroken)] == ["partner_changed_meanwhile"]
    assert PartnerChange.objects.count() == 1


def test_a_partner_is_added(people: Cast) -> None:
    added = actions.add_partner(
        name="Red Rock",
        code="rock",
        plan=Plan.TRIAL,
        trial_ends_at=None,
        home_desk_id=people.harbor.home_desk_id,
        follows_the_sun=False,
        actor=people.ruth,
        now=NINE,
    )
    assert (added.code, added.trial_ends_at) == ("ROCK", trial_ends(NINE))


@pytest.mark.parametrize(("code", "said"), [("NWIT", "already exists"), ("1", "Two to six capital letters")])
def test_a_short_code_that_is_taken_or_is_none_is_refused(people: Cast, code: str, said: str) -> None:
    with pytest.raises(RuleBroken, match=said) as refused:
        actions.add_partner(
            name="Red Rock",
            code=code,
            plan=Plan.PAID,
            trial_ends_at=None,
            home_desk_id=people.harbor.home_desk_id,
            follows_the_sun=False,
            actor=people.ruth,
            now=NINE,
        )
    assert refused.value.code == "partner_makes_no_sense"


def test_only_managers_add_partners(people: Cast) -> None:
    with pytest.raises(RuleBroken, match=r"Only managers change partners and plans."):
        actions.add_partner(
            name="Red Rock",
            code="ROCK",
            plan=Plan.PAID,
            trial_ends_at=None,
            home_desk_id=people.harbor.home_desk_id,
            follows_the_sun=False,
            actor=people.lena,
            now=NINE,
        )
