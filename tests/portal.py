"""The product as it is really started: gunicorn, a Celery worker and, where asked for, the reader of the mailbox.

Each is a process of its own, on a fresh database.
"""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from probax_support import processes
from tests import migrated
from tests.backends import Backend
from tests.servers import end_with_parent, free_port

ROOT = Path(__file__).resolve().parent.parent
SECRET = "only-for-tests-" + "x" * 50


class Portal:
    """A running installation. `url` is where it answers; `worker` and `web` can be killed and started again."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {**clean_environment(), **environment, "SITE_URL": self.url}
        self.data_dir = Path(environment["DATA_DIR"])
        self.web: subprocess.Popen[bytes] | None = None
        self.worker: subprocess.Popen[bytes] | None = None
        self.reader: subprocess.Popen[bytes] | None = None

    def manage(self, *arguments: str) -> str:
        """Run a management command of this installation and return what it printed."""
        return manage(self.environment, *arguments)

    def start_web(self) -> None:
        """Start gunicorn and wait until it answers."""
        self.web = self.start("web", processes.web_command(self.port))
        self.wait_for_web()

    def wait_for_web(self) -> None:
        """Wait until the web process answers."""
        assert self.web is not None
        deadline = time.monotonic() + 120
        while not answers(self.url):
            if self.web.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"The web process does not answer: {self.log('web')}")
            time.sleep(0.05)

    def start_worker(self) -> None:
        """Start the worker with the timetable inside."""
        redis_url = self.environment.get("REDIS_URL", "")
        self.worker = self.start("worker", processes.worker_command(redis_url, data_dir=self.data_dir))

    def kill_worker(self) -> None:
        """Kill the worker as the kernel would: no warning, no tidying up."""
        assert self.worker is not None
        self.worker.send_signal(signal.SIGKILL)
        self.worker.wait(timeout=10)
        self.worker = None

    def start_reader(self) -> None:
        """Start the process that keeps a line to the mailbox."""
        self.reader = self.start("reader", processes.reader_command())

    def kill_reader(self) -> None:
        """Kill the reader as the kernel would."""
        assert self.reader is not None
        self.reader.send_signal(signal.SIGKILL)
        self.reader.wait(timeout=10)
        self.reader = None

    def stop(self) -> None:
        """Stop the processes, by their ids."""
        running = [process for process in (self.web, self.worker, self.reader) if process is not None]
        for process in running:
            process.terminate()
        for process in running:
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.web = self.worker = self.reader = None

    def log(self, name: str) -> str:
        """Return the end of what the process `name` printed."""
        return (self.data_dir / f"{name}.log").read_text(errors="replace")[-4000:]

    def start(self, name: str, command: list[str]) -> subprocess.Popen[bytes]:
        """Start a process of this installation; what it prints goes to a log of its name."""
        with (self.data_dir / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=end_with_parent,
            )


@contextmanager
def running(environment: dict[str, str], **extra: str) -> Iterator[Portal]:
    """Run an installation for as long as the block lasts."""
    portal = Portal({**environment, **extra})
    try:
        portal.start_worker()
        portal.start_web()
        yield portal
    finally:
        portal.stop()


def prepared(backend: Backend, name: str = "template") -> dict[str, str]:
    """Make an installation with tables, policy and static files, to be copied for each test."""
    environment = backend.fresh(name)
    everything = {**clean_environment(), **environment}
    database = backend.installed_database(name)
    known = migrated.load(backend, database)
    manage(everything, "migrate", "--verbosity", "0")
    if not known:
        migrated.keep(backend, database)
    manage(everything, "load_policy")
    manage(everything, "collectstatic", "--no-input", "--verbosity", "0")
    return environment


def manage(environment: dict[str, str], *arguments: str) -> str:
    """Run a management command with this environment and return what it printed."""
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=400)
    assert done.returncode == 0, f"{' '.join(arguments)}: {done.stdout}{done.stderr}"
    return done.stdout


def clean_environment() -> dict[str, str]:
    """Return what a process needs to run at all, and none of this test session's settings."""
    kept = {"PATH", "HOME", "LANG", "TMPDIR", "SSL_CERT_FILE"}
    return {name: value for name, value in os.environ.items() if name in kept} | {"SECRET_KEY": SECRET}


def answers(url: str) -> bool:
    """Tell whether something speaks HTTP there, whatever it says."""
    try:
        urllib.request.urlopen(url, timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def children_of(pid: int) -> list[int]:
    """Return the processes that any thread of `pid` started and that have not been buried."""
    try:
        threads = [(thread / "children").read_text() for thread in Path(f"/proc/{pid}/task").iterdir()]
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [int(child) for children in threads for child in children.split()]


def timetables_of(worker: int) -> list[int]:
    """Return the process inside a worker that keeps the timetable, if it has begun: it let go of the pool's things."""
    return [pid for pid in children_of(worker) if not carries_tasks_out(pid)]


def carries_tasks_out(pid: int) -> bool:
    """Tell whether a child of a worker is one of its pool, by the semaphores it shares with the others."""
    try:
        return any("/pymp-" in str(entry.readlink()) for entry in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return False


def alive_in_session(leader: int) -> list[int]:
    """Return the processes of the session that `leader` began, zombies left out."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                state, _, _, session = (entry / "stat").read_text().rpartition(")")[2].split()[:4]
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(session) == leader and state != "Z":
                found.append(int(entry.name))
    return found
