"""`manage.py backup FOLDER`: the whole installation, in a folder that is not there yet. The portal may run on."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from probax_support.backup import BackupRefused, back_up


class Command(BaseCommand):
    """Back up the database and the data folder."""

    help = "Write the database and the files to a folder, with a checksum of each."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="where to; it must not be there yet")

    def handle(self, *, folder: Path, **_options: Any) -> None:
        """Back up."""
        try:
            manifest = back_up(folder.resolve(), now=timezone.now())
        except (BackupRefused, OSError) as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{folder} holds the database and {len(manifest['checksums']) - 1} files. Keep it private.")
