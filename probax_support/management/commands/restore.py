"""`manage.py restore FOLDER [--force]`: put a backup in place of this installation. Stop the portal first."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from probax_support.backup import BackupRefused, restore, verify


class Command(BaseCommand):
    """Restore a backup."""

    help = "Verify a backup, and put it in place of this installation."
    # The database may be empty or broken: that is why somebody restores.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="what `manage.py backup` wrote")
        parser.add_argument("--force", action="store_true", help="replace an installation that holds people or cases")
        parser.add_argument("--verify", action="store_true", help="only look whether the backup is whole")

    def handle(self, *, folder: Path, force: bool, verify: bool, **_options: Any) -> None:
        """Restore."""
        try:
            manifest = whole(folder.resolve()) if verify else restore(folder.resolve(), force=force)
        except (BackupRefused, OSError) as refusal:
            raise CommandError(str(refusal)) from refusal
        done = "is whole" if verify else "is restored; run manage.py migrate and collectstatic, then start the portal"
        self.stdout.write(f"The backup of {manifest['made_at']} {done}.")


whole = verify
