"""`manage.py chain_events`: bind the events that a version before the chain wrote, beside the work that goes on."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import F
from django.utils import timezone

from cases import actions
from cases.models import Case

# Cases bound together, and locked for as long as that takes.
BATCH = 100


class Command(BaseCommand):
    """Bind what nothing binds yet, some cases and one short transaction at a time."""

    help = "Bind events of older versions to the chain of their case. Safe to run again, and while people work."

    def handle(self, **_options: Any) -> None:
        """Bind, and say how much was to do."""
        loose = Case.objects.filter(chained_to__lt=F("last_event_number")).order_by("pk").values_list("pk", flat=True)
        cases = events = last = 0
        while some := list(loose.filter(pk__gt=last)[:BATCH]):
            events += actions.bind_events(case_ids=some, now=timezone.now())
            cases, last = cases + len(some), some[-1]
        if events:
            self.stdout.write(f"Bound {events} events of {cases} cases to their chains.")
