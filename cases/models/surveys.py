"""What contacts thought of how their case was handled (P11.1)."""

from datetime import datetime

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from cases.models.cases import Closing


def score_field(label: StrOrPromise) -> "models.PositiveSmallIntegerField[int | None, int | None]":
    """Return a field for one answer, 1 (very poor) to 5 (very good)."""
    return models.PositiveSmallIntegerField(
        label, null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )


class Survey(models.Model):
    """The questions put after one closing, and their answers. The link's token is kept only as a hash."""

    closing = models.OneToOneField(Closing, models.PROTECT, related_name="survey")
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    handling = score_field(_("how the case was managed"))
    professionalism = score_field(_("professionalism and expertise"))
    satisfaction = score_field(_("overall satisfaction"))
    comment = models.TextField(_("comment"), blank=True)
    # When to ask once more, and the hash of that mail's own link; both empty where nobody needs to be asked again.
    remind_at = models.DateTimeField(null=True, blank=True)
    reminder_hash = models.CharField(max_length=64, null=True, blank=True, unique=True)
    # What a manager did about a low score (P11.2).
    follow_up = models.TextField(_("what was done"), blank=True)
    followed_up_at = models.DateTimeField(null=True, blank=True)
    followed_up_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(answered_at__isnull=True, handling__isnull=True, satisfaction__isnull=True)
                | models.Q(
                    answered_at__isnull=False,
                    handling__range=(1, 5),
                    professionalism__range=(1, 5),
                    satisfaction__range=(1, 5),
                ),
                name="survey_answered_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(answered_at__isnull=True) | models.Q(remind_at__isnull=True),
                name="survey_answered_is_not_asked_again",
            ),
            models.CheckConstraint(
                condition=models.Q(followed_up_at__isnull=True, followed_up_by__isnull=True, follow_up="")
                | (
                    models.Q(followed_up_at__isnull=False, followed_up_by__isnull=False, answered_at__isnull=False)
                    & ~models.Q(follow_up="")
                ),
                name="survey_followed_up_whole",
            ),
        ]
        indexes = [
            # Read by the manager's page: answers, newest first.
            models.Index(fields=["-answered_at"], name="survey_answers", condition=models.Q(answered_at__isnull=False)),
            # Read by the sweep that asks once more.
            models.Index(fields=["remind_at"], name="survey_to_remind", condition=models.Q(remind_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.closing_id}"

    def is_open(self, now: datetime) -> bool:
        """Return whether the link still takes an answer."""
        return self.answered_at is None and now < self.expires_at
