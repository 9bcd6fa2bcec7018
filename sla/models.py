"""The policy as dated data: desks with their hours and closed dates, policy versions with their targets.

Whatever is edited here moves no promise that was made: a deadline keeps the digest of its `CalendarEdition`.
`sla.changes` holds every write; `sla.store` turns rows into what the engine reckons with.
"""

from __future__ import annotations

from datetime import time

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models


class Desk(models.Model):
    """A regional team with its own zone, hours and holidays (P3.1)."""

    code = models.SlugField(max_length=16)
    name = models.CharField(max_length=80)
    zone = models.CharField(max_length=64, help_text="IANA name, such as Australia/Sydney.")
    country = models.CharField(max_length=2, help_text="ISO code of the country whose national holidays it keeps.")
    # Country codes; "each desk observes its own country's holidays" is a reading, so it is data.
    observes = models.JSONField(default=list)
    # One more with every change of hours, holidays or single days; calendars in memory are kept under it.
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        """Constraints."""

        constraints = [models.UniqueConstraint(fields=["code"], name="sla_desk_code")]

    def __str__(self) -> str:
        """Return the desk's name."""
        return self.name


class Shift(models.Model):
    """Weekly hours of a desk, in its local time. An end at or before the start is on the next day.

    They are in force from the local date `since` on and before `until`; without one, always.
    """

    desk = models.ForeignKey(Desk, on_delete=models.CASCADE, related_name="shifts")
    weekdays = models.JSONField(help_text="Numbers, Monday is 0.")
    starts_at = models.TimeField()
    ends_at = models.TimeField()
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)

    class Meta:
        """Constraints."""

        constraints = [
            models.UniqueConstraint(
                fields=["desk", "weekdays", "starts_at"], condition=models.Q(since=None), name="sla_shift_once"
            ),
            models.UniqueConstraint(fields=["desk", "weekdays", "starts_at", "since"], name="sla_shift_once_since"),
            models.CheckConstraint(
                condition=models.Q(since=None) | models.Q(until=None) | models.Q(since__lt=models.F("until")),
                name="sla_shift_since_before_until",
            ),
        ]

    def __str__(self) -> str:
        """Return the hours."""
        return f"{self.desk}: {self.starts_at:%H:%M}-{self.ends_at:%H:%M}"


class Holiday(models.Model):
    """A national public holiday in force at a desk (P3.2). The library proposes; only what stands here counts."""

    desk = models.ForeignKey(Desk, on_delete=models.CASCADE, related_name="holidays")
    on = models.DateField()
    name = models.CharField(max_length=200)
    source = models.CharField(max_length=200, help_text="Where the date comes from, such as a library and its version.")

    class Meta:
        """Constraints."""

        constraints = [models.UniqueConstraint(fields=["desk", "on"], name="sla_holiday_once_a_day")]

    def __str__(self) -> str:
        """Return date and name."""
        return f"{self.on.isoformat()} {self.name}"


class HolidayChange(models.Model):
    """A manager's word on a single day: closed for a reason, or open on a holiday (P3.2).

    Rows are kept for ever; the latest for a day wins.
    """

    desk = models.ForeignKey(Desk, on_delete=models.CASCADE, related_name="holiday_changes")
    on = models.DateField()
    closed = models.BooleanField(help_text="Whether the desk is closed on this day.")
    reason = models.CharField(max_length=200)
    # Not a foreign key: this app knows nothing of people, and the record outlives the account.
    changed_by_id = models.BigIntegerField(null=True, blank=True)
    changed_by_name = models.CharField(max_length=200)
    changed_at = models.DateTimeField()

    class Meta:
        """Constraints and the index that `store.closed_dates` reads."""

        indexes = [models.Index(fields=["desk", "on", "id"], name="sla_change_latest")]
        constraints = [models.CheckConstraint(condition=~models.Q(reason=""), name="sla_change_has_reason")]

    def __str__(self) -> str:
        """Return what was decided."""
        return f"{self.on.isoformat()} {'closed' if self.closed else 'open'}: {self.reason}"


class HoursChange(models.Model):
    """A manager's word on the weekly hours of a desk from a local date on (P3.1).

    Rows are kept for ever; one that was taken back before its day says when.
    """

    desk = models.ForeignKey(Desk, on_delete=models.CASCADE, related_name="hours_changes")
    since = models.DateField()
    hours = models.JSONField(help_text="Weekdays, start and end of each line, as they were said.")
    reason = models.CharField(max_length=200)
    # No foreign key, see HolidayChange.
    changed_by_id = models.BigIntegerField()
    changed_by_name = models.CharField(max_length=200)
    changed_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True, blank=True)
    taken_back_by_name = models.CharField(max_length=200, blank=True)

    class Meta:
        """Constraints."""

        constraints = [
            models.UniqueConstraint(
                fields=["desk", "since"], condition=models.Q(taken_back_at=None), name="sla_hours_change_once_a_day"
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="sla_hours_change_has_reason"),
        ]

    def __str__(self) -> str:
        """Return the day and why."""
        return f"{self.since.isoformat()}: {self.reason}"


class CalendarEdition(models.Model):
    """A calendar that promises were made with, named by its content, so that it can be built again as it was."""

    digest = models.CharField(max_length=64)
    content = models.JSONField(help_text="What engine.Calendar.from_content reads.")
    first_used_at = models.DateTimeField()

    class Meta:
        """Constraints."""

        constraints = [models.UniqueConstraint(fields=["digest"], name="sla_edition_digest")]

    def __str__(self) -> str:
        """Return the digest."""
        return self.digest


class PolicyVersion(models.Model):
    """A dated version of the support policy, in force from 00:00 UTC of `effective_on`: one instant for all desks."""

    name = models.CharField(max_length=80)
    effective_on = models.DateField()
    source = models.TextField(blank=True, help_text="The policy's text, or where it is published.")
    # Who published it on the manager's page; empty for what came with the product. No foreign key, see HolidayChange.
    published_by_id = models.BigIntegerField(null=True, blank=True)
    published_by_name = models.CharField(max_length=200, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    # The rhythm of the reminders while a case waits on its contact (P9.5), in the desk's business days and local time.
    reminder_after_business_days = models.PositiveSmallIntegerField(default=2, validators=[MinValueValidator(1)])
    reminder_at = models.TimeField(default=time(10))
    # How long a manager has to answer "Talk to a Manager" (P9.4), in the desk's working time.
    manager_answer_within_minutes = models.PositiveIntegerField(default=240, validators=[MinValueValidator(1)])

    class Meta:
        """Constraints."""

        constraints = [
            models.UniqueConstraint(fields=["name"], name="sla_policy_name"),
            models.UniqueConstraint(fields=["effective_on"], name="sla_policy_one_a_day"),
        ]

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class Target(models.Model):
    """One severity of a policy version: its examples and what is promised for it (P2.1, P9.2)."""

    class UpdateUnit(models.TextChoices):
        """What `update_every` counts."""

        HOURS_24X7 = "hours_24x7", "hours, round the clock"
        WORKING_MINUTES = "working_minutes", "working minutes"
        BUSINESS_DAYS = "business_days", "business days"

    policy = models.ForeignKey(PolicyVersion, on_delete=models.CASCADE, related_name="targets")
    severity = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(4)])
    name = models.CharField(max_length=80, help_text="The policy's title in short, such as Minor impact.")
    definition = models.CharField(max_length=200, help_text="The policy's title in full.")
    examples = models.TextField()
    respond_within_minutes = models.PositiveIntegerField(validators=[MinValueValidator(1)])
    round_the_clock = models.BooleanField(default=False)
    update_every = models.PositiveSmallIntegerField(validators=[MinValueValidator(1)])
    update_unit = models.CharField(max_length=20, choices=UpdateUnit.choices)
    warn_at_percent = models.PositiveSmallIntegerField(
        default=75, validators=[MinValueValidator(1), MaxValueValidator(99)]
    )

    class Meta:
        """Constraints."""

        constraints = [
            models.UniqueConstraint(fields=["policy", "severity"], name="sla_target_per_severity"),
            models.CheckConstraint(condition=models.Q(severity__range=(1, 4)), name="sla_target_severity"),
            models.CheckConstraint(condition=models.Q(respond_within_minutes__gte=1), name="sla_target_within"),
            models.CheckConstraint(condition=models.Q(update_every__gte=1), name="sla_target_update_every"),
            models.CheckConstraint(
                condition=models.Q(update_unit__in=["hours_24x7", "working_minutes", "business_days"]),
                name="sla_target_update_unit",
            ),
            models.CheckConstraint(condition=models.Q(warn_at_percent__range=(1, 99)), name="sla_target_warn_at"),
        ]

    def __str__(self) -> str:
        """Return severity and name."""
        return f"Severity {self.severity}: {self.name}"
