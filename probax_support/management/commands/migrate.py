"""`manage.py migrate` as Django has it, but it never makes anybody wait behind it for long.

A change of a table waits for whoever uses it, and everybody else queues behind it. So it waits for seconds only, gives
way, and tries again; what was applied by then stays.
"""

import time
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connections
from django.db.migrations import Migration

LOCK_SECONDS = 4
TRIES = 30
PAUSE_SECONDS = 2
LOCK_NOT_AVAILABLE = "55P03"


class Command(migrate.Command):
    """Migrate, and give way."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Apply what is missing."""
        self.using = options["database"]
        for number in range(1, TRIES + 1):
            try:
                super().handle(*args, **options)
            except OperationalError as error:
                if getattr(error.__cause__, "pgcode", "") != LOCK_NOT_AVAILABLE:
                    raise
                self.stdout.write(f"\n  A table is in use; gave way (try {number} of {TRIES}).")
                time.sleep(PAUSE_SECONDS)
            else:
                return
            finally:
                self._wait_for_a_lock("DEFAULT")
        raise CommandError(
            "A table was in use each time. What was applied stays; end what holds it, which pg_locks shows, and run "
            "migrate again."
        )

    def migration_progress_callback(self, action: str, migration: Migration | None = None, fake: bool = False) -> None:
        """Before each migration: say how long it may wait. What is made beside the work holds nobody up, and waits."""
        if action in ("apply_start", "unapply_start") and migration is not None:
            self._wait_for_a_lock(f"'{LOCK_SECONDS}s'" if migration.atomic else "0")
        super().migration_progress_callback(action, migration, fake)

    def _wait_for_a_lock(self, seconds: str) -> None:
        connection = connections[self.using]
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"SET lock_timeout TO {seconds}")
