"""Waiting on the contact, and the attempts to reach them (P9.1, P9.5)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.cases import Case
from cases.rules import AttemptMethod, AttemptOutcome


class WaitingEpisode(models.Model):
    """A stretch of time in which a case waits on its contact. Any word from the contact ends it.

    The two due times say what the clock does next if nobody says a word: a reminder, or the closing.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="episodes")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    next_reminder_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    # A specialist keeps the case open although nobody answers (P9.5).
    held_at = models.DateTimeField(null=True, blank=True)
    held_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    hold_reason = models.TextField(blank=True)

    class Meta:
        verbose_name = _("waiting on the contact")
        verbose_name_plural = _("waiting on the contact")
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(ended_at__isnull=True), name="episode_one_open"
            ),
            models.CheckConstraint(
                condition=models.Q(next_reminder_at__isnull=True) | models.Q(closes_at__isnull=True),
                name="episode_reminds_or_closes",
            ),
            models.CheckConstraint(
                condition=models.Q(held_at__isnull=True)
                | (models.Q(closes_at__isnull=True, next_reminder_at__isnull=True) & ~models.Q(hold_reason="")),
                name="episode_held_stands_still",
            ),
        ]
        indexes = [
            # Read by the sweep that makes reminder attempts.
            models.Index(
                fields=["next_reminder_at"], name="episode_to_remind", condition=models.Q(ended_at__isnull=True)
            ),
            # Read by the sweep that closes in silence.
            models.Index(fields=["closes_at"], name="episode_to_close", condition=models.Q(ended_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} since {self.started_at:%Y-%m-%d %H:%M}"


class ContactAttempt(models.Model):
    """One attempt to reach the contact: a call that a specialist logged, or a reminder mail.

    It counts towards P9.5 when `number` is set: within an episode, each on its own business day of the desk.
    A reminder mail is on its way (outcome `sending`) until the mail server took it; one it refused is none.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="attempts")
    episode = models.ForeignKey(WaitingEpisode, models.PROTECT, related_name="attempts", null=True, blank=True)
    method = models.CharField(max_length=10, choices=AttemptMethod)
    outcome = models.CharField(max_length=20, choices=AttemptOutcome)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    logged_at = models.DateTimeField()
    # The desk's local date, on a day it was open, of an attempt that counts.
    business_date = models.DateField(null=True, blank=True)
    number = models.PositiveSmallIntegerField(null=True, blank=True)
    # What was said on the phone, or the text of the mail.
    note = models.TextField(blank=True)
    # The contact called us, and spoke with the specialist who logged it.
    incoming = models.BooleanField(default=False)
    # The Message-ID of the mail that it is: a bounce names it.
    mail_message_id = models.CharField(max_length=200, blank=True)
    # The form's hidden key: the same form sent twice logs one call.
    submission_key = models.UUIDField(null=True, blank=True)

    class Meta:
        verbose_name = _("contact attempt")
        verbose_name_plural = _("contact attempts")
        constraints = [
            models.UniqueConstraint(fields=["episode", "business_date"], name="attempt_one_counts_a_business_day"),
            models.UniqueConstraint(fields=["episode", "number"], name="attempt_number_once"),
            models.CheckConstraint(
                condition=models.Q(number__isnull=True, business_date__isnull=True)
                | models.Q(number__in=(1, 2), business_date__isnull=False, episode__isnull=False),
                name="attempt_counts_in_an_episode",
            ),
            # At most one reminder is on its way for an episode, whatever runs twice.
            models.UniqueConstraint(
                fields=["episode"], condition=models.Q(outcome=AttemptOutcome.SENDING), name="attempt_one_on_its_way"
            ),
            models.UniqueConstraint(fields=["made_by", "submission_key"], name="attempt_one_per_submission"),
        ]
        indexes = [models.Index(fields=["case", "made_at"], name="attempt_in_order")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.method} {self.outcome} {self.made_at:%Y-%m-%d %H:%M}"
