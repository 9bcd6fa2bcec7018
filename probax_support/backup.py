"""A whole installation in one folder, and back: the database, the files, and a manifest with the checksum of each.

The database is read first, at one moment. A file is stored before its row is committed, so each row that was read has
its file; what comes while files are copied is left for the next backup.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from cases.models import Case, User

MANIFEST = "manifest.json"
DUMP = "database"
FILES = "files"
# What the installation writes anew by itself, and what lives only while it runs. The database is read another way.
LEFT_OUT = ("static", "broker", "metrics", "lock")
LEFT_OUT_BEGINNING = ("timetable", "portal.sqlite3")
# How long a restore waits for whoever still uses the database.
LOCK_SECONDS = 10


class BackupRefused(Exception):
    """Why there is no backup, or no restore, and what to do about it, in a sentence."""


def back_up(target: Path, *, now: datetime) -> dict[str, Any]:
    """Write a backup to `target`, which appears once it is whole. Returns its manifest.

    Raises:
        BackupRefused: it is there already, or could not be written, or a pool stands before the database.
    """
    _refuse_a_pool()
    if target.exists():
        raise BackupRefused(f"{target} is there already: name a folder that is not.")
    being_written = target.with_name(f"{target.name}.part")
    shutil.rmtree(being_written, ignore_errors=True)
    being_written.mkdir(mode=0o700, parents=True)
    try:
        _dump(being_written / DUMP)
        for name in _files_of(Path(settings.DATA_DIR)):
            copy = being_written / FILES / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(Path(settings.DATA_DIR, name), copy)
        manifest = _manifest(being_written, now)
        (being_written / MANIFEST).write_text(json.dumps(manifest, indent=1))
    except BaseException:
        shutil.rmtree(being_written, ignore_errors=True)
        raise
    being_written.rename(target)
    return manifest


def restore(source: Path, *, force: bool) -> dict[str, Any]:
    """Put the backup in `source` in place of this installation. Returns its manifest.

    The database changes in one transaction (with SQLite: one file takes the place of another), and only after
    everything in the backup was found whole.

    Raises:
        BackupRefused: the backup is damaged or for another kind of installation, or something is here that would go,
            or a pool stands before the database.
    """
    manifest = verify(source)
    _refuse_a_pool()
    if manifest["engine"] != connection.vendor:
        raise BackupRefused(f"This is a backup of {manifest['engine']}; DATABASE_URL leads to {connection.vendor}.")
    migrations = MigrationLoader(None).graph.nodes.values()
    known = {".".join(key) for each in migrations for key in [(each.app_label, each.name), *each.replaces]}
    if unknown := sorted(set(manifest["migrations"]) - known):
        raise BackupRefused(f"The backup is of a newer version, which has {unknown[0]}: install that one first.")
    if not force and not _is_empty():
        raise BackupRefused(
            "This installation holds people or cases, which a restore replaces: back it up, add --force."
        )
    _load(source / DUMP)
    for name in list(_files_of(Path(settings.DATA_DIR))):
        Path(settings.DATA_DIR, name).unlink()
    shutil.copytree(source / FILES, settings.DATA_DIR, dirs_exist_ok=True)
    return manifest


def verify(source: Path) -> dict[str, Any]:
    """Return the manifest of the backup in `source`, once each file in it has its checksum.

    Raises:
        BackupRefused: something is missing or not as it was written.
    """
    try:
        manifest: dict[str, Any] = json.loads((source / MANIFEST).read_text())
        wanted: dict[str, str] = manifest["checksums"]
    except (OSError, ValueError, KeyError) as error:
        raise BackupRefused(f"{source} holds no backup that came to its end: {MANIFEST} cannot be read.") from error
    found = {name for name in _files_of(source, everything=True) if name != MANIFEST}
    for name in sorted(found ^ wanted.keys()):
        raise BackupRefused(
            f"The backup is damaged: {name} is {'not in its manifest' if name in found else 'missing'}."
        )
    for name, checksum in wanted.items():
        if _checksum(source / name) != checksum:
            raise BackupRefused(f"The backup is damaged: {name} is not what was written.")
    return manifest


def rows() -> dict[str, int]:
    """Return how many rows each table of ours has."""
    models = [model for model in apps.get_models() if model._meta.app_label in ("cases", "notifications", "sla")]
    return {model._meta.label: model._default_manager.count() for model in models}


def _is_empty() -> bool:
    applied = MigrationRecorder(connection).applied_migrations()
    if not any(app == "cases" for app, _name in applied):
        return True
    return not User.objects.exists() and not Case.objects.exists()


def _manifest(folder: Path, now: datetime) -> dict[str, Any]:
    applied = MigrationRecorder(connection).applied_migrations()
    return {
        "made_at": now.isoformat(),
        "engine": connection.vendor,
        "migrations": sorted(".".join(key) for key in applied),
        "checksums": {name: _checksum(folder / name) for name in _files_of(folder, everything=True)},
    }


def _files_of(folder: Path, *, everything: bool = False) -> Iterator[str]:
    for place, folders, names in os.walk(folder):
        inside = Path(place).relative_to(folder)
        if not everything and inside == Path():
            folders[:] = [name for name in folders if name not in LEFT_OUT]
        for name in sorted(names):
            if everything or inside != Path() or not name.startswith((*LEFT_OUT, *LEFT_OUT_BEGINNING)):
                yield str(inside / name)


def _checksum(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


# --- The database -------------------------------------------------------------------------------------------------


def _refuse_a_pool() -> None:
    """PostgreSQL's programs find no table by its bare name; on a line of a pool the portal would find none either."""
    connection.ensure_connection()
    if connection.vendor == "postgresql" and not getattr(connection, "is_direct", False):
        raise BackupRefused(
            "A pool stands before the database: for this command set DATABASE_URL to PostgreSQL itself."
        )


def _dump(target: Path) -> None:
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(_sqlite_file())) as here, closing(sqlite3.connect(target)) as there:
            here.backup(there)
        return
    _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--file", str(target))


def _load(dump: Path) -> None:
    connection.close()
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(dump)) as there, closing(sqlite3.connect(_sqlite_file())) as here:
            there.backup(here)
        return
    # Into a script first, so that what was here goes and what was there comes in one transaction.
    script = _run("pg_restore", "--no-owner", "--no-privileges", "--file=-", str(dump), connect=False)
    begin = f"SET lock_timeout = '{LOCK_SECONDS}s'; DROP SCHEMA public CASCADE; CREATE SCHEMA public;\n"
    _run("psql", "--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1", given=begin + script)


def _sqlite_file() -> str:
    return str(settings.DATABASES["default"]["NAME"])


# How libpq calls what the portal connects by; how the line is encrypted is among it.
_LIBPQ = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}


def _run(program: str, *arguments: str, given: str = "", connect: bool = True) -> str:
    """Run one of PostgreSQL's programs on our database. The password goes by the environment, where nobody sees it."""
    database = connection.get_connection_params() if connect else {}
    environment = {**os.environ, **{name: str(database[key]) for key, name in _LIBPQ.items() if key in database}}
    found = shutil.which(program)
    if found is None:
        raise BackupRefused(f"{program} is missing: install PostgreSQL's client programs, of the server's version.")
    done = subprocess.run(  # noqa: S603 - a program of PostgreSQL, arguments of our own
        [found, *arguments], env=environment, input=given, capture_output=True, text=True, check=False
    )
    if done.returncode:
        words = done.stderr.strip().splitlines() or ["it said nothing"]
        hint = " Stop the portal first." if "lock timeout" in done.stderr else ""
        raise BackupRefused(f"{program} failed: {words[0]}.{hint}")
    return done.stdout
