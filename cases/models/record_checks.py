"""The record looked through each night: how far a round has come, and what it found that is not what was written."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.cases import Case


class RecordRound(models.Model):
    """One round through the record of every case, by their keys. It goes on where it stopped, until it has ended."""

    # The night it belongs to; each has one.
    night = models.DateField(unique=True)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    # The case that was looked at last.
    last_case_id = models.BigIntegerField(default=0)
    cases = models.PositiveIntegerField(default=0)
    events = models.PositiveBigIntegerField(default=0)
    # Events of a version before the chain that the round bound on its way.
    bound = models.PositiveIntegerField(default=0)
    differences = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("round through the record")
        verbose_name_plural = _("rounds through the record")

    def __str__(self) -> str:
        return f"{self.night:%Y-%m-%d}"


class RecordDifference(models.Model):
    """Where a case's record is not what was written, since which night, and who looked into it. It is never deleted."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="record_differences")
    # The first event that does not hold.
    event_number = models.PositiveIntegerField()
    why = models.CharField(max_length=200)
    found_at = models.DateTimeField()
    # The last round that found it so.
    last_found_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)
    looked_at_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    # What it was, in the words of whoever looked.
    note = models.TextField(blank=True)

    class Meta:
        verbose_name = _("difference in the record")
        verbose_name_plural = _("differences in the record")
        constraints = [
            models.UniqueConstraint(fields=["case", "event_number", "why"], name="record_difference_once"),
            models.CheckConstraint(
                condition=models.Q(looked_at__isnull=True, looked_at_by__isnull=True, note="")
                | (models.Q(looked_at__isnull=False, looked_at_by__isnull=False) & ~models.Q(note="")),
                name="record_difference_looked_at_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["found_at"], condition=models.Q(looked_at__isnull=True), name="record_difference_open")
        ]

    def __str__(self) -> str:
        return f"{self.case_id} #{self.event_number}"
