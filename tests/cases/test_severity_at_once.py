"""Proposals, answers and closings that come at one moment: one counts, and the other is told."""

from collections import Counter
from functools import partial

import pytest

from cases import actions
from cases.lifecycle import Status
from cases.models import Case, Decision, SeverityProposal
from cases.rules import RuleBroken
from tests import builders
from tests.builders import all_at_once, at, close, fresh, logged_case
from tests.severities import open_proposal, propose


@pytest.mark.django_db(transaction=True)
@pytest.mark.clause("P8.1")
def test_of_two_answers_at_once_one_counts_and_the_other_is_told() -> None:
    people = builders.cast()
    for _ in range(5):
        case = logged_case(people.priya, at("Tue 9:00"))
        propose(case, people.lena, 2, at("Tue 10:00"))
        key = open_proposal(case).pk
        answers = all_at_once(
            [
                partial(actions.agree_to_severity, proposal_id=key, actor=people.priya, now=at("Tue 10:30")),
                partial(
                    actions.decline_severity, proposal_id=key, answer="No.", actor=people.omar, now=at("Tue 10:30")
                ),
            ]
        )
        assert Counter(type(given) for given in answers) == {Case: 1, RuleBroken: 1}
        (refused,) = [given for given in answers if isinstance(given, RuleBroken)]
        assert refused.code == "severity_decided_meanwhile"
        decision = SeverityProposal.objects.get(pk=key).decision
        assert fresh(case).severity == (2 if decision == Decision.AGREED else 3)
        assert case.severity_agreements.count() == (1 if decision == Decision.AGREED else 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.clause("P8.1")
def test_a_newer_proposal_against_an_agreement_leaves_one_open_or_none() -> None:
    people = builders.cast()
    for _ in range(5):
        case = logged_case(people.priya, at("Tue 9:00"))
        propose(case, people.lena, 2, at("Tue 10:00"))
        key = open_proposal(case).pk
        agreed, proposed = all_at_once(
            [
                partial(actions.agree_to_severity, proposal_id=key, actor=people.priya, now=at("Tue 10:30")),
                partial(propose, case, people.lena, 4, at("Tue 10:30")),
            ]
        )
        assert not isinstance(proposed, Exception)
        assert open_proposal(case).severity == 4
        if isinstance(agreed, RuleBroken):
            assert agreed.code == "severity_decided_meanwhile"
            assert fresh(case).severity == 3
        else:
            assert (fresh(case).severity, open_proposal(case).from_severity) == (2, 2)


@pytest.mark.django_db(transaction=True)
def test_both_sides_proposing_at_once_leave_one_open() -> None:
    people = builders.cast()
    case = logged_case(people.priya, at("Tue 9:00"))
    answers = all_at_once(
        [partial(propose, case, by, level, at("Tue 10:00")) for by, level in ((people.priya, 2), (people.lena, 4))]
    )
    assert [given for given in answers if isinstance(given, Exception)] == []
    assert Counter(case.severity_proposals.values_list("decision", flat=True)) == {"": 1, "replaced": 1}


@pytest.mark.django_db(transaction=True)
def test_an_agreement_against_a_closing_is_whole_either_way() -> None:
    people = builders.cast()
    for _ in range(5):
        case = logged_case(people.priya, at("Tue 9:00"))
        propose(case, people.lena, 2, at("Tue 10:00"))
        key = open_proposal(case).pk
        agreed, closed = all_at_once(
            [
                partial(actions.agree_to_severity, proposal_id=key, actor=people.priya, now=at("Tue 10:30")),
                partial(close, case, people.lena, at("Tue 10:30")),
            ]
        )
        assert not isinstance(closed, Exception)
        now = fresh(case)
        assert now.status == Status.CLOSED
        if isinstance(agreed, RuleBroken):
            assert str(agreed) == "The case ended meanwhile, and the proposal with it. Nothing was changed."
            assert now.severity == 3
        else:
            assert now.severity == 2
        assert not case.deadlines.filter(ended_at=None).exists()
