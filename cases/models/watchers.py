"""Who else hears of a case: colleagues of its contact, and staff."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.cases import Case


class Watcher(models.Model):
    """A person who gets the mails of public replies and of the closing. Whether they may is asked at each mail."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="watchers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="watches")
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("watcher")
        verbose_name_plural = _("watchers")
        constraints = [models.UniqueConstraint(fields=["case", "user"], name="watcher_once")]

    def __str__(self) -> str:
        return f"{self.user_id} watches {self.case_id}"
