"""What an after-hours Severity 1 may cost (P4.2): the specialist's word, then a manager's decision."""

from collections import Counter
from functools import partial

import pytest

from cases import actions
from cases.models import Case, ChargeReview, EventKind, User
from cases.rules import RuleBroken
from tests import builders
from tests.builders import Cast, all_at_once, answer, at, close, events_of, last_event, logged_case, say
from tests.severities import agree, change, propose


def night_case(people: Cast) -> Case:
    """A Sev 1 that Priya logged at night and Lena answered."""
    return answer(logged_case(people.priya, at("Mon 23:00"), severity=1), people.lena, at("Mon 23:20"))


def judge(
    case: Case, by: User, verdict: str, reason: str = "Restores worked all night.", when: str = "Tue 12:00"
) -> Case:
    return actions.judge_charges(case_id=case.pk, verdict=verdict, reason=reason, actor=by, now=at(when))


def decide(case: Case, by: User, decision: str = "waive", reason: str = "First time.", when: str = "Tue 13:00") -> Case:
    review = ChargeReview.objects.get(case=case)
    return actions.decide_charges(review_id=review.pk, decision=decision, reason=reason, actor=by, now=at(when))


@pytest.mark.clause("P4.2")
@pytest.mark.parametrize("how", ["falls", "closes", "silence"])
def test_a_fall_or_the_end_of_an_after_hours_severity_1_asks_once(people: Cast, how: str) -> None:
    case = night_case(people)
    assert not ChargeReview.objects.exists()
    if how == "falls":
        change(case, people.lena, people.priya, 3, at("Tue 9:00"))
    elif how == "silence":
        builders.reminded_twice(case, people.lena)
        builders.close_in_silence(case, at("Tue 1 Dec 17:00"))
    if how != "silence":
        close(case, people.lena, at("Tue 10:00"))
    assert events_of(case).count(EventKind.CHARGES_ASKED) == 1
    assert not case.events.get(kind=EventKind.CHARGES_ASKED).public
    assert ChargeReview.objects.get().verdict == ""


@pytest.mark.clause("P4.2")
def test_a_severity_1_in_business_hours_asks_nothing(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"), severity=1)
    close(case, people.lena, at("Tue 10:00"))
    assert not ChargeReview.objects.exists()
    with pytest.raises(RuleBroken, match="Nothing is to be said about charges"):
        judge(case, people.lena, "never_qualified")


@pytest.mark.clause("P4.2")
def test_only_never_qualified_goes_before_a_manager(people: Cast) -> None:
    case = night_case(people)
    close(case, people.lena, at("Tue 10:00"))
    judge(case, people.lena, "impact_reduced", "")
    with pytest.raises(RuleBroken, match="decided only where a specialist said that it never qualified"):
        decide(case, people.ruth)


@pytest.mark.clause("P4.2")
def test_the_word_is_said_once_with_a_reason_by_staff(people: Cast) -> None:
    case = night_case(people)
    close(case, people.lena, at("Tue 10:00"))
    with pytest.raises(RuleBroken, match="Only support staff"):
        judge(case, people.priya, "impact_reduced")
    with pytest.raises(RuleBroken, match="Say why it never qualified"):
        judge(case, people.lena, "never_qualified", " ")
    with pytest.raises(RuleBroken, match="Say whether it ever qualified"):
        judge(case, people.lena, "perhaps")
    judge(case, people.lena, "never_qualified")
    with pytest.raises(RuleBroken, match="Lena Fischer said it already: It never qualified as Severity 1"):
        judge(case, people.max, "impact_reduced")


@pytest.mark.clause("P4.2")
def test_it_may_be_said_with_the_closing(people: Cast) -> None:
    case = night_case(people)
    actions.close_case(
        case_id=case.pk,
        outcome="not_a_request",
        explanation="It was a question.",
        charge_verdict="never_qualified",
        charge_reason="A question about a report.",
        actor=people.lena,
        now=at("Tue 10:00"),
    )
    review = ChargeReview.objects.get()
    assert (review.verdict, review.verdict_by) == ("never_qualified", people.lena)


@pytest.mark.clause("P4.2", "P2.3")
def test_it_may_be_said_with_the_lower_severity_and_counts_once_both_agree(people: Cast) -> None:
    case = night_case(people)
    said = {"charge_verdict": "never_qualified", "charge_reason": "One test machine."}
    propose(case, people.lena, 3, at("Tue 9:00"), **said)
    assert not ChargeReview.objects.exists()
    agree(case, people.priya, at("Tue 9:30"))
    review = ChargeReview.objects.get()
    assert (review.verdict, review.verdict_by, review.verdict_reason) == (
        "never_qualified",
        people.lena,
        "One test machine.",
    )


@pytest.mark.clause("P4.2", "P2.3")
def test_a_specialist_says_it_when_agreeing_and_needs_no_charges_where_none_were_used(people: Cast) -> None:
    case = night_case(people)
    propose(case, people.priya, 3, at("Tue 9:00"))
    agree(case, people.lena, at("Tue 9:30"), charge_verdict="impact_reduced")
    assert ChargeReview.objects.get().verdict == "impact_reduced"


@pytest.mark.clause("P4.2")
def test_a_manager_decides_once_and_the_contact_may_read_it(people: Cast) -> None:
    case = night_case(people)
    close(case, people.lena, at("Tue 10:00"))
    judge(case, people.lena, "never_qualified")
    with pytest.raises(RuleBroken, match="Only managers decide about charges"):
        decide(case, people.lena)
    with pytest.raises(RuleBroken, match="Choose: charge or waive"):
        decide(case, people.ruth, "perhaps")
    with pytest.raises(RuleBroken, match="The contact reads it"):
        decide(case, people.ruth, reason=" ")
    decide(case, people.ruth, "charge", "As accepted.")
    with pytest.raises(RuleBroken, match="Ruth Adeyemi decided this already: Charge"):
        decide(case, people.ann)
    assert last_event(case).public
    assert ChargeReview.objects.get().decided_by == people.ruth


@pytest.mark.clause("P4.2", "P9.5")
def test_a_closing_that_is_taken_back_takes_the_question_with_it(people: Cast) -> None:
    case = night_case(people)
    builders.reminded_twice(case, people.lena)
    builders.close_in_silence(case, at("Tue 1 Dec 17:00"))
    say(case, people.priya, at("Tue 1 Dec 17:00:30"))
    assert not ChargeReview.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.clause("P4.2")
def test_of_two_managers_who_decide_at_once_one_decides() -> None:
    people = builders.cast()
    case = night_case(people)
    close(case, people.lena, at("Tue 10:00"))
    judge(case, people.lena, "never_qualified")
    answers = all_at_once(
        [partial(decide, case, by, decision) for by, decision in ((people.ruth, "charge"), (people.ann, "waive"))]
    )
    assert Counter(type(given) for given in answers) == {Case: 1, RuleBroken: 1}
    assert events_of(case).count(EventKind.CHARGES_DECIDED) == 1
