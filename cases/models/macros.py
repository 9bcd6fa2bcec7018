"""Answers that specialists give often, with places for what differs."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class Macro(models.Model):
    """A text for the composer. `{contact}` and the like are filled in when it is picked."""

    name = models.CharField(_("name"), max_length=80)
    body = models.TextField(_("text"))
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("macro")
        verbose_name_plural = _("macros")
        constraints = [models.UniqueConstraint(Lower("name"), name="macro_name_once")]

    def __str__(self) -> str:
        return self.name
