"""Who is there in every test of cases."""

import pytest

from tests import builders
from tests.builders import Cast


@pytest.fixture
def people(db: None) -> Cast:
    """The cast, in a database with the policy."""
    return builders.cast()
