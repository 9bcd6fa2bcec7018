"""Administrators who see the portal as a contact sees it: who, as whom, why, and from when to when."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.people import Partner


class Viewing(models.Model):
    """One look at the portal through a contact's eyes. It changes nothing, ends by itself, and stays on the record."""

    viewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="viewings")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="viewed")
    # For which of the person's companies it was begun; its administrators read of it.
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="viewings")
    because = models.TextField()
    began_at = models.DateTimeField()
    # When it ends by itself, and when its viewer ended it before that.
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("look through a contact's eyes")
        verbose_name_plural = _("looks through contacts' eyes")
        constraints = [
            models.CheckConstraint(condition=models.Q(ends_at__gt=models.F("began_at")), name="viewing_ends"),
        ]

    def __str__(self) -> str:
        return f"{self.viewer_id} as {self.person_id} {self.began_at:%Y-%m-%d %H:%M}"

    def goes_on(self, now: datetime) -> bool:
        """Return whether its viewer still sees what the person sees."""
        return self.ended_at is None and now < self.ends_at
