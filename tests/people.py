"""Who and what is there in most tests."""

import pytest

from cases.models import Case
from tests import builders
from tests.builders import Cast, at, logged_case


@pytest.fixture
def people(db: None) -> Cast:
    """The cast, in a database with the policy."""
    return builders.cast()


@pytest.fixture
def case(people: Cast) -> Case:
    """Priya's, logged on Tuesday at 9:00 and due at 15:00."""
    return logged_case(people.priya, at("Tue 9:00"))
