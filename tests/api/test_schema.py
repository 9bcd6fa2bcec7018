"""The description of the API is whole, and every address of it is as closed as its pages."""

import functools
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from cases import actions
from tests.api.machine import Machine
from tests.builders import Cast, at, logged_case, upload
from tests.cases.pages import clock_at, html_of, read

NOON = at("Tue 12:00")
# What everybody with an account reads.
EVERYBODYS = ("/api/v1/articles/", "/api/v1/desks/")


@functools.cache
def schema() -> dict[str, Any]:
    found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return found


def readings() -> list[str]:
    """Return the paths that are read and are not everybody's."""
    paths = schema()["paths"]
    return [path for path, methods in paths.items() if "get" in methods and not path.startswith(EVERYBODYS)]


def test_the_schema_is_open_api_3_1_and_valid(tmp_path: Path) -> None:
    assert schema()["openapi"] == "3.1.0"
    call_command("spectacular", "--validate", "--fail-on-warn", file=str(tmp_path / "schema.yml"))


def test_each_operation_has_a_name_and_says_what_it_does() -> None:
    for path, methods in schema()["paths"].items():
        for method, told in methods.items():
            assert told["operationId"], (path, method)
            assert told["description"], (path, method)


def test_the_schema_is_served_to_whoever_wants_to_write_a_client() -> None:
    told = [Client().get("/api/v1/schema/?format=json") for _time in range(2)]
    assert [answered.status_code for answered in told] == [200, 200]
    assert told[1].json() == json.loads(json.dumps(schema()))


@pytest.mark.parametrize("path", readings())
def test_somebody_elses_is_not_there(people: Cast, path: str) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    actions.reply_as_contact(case_id=case.pk, body="Here.", uploads=[upload()], actor=people.priya, now=at("Tue 9:30"))
    zoes = Machine(people.zoe, NOON)
    if "{" not in path:
        answered = zoes.get(path.removeprefix("/api/v1/"))
        assert answered.status_code in (200, 404, 422)
        assert b"NWIT" not in read(answered)
        return
    numbers = {"{reference}": "NWIT-1", "{attachment_id}": str(case.attachments.get().pk)}
    answered = zoes.get(filled(path, numbers))
    missing = zoes.get(filled(path, {"{reference}": "NWIT-999", "{attachment_id}": "999999"}))
    assert (answered.status_code, answered.json()) == (404, missing.json())


@pytest.mark.parametrize(
    ("path", "readers"),
    [
        ("on-call/", "staff"),
        ("shifts/", "staff"),
        ("rotations/", "staff"),
        ("feature-requests/", "staff"),
        ("callers/", "staff"),
        ("kept-requests/", "staff"),
        ("charges/", "managers"),
        ("manager-requests/", "managers"),
        ("surveys/", "managers"),
        ("macros/", "staff"),
        ("incoming-mails/", "staff"),
        ("bounced-addresses/", "staff"),
        ("mails/", "staff"),
        ("alert-channels/", "staff"),
        ("queue/", "staff"),
        ("my-day/", "staff"),
        ("on-call-alerts/", "staff"),
        ("milestones/", "staff"),
        ("saved-views/", "staff"),
        ("roster-feeds/", "staff"),
        ("missed-searches/", "staff"),
        ("promises-left-alone/", "managers"),
        ("consent-texts/", "managers"),
        ("work-without-consent/", "managers"),
        ("warnings/", "managers"),
        ("policies/", "managers"),
        ("staff/", "managers"),
        ("desks/au/changed-days/", "managers"),
        ("desks/au/hours/", "managers"),
        ("reports/now/", "managers"),
        ("reports/over-time/", "managers"),
        ("reports/forecast/", "managers"),
        ("reports/what-if/", "managers"),
    ],
)
def test_what_is_for_some_is_not_there_for_others(people: Cast, path: str, readers: str) -> None:
    answers = [Machine(person, NOON).get(path).status_code for person in (people.priya, people.lena, people.ruth)]
    assert answers == ([404, 200, 200] if readers == "staff" else [404, 404, 200])


def filled(path: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        path = path.replace(name, value)
    return re.sub(r"\{\w+\}", "1", path).removeprefix("/api/v1/")


def test_what_is_no_json_is_refused_with_a_word(people: Cast) -> None:
    machine = Machine(people.priya, NOON)
    with clock_at(NOON):
        answered = machine.client.post(
            "/api/v1/cases/", "{", content_type="application/json", headers={"Authorization": f"Bearer {machine.text}"}
        )
    assert (answered.status_code, answered["Content-Type"]) == (400, "application/problem+json")


@pytest.mark.parametrize(("address", "status"), [("nothing/", 404), ("cases/%00/", 400), ("cases/?q=%00", 400)])
def test_what_leads_nowhere_is_told_in_problem_details(people: Cast, address: str, status: int) -> None:
    answered = Machine(people.priya, NOON).get(address)
    assert (answered.status_code, answered["Content-Type"]) == (status, "application/problem+json")
    assert answered.json()["status"] == status


def test_a_page_shows_every_operation_to_people(db: None) -> None:
    shown = html_of(Client().get("/api/v1/docs/"))
    for methods in schema()["paths"].values():
        for told in methods.values():
            assert f'id="{told["operationId"]}"' in shown
    # It keeps the policy for content: nothing of it is inline.
    assert "style=" not in shown
    assert "<script>" not in shown
