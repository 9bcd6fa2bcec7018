"""Consent to the possible cost of work in a public cloud (P12.1)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.cases import Case


class ConsentText(models.Model):
    """A version of the words that a contact consents to. Versions are added, never changed."""

    version = models.PositiveIntegerField(_("version"), unique=True)
    words = models.TextField(_("words"))
    in_force_from = models.DateTimeField(_("in force from"))

    class Meta:
        verbose_name = _("consent text")
        verbose_name_plural = _("consent texts")

    def __str__(self) -> str:
        return f"{self.version}"


class CloudConsent(models.Model):
    """One request for consent in a case, and the contact's answer to exactly these words."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="consents")
    text = models.ForeignKey(ConsentText, models.PROTECT, related_name="+")
    # What is going to be done.
    action = models.TextField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    given = models.BooleanField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    # When a specialist asked anew before anybody answered.
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("consent to public-cloud cost")
        verbose_name_plural = _("consents to public-cloud cost")
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(answered_at__isnull=True, replaced_at__isnull=True),
                name="consent_one_asked",
            ),
            models.CheckConstraint(
                condition=models.Q(answered_at__isnull=True, given__isnull=True, answered_by__isnull=True)
                | models.Q(answered_at__isnull=False, given__isnull=False, answered_by__isnull=False),
                name="consent_answer_is_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True) | models.Q(given=True), name="consent_withdrawn_was_given"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.asked_at:%Y-%m-%d %H:%M}"


class CloudAction(models.Model):
    """Work in a public cloud. One done without consent is recorded all the same, and flagged to a manager."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="cloud_actions")
    consent = models.ForeignKey(CloudConsent, models.PROTECT, related_name="actions", null=True, blank=True)
    action = models.TextField()
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    began_at = models.DateTimeField()
    # Why it was done without consent; empty when there was consent.
    without_consent_because = models.TextField(blank=True)
    seen_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    # The form's hidden key: the same form sent twice records it once.
    submission_key = models.UUIDField(null=True, blank=True)

    class Meta:
        verbose_name = _("action in a public cloud")
        verbose_name_plural = _("actions in a public cloud")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(consent__isnull=False, without_consent_because="")
                | (models.Q(consent__isnull=True) & ~models.Q(without_consent_because="")),
                name="cloud_action_with_consent_or_a_reason",
            ),
            models.UniqueConstraint(fields=["done_by", "submission_key"], name="cloud_action_one_per_submission"),
        ]
        indexes = [
            # The managers' list: done without consent, and not looked at yet.
            models.Index(
                fields=["began_at"],
                name="cloud_action_to_see",
                condition=models.Q(consent__isnull=True, seen_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.began_at:%Y-%m-%d %H:%M}"
