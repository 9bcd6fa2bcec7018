"""`manage.py upgrade_holidays`: show what the installed holiday library would change, and take it over on a yes."""

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand
from django.utils import timezone

from sla import upgrade
from sla.engine.wording import moment
from sla.models import Desk
from sla.moves import moves
from sla.national import library


class Command(BaseCommand):
    """Show, ask, apply."""

    help = (
        "Show which holidays the installed library would add, take away or rename, and which open cases it would move."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add --yes for those who cannot be asked, and --check for machines."""
        parser.add_argument("--yes", action="store_true", help="apply without asking")
        parser.add_argument(
            "--check", action="store_true", help="change nothing; exit with 1 if something would change"
        )

    def handle(self, *, yes: bool, check: bool, **_options: Any) -> None:
        """Show the differences and apply them on a yes."""
        now = timezone.now()
        found = [one for one in upgrade.differences(now) if one]
        if not found:
            self.stdout.write(f"The stored holidays are those of {library()}. Nothing to do.")
            return
        self._show(found, now)
        if check:
            sys.exit(1)
        if not (yes or self._agreed()):
            self.stdout.write("Nothing was changed.")
            return
        upgrade.apply(found)
        self.stdout.write("Applied. Promises already made stay as they are until a manager moves them.")

    def _show(self, found: Sequence[upgrade.Difference], now: datetime) -> None:
        for one in found:
            self.stdout.write(f"{one.desk} ({library()}):")
            rows = [
                *(("+", day, national.name) for day, national in one.added.items()),
                *(("-", day, name) for day, name in one.removed.items()),
                *(("~", day, national.name) for day, national in one.renamed.items()),
            ]
            for sign, day, name in sorted(rows, key=lambda row: row[1]):
                self.stdout.write(f"  {sign} {day:%a} {day.isoformat()}  {name}")
        moved = moves(upgrade.reckon_after(found), now)
        zone = ZoneInfo(Desk.objects.order_by("code").values_list("zone", flat=True)[0])
        self.stdout.write(f"Open promises that would move: {len(moved)}")
        for move in moved:
            way = f"{moment(move.due_at, zone)} -> {moment(move.would_be_due_at, zone)}"
            self.stdout.write(f"  {move.reference}  {move.what}: {way}")

    def _agreed(self) -> bool:
        if not sys.stdin.isatty():
            return False
        return input("Apply this? [y/N] ").strip().lower() in ("y", "yes")
