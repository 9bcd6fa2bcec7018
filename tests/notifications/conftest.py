"""What these tests stand on."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.http_sink import HttpSink
from tests.notifications.office import Office, open_office


@pytest.fixture
def office(db: None) -> Office:
    """Everybody at work, in a database that is rolled back."""
    return open_office()


@pytest.fixture
def system() -> Iterator[HttpSink]:
    """Somebody's system, on this machine."""
    sink = HttpSink()
    yield sink
    sink.close()


@pytest.fixture
def inside_is_allowed(settings: Settings) -> None:
    """The systems of these tests are on this machine."""
    settings.REACH_PRIVATE_NETWORK = True
