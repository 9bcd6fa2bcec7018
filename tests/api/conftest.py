"""Whose machines speak in the tests of the API, at noon on Tuesday."""

import pytest

from tests.api.machine import Machine
from tests.api.world import NOON, World
from tests.builders import Cast


@pytest.fixture
def priyas(people: Cast) -> Machine:
    """A contact's."""
    return Machine(people.priya, NOON)


@pytest.fixture
def lenas(people: Cast) -> Machine:
    """A specialist's."""
    return Machine(people.lena, NOON)


@pytest.fixture
def world(people: Cast) -> World:
    """Something of everything, which the operations of the API are tried on."""
    return World(people)
