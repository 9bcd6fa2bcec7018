"""The description of the API is whole, and every address of it is as closed as its pages."""

from typing import Any

import pytest
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from cases import actions
from tests import builders
from tests.api.machine import Machine
from tests.builders import Cast, at, logged_case, upload
from tests.cases.pages import clock_at

NOON = at("Tue 12:00")


@pytest.fixture
def people(db: None) -> Cast:
    return builders.cast()


def schema() -> dict[str, Any]:
    found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return found


def operations() -> list[tuple[str, str]]:
    paths = schema()["paths"]
    return [(path, method) for path, methods in paths.items() for method in methods]


def test_the_schema_is_open_api_3_1_and_valid() -> None:
    assert schema()["openapi"] == "3.1.0"
    validate_schema(schema())  # type: ignore[no-untyped-call]


def test_each_operation_has_a_name_and_says_what_it_does() -> None:
    for path, methods in schema()["paths"].items():
        for method, told in methods.items():
            assert told["operationId"], (path, method)
            assert told["description"], (path, method)


def test_the_schema_is_served_to_whoever_wants_to_write_a_client() -> None:
    assert Client().get("/api/v1/schema/").status_code == 200


@pytest.mark.parametrize(("path", "method"), operations())
def test_somebody_elses_is_not_there(people: Cast, path: str, method: str) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    actions.reply_as_contact(case_id=case.pk, body="Here.", uploads=[upload()], actor=people.priya, now=at("Tue 9:30"))
    zoes = Machine(people.zoe, NOON)
    if "{" not in path:
        assert "NWIT" not in str(ask(zoes, path, method))
        return
    numbers = {"{reference}": "NWIT-1", "{attachment_id}": str(case.attachments.get().pk)}
    answered = ask(zoes, filled(path, numbers), method)
    missing = ask(zoes, filled(path, {"{reference}": "NWIT-999", "{attachment_id}": "999999"}), method)
    assert (answered.status_code, answered.json()) == (missing.status_code, missing.json())
    assert answered.status_code in (404, 422)


def filled(path: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        path = path.replace(name, value)
    for name in ("{proposal_id}", "{webhook_id}", "{delivery_id}"):
        path = path.replace(name, "1")
    return path.removeprefix("/api/v1/")


def ask(machine: Machine, path: str, method: str) -> Any:
    address = path.removeprefix("/api/v1/")
    if address.endswith("/files/") and method == "post":
        return machine.send_file(address, {"body": "Hello"})
    return getattr(machine, method)(address)


def test_what_is_no_json_is_refused_with_a_word(people: Cast) -> None:
    machine = Machine(people.priya, NOON)
    with clock_at(NOON):
        answered = machine.client.post(
            "/api/v1/cases/", "{", content_type="application/json", headers={"Authorization": f"Bearer {machine.text}"}
        )
    assert (answered.status_code, answered["Content-Type"]) == (400, "application/problem+json")
