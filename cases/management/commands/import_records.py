"""`manage.py import_records partners|people|cases FILE`: bring over what another help desk kept."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cases.importing.files import SourceFile, Unreadable
from cases.importing.runs import NOUNS, Report, bring_over
from cases.models import User
from cases.rules import RuleBroken


class Command(BaseCommand):
    """Look a file through, and bring it over."""

    help = "Bring partners, people or cases over from a CSV or JSON file of another help desk. Nobody is mailed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("noun", choices=NOUNS, help="what the file holds")
        parser.add_argument("file", type=Path, help="a .csv or .json file")
        parser.add_argument("--by", required=True, help="the address of the manager in whose name it is done")
        parser.add_argument("--source", default="another help desk", help="where the cases were kept, such as Zendesk")
        parser.add_argument("--messages", type=Path, help="a file of the messages of the cases")
        parser.add_argument("--dry-run", action="store_true", help="only say what is wrong, and write nothing")

    def handle(
        self,
        *,
        noun: str,
        file: Path,
        by: str,
        source: str,
        messages: Path | None,
        dry_run: bool,
        **_options: Any,
    ) -> None:
        """Bring over, or say what is wrong."""
        actor = User.objects.filter(email__iexact=by).first()
        if actor is None or not actor.manages:
            raise CommandError(f"{by} is no manager here: name one who is, with --by.")
        if messages is not None and noun != "cases":
            raise CommandError("--messages belongs to cases.")
        try:
            done = bring_over(
                noun,
                SourceFile(file.name, file.read_bytes()),
                messages=None if messages is None else SourceFile(messages.name, messages.read_bytes()),
                source=source,
                dry_run=dry_run,
                actor=actor,
                now=timezone.now(),
            )
        except (Unreadable, RuleBroken, OSError) as refusal:
            raise CommandError(str(refusal)) from refusal
        self._tell(noun, done, dry_run=dry_run)

    def _tell(self, noun: str, done: Report, *, dry_run: bool) -> None:
        for problem in done.problems:
            self.stdout.write(problem)
        if done.problems:
            raise CommandError(f"{len(done.problems)} problems in {done.records} {noun}. Nothing was written.")
        if dry_run:
            self.stdout.write(f"All {done.records} {noun} are right. Nothing was written.")
            return
        self.stdout.write(f"{done.new} {noun} brought over; {done.records - done.new} were here already.")
