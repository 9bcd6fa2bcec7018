"""docs/api.md is true: what it tells people to type does what it says, by curl and in Python."""

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from cases.models import Attachment, Case, Message, SeverityProposal
from tests import builders
from tests.api.machine import Machine
from tests.builders import at, logged_case

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text()
JOBS = re.compile(r"^### (?P<job>[^\n]+)\n(?P<says>.*?)(?=^##)", re.M | re.S)
BLOCK = re.compile(r"^```(?P<language>sh|python)\n(?P<code>.*?)^```", re.M | re.S)

# What is there after each job was done once.
DONE: dict[str, Callable[[], bool]] = {
    "Log a case": lambda: Case.objects.filter(title="Restores are slow").count() == 1,
    "Say something in a case": lambda: Message.objects.filter(body="It is version 6.1.").count() == 1,
    "Send a file": lambda: Attachment.objects.filter(name="support.log").count() == 1,
    "Ask for another severity": lambda: SeverityProposal.objects.filter(severity=2, decision="").count() == 1,
    "Ask what is promised": lambda: True,
}


def jobs() -> dict[str, dict[str, str]]:
    """Return the code of each job by its language."""
    return {
        job["job"]: {block["language"]: block["code"] for block in BLOCK.finditer(job["says"])}
        for job in JOBS.finditer(PAGE)
    }


def test_the_page_has_each_job_in_both_languages() -> None:
    assert set(jobs()) == set(DONE)
    assert all(set(code) == {"sh", "python"} for code in jobs().values())


@pytest.fixture
def token(transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Priya's, who has one case and a log beside her."""
    people = builders.cast()
    logged_case(people.priya, at("Tue 9:00"), title="Jobs abort")
    (tmp_path / "support.log").write_text("error 1603")
    monkeypatch.chdir(tmp_path)
    return Machine(people.priya, timezone.now()).text


def test_what_stands_there_for_a_shell_does_what_it_says(live_server: LiveServer, token: str) -> None:
    told = {"URL": live_server.url, "TOKEN": token, "PATH": os.environ["PATH"]}
    for job, code in jobs().items():
        # A mistake is an answer too; --fail makes it one that the shell sees.
        typed = as_here(code["sh"]).replace("curl -sS", "curl -sS --fail")
        subprocess.run(["bash", "-ec", typed], env=told, check=True, capture_output=True, timeout=60)
        assert DONE[job](), job


def test_what_stands_there_in_python_does_what_it_says(live_server: LiveServer, token: str) -> None:
    named = {"url": live_server.url, "token": token, "key": str(uuid4())}
    for job, code in jobs().items():
        exec(compile(as_here(code["python"]), job, "exec"), named)  # noqa: S102 - our own page
        assert DONE[job](), job


def as_here(code: str) -> str:
    """Return code about the case that there is."""
    return code.replace("NWIT-104", "NWIT-1")
