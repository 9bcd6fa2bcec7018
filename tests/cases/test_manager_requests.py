"""Talk to a Manager: asked, tracked, answered once (P9.4)."""

from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from cases import actions
from cases.lifecycle import Status
from cases.models import Case, Channel, Deadline, DeadlineKind, ManagerRequest, Partner, Plan, User
from cases.rules import RuleBroken
from notifications import sweeps
from tests import builders
from tests.builders import Cast, all_at_once, ask, at, close, events_of, fresh, last_event, logged_case, reminded_twice

pytestmark = pytest.mark.clause("P9.4")


def ask_for_manager(case: Case, by: User, when: str, words: str = "Nobody calls back.", **more: Any) -> ManagerRequest:
    return actions.ask_for_manager(case_id=case.pk, words=words, actor=by, now=at(when), **more)


def answer(asked: ManagerRequest, by: User, when: str, words: str = "I am on it.") -> ManagerRequest:
    return actions.answer_manager_request(request_id=asked.pk, answer=words, actor=by, now=at(when))


def test_a_manager_owes_an_answer_within_four_working_hours(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    asked = ask_for_manager(case, people.priya, "Tue 15:00")
    assert asked.deadline.kind == DeadlineKind.MANAGER_ANSWER
    # Two hours on Tuesday, two on Wednesday.
    assert asked.deadline.due_at == at("Wed 10:00")
    assert last_event(case).public is True
    assert fresh(case).next_due_at == at("Tue 15:00")


def test_the_time_is_data_of_the_policy(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    case.policy.manager_answer_within_minutes = 60
    case.policy.save()
    assert ask_for_manager(case, people.priya, "Tue 15:00").deadline.due_at == at("Tue 16:00")


def test_asking_again_adds_words_to_the_same_request(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    first = ask_for_manager(case, people.priya, "Tue 10:00")
    again = ask_for_manager(case, people.omar, "Tue 11:00", "And the customer is angry.")
    assert again.pk == first.pk
    assert again.deadline.due_at == at("Tue 14:00")
    assert list(again.said.order_by("id").values_list("words", "said_by__name")) == [
        ("Nobody calls back.", "Priya Raman"),
        ("And the customer is angry.", "Omar Haddad"),
    ]
    assert case.deadlines.filter(kind=DeadlineKind.MANAGER_ANSWER).count() == 1


def test_the_same_form_twice_says_it_once(people: Cast) -> None:
    case, key = logged_case(people.priya, at("Tue 9:00")), uuid4()
    first = ask_for_manager(case, people.priya, "Tue 10:00", submission_key=key)
    assert ask_for_manager(case, people.priya, "Tue 10:00", submission_key=key).pk == first.pk
    assert first.said.count() == 1
    assert events_of(case).count("manager_asked") == 1


@pytest.mark.parametrize(("when", "kept"), [("Tue 14:00", True), ("Tue 14:01", False)])
def test_the_answer_ends_the_promise(people: Cast, when: str, kept: bool) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    asked = ask_for_manager(case, people.priya, "Tue 10:00")
    answered = answer(asked, people.ruth, when)
    assert (answered.answered_by, answered.answer) == (people.ruth, "I am on it.")
    assert Deadline.objects.get(pk=asked.deadline_id).kept is kept
    assert last_event(case).kind == "manager_answered"
    assert last_event(case).public is True


def test_a_managers_answer_is_not_the_first_reply_to_the_case(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    answer(ask_for_manager(case, people.priya, "Tue 10:00"), people.ruth, "Tue 10:30")
    assert fresh(case).first_response_at is None
    assert fresh(case).next_due_at == at("Tue 15:00")


def test_after_the_answer_a_manager_may_be_asked_anew(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    first = ask_for_manager(case, people.priya, "Tue 10:00")
    answer(first, people.ruth, "Tue 11:00")
    second = ask_for_manager(case, people.priya, "Tue 12:00")
    assert second.pk != first.pk
    assert second.deadline.due_at == at("Tue 16:00")


def test_it_is_a_word_from_the_contact(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    ask(case, people.lena, at("Tue 10:00"))
    ask_for_manager(case, people.priya, "Tue 11:00")
    assert fresh(case).status == Status.OPEN
    assert not case.episodes.filter(ended_at=None).exists()


def test_staff_ask_for_a_caller_who_was_silent(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    ask(case, people.lena, at("Tue 10:00"))
    asked = ask_for_manager(case, people.lena, "Tue 11:00")
    assert asked.said.get().said_by == people.lena
    assert fresh(case).status == Status.OPEN


@pytest.mark.clause("P9.5")
def test_it_takes_a_closing_in_silence_back_within_the_minute(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    reminded_twice(case, people.lena)
    builders.close_in_silence(case, at("Tue 1 Dec 17:00"))
    ask_for_manager(case, people.priya, "Tue 1 Dec 17:00:30")
    assert fresh(case).is_open


def test_a_closed_case_may_have_one_too_and_stays_closed(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    close(case, people.lena, at("Tue 10:00"))
    asked = ask_for_manager(case, people.priya, "Wed 9:00", "This was closed without a word to us.")
    assert not fresh(case).is_open
    answer(asked, people.ruth, "Wed 10:00")
    assert Deadline.objects.get(pk=asked.deadline_id).kept is True


def test_closing_a_case_does_not_end_the_request(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    asked = ask_for_manager(case, people.priya, "Tue 10:00")
    close(case, people.lena, at("Tue 11:00"))
    asked.deadline.refresh_from_db()
    assert asked.deadline.ended_at is None


def test_a_missed_answer_is_put_on_the_record(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    builders.answer(case, people.lena, at("Tue 9:30"))
    ask_for_manager(case, people.priya, "Tue 10:00")
    sweeps.warn_and_breach(now=at("Tue 13:00"))
    sweeps.warn_and_breach(now=at("Tue 14:00:01"))
    facts = [event.facts["kind"] for event in case.events.filter(kind__in=["promise_at_risk", "promise_missed"])]
    assert facts == ["manager_answer", "manager_answer"]


# --- Something else -------------------------------------------------------------------------------------------------


def something_else(partner: Partner, by: User, **more: Any) -> ManagerRequest:
    return actions.ask_manager_about_something_else(
        partner_id=partner.pk, words="Your invoice is wrong.", actor=by, now=at("Tue 10:00"), **more
    )


def test_something_else_is_a_case_of_its_own(people: Cast) -> None:
    asked = something_else(people.northwind, people.priya)
    case = asked.case
    assert (case.reference, case.contact, case.channel, case.severity) == (
        "NWIT-1",
        people.priya,
        Channel.PORTAL,
        4,
    )
    assert events_of(case) == ["case_logged", "manager_asked"]
    assert set(case.deadlines.values_list("kind", flat=True)) >= {"first_response", "manager_answer"}


@pytest.mark.clause("P1.1")
def test_a_partner_whose_plan_has_ended_may_ask_a_manager(people: Cast) -> None:
    Partner.objects.update(plan=Plan.LAPSED)
    assert something_else(people.northwind, people.priya).case.reference == "NWIT-1"


def test_the_same_form_twice_logs_it_once(people: Cast) -> None:
    key = uuid4()
    first = something_else(people.northwind, people.priya, submission_key=key)
    assert something_else(people.northwind, people.priya, submission_key=key).pk == first.pk
    assert Case.objects.count() == 1


def test_staff_take_it_down_for_a_contact(people: Cast) -> None:
    case = something_else(people.northwind, people.lena, contact_id=people.omar.pk).case
    assert (case.contact, case.channel, case.logged_by) == (people.omar, Channel.PHONE, people.lena)


def test_staff_name_a_contact_who_writes_for_the_partner(people: Cast) -> None:
    with pytest.raises(User.DoesNotExist):
        something_else(people.northwind, people.lena, contact_id=people.zoe.pk)


def test_nobody_asks_in_the_name_of_another_partner(people: Cast) -> None:
    with pytest.raises(Partner.DoesNotExist):
        something_else(people.northwind, people.zoe)
    case = logged_case(people.priya, at("Tue 9:00"))
    with pytest.raises(Case.DoesNotExist):
        ask_for_manager(case, people.zoe, "Tue 10:00")


# --- Refusals -------------------------------------------------------------------------------------------------------


def test_words_are_needed(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    with pytest.raises(RuleBroken, match=r"Say in a few words what it is about. Nothing was sent."):
        ask_for_manager(case, people.priya, "Tue 10:00", "  ")
    with pytest.raises(RuleBroken, match=r"Say in a few words"):
        actions.ask_manager_about_something_else(
            partner_id=people.northwind.pk, words=" ", actor=people.priya, now=at("Tue 10:00")
        )
    assert ManagerRequest.objects.count() == 0


def test_an_answer_has_words(people: Cast) -> None:
    asked = ask_for_manager(logged_case(people.priya, at("Tue 9:00")), people.priya, "Tue 10:00")
    with pytest.raises(RuleBroken, match=r"Write your answer first. Nothing was sent."):
        answer(asked, people.ruth, "Tue 11:00", " ")


@pytest.mark.parametrize("name", ["lena", "priya"])
def test_only_managers_answer(people: Cast, name: str) -> None:
    asked = ask_for_manager(logged_case(people.priya, at("Tue 9:00")), people.priya, "Tue 10:00")
    with pytest.raises(RuleBroken, match=r"Only managers answer this. Nothing was sent."):
        answer(asked, getattr(people, name), "Tue 11:00")


def test_a_second_manager_is_told_who_was_first(people: Cast) -> None:
    asked = ask_for_manager(logged_case(people.priya, at("Tue 9:00")), people.priya, "Tue 10:00")
    answer(asked, people.ruth, "Tue 11:00")
    with pytest.raises(RuleBroken, match=r"Ruth Adeyemi has answered this request already. Your answer was not sent"):
        answer(asked, people.ann, "Tue 11:01")
    # The same click again is no second answer.
    assert answer(asked, people.ruth, "Tue 11:02").answered_at == at("Tue 11:00")


# --- At one moment --------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_managers_at_one_moment_send_one_answer() -> None:
    people = builders.cast()
    asked = ask_for_manager(logged_case(people.priya, at("Tue 9:00")), people.priya, "Tue 10:00")
    answers = all_at_once(
        [partial(answer, asked, who, "Tue 11:00", f"From {who}.") for who in (people.ruth, people.ann)]
    )
    refused = [given for given in answers if isinstance(given, RuleBroken)]
    assert [broken.code for broken in refused] == ["answered_already"]
    assert events_of(asked.case).count("manager_answered") == 1


@pytest.mark.django_db(transaction=True)
def test_two_colleagues_at_one_moment_share_one_request() -> None:
    people = builders.cast()
    case = logged_case(people.priya, at("Tue 9:00"))
    answers = all_at_once([partial(ask_for_manager, case, who, "Tue 10:00") for who in (people.priya, people.omar)])
    assert len({asked.pk for asked in answers if isinstance(asked, ManagerRequest)}) == 1
    assert ManagerRequest.objects.get().said.count() == 2
