"""The end of a case by a person: the outcomes, what they need, and that closed is closed (P9.3, P9.6, P9.7)."""

from collections.abc import Callable

import pytest

from cases import actions, rules
from cases.lifecycle import Status
from cases.models import Case, Closing, EventKind, MessageKind, Survey
from cases.rules import Outcome, RuleBroken
from tests.builders import Cast, answer, ask, at, call, close, episode_of, events_of, fresh, logged_case, say

NEEDS_MORE = [Outcome.FIX, Outcome.WORKAROUND, Outcome.ENVIRONMENT, Outcome.FEATURE_REQUEST]
NEEDS_NOTHING = [Outcome.SOLVED_BY_CONTACT, Outcome.NOT_A_REQUEST]


@pytest.fixture
def case(people: Cast) -> Case:
    """Logged on Tuesday at 9:00 and answered at 10:00."""
    return answer(logged_case(people.priya, at("Tue 9:00")), people.lena, at("Tue 10:00"))


def assert_still_open(case: Case) -> None:
    assert (fresh(case).status, fresh(case).closed_at) == (Status.OPEN, None)
    assert not Closing.objects.exists()
    assert not Survey.objects.exists()
    assert EventKind.CASE_CLOSED not in events_of(case)


# --- Outcomes (P9.7) ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", NEEDS_MORE)
def test_an_outcome_closes_with_what_it_needs(people: Cast, case: Case, outcome: Outcome) -> None:
    close(case, people.lena, at("Tue 12:00"), outcome, "Agent 6.2")
    closing = case.closings.get()
    assert (closing.outcome, closing.explanation, closing.detail) == (outcome, "The update fixed it.", "Agent 6.2")
    assert (closing.closed_by, closing.closed_at) == (people.lena, at("Tue 12:00"))
    assert (fresh(case).status, fresh(case).closed_at) == (Status.CLOSED, at("Tue 12:00"))


@pytest.mark.parametrize("outcome", NEEDS_MORE)
@pytest.mark.parametrize("detail", ["", "  "])
def test_an_outcome_without_what_it_needs_closes_nothing(
    people: Cast, case: Case, outcome: Outcome, detail: str
) -> None:
    with pytest.raises(RuleBroken) as refused:
        close(case, people.lena, at("Tue 12:00"), outcome, detail)
    assert str(refused.value).endswith("Nothing was closed.")
    assert_still_open(case)


def test_what_is_specific_to_the_environment_says_why_in_the_standing_words_or_its_own(people: Cast) -> None:
    for number, (notice, kept) in enumerate([(None, str(rules.ENVIRONMENT_NOTICE)), ("Your proxy.", "Your proxy.")]):
        case = logged_case(people.priya, at("Tue 9:00"))
        actions.close_case(
            case_id=case.pk,
            outcome=Outcome.ENVIRONMENT,
            explanation=f"Found {number}.",
            detail="Your network team",
            notice=notice,
            actor=people.lena,
            now=at("Tue 12:00"),
        )
        assert case.closings.get().notice == kept


@pytest.mark.parametrize("outcome", NEEDS_NOTHING)
def test_the_endings_beside_the_outcomes_need_no_more(people: Cast, case: Case, outcome: Outcome) -> None:
    close(case, people.lena, at("Tue 12:00"), outcome, "")
    assert case.closings.get().outcome == outcome


@pytest.mark.clause("P9.3")
@pytest.mark.parametrize("explanation", ["", " \n"])
def test_no_case_closes_without_an_explanation(people: Cast, case: Case, explanation: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        actions.close_case(
            case_id=case.pk,
            outcome=Outcome.NOT_A_REQUEST,
            explanation=explanation,
            actor=people.lena,
            now=at("Tue 12:00"),
        )
    assert refused.value.code == "explanation_missing"
    assert_still_open(case)


@pytest.mark.parametrize("outcome", ["no_contact", "merged", "", "resolved"])
def test_a_specialist_chooses_no_other_outcome(people: Cast, case: Case, outcome: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        close(case, people.lena, at("Tue 12:00"), outcome)
    assert refused.value.code == "outcome_not_yours"
    assert_still_open(case)


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.SOLVED_BY_CONTACT])
def test_a_contact_closes_as_solved_and_no_other_way(people: Cast, case: Case, outcome: Outcome) -> None:
    with pytest.raises(RuleBroken) as refused:
        close(case, people.priya, at("Tue 12:00"), outcome)
    assert refused.value.code == "outcome_not_yours"
    assert_still_open(case)
    close(case, people.priya, at("Tue 12:01"), Outcome.SOLVED_BY_CONTACT)
    assert case.closings.get().closed_by == people.priya


def test_another_partner_closes_nothing(people: Cast, case: Case) -> None:
    with pytest.raises(Case.DoesNotExist):
        close(case, people.zoe, at("Tue 12:00"), Outcome.SOLVED_BY_CONTACT)
    assert_still_open(case)


# --- Everything ends with it ----------------------------------------------------------------------------------------


def test_the_promises_and_the_waiting_end_with_the_case(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    ask(case, people.lena, at("Tue 10:00"))
    close(case, people.lena, at("Tue 12:00"))
    assert not case.deadlines.open().exists()
    assert not case.episodes.filter(ended_at=None).exists()
    assert fresh(case).next_due_at is None


@pytest.mark.clause("P11.1")
def test_each_closing_has_one_survey(people: Cast, case: Case) -> None:
    close(case, people.lena, at("Tue 12:00"))
    assert Survey.objects.get().closing == case.closings.get()


# --- Closed is closed (P9.6) ----------------------------------------------------------------------------------------


def assign(case: Case, people: Cast) -> None:
    actions.assign_case(
        case_id=case.pk, assignee_id=people.max.pk, expected_id=None, actor=people.lena, now=at("Tue 13:00")
    )


@pytest.mark.parametrize(
    "act",
    [
        lambda case, people: answer(case, people.lena, at("Tue 13:00")),
        lambda case, people: ask(case, people.lena, at("Tue 13:00")),
        lambda case, people: say(case, people.priya, at("Tue 13:00")),
        lambda case, people: call(case, people.lena, at("Tue 13:00")),
        lambda case, people: call(case, people.lena, at("Tue 13:00"), "no_answer"),
        lambda case, people: close(case, people.lena, at("Tue 13:00")),
        lambda case, people: close(case, people.priya, at("Tue 13:00"), Outcome.SOLVED_BY_CONTACT),
        assign,
    ],
    ids=["answer", "ask", "say", "reached call", "unanswered call", "close", "solved", "assign"],
)
def test_a_closed_case_is_led_to_a_follow_up(people: Cast, case: Case, act: Callable[[Case, Cast], object]) -> None:
    close(case, people.lena, at("Tue 12:00"))
    before = events_of(case)
    with pytest.raises(RuleBroken, match="follow-up") as refused:
        act(case, people)
    assert refused.value.code == "case_closed"
    assert events_of(case) == before
    assert Closing.objects.count() == 1


def test_a_closed_case_still_takes_notes(people: Cast, case: Case) -> None:
    close(case, people.lena, at("Tue 12:00"))
    actions.write_note(case_id=case.pk, body="They called to thank us.", actor=people.lena, now=at("Tue 13:00"))
    assert case.messages.latest("pk").kind == MessageKind.NOTE
    assert fresh(case).status == Status.CLOSED


def test_a_follow_up_of_a_closed_case_leaves_it_closed(people: Cast, case: Case) -> None:
    close(case, people.lena, at("Tue 12:00"))
    later = actions.submit_case(
        partner_id=people.northwind.pk,
        details=actions.CaseDetails("Again", "Slow again.", "One customer.", "priya@nwit.example"),
        severity=3,
        follow_up_of=case.reference,
        actor=people.priya,
        now=at("Wed 9:00"),
    )
    assert later.follow_up_of == case
    assert fresh(case).status == Status.CLOSED


def test_a_question_after_a_closing_was_refused_waits_for_nobody(people: Cast, case: Case) -> None:
    close(case, people.lena, at("Tue 12:00"))
    with pytest.raises(RuleBroken):
        ask(case, people.lena, at("Tue 13:00"))
    assert not case.episodes.exists()
    with pytest.raises(case.episodes.model.DoesNotExist):
        episode_of(case)
