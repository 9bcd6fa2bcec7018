"""bin/setup and bin/run on a machine that lacks something: one sentence each, and nothing begun."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SHELL_TOOLS = ("sh", "dirname", "cat", "cmp", "mv", "sed", "id", "pwd", "sleep", "env")


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A checkout with bin/ and pins, and a PATH in `path/` with nothing but what a shell needs."""
    shutil.copytree(ROOT / "bin", tmp_path / "bin")
    (tmp_path / "requirements.txt").write_text("")
    (tmp_path / "path").mkdir()
    for tool in SHELL_TOOLS:
        found = shutil.which(tool)
        assert found is not None
        (tmp_path / "path" / tool).symlink_to(found)
    return tmp_path


def program(machine: Path, name: str, script: str) -> None:
    path = machine / "path" / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def run(machine: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(machine / "path"), "HOME": str(machine)}
    return subprocess.run(
        [str(machine / "bin" / "run"), *command],
        cwd=machine,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    return done.stderr.strip()


def test_without_python_it_says_what_to_install(machine: Path) -> None:
    assert refusal(run(machine)) == "Python was not found: install Python 3.11 or newer, then start again."


def test_an_old_python_is_named(machine: Path) -> None:
    program(machine, "python3", 'if [ "$1" = --version ]; then echo Python 3.9.2; else exit 1; fi')
    assert refusal(run(machine)).startswith("This is Python 3.9.2; the portal needs Python 3.11 or newer")


def test_a_newer_python_beside_an_old_one_is_taken(machine: Path) -> None:
    program(machine, "python3", "exit 1")
    program(machine, "python3.11", 'case "$2" in *ensurepip*) exit 1;; esac')
    assert "cannot make virtual environments" in refusal(run(machine))


def test_a_python_without_venv_is_told_what_to_install(machine: Path) -> None:
    program(machine, "python3", f'case "$2" in *ensurepip*) exit 1;; *) exec {sys.executable} "$@";; esac')
    assert "apt-get install python3-venv" in refusal(run(machine))
    assert not (machine / ".venv").exists()


def test_help_needs_no_set_up(machine: Path) -> None:
    done = run(machine, "--help")
    assert done.returncode == 0
    assert "--port N" in done.stdout
    assert not (machine / ".venv").exists()


@pytest.fixture
def small_machine(machine: Path) -> Path:
    """A machine whose Python makes environments at once, and whose pip only writes down what it is asked."""
    program(
        machine,
        "python3",
        f"""
case "$*" in
    "-m venv --clear .venv") mkdir -p .venv/bin; cp path/python3 .venv/bin/python ;;
    "-m pip --version") ;;
    "-m pip install"*) echo "$*" >> installs; [ ! -e broken ] || exit 1; [ ! -e slow ] || exec sleep 30 ;;
    *) exec {sys.executable} "$@" ;;
esac""",
    )
    for tool in ("mkdir", "cp"):
        (machine / "path" / tool).symlink_to(str(shutil.which(tool)))
    return machine


def setup(machine: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(machine / "path"), "HOME": str(machine)}
    command = [str(machine / "bin" / "setup"), "sh", "-c", "echo ready"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)


def installs(machine: Path) -> list[str]:
    written = machine / "installs"
    return written.read_text().splitlines() if written.exists() else []


def test_a_second_start_installs_nothing(small_machine: Path) -> None:
    assert setup(small_machine).stdout == "ready\n"
    assert setup(small_machine).stdout == "ready\n"
    assert len(installs(small_machine)) == 1
    assert "--require-hashes" in installs(small_machine)[0]


def test_changed_pins_are_installed(small_machine: Path) -> None:
    setup(small_machine)
    (small_machine / "requirements.txt").write_text("# another\n")
    setup(small_machine)
    assert len(installs(small_machine)) == 2


def test_an_installation_that_failed_is_begun_again(small_machine: Path) -> None:
    (small_machine / "broken").touch()
    done = setup(small_machine)
    assert done.returncode == 1
    assert "Not everything could be installed" in done.stderr
    (small_machine / "broken").unlink()
    assert setup(small_machine).stdout == "ready\n"
    assert len(installs(small_machine)) == 2


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_during_the_installation_ends_it_whole(small_machine: Path, ending: signal.Signals) -> None:
    (small_machine / "slow").touch()
    environment = {"PATH": str(small_machine / "path"), "HOME": str(small_machine)}
    running = subprocess.Popen(
        [str(small_machine / "bin" / "setup"), "sh", "-c", "echo ready"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    while not installs(small_machine):
        time.sleep(0.02)
    running.send_signal(ending)
    assert running.wait(timeout=120) in (130, 143)
    with pytest.raises(ProcessLookupError):
        os.killpg(running.pid, 0)
