"""What the description says of the API is what it does: thousands of requests are made up from it (schemathesis)."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, assume, given
from hypothesis import settings as limits
from hypothesis.errors import Unsatisfiable
from pytest_django import Settings
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from probax_support.wsgi import application
from tests import builders
from tests.api.operations import ACTS
from tests.api.test_schema import schema
from tests.api.world import NOON, World
from tests.cases.pages import clock_at

# What is made up stays in memory, and a collector at work in it would slow down whatever came after.
pytestmark = [pytest.mark.slow, pytest.mark.postgres, pytest.mark.last]

CONFIG = schemathesis.Config()
# Tokens are given by the test; no text of ours holds a NUL, which a pattern says badly.
CONFIG.projects.default.generation.update(with_security_parameters=False, allow_x00=False)
CONFIG.projects.default.checks.negative_data_rejection.expected_statuses.append("412")
API = schemathesis.openapi.from_dict(schema(), config=CONFIG)
API.app = application
FOUND: list[Any] = [found.ok() for found in API.get_all_operations() if isinstance(found, Ok)]
OPERATIONS = {operation.definition.raw["operationId"]: operation for operation in FOUND}
# What makes a value of these a good one is said in words alone.
NOT_IN_A_SCHEMA = {"after", "areas", "contact", "cursor", "since", "until", "desk", "home_desk", "skills"}
# A form knows texts alone: no value in it is of a wrong kind.
FORMS = {"add_file"}
# Of each way of making requests up, for each operation.
EXAMPLES = 5


@pytest.fixture
def world(db: None, settings: Settings) -> World:
    # A webhook that is made up leads nowhere; no name is looked up for it.
    settings.REACH_PRIVATE_NETWORK = False
    return World(builders.cast())


@pytest.mark.parametrize(
    ("name", "mode"),
    [(name, mode) for name in OPERATIONS for mode in GenerationMode if mode.is_positive or name not in FORMS],
)
def test_every_answer_is_as_described(world: World, name: str, mode: GenerationMode, settings: Settings) -> None:
    operation = OPERATIONS[name]
    real = where_it_is(world, name, operation.path, settings)
    made_up = operation.as_strategy(generation_mode=mode, path_parameters=real)
    readers = [world.ruth, world.priya]

    @settings_of(EXAMPLES)
    @given(case=made_up)
    def ask(case: Any) -> None:
        assume(not is_padded(case.body))
        for reader in readers:
            with clock_at(NOON):
                answered = case.call_and_validate(
                    headers={"Authorization": f"Bearer {reader.text}"}, excluded_checks=[positive_data_acceptance]
                )
            if mode == GenerationMode.POSITIVE and answered.status_code == 422:
                # The policy may refuse what is well said; its form may not be refused.
                said = answered.json()
                assert said["code"] != "invalid" or set(said["errors"]) <= NOT_IN_A_SCHEMA, str(said)

    # Where there is nothing to say, nothing can be said wrongly.
    with one_connection(), suppress(Unsatisfiable):
        ask()


def is_padded(body: Any) -> bool:
    """Whether a text in it is trimmed before it is judged: a pattern knows fewer kinds of spaces than Unicode has."""
    if isinstance(body, dict):
        return any(map(is_padded, body.values()))
    return isinstance(body, str) and body != body.strip()


@contextmanager
def one_connection() -> Iterator[None]:
    """Let requests leave the connection of the test open, as Django's own test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def settings_of(examples: int) -> limits:
    """Return how many requests are made up: always the same ones, so that a failure can be looked at again."""
    return limits(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def where_it_is(world: World, name: str, path: str, settings: Settings) -> dict[str, str]:
    """Return real values for the places of a path: of a row on which the operation may act, or a case to be read."""
    if name in ACTS:
        settings.REACH_PRIVATE_NETWORK = True
        address = "/api/v1/" + ACTS[name](world).address
        settings.REACH_PRIVATE_NETWORK = False
        found = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path), address)
        assert found is not None, (path, address)
        return found.groupdict()
    known = {"reference": world.case().split("/")[1], "slug": world.article.slug, "code": "au", "partner": "NWIT"}
    known["month"] = "2026-11"
    return {place: known[place] for place in re.findall(r"\{(\w+)\}", path) if place in known}
