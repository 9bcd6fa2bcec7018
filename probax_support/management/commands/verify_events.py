"""`manage.py verify_events`: see whether anybody altered the record of a case behind the portal's back."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases import verification


class Command(BaseCommand):
    """Reckon every chain anew; exit code 1 where one does not hold."""

    help = "Check that no event of a case was altered, removed or put in. Reads only; exit code 1 if one was."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take one case, if not all."""
        parser.add_argument("--case", default="", metavar="REFERENCE", help="only this case, such as NWIT-104")

    def handle(self, *, case: str, **_options: Any) -> None:
        """Say the first broken event of each case, then what was checked."""
        cases = events = unbound = broken = 0
        for checked in verification.check(case.strip().upper()):
            cases, events, unbound = cases + 1, events + checked.events, unbound + checked.unbound
            if checked.broken_at is not None:
                broken += 1
                self.stdout.write(f"{checked.reference}, event {checked.broken_at}: {checked.why}.")
        if case and not cases:
            raise CommandError(f"There is no case {case}.")
        if unbound:
            self.stdout.write(f"{unbound} events of an older version are not bound yet: run manage.py chain_events.")
        if broken:
            raise CommandError(f"The record of {broken} of {cases} cases is not what was written.")
        self.stdout.write(f"The record holds: {cases} cases, {events} events.")
