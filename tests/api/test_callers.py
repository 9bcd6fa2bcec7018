"""Who is calling, through the API (P6.1)."""

import pytest

from cases import actions
from cases.models import Scope, User
from tests import builders
from tests.api.machine import Machine
from tests.builders import Cast, answer, at, close, logged_case

NOON = at("Tue 12:00")
ASK = "callers/?number=%2B61255500100"

pytestmark = pytest.mark.clause("P6.1")


@pytest.fixture
def people(db: None) -> Cast:
    people = builders.cast()
    User.objects.filter(pk=people.priya.pk).update(phone="+61255500100")
    return people


def test_a_known_number_is_told_with_its_cases_and_whom_to_connect_to(people: Cast) -> None:
    ended = logged_case(people.priya, at("Mon 9:00"))
    actions.assign_case(
        case_id=ended.pk, assignee_id=people.lena.pk, expected_id=None, actor=people.lena, now=at("Mon 9:10")
    )
    close(ended, people.lena, at("Mon 12:00"))
    answer(logged_case(people.priya, at("Tue 9:00")), people.lena, at("Tue 10:00"))
    found = Machine(people.lena, NOON).get(ASK).json()
    (caller,) = found["callers"]
    assert (caller["name"], caller["partner"], caller["entitled"]) == ("Priya Raman", "NWIT", True)
    assert [case["reference"] for case in caller["open_cases"]] == ["NWIT-2"]
    assert caller["last_closed"]["reference"] == "NWIT-1"
    best = caller["connect_to"][0]
    assert (best["name"], best["rank"]) == ("Lena Fischer", "helped")
    assert best["reasons"]


def test_the_number_may_be_typed_in_any_form(people: Cast) -> None:
    found = Machine(people.lena, NOON).get("callers/?number=(02)%205550%200100").json()
    assert [caller["name"] for caller in found["callers"]] == ["Priya Raman"]


@pytest.mark.parametrize("number", ["%2B61255509999", "", "nonsense", "%2B" + "9" * 60])
def test_a_number_that_nobody_has_is_an_answer_too(people: Cast, number: str) -> None:
    answered = Machine(people.lena, NOON).get(f"callers/?number={number}")
    assert (answered.status_code, answered.json()["callers"]) == (200, [])


def test_contacts_ask_nothing_here_and_staff_need_the_scope(people: Cast) -> None:
    assert Machine(people.priya, NOON).get(ASK).status_code == 404
    reader = Machine(people.lena, NOON, scopes=(Scope.CASES_READ,))
    assert reader.get(ASK).status_code == 403
    # How long the answer is tells whether somebody is known.
    assert reader.head(ASK).status_code == 403
