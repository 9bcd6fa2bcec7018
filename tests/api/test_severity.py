"""Severity by two, through the API."""

import pytest

from cases.models import Case, SeverityProposal
from tests.api.machine import Machine
from tests.builders import Cast, at, fresh, logged_case

NOON = at("Tue 12:00")
UP = {"severity": 2, "reason": "A second customer is down."}
PROPOSALS = "cases/NWIT-1/severity-proposals/"

pytestmark = pytest.mark.clause("P2.3", "P2.4", "P8.1")


def open_proposal(machine: Machine) -> str:
    """Return the address of the one open proposal."""
    (found,) = [row for row in machine.get(PROPOSALS).json()["results"] if row["decision"] == ""]
    return f"{PROPOSALS}{found['id']}/"


def test_the_contact_asks_and_the_specialist_agrees(case: Case, priyas: Machine, lenas: Machine) -> None:
    assert priyas.post(PROPOSALS, UP).json()["severity"] == 3
    answered = lenas.post(open_proposal(lenas) + "agreement/")
    assert (answered.status_code, answered.json()["severity"]) == (201, 2)
    assert answered.json()["perceived_severity"] == 3


def test_nobody_agrees_with_their_own_side(case: Case, priyas: Machine) -> None:
    priyas.post(PROPOSALS, UP)
    assert priyas.post(open_proposal(priyas) + "agreement/").status_code == 422
    assert fresh(case).severity == 3


def test_a_refusal_has_a_reason(case: Case, priyas: Machine, lenas: Machine) -> None:
    lenas.post(PROPOSALS, UP | {"severity": 4})
    address = open_proposal(priyas)
    assert "reason" in priyas.post(address + "refusal/").json()["errors"]
    assert priyas.post(address + "refusal/", {"reason": "It still stops us."}).status_code == 201
    assert SeverityProposal.objects.get().answer == "It still stops us."


def test_a_proposal_is_taken_back_by_its_own_side(case: Case, priyas: Machine, lenas: Machine) -> None:
    priyas.post(PROPOSALS, UP)
    address = open_proposal(priyas)
    assert lenas.post(address + "withdrawal/").status_code == 422
    assert priyas.post(address + "withdrawal/").status_code == 201
    assert lenas.post(address + "agreement/").status_code == 422


def test_severity_1_asks_for_the_technical_resource(case: Case, priyas: Machine) -> None:
    refused = priyas.post(PROPOSALS, UP | {"severity": 1})
    assert (refused.status_code, refused.json()["code"]) == (422, "technical_resource_missing")
    named = UP | {"severity": 1, "technical_resource": "Omar, +61 8 5550 0123"}
    assert priyas.post(PROPOSALS, named).status_code == 201


def test_a_proposal_is_reached_through_its_own_case_alone(
    people: Cast, case: Case, priyas: Machine, lenas: Machine
) -> None:
    logged_case(people.zoe, at("Tue 9:00"))
    priyas.post(PROPOSALS, UP)
    number = SeverityProposal.objects.get().pk
    zoes = Machine(people.zoe, NOON)
    assert zoes.post(f"cases/BHMS-1/severity-proposals/{number}/withdrawal/").status_code == 404
    assert lenas.post(f"cases/BHMS-1/severity-proposals/{number}/agreement/").status_code == 404
    assert fresh(case).severity == 3


def test_the_same_key_proposes_once(case: Case, priyas: Machine) -> None:
    for _time in range(2):
        assert priyas.post(PROPOSALS, UP, Idempotency_Key="k").status_code == 201
    assert SeverityProposal.objects.count() == 1
