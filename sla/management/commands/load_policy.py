"""`manage.py load_policy`: put the support policy's desks, holidays and targets where they are missing."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from sla import policy_data
from sla.models import Holiday, PolicyVersion


class Command(BaseCommand):
    """Load what is missing; what is there is left alone."""

    help = "Load desks, national holidays and the support policy where they are missing. Safe to run again."

    def handle(self, **_options: Any) -> None:
        """Load and say what stands now."""
        policy_data.load(timezone.now())
        policies = ", ".join(PolicyVersion.objects.order_by("effective_on").values_list("name", flat=True))
        self.stdout.write(f"Policy in place: {policies}. {Holiday.objects.count()} holidays stored.")
