"""What these tests stand on."""

from pathlib import Path

import pytest
from pytest_django import Settings

from tests.notifications.office import Office, open_office


@pytest.fixture(autouse=True)
def kept_here(settings: Settings, tmp_path: Path) -> None:
    """Raw mails and files are kept in a folder of the test."""
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def office(db: None) -> Office:
    """Everybody at work, in a database that is rolled back."""
    return open_office()
