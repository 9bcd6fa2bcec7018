"""`manage.py export_partner CODE FILE`: all that a partner may read of itself, as one ZIP."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cases import archive
from cases.api import partner_export
from cases.models import Case, Partner


class Command(BaseCommand):
    """Export one partner."""

    help = "Write a partner's people, cases and files to a ZIP, without anything internal."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", help="the partner's short code, such as NWIT")
        parser.add_argument("file", type=Path, help="where to; it must not be there yet")

    def handle(self, *, code: str, file: Path, **_options: Any) -> None:
        """Write the file; it appears once it is whole."""
        partner = Partner.objects.select_related("home_desk").filter(code=code.upper()).first()
        if partner is None:
            raise CommandError(f"There is no partner {code}.")
        try:
            archive.write(file, partner_export.parts_of(partner, Case.objects.all(), now=timezone.now()))
        except OSError as error:
            raise CommandError(f"{file} could not be written: {error.strerror}.") from error
        self.stdout.write(f"{file} holds all of {partner}. Keep it private.")
