"""What every test stands on: the servers, the settings that point to them, and a closed network.

A test of the database asks for `db`; then, and only then, the servers are started. With TEST_BACKEND=sqlite
everything runs on SQLite and the file broker instead.
"""

import gc
import itertools
import os
import shutil
import signal
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import TransactionTestCase, client
from playwright.sync_api import Browser, sync_playwright
from pytest_django import DjangoDbBlocker, Settings

from cases.often import LastFound
from tests import migrated
from tests.backends import Backend, ServerBackend
from tests.environment import BACKEND
from tests.portal import Portal, prepared, running
from tests.smtp_sink import SmtpSink

pytest_plugins = ["tests.people"]

# Within this time a second signal is the echo of the first.
SECOND_SIGNAL_SECONDS = 2.0
NUMBERS = itertools.count(1)
CHROMIUM_MISSING = "Chromium is missing: install it (on Debian: apt-get install chromium) to run the browser tests."
# Without these a headless Chromium asks the network for updates all the time.
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Interruption:
    """Does what Ctrl-C does, once: the terminal and bin/test may both send a signal, and tidying up is to end."""

    def __init__(self) -> None:
        self.came_at = -SECOND_SIGNAL_SECONDS

    def __call__(self, *_: object) -> None:
        now = time.monotonic()
        if now - self.came_at > SECOND_SIGNAL_SECONDS:
            self.came_at = now
            raise KeyboardInterrupt


END_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
"""


def pytest_configure() -> None:
    """Take fixtures down when a signal ends the run. In the background, where bin/test has it, SIGINT was ignored."""
    interruption = Interruption()
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, interruption)


def of_whole_pages(note: Callable[..., None]) -> Callable[..., None]:
    """Note what a whole page was drawn from, and not of each of its hundreds of parts: that took long, to no end."""

    def note_page(store: Any, signal: Any, sender: Any, template: Any, context: Any, **said: Any) -> None:
        if context.template is template:
            note(store, signal, sender, template, context, **said)

    return note_page


client.store_rendered_templates = of_whole_pages(client.store_rendered_templates)  # type: ignore[attr-defined]


def pytest_unconfigure() -> None:
    BACKEND.stop()


def pytest_sessionstart() -> None:
    """Close the network."""
    given = (os.environ.get("TEST_REDIS_URL", ""), os.environ.get("TEST_DATABASE_URL", ""))
    close_network({urlsplit(url).hostname or "" for url in given if url})


def close_network(known_hosts: set[str]) -> None:
    """Refuse every connection that leaves this machine, but to servers that were given by address."""
    loopback = known_hosts | {"localhost", "::1", "0.0.0.0", ""}  # noqa: S104 - compared, not bound

    def guarded(connect: Callable[..., Any]) -> Callable[..., Any]:
        def connect_to_loopback(self: socket.socket, address: Any) -> Any:
            host = address[0] if isinstance(address, tuple) else ""
            if host not in loopback and not str(host).startswith("127."):
                self.close()
                raise RuntimeError(f"Tests stay on this machine; this one wanted to reach {host}.")
            return connect(self, address)

        return connect_to_loopback

    socket.socket.connect = guarded(socket.socket.connect)  # type: ignore[method-assign]
    socket.socket.connect_ex = guarded(socket.socket.connect_ex)  # type: ignore[method-assign]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests of the other backend, which is no skip but another run; mark what drives a whole product."""
    for item in items:
        used = getattr(item, "fixturenames", ())
        if "chromium" in used:
            item.add_marker("browser")
        if "serve" in used:
            item.add_marker("portal")
    other = "postgres" if BACKEND.name == "sqlite" else "sqlite"
    left_out = [item for item in items if item.get_closest_marker(other)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
    items.sort(key=lambda item: item.get_closest_marker("last") is not None)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Hand what was skipped and what failed to bin/test, which says it in its last lines."""
    skipped = skip_reasons(terminalreporter)
    hand_over("SKIPPED_TESTS_FILE", (f"{count} x {reason}" for reason, count in skipped.items()))
    failures = [*terminalreporter.stats.get("failed", []), *terminalreporter.stats.get("error", [])]
    lines = [f"{BACKEND.name}: {failure.nodeid} - {last_words(failure)}" for failure in failures]
    if os.environ.get("CI") == "true":
        lines += [f"{BACKEND.name}: skipped, which CI does not allow: {reason}" for reason in skipped]
    hand_over("FAILED_TESTS_FILE", lines)
    hand_over("TRACEBACKS_FILE", (f"== {failure.nodeid}\n{failure.longreprtext}\n" for failure in failures))


def skip_reasons(reporter: Any) -> Counter[str]:
    """Return why tests were skipped, and how many for each reason."""
    given = (report.longrepr for report in reporter.stats.get("skipped", []))
    reasons = (str(reason[2]) if isinstance(reason, tuple) else str(reason) for reason in given)
    return Counter(reason.removeprefix("Skipped: ") for reason in reasons)


def last_words(failure: Any) -> str:
    """Return what a test failed with, in one line."""
    crash = getattr(failure.longrepr, "reprcrash", None)
    said = crash.message.splitlines()[:1] if crash else failure.longreprtext.strip().splitlines()[-1:]
    return "".join(said)


def hand_over(variable: str, lines: Iterable[str]) -> None:
    """Append lines to the file that an environment variable names, if one is named."""
    if target := os.environ.get(variable):
        with open(target, "a", encoding="utf-8") as file:  # noqa: PTH123 - a path from the shell, appended to
            file.writelines(f"{line}\n" for line in lines)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI nothing may be skipped: a machine that lacks something fails."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = len(reporter.stats.get("skipped", [])) if reporter else 0
    if reporter and skipped and os.environ.get("CI") == "true" and session.exitstatus == pytest.ExitCode.OK:
        reporter.write_line(f"\n{skipped} tests were skipped, which CI does not allow.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def backend() -> Backend:
    """The servers of this session, running."""
    BACKEND.start()
    return BACKEND


@pytest.fixture(scope="session")
def django_db_modify_db_settings(backend: Backend) -> None:
    """Called by pytest-django before it makes its database: now the servers have to run."""
    if backend.name == "sqlite":
        # In memory the threads of one test would share a connection, and no lock would be what it is on disk.
        django_settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = str(
            backend.data_dir / backend.session_database()
        )


@pytest.fixture(scope="session")
def django_db_keepdb(backend: Backend) -> bool:
    """Start from a database that an earlier run migrated, if there is one that fits."""
    return migrated.load(backend, backend.session_database())


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None,
    django_db_keepdb: bool,
    django_db_use_migrations: bool,
    backend: Backend,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """Put the policy into the database of the session, where an installation always has it."""
    from tests import builders, emptying  # noqa: PLC0415 - they import models, sorted before what makes that possible

    # Without migrations there is no record of them, and the next run could not go on from it.
    if not django_db_keepdb and django_db_use_migrations:
        migrated.keep(backend, backend.session_database())
    with django_db_blocker.unblock():
        builders.policy()
        builders.keep_calendars()
    # It asks for a superuser, whom a server that was given may not have.
    if os.environ.get("TEST_DATABASE_URL"):
        flush = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]
        TransactionTestCase._fixture_teardown = lambda case: emptying.emptied_by_its_owner(lambda: flush(case))  # type: ignore[attr-defined]
    else:
        TransactionTestCase._fixture_teardown = lambda _: emptying.empty_database()  # type: ignore[attr-defined]
    # What is imported by now stays to the end; the collector need not look at it again and again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    yield
    if backend.name != "sqlite":
        # The thread of a test may be gone and its connection not yet, and then nobody could drop the database.
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(END_OTHERS)


@pytest.fixture(autouse=True)
def _nothing_found_before() -> None:
    """What this process found for pages of another test is none of this one's database."""
    for last in LastFound.everything:
        last.forget()


@pytest.fixture
def durable_postgres(backend: Backend) -> Iterator[None]:
    """PostgreSQL with fsync on, for tests that measure or pull the plug."""
    assert isinstance(backend, ServerBackend)
    with backend.durable():
        yield


@pytest.fixture
def smtp() -> Iterator[SmtpSink]:
    """A real SMTP server that keeps what it is given."""
    sink = SmtpSink()
    sink.start()
    yield sink
    sink.stop()


@pytest.fixture
def mail_by_smtp(smtp: SmtpSink, settings: Settings) -> SmtpSink:
    """Django in this process sends by real SMTP, to the sink that is returned."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = smtp.port
    return smtp


@pytest.fixture(scope="session")
def portal_template(backend: Backend) -> dict[str, str]:
    """The settings of an installation with tables, policy and static files, copied for each test."""
    return prepared(backend)


@pytest.fixture
def serve(backend: Backend, portal_template: dict[str, str], smtp: SmtpSink) -> Iterator[Callable[..., Portal]]:
    """Start installations: `serve(DEMO="True")` runs gunicorn and a worker on a database of their own."""
    with ExitStack() as stack:

        def start(**settings: str) -> Portal:
            name = f"portal-{next(NUMBERS)}"
            environment = {**backend.fresh(name, portal_template), "EMAIL_URL": smtp.url, **settings}
            return stack.enter_context(running(environment))

        yield start


@pytest.fixture
def portal(serve: Callable[..., Portal]) -> Portal:
    """The product, running."""
    return serve()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A real Chromium. Each test opens a context of its own in it."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip(CHROMIUM_MISSING)
    # Playwright keeps an event loop in this thread, which Django takes for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()
