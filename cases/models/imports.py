"""What was brought over from another help desk."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.cases import Case


class ImportedCase(models.Model):
    """Where a case was kept before, and under which number there: the same one is never brought over twice."""

    case = models.OneToOneField(Case, models.PROTECT, primary_key=True, related_name="brought_over")
    source = models.CharField(max_length=60)
    external_id = models.CharField(max_length=100)
    imported_at = models.DateTimeField()
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("case brought over")
        verbose_name_plural = _("cases brought over")
        constraints = [models.UniqueConstraint(fields=["source", "external_id"], name="imported_case_once")]
        indexes = [models.Index(fields=["external_id"], name="imported_case_number")]

    def __str__(self) -> str:
        return f"{self.source} {self.external_id}"
