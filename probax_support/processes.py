"""The three processes of an installation on one machine, and the supervisor that runs them together."""

import os
import shlex
import signal
import sys
from contextlib import suppress
from pathlib import Path

import honcho.manager
from honcho.manager import Manager

# How long a process may take to finish what it is doing before it is killed: longer than one mail takes to leave.
STOP_SECONDS = 15
WEB_CONFIGURATION = Path(__file__).with_name("web_server.py")
MANAGE = Path(__file__).resolve().parent.parent / "manage.py"
WEB_THREADS = 8
# Tasks at the same time: a chat and a system that hang leave room for mail and for everything else.
AT_ONCE = 4


def web_command(port: int) -> list[str]:
    """Return the command of the web process: one with threads, which is what SQLite wants."""
    options = {
        "--config": str(WEB_CONFIGURATION),
        "--bind": f"127.0.0.1:{port}",
        "--workers": "1",
        "--threads": str(WEB_THREADS),
        "--graceful-timeout": "10",
    }
    return [sys.executable, "-m", "gunicorn", *pairs(options), "probax_support.wsgi:application"]


def worker_command(redis_url: str, *, data_dir: Path) -> list[str]:
    """Return the command of the worker with the timetable inside.

    With Redis a task runs in a process of its own, so that one that dies takes nothing with it. The file broker has one
    consumer, and SQLite one writer: threads are enough there. Whatever hangs holds up one of them only.
    """
    options = {
        "--pool": "prefork" if redis_url else "threads",
        "--concurrency": str(AT_ONCE),
        "--schedule": str(data_dir / "timetable"),
        "--loglevel": "warning",
    }
    flags = ["--beat", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    return [sys.executable, "-m", "celery", "--app", "probax_support", "--quiet", "worker", *flags, *pairs(options)]


def reader_command() -> list[str]:
    """Return the command of the process that keeps a line to the mailbox."""
    return [sys.executable, str(MANAGE), "read_mailbox"]


def pairs(options: dict[str, str]) -> list[str]:
    """Return the options as a command line has them."""
    return [part for option in options.items() for part in option]


class LeadersOnly:
    """Asks each process to stop, not its children too: a worker's pool would drop a mail that is just leaving."""

    def terminate(self, pid: int) -> None:
        """Ask one process to stop."""
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)

    def kill(self, pid: int) -> None:
        """End the whole group: whoever did not stop in time is not asked again."""
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)


class Supervisor(Manager):  # type: ignore[misc]  # honcho ships without types
    """Runs processes until one of them ends or a signal comes, then stops them all."""

    def __init__(self) -> None:
        super().__init__()
        self._procmgr = LeadersOnly()

    def add(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        """Add a process. The shell that honcho starts is replaced by it, so that signals reach it."""
        self.add_process(name, f"exec {shlex.join(command)}", env=environment)

    def run(self) -> int:
        """Run until the end and return the exit status. A closed terminal ends it as Ctrl-C does."""
        honcho.manager.KILL_WAIT = STOP_SECONDS
        signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))
        self.loop()
        return int(self.returncode or 0)
