"""Starting and stopping the whole product as `bin/run` does, once its requirements are there."""

import os
import pty
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.backends import Backend
from tests.portal import ROOT, alive_in_session, answers, clean_environment
from tests.servers import free_port


class Launch:
    """One start of the portal on a data folder."""

    def __init__(self, data_dir: Path, *options: str, **settings: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        environment = clean_environment() | {"DATA_DIR": str(data_dir), **settings}
        del environment["SECRET_KEY"]
        self.output = Path(tempfile.mkdtemp(prefix="portal-launch-")) / "output"
        self.began = time.monotonic()
        with self.output.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "probax_support.launch", "--port", str(self.port), *options],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until_serving(self) -> float:
        """Return after how many seconds it answered."""
        while not answers(self.url):
            assert self.process.poll() is None, self.said
            assert time.monotonic() < self.began + 180, self.said
            time.sleep(0.02)
        return time.monotonic() - self.began

    def wait_until_said(self, words: str) -> str:
        """Return what was printed once it holds `words`."""
        while words not in self.said:
            assert self.process.poll() is None, self.said
            assert time.monotonic() < self.began + 180, self.said
            time.sleep(0.02)
        return self.said

    @property
    def said(self) -> str:
        return self.output.read_text(errors="replace")

    def processes(self) -> dict[str, int]:
        """The children by name, as the supervisor announced them."""
        return {
            name: int(number) for name, number in re.findall(r"(web|worker|mailbox) started \(pid=(\d+)\)", self.said)
        }

    def end(self, ending: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal to the launcher alone, and return its exit status."""
        self.process.send_signal(ending)
        status = self.process.wait(timeout=120)
        shutil.rmtree(self.output.parent)
        return status


def assert_nobody_is_left(launch: Launch, children: dict[str, int]) -> None:
    deadline = time.monotonic() + 30
    leaders = [launch.process.pid, *children.values()]
    while (left := [pid for leader in leaders for pid in alive_in_session(leader)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not left
    assert not answers(launch.url)


@pytest.fixture(scope="module")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the demo, whose first start was killed while it loaded it."""
    folder = tmp_path_factory.mktemp("demo") / "data"
    killed = Launch(folder)
    killed.wait_until_said("Loading demo")
    killed.process.kill()
    killed.process.wait()
    assert (folder / "installed-as").read_text() == "demo, unfinished"
    first = Launch(folder)
    first.wait_until_said("/desk/mail/")
    assert (folder / "installed-as").read_text() == "demo"
    assert first.end() == 0
    return folder


pytestmark = pytest.mark.portal


def test_it_serves_with_a_worker_and_a_reader_until_ctrl_c(demo_folder: Path) -> None:
    launch = Launch(demo_folder)
    said = launch.wait_until_said("/desk/mail/")
    for who in ("priya@northwind.example", "omar@", "zoe@", "lena@", "max@", "ruth@", "ann@"):
        assert who in said
    assert f"{launch.url}desk/mail/" in said
    children = launch.processes()
    assert set(children) == {"web", "worker", "mailbox"}
    assert "already runs on the folder" in refused(demo_folder)
    assert answers(launch.url)
    assert launch.end(signal.SIGINT) == 0
    assert_nobody_is_left(launch, children)


def test_a_second_start_sets_nothing_up_again_and_a_signal_stops_it(demo_folder: Path) -> None:
    launch = Launch(demo_folder)
    launch.wait_until_serving()
    children = launch.processes()
    for work in ("Preparing", "Loading", "collected"):
        assert work not in launch.said
    assert launch.end(signal.SIGTERM) == 0
    assert_nobody_is_left(launch, children)


def test_when_one_process_dies_the_other_is_stopped_and_it_is_said(demo_folder: Path) -> None:
    launch = Launch(demo_folder)
    launch.wait_until_serving()
    children = launch.processes()
    os.kill(children["worker"], signal.SIGKILL)
    assert launch.process.wait(timeout=120) == 1
    assert_nobody_is_left(launch, children)
    assert launch.said.strip().endswith("see the lines above, then start again.")


def test_the_secret_key_is_kept_and_private(demo_folder: Path) -> None:
    key = demo_folder / "secret_key"
    before = key.read_text()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert len(before) > 50
    refused(demo_folder, "--empty")
    assert key.read_text() == before


def refused(data_dir: Path, *options: str, **settings: str) -> str:
    """Start, expect to be refused with one line, and return it."""
    launch = Launch(data_dir, *options, **settings)
    assert launch.process.wait(timeout=120) == 1, launch.said
    lines = launch.said.strip().splitlines()
    sentences = [line for line in lines if not line.endswith("...")]
    assert len(sentences) == 1, launch.said
    return sentences[0]


def test_a_demo_does_not_become_empty_by_itself(demo_folder: Path) -> None:
    assert "--reset --empty" in refused(demo_folder, "--empty")


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        assert refused(tmp_path, "--port", str(port)).startswith(f"Port {port} is taken: ")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "cannot be written" in refused(tmp_path / "file" / "data")


@pytest.mark.parametrize("port", ["0", "65536", "web"])
def test_nonsense_for_a_port_is_refused(tmp_path: Path, port: str) -> None:
    launch = Launch(tmp_path, "--port", port)
    assert launch.process.wait(timeout=120) == 2
    assert "give a number from 1 to 65535" in launch.said


def test_a_database_that_does_not_answer_is_named(tmp_path: Path) -> None:
    said = refused(tmp_path, DATABASE_URL=f"postgres://portal:hidden@127.0.0.1:{free_port()}/portal")
    assert said.startswith("The database cannot be used (")
    assert "DATABASE_URL" in said
    assert "hidden" not in said


def test_a_redis_that_does_not_answer_is_named(tmp_path: Path) -> None:
    port = free_port()
    said = refused(tmp_path, REDIS_URL=f"redis://:hidden@127.0.0.1:{port}/0")
    assert said.startswith(f"Redis at 127.0.0.1:{port} does not answer")
    assert "hidden" not in said


def test_a_setting_that_is_nonsense_is_named(tmp_path: Path) -> None:
    assert "DEBUG must be True or False" in refused(tmp_path, DEBUG="perhaps")


def test_reset_wants_a_terminal_or_yes(demo_folder: Path) -> None:
    assert "--yes" in refused(demo_folder, "--reset")
    assert (demo_folder / "portal.sqlite3").exists()


def test_reset_leaves_a_database_of_somebody_else_alone(tmp_path: Path) -> None:
    said = refused(tmp_path, "--reset", "--yes", DATABASE_URL="postgres://portal@127.0.0.1:1/portal")
    assert "built-in database only" in said


def test_reset_asks_and_takes_no_for_an_answer(demo_folder: Path) -> None:
    ours, theirs = pty.openpty()
    environment = clean_environment() | {"DATA_DIR": str(demo_folder)}
    asking = subprocess.Popen(
        [sys.executable, "-m", "probax_support.launch", "--port", str(free_port()), "--reset"],
        cwd=ROOT,
        env=environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    with os.fdopen(ours, "r+b", buffering=0) as terminal:
        assert b"Type yes to go on" in terminal.read(1000)
        terminal.write(b"no\n")
        assert asking.wait(timeout=120) == 1
    assert (demo_folder / "portal.sqlite3").exists()


def test_an_empty_start_holds_no_people_and_stays_empty(tmp_path: Path) -> None:
    first = Launch(tmp_path / "data", "--empty")
    assert "priya@" not in first.wait_until_said("/desk/mail/")
    assert first.end() == 0
    second = Launch(tmp_path / "data")
    assert "priya@" not in second.wait_until_said("/desk/mail/")
    children = second.processes()
    assert second.end(signal.SIGHUP) == 0
    assert_nobody_is_left(second, children)


def test_it_runs_on_postgresql_and_redis(backend: Backend) -> None:
    if backend.name == "sqlite":
        pytest.fail("bin/test runs this folder on real servers only")
    environment = backend.fresh("launched")
    folder = Path(environment.pop("DATA_DIR"))
    launch = Launch(folder, **environment)
    assert "ann@probax.example" in launch.wait_until_said("/desk/mail/")
    children = launch.processes()
    assert launch.end(signal.SIGINT) == 0
    assert_nobody_is_left(launch, children)
    assert not (folder / "portal.sqlite3").exists()
