"""Cases of one partner that belong together. A merged case points to the one that goes on (`Case.merged_into`)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.cases import Case


class CaseLink(models.Model):
    """Two cases that have to do with each other. The older one stands first, so that a pair is one row."""

    first = models.ForeignKey(Case, models.PROTECT, related_name="links_to_newer")
    second = models.ForeignKey(Case, models.PROTECT, related_name="links_to_older")
    linked_at = models.DateTimeField()
    linked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("link between cases")
        verbose_name_plural = _("links between cases")
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="link_once"),
            models.CheckConstraint(condition=models.Q(first__lt=models.F("second")), name="link_older_case_first"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} and {self.second_id}"
