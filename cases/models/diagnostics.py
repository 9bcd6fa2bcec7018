"""Diagnostics: what is asked for, remote sessions, investigation (P7.1)."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.cases import Case


class DiagnosticRequest(models.Model):
    """What a specialist asks the contact for, and by when. The case waits for diagnostics meanwhile."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="diagnostic_requests")
    wanted = models.TextField()
    wanted_by = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    # When the contact's files or words came, or the specialist needed them no more.
    ended_at = models.DateTimeField(null=True, blank=True)
    was_answered = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("diagnostic request")
        verbose_name_plural = _("diagnostic requests")
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(ended_at__isnull=True), name="diagnostics_one_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} by {self.wanted_by:%Y-%m-%d %H:%M}"


class Investigation(models.Model):
    """Offline work on what was sent; its promised follow-up is a deadline of the case."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="investigations")
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    note = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("investigation")
        verbose_name_plural = _("investigations")
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(ended_at__isnull=True), name="investigation_one_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} since {self.begun_at:%Y-%m-%d %H:%M}"


class RemoteSession(models.Model):
    """A short remote session: asked for, consented to by the contact, begun and ended."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="remote_sessions")
    purpose = models.TextField()
    # The words that the contact consented to, as shown.
    words = models.TextField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    consented_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    consented_at = models.DateTimeField(null=True, blank=True)
    # Who wrote a consent down that the contact gave on the phone; empty when they gave it in the portal.
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    declined_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)
    # What the contact said besides yes or no.
    answer = models.TextField(blank=True)
    # When a specialist asked anew before anybody answered.
    replaced_at = models.DateTimeField(null=True, blank=True)
    began_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    result = models.TextField(blank=True)

    class Meta:
        verbose_name = _("remote session")
        verbose_name_plural = _("remote sessions")
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(ended_at__isnull=True, declined_at__isnull=True, replaced_at__isnull=True),
                name="session_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(consented_at__isnull=True, consented_by__isnull=True, recorded_by__isnull=True)
                | models.Q(consented_at__isnull=False, consented_by__isnull=False),
                name="session_consent_is_somebodys",
            ),
            models.CheckConstraint(
                condition=models.Q(declined_at__isnull=True, declined_by__isnull=True)
                | models.Q(declined_at__isnull=False, declined_by__isnull=False, began_at__isnull=True),
                name="session_declined_by_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(began_at__isnull=True) | models.Q(consented_at__isnull=False),
                name="session_begins_with_consent",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True) | models.Q(began_at__isnull=False),
                name="session_ends_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.asked_at:%Y-%m-%d %H:%M}"


class PartialUpload(models.Model):
    """A large file on its way into a case, piece by piece, so that a dropped connection loses nothing.

    A finished one is kept for a while, so that who did not hear the answer may ask again.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="partial_uploads")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    received = models.PositiveBigIntegerField(default=0)
    # What a browser knows the file by, so that the same one chosen again goes on where it stopped.
    fingerprint = models.CharField(max_length=200, blank=True)
    began_at = models.DateTimeField()
    last_piece_at = models.DateTimeField()
    # What it became.
    attachment = models.ForeignKey("cases.Attachment", models.CASCADE, related_name="+", null=True, blank=True)

    class Meta:
        verbose_name = _("unfinished upload")
        verbose_name_plural = _("unfinished uploads")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(received__lte=models.F("size")), name="upload_receives_no_more_than_its_size"
            ),
            models.UniqueConstraint(
                fields=["case", "user", "fingerprint"],
                condition=models.Q(attachment__isnull=True) & ~models.Q(fingerprint=""),
                name="upload_one_of_a_file",
            ),
        ]
        indexes = [
            # Read by the sweep that throws abandoned pieces away.
            models.Index(fields=["last_piece_at"], name="upload_to_sweep")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.received} of {self.size}"
