"""Whose browsers are open in the tests of pages, at noon on Tuesday."""

import pytest
from django.test import Client

from tests.builders import Cast, at
from tests.cases.pages import browser_of
from tests.web.northwinds import Northwinds, everything_of

NOON = at("Tue 12:00")


@pytest.fixture
def lena(people: Cast) -> Client:
    """A specialist's."""
    return browser_of(people.lena, NOON)


@pytest.fixture
def priya(people: Cast) -> Client:
    """A contact's."""
    return browser_of(people.priya, NOON)


@pytest.fixture
def northwinds(people: Cast) -> Northwinds:
    """Something of Northwind's behind every address there is."""
    return everything_of(people)
