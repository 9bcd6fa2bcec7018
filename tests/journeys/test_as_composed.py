"""What docker-compose.yml says is started as it stands without Docker, works behind Caddy, and ends quietly."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.backends import Backend, ServerBackend
from tests.caddy import Caddy
from tests.portal import ROOT, alive_in_session, manage
from tests.servers import free_port
from tests.smtp_sink import SmtpSink

pytestmark = [pytest.mark.postgres, pytest.mark.portal, pytest.mark.slow]

HOST = "support.example.com"
# As Caddy passes a request on.
AS_THE_PROXY = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}
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
            f"SECRET_KEY={'only-for-tests-' * 4}\nPOSTGRES_PASSWORD=portal\nREDIS_PASSWORD=portal\n"
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

    def wait_until(self, holds: Callable[[], bool], what: str) -> None:
        until = time.monotonic() + 240
        while not holds():
            assert self.process.poll() is None, self.log()[-4000:]
            assert time.monotonic() < until, f"no {what}: {self.log()[-4000:]}"
            time.sleep(1)

    def is_ready(self) -> bool:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/readyz?strict", headers=AS_THE_PROXY)
        try:
            return bool(urllib.request.urlopen(request, timeout=60).status == 200)
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


@pytest.fixture
def caddy(tmp_path: Path) -> Iterator[Callable[..., Caddy]]:
    """Starts the proxy in front of a port of this machine."""
    running: list[Caddy] = []

    def start(*, upstream: int, static: Path) -> Caddy:
        proxy = Caddy(tmp_path / "caddy", host=HOST, upstream=upstream, static=static)
        running.append(proxy)
        proxy.start()
        return proxy

    yield start
    for proxy in running:
        proxy.stop()


def assert_static_files_are_kept_and_packed(proxy: Caddy, address: str) -> None:
    style = proxy.ask(address, **{"Accept-Encoding": "gzip"})
    assert style.status == 200
    assert style.headers["Content-Encoding"] == "gzip"
    assert style.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert style.headers["X-Content-Type-Options"] == "nosniff"
    assert style.headers["Content-Type"].startswith("text/css")
    named = proxy.ask("/static/img/icons.svg")
    assert (named.status, named.headers["Cache-Control"]) == (200, "public, max-age=3600")


def test_the_compose_file_runs_as_it_stands_and_ends_quietly(
    composed: tuple[Composed, dict[str, str]], smtp: SmtpSink, caddy: Callable[..., Caddy]
) -> None:
    running, made = composed
    running.wait_until(lambda: "All services run." in running.log(), "end of the start")
    said = ["migrate is done", "web lives", "worker lives", "reader lives", "beat lives"]
    assert [line for line in running.log().splitlines() if line in said] == said
    running.wait_until(running.is_ready, "readiness")
    proxy = caddy(upstream=running.port, static=running.folder / "data" / "static")
    page = proxy.ask("/accounts/login/")
    assert page.status == 200
    assert "Secure" in (page.headers["Set-Cookie"] or "")
    assert page.headers["Strict-Transport-Security"]
    style = re.search(r'href="(/static/[^"]+\.css)"', page.body.decode())
    assert style
    assert_static_files_are_kept_and_packed(proxy, style[1])
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


class Late(BaseHTTPRequestHandler):
    """Stands for `web`, and says who asked."""

    def do_GET(self) -> None:
        told = json.dumps({name: self.headers[name] for name in AS_THE_PROXY}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name it has
        """Say nothing."""


def test_the_proxy_waits_for_the_portal_keeps_its_numbers_inside_and_tells_no_lies(
    caddy: Callable[..., Caddy], tmp_path: Path
) -> None:
    port = free_port()
    proxy = caddy(upstream=port, static=tmp_path)
    answered: list[dict[str, str]] = []
    lies = {"X-Forwarded-For": "198.51.100.1", "X-Forwarded-Proto": "http"}
    asking = threading.Thread(target=lambda: answered.append(json.loads(proxy.ask("/cases/", **lies).body)))
    asking.start()
    asking.join(timeout=1)
    assert asking.is_alive(), "nobody answers behind it yet"
    web = ThreadingHTTPServer(("127.0.0.1", port), Late)
    threading.Thread(target=web.serve_forever).start()
    try:
        asking.join(timeout=40)
        assert answered == [{"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1"}]
        assert [proxy.ask(path).status for path in ("/metrics", "/readyz", "/healthz")] == [404, 404, 200]
        assert proxy.ask("/cases/?secret=hidden").status == 200
        # In the clear, people are led on; a machine comes to the portal, which sees how and refuses it.
        assert json.loads(proxy.ask_plainly("/api/v1/cases/").body)["X-Forwarded-Proto"] == "http"
    finally:
        web.shutdown()
        web.server_close()
    assert (plain := proxy.ask_plainly("/cases/")).status == 308
    assert plain.headers["Location"] == f"https://{HOST}/cases/"
    assert "hidden" not in proxy.log()
