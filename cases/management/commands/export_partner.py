"""`manage.py export_partner CODE FILE`: all that a partner may read of itself, as one ZIP."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

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
        if file.exists():
            raise CommandError(f"{file} is there already: name a file that is not.")
        being_written = file.with_name(f"{file.name}.part")
        try:
            with being_written.open("wb") as target:
                being_written.chmod(0o600)
                for part in partner_export.parts_of(partner, Case.objects.all(), now=timezone.now()):
                    target.write(part)
            being_written.rename(file)
        except OSError as error:
            raise CommandError(f"{file} could not be written: {error.strerror}.") from error
        finally:
            being_written.unlink(missing_ok=True)
        self.stdout.write(f"{file} holds all of {partner}. Keep it private.")
