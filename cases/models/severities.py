"""Severity by two: what was proposed, what was agreed, and by whom (P2.3, P2.4, P8.1)."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.lifecycle import Side
from cases.models.cases import Case
from cases.models.emergency import ChargeVerdict


class Decision(models.TextChoices):
    """What became of a proposal."""

    AGREED = "agreed", _("Agreed")
    DECLINED = "declined", _("Declined")
    REPLACED = "replaced", _("Replaced by a newer proposal")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    CASE_ENDED = "case_ended", _("The case ended")


class SeverityProposal(models.Model):
    """One side's wish for another severity, with its reason. It waits for the other side; one is open at a time."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="severity_proposals")
    side = models.CharField(max_length=10, choices=[(Side.CONTACT, Side.CONTACT.label), (Side.STAFF, Side.STAFF.label)])
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    from_severity = models.PositiveSmallIntegerField()
    severity = models.PositiveSmallIntegerField()
    # The policy's words for the proposed severity, as they stood when it was proposed.
    definition = models.TextField()
    reason = models.TextField()
    made_at = models.DateTimeField()
    # The form's hidden key: the same form sent twice proposes once.
    submission_key = models.UUIDField(null=True, blank=True)
    # What the contact said with a request for Severity 1 (P2.6, P4.2); the case gets it once both agree.
    technical_resource = models.CharField(max_length=200, blank=True)
    charge_words = models.TextField(blank=True)
    charges_accepted_at = models.DateTimeField(null=True, blank=True)
    # What a specialist said with a lower severity of an after-hours Sev 1; it counts once both agree (P4.2).
    charge_verdict = models.CharField(max_length=20, choices=ChargeVerdict, blank=True)
    charge_reason = models.TextField(blank=True)
    # The link in the mail is kept as a hash alone; it serves for one decision and ends with `expires_at`.
    token_hash = models.CharField(max_length=64, blank=True)
    # Whom the link stands for: whoever opens it decides as this person.
    link_for = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    decision = models.CharField(max_length=20, choices=Decision, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    # Why it was declined.
    answer = models.TextField(blank=True)

    class Meta:
        verbose_name = _("severity proposal")
        verbose_name_plural = _("severity proposals")
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=models.Q(decision=""), name="proposal_one_open"),
            models.UniqueConstraint(fields=["proposed_by", "submission_key"], name="proposal_one_per_submission"),
            models.CheckConstraint(
                condition=models.Q(decision="", decided_at__isnull=True)
                | (~models.Q(decision="") & models.Q(decided_at__isnull=False)),
                name="proposal_decision_has_its_time",
            ),
            models.CheckConstraint(
                condition=models.Q(severity__range=(1, 4)) & ~models.Q(severity=models.F("from_severity")),
                name="proposal_changes_something",
            ),
        ]
        indexes = [models.Index(fields=["token_hash"], name="proposal_by_token", condition=~models.Q(token_hash=""))]

    def __str__(self) -> str:
        return f"{self.case_id} {self.from_severity} to {self.severity}"

    def link_is_open(self, now: datetime) -> bool:
        """Return whether the link in the mail still decides."""
        return self.decision == "" and self.expires_at is not None and now < self.expires_at


class SeverityAgreement(models.Model):
    """A severity that both sides agreed on: the two people, the moment, and the proposal that was agreed to."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="severity_agreements")
    severity = models.PositiveSmallIntegerField()
    proposal = models.OneToOneField(SeverityProposal, models.PROTECT, related_name="agreement")
    contact = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    specialist = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("severity agreement")
        verbose_name_plural = _("severity agreements")
        constraints = [
            models.CheckConstraint(condition=~models.Q(contact=models.F("specialist")), name="agreement_of_two"),
            # What a case's severity refers to, see the first migration.
            models.UniqueConstraint(fields=["id", "case", "severity"], name="agreement_referred_to"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} severity {self.severity}"
