"""The work itself: events that could not be told, and when each part of the timetable last ran."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models import CaseEvent


class StuckEvent(models.Model):
    """An event that could not be turned into mails. It is tried again later and keeps nobody else waiting."""

    event = models.OneToOneField(CaseEvent, models.CASCADE, primary_key=True, related_name="stuck")
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField()
    last_error = models.TextField()

    class Meta:
        verbose_name = _("stuck event")
        verbose_name_plural = _("stuck events")

    def __str__(self) -> str:
        return f"{self.event_id}: {self.last_error}"


class Heartbeat(models.Model):
    """When a part of the timetable last ran, and what stood in its way."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()
    # What went wrong at `at`, in words; empty when nothing did.
    trouble = models.TextField(blank=True)
    trouble_since = models.DateTimeField(null=True, blank=True)
    # How much it did, and how often it failed, since the beginning. A run that was killed is not in it.
    done = models.PositiveBigIntegerField(default=0)
    failed = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(trouble="", trouble_since__isnull=True)
                | (~models.Q(trouble="") & models.Q(trouble_since__isnull=False)),
                name="heartbeat_trouble_has_a_beginning",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H:%M:%S}"
