"""What most tests of pages begin with: whose browsers are open."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from tests.builders import Cast, at
from tests.cases.pages import browser_of
from tests.imap_mailbox import ImapMailbox
from tests.smtp_sink import SmtpSink
from tests.web.northwinds import Northwinds, everything_of

NOON = at("Tue 12:00")


@pytest.fixture
def browser(people: Cast) -> Client:
    """Lena's, since seven on Tuesday: before anything happens."""
    return browser_of(people.lena, at("Tue 7:00"))


@pytest.fixture
def lena(people: Cast) -> Client:
    """A specialist's, at noon."""
    return browser_of(people.lena, NOON)


@pytest.fixture
def priya(people: Cast) -> Client:
    """A contact's, at noon."""
    return browser_of(people.priya, NOON)


@pytest.fixture(autouse=True)
def limits_count_anew() -> None:
    """Forget how often somebody tried: tests share a minute of their clock, and an address."""
    cache.clear()


@pytest.fixture
def northwinds(people: Cast) -> Northwinds:
    """Something of Northwind's behind every address there is."""
    return everything_of(people)


@pytest.fixture
def installation(db: None, settings: Settings, tmp_path: Path) -> Iterator[Path]:
    """A fresh installation: nobody, no site, nothing known about mail."""
    settings.DATA_DIR = tmp_path
    settings.EMAIL_URL = settings.MAILBOX_URL = ""
    settings.EMAIL_BACKEND = "notifications.mailserver.Backend"
    cache.clear()
    yield tmp_path
    cache.clear()


@pytest.fixture
def mailbox(smtp: SmtpSink) -> Iterator[ImapMailbox]:
    """The mailbox of care@example.com."""
    box = ImapMailbox(smtp, user="care@example.com", password="mailbox secret")
    box.start()
    yield box
    box.stop()
