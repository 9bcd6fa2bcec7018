"""Whom a promise warns, step by step, as rows that managers change."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Moment(models.TextChoices):
    """When people are warned of a promise."""

    UPDATE_DUE = "update_due", _("A progress update is due soon")
    AT_RISK = "at_risk", _("A promise is at risk")
    MISSED = "missed", _("A promise was missed, or an update is overdue")


class WarningStep(models.Model):
    """Who is told at one moment. Where nobody owns a case, its shift and the managers are told whatever stands here."""

    moment = models.CharField(max_length=10, choices=Moment, primary_key=True)
    owner = models.BooleanField(default=True)
    shift = models.BooleanField(default=False)
    managers = models.BooleanField(default=False)
    administrators = models.BooleanField(default=False)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("warning step")
        verbose_name_plural = _("warning steps")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(owner=True)
                | models.Q(shift=True)
                | models.Q(managers=True)
                | models.Q(administrators=True),
                name="warning_step_tells_somebody",
            ),
            models.CheckConstraint(condition=models.Q(moment__in=Moment.values), name="warning_step_moment_known"),
        ]

    def __str__(self) -> str:
        return str(self.moment)
