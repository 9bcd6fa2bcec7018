"""Talk to a Manager (P9.4): requests, tracked until a manager answered."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.cases import Case
from cases.models.deadlines import Deadline


class ManagerRequest(models.Model):
    """A contact asks for a manager. One is open on a case at a time; asking again adds words to it."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="manager_requests")
    asked_at = models.DateTimeField()
    # By when a manager answers; kept or missed there.
    deadline = models.OneToOneField(Deadline, models.PROTECT, related_name="manager_request")
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        verbose_name = _("request for a manager")
        verbose_name_plural = _("requests for a manager")
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(answered_at__isnull=True), name="manager_request_one_open"
            ),
            models.CheckConstraint(
                condition=models.Q(answered_at__isnull=True, answered_by__isnull=True, answer="")
                | (models.Q(answered_at__isnull=False, answered_by__isnull=False) & ~models.Q(answer="")),
                name="manager_request_answered_whole",
            ),
        ]
        indexes = [
            # The managers' list: those that wait, then the answered ones, newest first.
            models.Index(fields=["-answered_at", "-id"], name="manager_request_answered"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.asked_at:%Y-%m-%d %H:%M}"


class ManagerRequestWord(models.Model):
    """What was said in a request, each time it was asked."""

    request = models.ForeignKey(ManagerRequest, models.PROTECT, related_name="said")
    words = models.TextField()
    said_at = models.DateTimeField()
    # The contact themselves, or the member of staff who heard it from them.
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # The form's hidden key: the same form sent twice says it once.
    submission_key = models.UUIDField(null=True, blank=True)

    class Meta:
        verbose_name = _("words to a manager")
        verbose_name_plural = _("words to a manager")
        constraints = [
            models.UniqueConstraint(fields=["said_by", "submission_key"], name="manager_word_once_per_submission")
        ]
        indexes = [models.Index(fields=["request", "said_at"], name="manager_word_in_order")]

    def __str__(self) -> str:
        return f"{self.request_id} {self.said_at:%Y-%m-%d %H:%M}"
