"""Who may raise cases (P1.1): changes of a partner's plan, and the requests of those whose plan had ended."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.cases import Case, Channel
from cases.models.people import Partner


class PartnerChange(models.Model):
    """A manager's change of what a partner is entitled to, or its own of what it asks. Rows are kept for ever."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="changes")
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # Column -> [before, after].
    changed = models.JSONField()
    reason = models.TextField()

    class Meta:
        verbose_name = _("change of a partner")
        verbose_name_plural = _("changes of partners")
        constraints = [models.CheckConstraint(condition=~models.Q(reason=""), name="partner_change_has_a_reason")]

    def __str__(self) -> str:
        return f"{self.partner_id} {self.changed_at:%Y-%m-%d %H:%M}"


class RequestDecision(models.TextChoices):
    """What staff decided about a kept request."""

    LOGGED = "logged", _("Logged as a case")
    DECLINED = "declined", _("Declined")


class KeptRequest(models.Model):
    """A request of a partner whose plan had ended, kept whole until staff decide. Nothing of it is lost (P1.1)."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="kept_requests")
    contact = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="kept_requests")
    channel = models.CharField(max_length=10, choices=Channel)
    # What P5.1 asks for, under the names of `actions.CaseDetails`.
    details = models.JSONField()
    severity = models.PositiveSmallIntegerField()
    charge_words = models.TextField(blank=True)
    follow_up_of = models.ForeignKey(Case, models.PROTECT, related_name="+", null=True, blank=True)
    # Who took it down, if not the contact themselves.
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    asked_at = models.DateTimeField()
    submission_key = models.UUIDField(null=True, blank=True)
    decision = models.CharField(max_length=10, choices=RequestDecision, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    # A word to the contact with the decision.
    word = models.TextField(blank=True)
    case = models.OneToOneField(Case, models.PROTECT, related_name="kept_request", null=True, blank=True)

    class Meta:
        verbose_name = _("kept request")
        verbose_name_plural = _("kept requests")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(decision="", decided_at__isnull=True, decided_by__isnull=True, case__isnull=True)
                | models.Q(decision="logged", decided_at__isnull=False, decided_by__isnull=False, case__isnull=False)
                | models.Q(decision="declined", decided_at__isnull=False, decided_by__isnull=False, case__isnull=True),
                name="kept_request_decided_whole",
            ),
            models.CheckConstraint(condition=models.Q(severity__range=(1, 4)), name="kept_request_severity_1_to_4"),
            models.UniqueConstraint(fields=["contact", "submission_key"], name="kept_request_once_per_submission"),
        ]
        indexes = [
            # The list of those that wait, the oldest first.
            models.Index(fields=["asked_at", "id"], name="kept_request_waiting", condition=models.Q(decision="")),
        ]

    def __str__(self) -> str:
        return f"{self.partner_id} {self.asked_at:%Y-%m-%d %H:%M}"
