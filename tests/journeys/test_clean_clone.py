"""What a new user does: clone, one command, a browser. Nothing of this machine's own set-up may be needed."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.journeys.main_job import MainJob
from tests.portal import ROOT, answers
from tests.servers import end_with_parent, free_port
from tests.smtp_sink import SmtpSink

# How a package index is reached is this machine's business; all else is forgotten.
KEPT = ("PATH", "LANG", "TMPDIR", "SSL_CERT_FILE", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_CONFIG_FILE")
FIRST_START_SECONDS = 300
SECOND_START_SECONDS = 60


class CleanClone:
    """A clone of the last commit, with an empty home folder, started by the README's command."""

    def __init__(self, folder: Path, smtp: SmtpSink) -> None:
        self.folder = folder / "portal"
        home = folder / "home"
        home.mkdir()
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        self.environment = {**kept, "HOME": str(home), "EMAIL_URL": smtp.url}
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(self.folder)], check=True, timeout=60)

    @contextmanager
    def running(self, seconds: float) -> Iterator[None]:
        """Run `bin/run` until the block ends, then press Ctrl-C and see that it went."""
        with (self.folder / "run.log").open("ab") as log:
            process = subprocess.Popen(
                ["sh", "bin/run", "--port", str(self.port)],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=end_with_parent,
            )
        try:
            ends_at = time.monotonic() + seconds
            while not answers(self.url):
                assert process.poll() is None, self.printed()
                assert time.monotonic() < ends_at, self.printed()
                time.sleep(0.1)
            yield
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=40)
        assert not answers(self.url), "Something still serves after Ctrl-C."

    def printed(self) -> str:
        """Return what `bin/run` printed so far."""
        return (self.folder / "run.log").read_text(errors="replace")

    def wait_for(self, words: str) -> None:
        """Wait until `bin/run` printed `words`: it answers a moment before it says so."""
        ends_at = time.monotonic() + 30
        while words not in self.printed():
            assert time.monotonic() < ends_at, self.printed()
            time.sleep(0.1)

    def manage(self, *arguments: str) -> str:
        """Run a management command of the stopped installation."""
        settings = {
            "DATA_DIR": str(self.folder / "var"),
            "SECRET_KEY_FILE": str(self.folder / "var" / "secret_key"),
            "SITE_URL": self.url,
            "DEMO": "True",
        }
        done = subprocess.run(
            [".venv/bin/python", "manage.py", *arguments],
            cwd=self.folder,
            env={**self.environment, **settings},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.mark.browser
@pytest.mark.portal
@pytest.mark.clean_clone
def test_a_new_user_clones_starts_and_walks_the_main_job(tmp_path: Path, chromium: Browser, smtp: SmtpSink) -> None:
    clone = CleanClone(tmp_path, smtp)
    with clone.running(FIRST_START_SECONDS):
        clone.wait_for("priya@northwind.example")
        MainJob(chromium, clone.url, smtp).walk()
    MainJob.leave_alone(clone.manage)
    with clone.running(SECOND_START_SECONDS):
        MainJob(chromium, clone.url, smtp).see_what_silence_brought()
