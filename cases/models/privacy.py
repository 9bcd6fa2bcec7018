"""That a person's name and address were removed: whose, by whom, when, and how much. Never what they were."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Erasure(models.Model):
    """One person who is not named here any more."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="erasure")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # Whether what they wrote and sent went too.
    words_too = models.BooleanField()
    # How often they were named, by place, such as {"messages": 1, "mails": 2}.
    places = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("erased person")
        verbose_name_plural = _("erased persons")

    def __str__(self) -> str:
        return f"{self.person_id} {self.at:%Y-%m-%d %H:%M}"
