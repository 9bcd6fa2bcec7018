"""The servers that tests run on, and the wall around them."""

import signal
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from smtplib import SMTPException, SMTPServerDisconnected

import psycopg2
import pytest
import redis
from django.core.mail import send_mail
from django.db import connection

from tests import servers
from tests.backends import Backend, ServerBackend
from tests.portal import ROOT, clean_environment
from tests.servers import free_port
from tests.smtp_sink import SmtpSink


def test_no_test_leaves_this_machine() -> None:
    with pytest.raises(RuntimeError, match="stay on this machine"):
        socket.create_connection(("203.0.113.1", 80), timeout=1)


@pytest.mark.postgres
def test_the_packages_serve_where_the_machine_has_no_servers(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, backend: Backend
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(servers, "DEBIAN_PROGRAMS", tmp_path)
    database, cache = f"postgres://postgres@127.0.0.1:{free_port()}/portal", f"redis://127.0.0.1:{free_port()}/0"
    running = []
    try:
        running.append(servers.start_postgres(database))
        running.append(servers.start_redis(cache))
        psycopg2.connect(servers.with_path(database, "postgres")).close()
        assert redis.Redis.from_url(cache).ping()
    finally:
        for process in running:
            process.stop()
    assert not any(process.folder.exists() for process in running)


@pytest.mark.postgres
def test_fsync_is_off_but_for_who_asks(backend: Backend, durable_postgres: None) -> None:
    assert isinstance(backend, ServerBackend)
    deadline = time.monotonic() + 5
    while (fsync := setting(backend, "fsync")) != "on" and time.monotonic() < deadline:
        time.sleep(0.05)
    assert fsync == "on"


def setting(backend: ServerBackend, name: str) -> str:
    with backend.maintenance() as cursor:
        cursor.execute(f"SHOW {name}")
        (value,) = cursor.fetchone() or ("",)
    return str(value)


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
def test_a_session_that_is_ended_takes_its_servers_along(tmp_path: Path, ending: signal.Signals) -> None:
    waiting = tmp_path / "test_waiting.py"
    waiting.write_text(
        textwrap.dedent("""
            import time

            def test_waits(backend):
                print("PIDS", *(process.child.pid for process in backend.running), flush=True)
                time.sleep(60)
        """)
    )
    session = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-s", "-q", "-p", "tests.conftest", "--rootdir", str(ROOT), str(waiting)],
        cwd=ROOT,
        env=clean_environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert session.stdout is not None
    line = next(line for line in session.stdout if line.startswith("PIDS"))
    pids = [int(number) for number in line.split()[1:]]
    assert len(pids) == 2
    session.send_signal(ending)
    session.communicate(timeout=30)
    deadline = time.monotonic() + 10
    while any(is_running(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(is_running(pid) for pid in pids)


def is_running(pid: int) -> bool:
    try:
        return Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.django_db
def test_the_tests_run_where_they_say(backend: Backend) -> None:
    assert connection.vendor == {"postgres": "postgresql", "sqlite": "sqlite"}[backend.name]


def test_the_sink_keeps_refuses_and_forgets_to_answer(mail_by_smtp: SmtpSink) -> None:
    send_mail("First", "Hello", "care@probax.example", ["priya@northwind.example"])
    mail_by_smtp.refusal = "451 try again later"
    with pytest.raises(SMTPException):
        send_mail("Second", "Hello", "care@probax.example", ["priya@northwind.example"])
    mail_by_smtp.refusal, mail_by_smtp.answer_lost = "", True
    with pytest.raises(SMTPServerDisconnected):
        send_mail("Third", "Hello", "care@probax.example", ["priya@northwind.example"])
    assert [mail.subject for mail in mail_by_smtp.to("priya@northwind.example")] == ["First", "Third"]
