"""`manage.py migrate` as Django has it, but it never makes anybody wait behind it for long.

A change of a table waits for whoever uses it, and everybody else queues behind it. So it waits for seconds only, gives
way, and tries again; what was applied by then stays.
"""

import time
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connections

from probax_support.postgresql.base import DatabaseWrapper

LOCK_SECONDS = 4
TRIES = 30
PAUSE_SECONDS = 2
LOCK_NOT_AVAILABLE = "55P03"


class Command(migrate.Command):
    """Migrate, and give way."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Apply what is missing."""
        # What is made beside the work holds nobody up, and waits.
        line = connections[options["database"]]
        if isinstance(line, DatabaseWrapper):
            line.lock_timeout = f"{LOCK_SECONDS}s"
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
        raise CommandError(
            "A table was in use each time. What was applied stays; end what holds it, which pg_locks shows, and run "
            "migrate again."
        )
