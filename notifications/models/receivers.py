"""Whoever is told by another way than mail: what is known of it, and how it fares."""

from django.conf import settings
from django.db import models


class Receiver(models.Model):
    """A chat, a pager or a system that is told. One that was removed stays, for the log of what it was told."""

    name = models.CharField(max_length=80)
    is_active = models.BooleanField(default=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)
    # How it fares: the last time that it took something, and since when it takes nothing, with the last reason.
    last_ok_at = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def is_told(self) -> bool:
        """Whether anything may be sent to it."""
        return self.is_active and self.removed_at is None
