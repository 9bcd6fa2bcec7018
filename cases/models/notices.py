"""What people are told beside any case: a trial that ends, a request that waits for a decision."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.people import Partner


class NoticeKind(models.TextChoices):
    """What is told."""

    TRIAL_ENDING = "trial_ending", _("Trial is ending")
    TRIAL_ENDED = "trial_ended", _("Trial has ended")
    REQUEST_KEPT = "request_kept", _("Request kept")
    REQUEST_LOGGED = "request_logged", _("Kept request logged")
    REQUEST_DECLINED = "request_declined", _("Kept request declined")
    MAIL_PUT_ASIDE = "mail_put_aside", _("Mail put aside")


class Notice(models.Model):
    """Something about a partner that people must be told. Written with the act; `told_at` is set with the mails."""

    kind = models.CharField(max_length=30, choices=NoticeKind)
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="notices")
    at = models.DateTimeField()
    facts = models.JSONField(default=dict)
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [models.CheckConstraint(condition=models.Q(kind__in=NoticeKind.values), name="notice_kind_known")]
        indexes = [
            # Read by the sweep that writes the mails.
            models.Index(fields=["id"], name="notice_to_tell", condition=models.Q(told_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.partner_id} {self.kind}"
