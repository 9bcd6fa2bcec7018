"""What a person chose about their mails, as rows. Who never chose has none, and gets everything at once."""

from datetime import time

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class How(models.TextChoices):
    """What a person may choose for a kind of mail."""

    NOW = "now", _("At once")
    DIGEST = "digest", _("In the daily digest")
    NEVER = "never", _("Not at all")


class MailChoice(models.Model):
    """One person's word on one kind of mail."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mail_choices")
    kind = models.CharField(max_length=30)
    how = models.CharField(max_length=10, choices=How)

    class Meta:
        verbose_name = _("choice of mail")
        verbose_name_plural = _("choices of mail")
        constraints = [
            models.UniqueConstraint(fields=["person", "kind"], name="mail_choice_once"),
            models.CheckConstraint(condition=models.Q(how__in=How.values), name="mail_choice_how_known"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind}: {self.how}"


class MailTimes(models.Model):
    """When a person's mails may come: quiet hours and the hour of the digest, both in the person's own zone."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="mail_times")
    # Both or none. An end at or before the beginning is on the next day.
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    # The weekdays on which quiet hours begin; Monday is 0.
    quiet_days = models.JSONField(default=list, blank=True)
    digest_at = models.TimeField(default=time(8))
    # When the next digest is looked at; moved on by whoever makes it, so that one is made for each day.
    digest_due_at = models.DateTimeField()
    # Until when the last digest told what happened.
    digest_told_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("times of mail")
        verbose_name_plural = _("times of mail")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | (
                    models.Q(quiet_from__isnull=False, quiet_until__isnull=False)
                    & ~models.Q(quiet_from=models.F("quiet_until"))
                ),
                name="mail_times_quiet_from_and_until",
            )
        ]
        # Read by the sweep that makes digests.
        indexes = [models.Index(fields=["digest_due_at"], name="mail_times_digest_due")]

    def __str__(self) -> str:
        return f"{self.person_id}: digest at {self.digest_at:%H:%M}"
