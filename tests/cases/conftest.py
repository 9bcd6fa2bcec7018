"""A case that waits on its contact."""

import pytest

from cases.models import Case
from tests.builders import Cast, ask, at


@pytest.fixture
def waiting(people: Cast, case: Case) -> Case:
    """Asked on Tuesday at 10:00, so the first reminder is due on Thursday at 10:00."""
    return ask(case, people.lena, at("Tue 10:00"))
