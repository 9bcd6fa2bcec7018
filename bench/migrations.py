"""Whether the squashed migrations make what the old ones make, step after step, and in how much processor time.

    python -m bench.migrations

On SQLite and on PostgreSQL each: an empty database is migrated by the old files, another by the squashed ones, and the
first once more by the version of today, as in an upgrade. The schemas must be the same, but for the order of columns.
"""

from __future__ import annotations

import re
import resource
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from typing import Any

from tests.backends import Backend, EmbeddedBackend, ServerBackend
from tests.portal import ROOT, clean_environment

# The old files are what is left when nothing is replaced; the last of each app leads to all before it.
OLD = """
import django
django.setup()
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
squashed = [migration for migration in MigrationLoader(None).graph.nodes.values() if migration.replaces]
executor = MigrationExecutor(connection)
executor.loader = MigrationLoader(connection, replace_migrations=False)
executor.migrate([migration.replaces[-1] for migration in squashed])
"""
MIGRATE = ["manage.py", "migrate", "--verbosity", "0"]


def main() -> None:
    """Migrate both ways, compare, and print a line for each."""
    same = True
    for backend in (EmbeddedBackend(), ServerBackend()):
        backend.start()
        try:
            old, new = backend.fresh("old"), backend.fresh("new")
            print(f"{backend.name}, old files: {spent(old, '-c', OLD):.1f} s of processor time")
            print(f"{backend.name}, squashed: {spent(new, *MIGRATE):.1f} s")
            print(f"{backend.name}, squashed after the old files: {spent(old, *MIGRATE):.1f} s")
            before, after = schema(backend, old), schema(backend, new)
            same = same and before == after
            for line in [*(before - after), *(after - before)]:
                print(f"  only {'once' if line in before else 'now'}: {line}")
        finally:
            backend.stop()
    sys.exit(0 if same else "The schemas differ.")


def spent(settings: dict[str, str], *arguments: str) -> float:
    """Run Python with an installation's settings; return the seconds of processor time that it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = clean_environment() | settings | {"DJANGO_SETTINGS_MODULE": "probax_support.settings"}
    subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def schema(backend: Backend, settings: dict[str, str]) -> Counter[str]:
    """Return the lines that describe a database: tables, columns, keys, constraints, indexes, triggers, functions."""
    url = settings["DATABASE_URL"]
    if backend.name == "postgres":
        command = ["pg_dump", "--schema-only", "--no-owner", url]
        dumped = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        # A newer pg_dump has a random word in lines for psql, which begin so.
        return Counter(line.strip().rstrip(",") for line in dumped.splitlines() if not line.startswith("\\"))
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database:
        rows: list[tuple[Any, ...]] = database.execute("SELECT name, sql FROM sqlite_master WHERE sql <> ''").fetchall()
    return Counter(f"{name}: {part}" for name, sql in rows for part in parts(re.sub(r"\s+", " ", sql)))


def parts(sql: str) -> list[str]:
    """Take a table apart into what stands between its outer brackets; leave anything else whole."""
    table = re.fullmatch(r'CREATE TABLE "\w+" \((.*)\)', sql)
    return table[1].split(", ") if table else [sql]


if __name__ == "__main__":
    main()
