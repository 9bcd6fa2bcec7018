"""`manage.py export_person ADDRESS FILE`: all that is kept about one person, as one ZIP."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cases import archive, personal_data
from cases.models import User


class Command(BaseCommand):
    """Export one person."""

    help = "Write what is kept about a person to a ZIP: rows, mails and files, without passwords and keys."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", help="the person's mail address")
        parser.add_argument("file", type=Path, help="where to; it must not be there yet")

    def handle(self, *, address: str, file: Path, **_options: Any) -> None:
        """Write the file; it appears once it is whole."""
        person = User.objects.filter(email=address.strip().lower()).first()
        if person is None:
            raise CommandError(f"Nobody has the address {address}.")
        try:
            archive.write(file, personal_data.parts_of(person, now=timezone.now()))
        except OSError as error:
            raise CommandError(f"{file} could not be written: {error.strerror}.") from error
        self.stdout.write(f"{file} holds what is kept about {person}. Keep it private.")
