"""Severity by two (P2.3, P2.4, P8.1): who proposes, who agrees, and what becomes of the promise."""

import random
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from cases import actions, promises
from cases.lifecycle import Status
from cases.models import Case, DeadlineEnd, Decision, EventKind, SeverityAgreement, SeverityProposal
from cases.rules import RuleBroken
from sla import store
from sla.engine import deadlines
from tests import builders
from tests.builders import Cast, answer, ask, at, close, events_of, fresh, last_event, logged_case
from tests.severities import agree, change, decline, first_response, open_proposal, propose

pytestmark = pytest.mark.clause("P2.3")


# --- Proposing --------------------------------------------------------------------------------------------------------


@pytest.mark.clause("P2.4")
@pytest.mark.parametrize("proposer", ["priya", "omar", "lena"])
def test_either_side_proposes_with_the_policys_words_and_nothing_changes(people: Cast, proposer: str) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    by = getattr(people, proposer)
    propose(case, by, 2, at("Tue 10:00"), "Two more customers are slow.")
    proposal = open_proposal(case)
    assert (proposal.from_severity, proposal.severity, proposal.proposed_by) == (3, 2, by)
    assert proposal.definition.startswith("Major impact on Production operations\nProduction application")
    assert proposal.reason == "Two more customers are slow."
    assert fresh(case).severity == 3
    assert events_of(case)[-1] == EventKind.SEVERITY_PROPOSED
    assert last_event(case).public


@pytest.mark.clause("P2.4")
def test_a_contact_asks_at_any_time_while_the_case_is_open_and_not_after(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    answer(case, people.lena, at("Tue 9:30"))
    propose(case, people.priya, 4, at("Tue 10:00"))
    close(case, people.lena, at("Tue 11:00"))
    with pytest.raises(RuleBroken, match="closed cases stay closed"):
        propose(case, people.priya, 2, at("Tue 12:00"))


def test_the_same_severity_is_refused(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    with pytest.raises(RuleBroken, match="at Severity 3 already"):
        propose(case, people.lena, 3, at("Tue 10:00"))


def test_a_proposal_says_why(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    with pytest.raises(RuleBroken, match="The other side reads it"):
        propose(case, people.lena, 4, at("Tue 10:00"), "  ")


def test_the_same_form_sent_twice_proposes_once(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    key = uuid4()
    for _ in range(2):
        propose(case, people.lena, 4, at("Tue 10:00"), submission_key=key)
    assert case.severity_proposals.count() == 1


def test_a_newer_proposal_replaces_the_open_one_whichever_side_it_comes_from(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    propose(case, people.priya, 2, at("Tue 10:00"))
    propose(case, people.priya, 1, at("Tue 10:10"))
    propose(case, people.lena, 4, at("Tue 10:20"))
    decisions = case.severity_proposals.order_by("pk").values_list("severity", "decision", "decided_by__name")
    assert list(decisions) == [(2, "replaced", "Priya Raman"), (1, "replaced", "Lena Fischer"), (4, "", None)]
    assert last_event(case).facts["replaced"] == case.severity_proposals.get(severity=1).pk


def test_somebody_of_another_partner_finds_nothing_to_propose_on(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    with pytest.raises(Case.DoesNotExist):
        propose(case, people.zoe, 2, at("Tue 10:00"))
    propose(case, people.lena, 2, at("Tue 10:00"))
    with pytest.raises(Case.DoesNotExist):
        agree(case, people.zoe, at("Tue 10:00"))


@pytest.mark.clause("P9.5")
def test_a_contacts_proposal_is_a_word_and_ends_the_waiting(people: Cast) -> None:
    case = ask(logged_case(people.priya, at("Tue 9:00")), people.lena, at("Tue 9:30"))
    propose(case, people.priya, 2, at("Tue 10:00"))
    assert fresh(case).status == Status.OPEN
    assert not case.episodes.filter(ended_at=None).exists()


def test_a_specialists_proposal_is_no_word_and_no_answer(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    propose(case, people.lena, 4, at("Tue 9:30"))
    assert fresh(case).first_response_at is None
    assert first_response(case).ended_at is None


# --- Agreeing and declining -------------------------------------------------------------------------------------------


@pytest.mark.clause("P8.1")
def test_both_sides_change_it_and_the_record_says_who_and_when(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    propose(case, people.lena, 4, at("Tue 10:00"))
    agree(case, people.omar, at("Tue 10:30"))
    now, agreement = fresh(case), SeverityAgreement.objects.get()
    assert (now.perceived_severity, now.severity, now.agreement) == (3, 4, agreement)
    assert (agreement.contact, agreement.specialist, agreement.agreed_at) == (people.omar, people.lena, at("Tue 10:30"))
    proposal = SeverityProposal.objects.get()
    assert (proposal.decision, proposal.decided_by) == (Decision.AGREED, people.omar)


@pytest.mark.clause("P8.1")
@pytest.mark.parametrize(
    ("proposer", "decider"), [("priya", "omar"), ("lena", "max"), ("lena", "ruth"), ("lena", "ann")]
)
def test_nobody_decides_for_the_other_side_not_even_an_administrator(people: Cast, proposer: str, decider: str) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    propose(case, getattr(people, proposer), 2, at("Tue 10:00"))
    for decide in (agree, decline):
        with pytest.raises(RuleBroken, match="Your own side proposed this"):
            decide(case, getattr(people, decider), at("Tue 10:30"))
    assert fresh(case).severity == 3


@pytest.mark.clause("P8.1")
def test_the_database_refuses_a_severity_without_its_agreement(people: Cast) -> None:
    case = change(logged_case(people.priya, at("Tue 9:00")), people.priya, people.lena, 2, at("Tue 10:00"))
    with pytest.raises(DatabaseError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(severity=4)
    other = logged_case(people.priya, at("Tue 11:00"))
    with pytest.raises(DatabaseError), transaction.atomic():
        Case.objects.filter(pk=other.pk).update(agreement=SeverityAgreement.objects.get(), severity=2)


def test_declining_wants_a_reason_and_leaves_everything_as_it_is(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    promise = first_response(case)
    propose(case, people.priya, 1, at("Tue 10:00"))
    with pytest.raises(RuleBroken, match="Say why"):
        decline(case, people.lena, at("Tue 10:05"), " ")
    decline(case, people.lena, at("Tue 10:05"), "The system is up.")
    proposal = SeverityProposal.objects.get()
    assert (proposal.decision, proposal.answer, fresh(case).severity) == ("declined", "The system is up.", 3)
    assert first_response(case) == promise
    assert fresh(case).technical_resource == ""


def test_a_proposal_is_decided_once_and_whoever_comes_later_reads_what_became_of_it(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    propose(case, people.lena, 2, at("Tue 10:00"))
    key = open_proposal(case).pk
    agree(case, people.priya, at("Tue 10:10"))
    with pytest.raises(RuleBroken, match="Priya Raman agreed to Severity 2 already"):
        actions.decline_severity(proposal_id=key, answer="No.", actor=people.omar, now=at("Tue 10:20"))


def test_an_answer_to_a_replaced_proposal_decides_nothing(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    propose(case, people.lena, 2, at("Tue 10:00"))
    key = open_proposal(case).pk
    propose(case, people.lena, 4, at("Tue 10:10"))
    with pytest.raises(RuleBroken, match="Lena Fischer proposed another severity meanwhile"):
        actions.agree_to_severity(proposal_id=key, actor=people.priya, now=at("Tue 10:20"))
    assert fresh(case).severity == 3


def test_ones_own_side_takes_a_proposal_back_and_the_other_does_not(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    propose(case, people.priya, 2, at("Tue 10:00"))
    key = open_proposal(case).pk
    with pytest.raises(RuleBroken, match="The other side proposed this"):
        actions.withdraw_severity_proposal(proposal_id=key, actor=people.lena, now=at("Tue 10:05"))
    actions.withdraw_severity_proposal(proposal_id=key, actor=people.omar, now=at("Tue 10:05"))
    assert SeverityProposal.objects.get().decision == Decision.WITHDRAWN
    with pytest.raises(RuleBroken, match="Omar Haddad took this proposal back"):
        actions.agree_to_severity(proposal_id=key, actor=people.lena, now=at("Tue 10:20"))


def test_a_closing_ends_the_open_proposal(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    propose(case, people.priya, 2, at("Tue 10:00"))
    key = open_proposal(case).pk
    close(case, people.lena, at("Tue 11:00"))
    assert SeverityProposal.objects.get().decision == Decision.CASE_ENDED
    with pytest.raises(RuleBroken, match="The case ended meanwhile"):
        actions.agree_to_severity(proposal_id=key, actor=people.lena, now=at("Tue 11:20"))


@pytest.mark.clause("P9.5")
def test_a_word_in_time_takes_the_closing_back_and_the_proposal_waits_again(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    propose(case, people.lena, 2, at("Tue 9:30"))
    builders.reminded_twice(case, people.lena)
    builders.close_in_silence(case, at("Tue 1 Dec 17:00"))
    builders.say(case, people.priya, at("Tue 1 Dec 17:00:30"))
    assert open_proposal(case).severity == 2
    agree(case, people.priya, at("Tue 1 Dec 17:01"))
    assert fresh(case).severity == 2


# --- The promise ------------------------------------------------------------------------------------------------------


def test_raised_before_the_first_response_the_earlier_deadline_counts(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    old = first_response(case)
    change(case, people.priya, people.lena, 2, at("Tue 10:00"))
    new = first_response(case)
    old.refresh_from_db()
    # Three hours from the agreement come before six from the logging.
    assert (old.due_at, new.due_at) == (at("Tue 15:00"), at("Tue 13:00"))
    assert (old.ended_as, old.kept, old.replaced_by, old.used_percent) == (DeadlineEnd.REPLACED, None, new, 16)
    assert [turn["severity"] for turn in new.explanation["turns"]] == [3, 2]
    assert fresh(case).next_due_at == at("Tue 13:00")
    assert datetime.fromisoformat(last_event(case).facts["due_at"]) == at("Tue 13:00")


def test_raising_late_grants_no_time(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    change(case, people.priya, people.lena, 2, at("Tue 14:00"))
    assert first_response(case).due_at == at("Tue 15:00")
    assert first_response(case).severity == 2


def test_lowered_it_counts_from_the_start_and_is_never_earlier(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"), severity=2)
    change(case, people.lena, people.priya, 3, at("Tue 10:00"))
    assert first_response(case).due_at == at("Tue 15:00")


def test_a_missed_promise_stays_missed_after_the_severity_falls(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"), severity=2)
    change(case, people.lena, people.priya, 4, at("Tue 12:01"))
    promise = first_response(case)
    assert (promise.severity, promise.ended_at, promise.due_at) == (2, None, at("Tue 12:00"))
    answer(case, people.lena, at("Tue 12:30"))
    assert list(case.deadlines.filter(kind="first_response").values_list("kept", flat=True)) == [False]
    assert fresh(case).severity == 4


def test_after_the_first_response_no_promise_of_it_is_touched(people: Cast) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    answer(case, people.lena, at("Tue 9:30"))
    kept = first_response(case)
    change(case, people.priya, people.lena, 2, at("Tue 10:00"))
    assert first_response(case) == kept
    assert last_event(case).facts["due_at"] is None
    assert fresh(case).severity == 2


# --- Whatever happens, the open promise is the engine's ---------------------------------------------------------------


def reckoned_from_events(case: Case) -> deadlines.Promise:
    """Reckon the promise anew from what the record tells, knowing nothing of the rows it was made from."""
    targets = store.targets(case.policy)
    events = list(case.events.order_by("number"))
    changes, away, began = [], [], None
    for event in events:
        if event.kind == EventKind.SEVERITY_AGREED:
            changes.append(deadlines.Change(event.at, targets[event.facts["severity"]]))
        elif event.kind == EventKind.RESOURCE_UNAVAILABLE:
            began = event.at
        elif event.kind == EventKind.RESOURCE_AVAILABLE:
            assert began is not None
            away.append(deadlines.Spell(began, event.at))
            began = None
    if began is not None:
        away.append(deadlines.Spell(began, began + timedelta(days=999)))
    logged = events[0]
    facts = deadlines.Facts(
        logged.at, targets[logged.facts["severity"]], changes=tuple(changes), unavailable=tuple(away)
    )
    return deadlines.after_severity_changes(promises.hours_of(case.partner, case.desk), facts)


@pytest.mark.clause("P2.6", "P8.1")
@pytest.mark.parametrize("seed", range(40))
def test_after_any_sequence_the_open_promise_is_what_the_engine_reckons(people: Cast, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - the same play for each seed
    moment = at("Mon 6:00") + timedelta(minutes=dice.randrange(0, 4 * 24 * 60))
    case = logged_case(people.priya, moment, severity=dice.choice([1, 1, 2, 3, 4]))
    for _ in range(dice.randrange(2, 9)):
        moment += timedelta(minutes=dice.choice([0, 1, 7, 20, 55, 180]))
        do_something(case, people, dice, moment)
        promise = first_response(case)
        if moment > promise.due_at:
            # A missed one stays missed, whatever comes.
            return
        expected = reckoned_from_events(case)
        assert (promise.due_at, promise.warn_at) == (expected.due_at, expected.warn_at)
        assert fresh(case).severity == promise.severity
        assert case.deadlines.filter(kind="first_response", ended_at=None).count() == 1


def do_something(case: Case, people: Cast, dice: random.Random, moment: datetime) -> None:
    now = fresh(case)
    waiting = case.severity_proposals.filter(decision="").first()
    act = dice.choice(["propose", "decide", "decide", "away", "back"])
    if act == "propose":
        by = dice.choice([people.priya, people.lena])
        propose(case, by, dice.choice([level for level in (1, 2, 3, 4) if level != now.severity]), moment)
    elif act == "decide" and waiting is not None:
        other = people.lena if waiting.side == "contact" else people.priya
        if dice.random() < 0.7:
            agree(case, other, moment)
        else:
            decline(case, other, moment)
    elif act == "away" and now.severity == 1:
        actions.mark_resource_away(case_id=case.pk, reason="Asleep.", actor=people.priya, now=moment)
    elif act == "back":
        actions.mark_resource_back(case_id=case.pk, actor=people.priya, now=moment)
