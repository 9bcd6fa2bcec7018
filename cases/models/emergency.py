"""Severity 1: who works with us around the clock, who was woken, and what it may cost (P2.6, P4.1, P4.2)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.cases import Case


class ResourceAbsence(models.Model):
    """A time in which nobody at the partner could work with us: the clock counts in the desk's hours (P2.6)."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="resource_absences")
    began_at = models.DateTimeField()
    began_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.TextField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        verbose_name = _("absence of the technical resource")
        verbose_name_plural = _("absences of the technical resource")
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(ended_at__isnull=True), name="absence_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True) | models.Q(ended_at__gte=models.F("began_at")),
                name="absence_ends_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} since {self.began_at:%Y-%m-%d %H:%M}"


class AlertReason(models.TextChoices):
    """Why people on call are woken."""

    AFTER_HOURS = "after_hours", _("Severity 1 outside business hours")
    REQUESTED = "requested", _("Severity 1 was asked for")


class OnCallAlert(models.Model):
    """People on call are woken again and again until one of them takes the alert (P4.1)."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="alerts")
    reason = models.CharField(max_length=20, choices=AlertReason)
    raised_at = models.DateTimeField()
    rounds = models.PositiveIntegerField(default=0)
    # When the next round goes out; none once somebody took it or it fell away.
    next_round_at = models.DateTimeField(null=True, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("on-call alert")
        verbose_name_plural = _("on-call alerts")
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=models.Q(ended_at__isnull=True), name="alert_one_open"),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True) | models.Q(next_round_at__isnull=True),
                name="alert_ended_is_quiet",
            ),
        ]
        indexes = [models.Index(fields=["next_round_at"], name="alert_next_round")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.reason}"


class ChargeVerdict(models.TextChoices):
    """What a specialist says when an after-hours Sev 1 falls or ends (P4.2)."""

    NEVER_QUALIFIED = "never_qualified", _("It never qualified as Severity 1")
    IMPACT_REDUCED = "impact_reduced", _("The impact was reduced")


class ChargeDecision(models.TextChoices):
    """What a manager decides about charges."""

    CHARGE = "charge", _("Charge")
    WAIVE = "waive", _("Waive")


class ChargeReview(models.Model):
    """The question whether after-hours support is charged: the specialist's word, then a manager's (P4.2)."""

    case = models.OneToOneField(Case, models.PROTECT, related_name="charge_review")
    asked_at = models.DateTimeField()
    verdict = models.CharField(max_length=20, choices=ChargeVerdict, blank=True)
    verdict_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    verdict_at = models.DateTimeField(null=True, blank=True)
    verdict_reason = models.TextField(blank=True)
    decision = models.CharField(max_length=10, choices=ChargeDecision, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.TextField(blank=True)

    class Meta:
        verbose_name = _("charge review")
        verbose_name_plural = _("charge reviews")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(decision="") | models.Q(verdict=ChargeVerdict.NEVER_QUALIFIED),
                name="charge_decided_when_never_qualified",
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.verdict or 'asked'}"
