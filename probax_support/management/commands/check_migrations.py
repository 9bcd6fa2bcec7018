"""`manage.py check_migrations`: whether an upgrade would hold anybody up, or break the version that still runs."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from probax_support.safe_migrations import problems


class Command(BaseCommand):
    """Look at every migration since the first release."""

    help = "Find migrations that lock or rewrite large tables, or take away what the running version knows."
    requires_system_checks: list[str] = []

    def handle(self, **_options: Any) -> None:
        """Say what is unsafe."""
        found = problems()
        for problem in found:
            self.stdout.write(problem)
        if found:
            raise CommandError(f"{len(found)} unsafe steps. docs/operations.md says what to write instead.")
