"""What these tests stand on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from tests.dovecot import Dovecot, Wire, dovecot, mailbox_url
from tests.notifications.office import Office, open_office


@pytest.fixture(autouse=True)
def kept_here(settings: Settings, tmp_path: Path) -> None:
    """Raw mails and files are kept in a folder of the test."""
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def office(db: None) -> Office:
    """Everybody at work, in a database that is rolled back."""
    return open_office()


@pytest.fixture
def server(settings: Settings) -> Iterator[Dovecot]:
    """A mailbox that the product is told to read, and that tells of new mail."""
    with dovecot() as running:
        settings.MAILBOX_URL = running.url
        yield running


@pytest.fixture
def wire(server: Dovecot, settings: Settings) -> Iterator[Wire]:
    """The line that the product reads it over."""
    line = Wire(server.port)
    settings.MAILBOX_URL = mailbox_url(line.port)
    yield line
    line.close()
