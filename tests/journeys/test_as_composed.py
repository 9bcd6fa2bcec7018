"""What docker-compose.yml says is started as it stands, without Docker, does its work, and ends quietly."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.backends import Backend, ServerBackend
from tests.portal import ROOT, alive_in_session, manage
from tests.servers import free_port
from tests.smtp_sink import SmtpSink

pytestmark = [pytest.mark.postgres, pytest.mark.portal, pytest.mark.slow]

# As Caddy passes a request on.
AS_THE_PROXY = {"Host": "support.example.com", "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}
LOG_A_CASE = """
from django.utils import timezone
from cases import actions, demo
from cases.models import User
now = timezone.now()
demo.load_people(now)
priya = User.objects.get(email="priya@northwind.example")
actions.submit_case(
    partner_id=priya.memberships.get().partner_id, severity=3, actor=priya, now=now,
    details=actions.CaseDetails(title="It stops", explanation="x", effect="y", contact_email=priya.email))
"""


class Composed:
    """All services of the compose file, and what they say."""

    def __init__(self, folder: Path, servers: dict[str, str], smtp: SmtpSink) -> None:
        self.port, self.folder = free_port(), folder
        (folder / "settings").write_text(
            "# As in docs/operations.md.\n"
            f"SECRET_KEY={'only-for-tests-' * 4}\nPOSTGRES_PASSWORD=portal\n"
            "SITE_URL=https://support.example.com\nALLOWED_HOSTS=support.example.com\n"
            f"EMAIL_URL={smtp.url}\nDEFAULT_FROM_EMAIL=Support <support@example.com>\n"
        )
        options = {"--env": folder / "settings", "--folder": folder / "data", "--port": self.port, **servers}
        command = [
            sys.executable,
            "deploy/without_docker.py",
            *(str(part) for pair in options.items() for part in pair),
        ]
        with (folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env={"PATH": os.environ["PATH"]}, stdout=log, stderr=log, start_new_session=True
            )

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def ask(self, path: str) -> Any:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=AS_THE_PROXY)
        return urllib.request.urlopen(request, timeout=60)

    def wait_until(self, holds: Callable[[], bool], what: str) -> None:
        until = time.monotonic() + 240
        while not holds():
            assert self.process.poll() is None, self.log()[-4000:]
            assert time.monotonic() < until, f"no {what}: {self.log()[-4000:]}"
            time.sleep(1)

    def is_ready(self) -> bool:
        try:
            return bool(self.ask("/readyz?strict").status == 200)
        except urllib.error.HTTPError:
            return False


@pytest.fixture
def composed(
    backend: Backend, portal_template: dict[str, str], smtp: SmtpSink, tmp_path: Path
) -> Iterator[tuple[Composed, dict[str, str]]]:
    assert isinstance(backend, ServerBackend)
    made = backend.fresh("composed", portal_template)
    cache = backend.fresh("composed-cache")["REDIS_URL"]
    servers = {"--database": made["DATABASE_URL"], "--redis": made["REDIS_URL"], "--cache": cache}
    running = Composed(tmp_path, servers, smtp)
    try:
        yield running, made
    finally:
        with suppress(ProcessLookupError):
            os.killpg(running.process.pid, signal.SIGKILL)


def test_the_compose_file_runs_as_it_stands_and_ends_quietly(
    composed: tuple[Composed, dict[str, str]], smtp: SmtpSink
) -> None:
    running, made = composed
    running.wait_until(lambda: "All services run." in running.log(), "end of the start")
    said = ["migrate is done", "web lives", "worker lives", "reader lives", "beat lives"]
    assert [line for line in running.log().splitlines() if line in said] == said
    running.wait_until(running.is_ready, "readiness")
    page = running.ask("/accounts/login/")
    assert page.status == 200
    assert "Secure" in page.headers["Set-Cookie"]
    assert page.headers["Strict-Transport-Security"]
    environment = {"PATH": os.environ["PATH"], "SECRET_KEY": "x" * 50, "EMAIL_URL": smtp.url}
    manage({**environment, **made}, "shell", "--command", LOG_A_CASE)
    running.wait_until(lambda: any("NWIT-1" in mail.subject for mail in smtp.received), "mail")
    assert "https://support.example.com/cases/NWIT-1/" in smtp.received[0].text
    lines = [json.loads(line) for line in running.log().splitlines() if line.startswith("{")]
    assert any(line.get("view") == "account_login" and line["request_id"] for line in lines)
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(timeout=90) == 0, running.log()[-4000:]
    assert alive_in_session(running.process.pid) == []
    assert "had to be killed" not in running.log()
