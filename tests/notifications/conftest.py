"""What these tests stand on."""

import pytest

from tests.notifications.office import Office, open_office


@pytest.fixture
def office(db: None) -> Office:
    """Everybody at work, in a database that is rolled back."""
    return open_office()
