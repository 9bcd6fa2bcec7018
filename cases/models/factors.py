"""Second factors that were lost, and who let their owner set up new ones."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class FactorRemoval(models.Model):
    """That an administrator removed somebody's second factors. Rows are kept for ever."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="factor_removals")
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    removed_at = models.DateTimeField()
    # How the administrator made sure that it was the person who asked.
    made_sure = models.TextField()
    # What machines came in by, and what ended with the factors.
    tokens_ended = models.PositiveIntegerField(default=0, db_default=0)
    feeds_ended = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        verbose_name = _("removal of second factors")
        verbose_name_plural = _("removals of second factors")

    def __str__(self) -> str:
        return f"{self.person_id} {self.removed_at:%Y-%m-%d}"
