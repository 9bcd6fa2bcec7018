"""That a secret was removed from a case: by whom, when, why, and where it stood. Never the secret itself."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.cases import Case


class Redaction(models.Model):
    """One removal of a secret from a case, from everything that was kept of it."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="redactions")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    # How often it stood there, by place, such as {"message": 1, "note": 2}.
    places = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("removed secret")
        verbose_name_plural = _("removed secrets")
        constraints = [models.CheckConstraint(condition=~models.Q(reason=""), name="redaction_has_a_reason")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.at:%Y-%m-%d %H:%M}"
