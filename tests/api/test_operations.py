"""Every operation of the API that acts: once for one key, and never through somebody else's token."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from cases.models import CaseEvent, Receipt, Scope
from tests import builders
from tests.api.machine import Machine
from tests.api.operations import ACTS
from tests.api.test_schema import schema
from tests.api.world import NOON, Act, World
from tests.builders import logged_case
from tests.cases.pages import nothing_is_written

ACTING = ("post", "put", "delete")


def named_operations(*methods: str) -> dict[str, str]:
    """Return the operations of some methods by their names, with their paths."""
    return {
        told["operationId"]: path
        for path, operations in schema()["paths"].items()
        for method, told in operations.items()
        if method in methods
    }


@pytest.fixture
def world(db: None, settings: Settings) -> World:
    # A webhook of the tests stands on this machine.
    settings.REACH_PRIVATE_NETWORK = True
    return World(builders.cast())


def test_every_operation_that_acts_is_tried_here() -> None:
    assert set(ACTS) == set(named_operations(*ACTING))


@pytest.mark.slow
@pytest.mark.parametrize("name", named_operations("post"))
def test_every_post_takes_a_key(world: World, name: str) -> None:
    act = ACTS[name](world)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        first = act.send(Idempotency_Key="k")
    assert first.status_code in (201, 202), first.json()
    assert leaves_receipt_with_the_act([query["sql"] for query in queries.captured_queries])
    with nothing_is_done_twice():
        again = act.send(Idempotency_Key="k")
        assert (again.status_code, again.json()) == (first.status_code, first.json())
        assert again["Idempotent-Replayed"] == "true"
        # As if the process had died between the act and the answer.
        Receipt.objects.update(status_code=None, answer=None)
        lost = act.send(Idempotency_Key="k")
        assert (lost.status_code, set(lost.json())) == (first.status_code, set(first.json()))
        other = act.send(Idempotency_Key="k", more={"other": "x"})
        assert (other.status_code, other.json()["code"]) == (422, "key_used_for_another_request")


def leaves_receipt_with_the_act(statements: list[str]) -> bool:
    """Whether the receipt was written inside the act: one that is written after it would not survive a crash."""
    [receipt] = [number for number, sql in enumerate(statements) if 'INSERT INTO "cases_receipt"' in sql]
    depth = 0
    for sql in statements[:receipt]:
        depth += sql.startswith("SAVEPOINT") - sql.startswith("RELEASE SAVEPOINT")
    return depth > 0


class nothing_is_done_twice:  # noqa: N801 - it reads as a sentence
    """Fail if anything happened to any case meanwhile."""

    def __enter__(self) -> None:
        self.events = CaseEvent.objects.count()

    def __exit__(self, *_: object) -> None:
        assert CaseEvent.objects.count() == self.events


# --- The second way to the same object --------------------------------------------------------------------------------


# Articles are everybody's.
OWNED = [name for name, path in named_operations(*ACTING).items() if "{" in path and "{slug}" not in path]


@pytest.mark.slow
@pytest.mark.parametrize("name", OWNED)
def test_nobody_acts_on_what_is_somebody_elses(world: World, name: str) -> None:
    act = ACTS[name](world)
    _ = world.zoe
    with nothing_is_written():
        assert act.send(by=world.zoe).status_code == 404


BENEATH_CASES = [name for name, path in named_operations(*ACTING).items() if path.count("{") == 2 and "case" in path]


@pytest.mark.slow
@pytest.mark.parametrize("name", BENEATH_CASES)
def test_nobody_reaches_what_is_somebody_elses_through_their_own_case(world: World, name: str) -> None:
    act = ACTS[name](world)
    own = logged_case(world.people.zoe, world.zoe.now).reference
    through_own = re.sub(r"^cases/[^/]+/", f"cases/{own}/", act.address)
    with nothing_is_written():
        assert act.send(by=world.zoe, address=through_own).status_code == 404


def test_what_is_asked_for_another_partner_is_refused(world: World) -> None:
    for name in ("log_case", "ask_manager_about_something_else", "add_webhook"):
        act: Act = ACTS[name](world)
        _ = world.zoe
        with nothing_is_written():
            refused: Any = act.send(by=world.zoe)
        assert refused.status_code in (404, 422), name


# --- Who may ask at all -----------------------------------------------------------------------------------------------

EVERYBODYS = {"read_calendar_feed"}


def every_operation() -> Iterator[tuple[str, str, str]]:
    """Yield the name, the method and an address of each operation."""
    for path, operations in schema()["paths"].items():
        address = re.sub(r"\{\w+\}", "1", path)
        yield from ((told["operationId"], method, address) for method, told in operations.items())


def test_without_a_token_nothing_is_told_or_done(db: None) -> None:
    for name, method, address in every_operation():
        answered = Client().generic(method.upper(), address, "{}", content_type="application/json")
        assert name in EVERYBODYS or answered.status_code == 401, (name, answered.status_code)


def test_a_token_that_may_read_acts_nowhere(db: None) -> None:
    reader = Machine(builders.cast().priya, NOON, scopes=(Scope.CASES_READ,))
    for name, method, address in every_operation():
        if method in ACTING:
            answered = getattr(reader, method)(address.removeprefix("/api/v1/"))
            assert answered.status_code == 403, (name, answered.status_code)
