"""What `bin/run` does before Django can be loaded: options, the data folder, the secret key.

The rest, from the database to the last signal, is `manage.py serve`.
"""

import argparse
import fcntl
import os
import secrets
import shutil
import socket
import sys
from contextlib import closing
from pathlib import Path
from typing import IO

import django
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

ROOT = Path(__file__).resolve().parent.parent
OF_THE_INSTALLATION = (
    "portal.sqlite3",
    "portal.sqlite3-wal",
    "portal.sqlite3-shm",
    "installed-as",
    "files",
    "broker",
    "mail",
)

# What installed-as says while the demo is being loaded.
UNFINISHED = "demo, unfinished"


class CannotStart(Exception):
    """Why the portal cannot start and what to do about it, in one sentence."""


def main(arguments: list[str]) -> int:
    """Start the portal and return the exit status once it has stopped."""
    options = parse(arguments)
    try:
        data_dir = open_data_folder()
        refuse_taken_port(options.port)
        held = hold(data_dir)
        with held:
            if options.reset:
                confirm_reset(data_dir, sure=options.yes)
            if options.reset or is_half_loaded(data_dir):
                delete_installation(data_dir)
            set_environment(data_dir, port=options.port, empty=options.empty)
            django.setup()
            call_command("serve", port=options.port)
    except (CannotStart, CommandError, ImproperlyConfigured) as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def parse(arguments: list[str]) -> argparse.Namespace:
    """Read the options."""
    parser = argparse.ArgumentParser(prog="bin/run", description="Start the portal on this machine.")
    parser.add_argument("--port", type=port_number, default=8000, help="where it answers (default 8000)")
    parser.add_argument("--empty", action="store_true", help="no demo data: the first page sets up the administrator")
    parser.add_argument("--reset", action="store_true", help="delete the built-in database and its files first")
    parser.add_argument("--yes", action="store_true", help="do not ask before --reset")
    return parser.parse_args(arguments)


def port_number(text: str) -> int:
    """Read a port.

    Raises:
        ArgumentTypeError: it is none.
    """
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text} is not a port: give a number from 1 to 65535")
    return int(text)


def open_data_folder() -> Path:
    """Return the folder this installation writes to, made if it is missing.

    Raises:
        CannotStart: it cannot be written.
    """
    folder = Path(os.environ.get("DATA_DIR") or ROOT / "var").resolve()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / "lock").touch(mode=0o600)
    except OSError as error:
        raise CannotStart(
            f"The folder {folder} cannot be written ({error.strerror}): make it writable, or set "
            "DATA_DIR to one that is."
        ) from error
    return folder


def refuse_taken_port(port: int) -> None:
    """See whether the portal can listen there.

    Raises:
        CannotStart: it cannot.
    """
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise CannotStart(f"Port {port} needs more rights: start with --port 8000, or any above 1023.") from None
        except OSError:
            raise CannotStart(
                f"Port {port} is taken: stop what listens there, or choose another with --port."
            ) from None


def hold(data_dir: Path) -> IO[str]:
    """Keep others off the data folder for as long as the returned file is open.

    Raises:
        CannotStart: another start of the portal holds it.
    """
    lock = (data_dir / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise CannotStart(
            f"The portal already runs on the folder {data_dir}: stop it first, or set DATA_DIR to another folder."
        ) from None
    return lock


def confirm_reset(data_dir: Path, *, sure: bool) -> None:
    """Ask before everything is deleted.

    Raises:
        CannotStart: the answer is no, nobody is there to ask, or the database is not ours to delete.
    """
    if os.environ.get("DATABASE_URL"):
        raise CannotStart(
            "--reset deletes the built-in database only: empty the one in DATABASE_URL with its own tools."
        )
    if sure:
        return
    if not sys.stdin.isatty():
        raise CannotStart("--reset deletes every case and person: without a terminal, confirm it with --yes.")
    answer = input(f"This deletes every case, person and file in {data_dir}. Type yes to go on: ")
    if answer.strip().lower() != "yes":
        raise CannotStart("Nothing was deleted: type yes to reset, or start without --reset.")


def is_half_loaded(data_dir: Path) -> bool:
    """Tell whether the last start was ended while it loaded the demo; what it left is then thrown away.

    Raises:
        CannotStart: the half is in a database that is not ours to delete.
    """
    chosen = data_dir / "installed-as"
    if not chosen.exists() or chosen.read_text() != UNFINISHED:
        return False
    if os.environ.get("DATABASE_URL"):
        raise CannotStart(
            f"The last start ended while it loaded the demo: empty the database in DATABASE_URL, delete {chosen}, "
            "and start again."
        )
    return True


def delete_installation(data_dir: Path) -> None:
    """Delete what the installation has stored. The secret key stays."""
    for name in OF_THE_INSTALLATION:
        path = data_dir / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    for schedule in data_dir.glob("timetable*"):
        schedule.unlink()


def set_environment(data_dir: Path, *, port: int, empty: bool) -> None:
    """Set what the settings read and nobody has set: the key, the address, and whether this is a demo."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "probax_support.settings"
    os.environ["DATA_DIR"] = str(data_dir)
    os.environ.setdefault("SITE_URL", f"http://127.0.0.1:{port}")
    # A database that is not there is noticed after seconds, not minutes.
    os.environ.setdefault("PGCONNECT_TIMEOUT", "5")
    if "SECRET_KEY" not in os.environ and "SECRET_KEY_FILE" not in os.environ:
        os.environ["SECRET_KEY_FILE"] = str(kept_secret_key(data_dir))
    os.environ.setdefault("DEMO", str(wants_demo(data_dir, empty=empty)))


def kept_secret_key(data_dir: Path) -> Path:
    """Return the file of the secret key, which is made once and readable by its owner only."""
    path = data_dir / "secret_key"
    if not path.exists():
        being_written = data_dir / f"secret_key.{os.getpid()}"
        being_written.touch(mode=0o600)
        being_written.write_text(secrets.token_urlsafe(50))
        being_written.replace(path)
    return path


def wants_demo(data_dir: Path, *, empty: bool) -> bool:
    """Tell whether this installation is a demo: what its first start chose holds.

    Raises:
        CannotStart: it was filled with demo data and is now wanted empty.
    """
    chosen = data_dir / "installed-as"
    if not chosen.exists():
        return not empty
    is_demo = chosen.read_text().strip() != "empty"
    if empty and is_demo:
        raise CannotStart("This installation holds demo data: start once with --reset --empty to begin without it.")
    return is_demo


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
