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
    # For which of the person's companies it was begun; its administrators read why.
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


class ViewedPage(models.Model):
    """A page that somebody opened through a contact's eyes, for a company of which it may have told something.

    What shows the cases of all the person's companies has a row for each; each company reads its own.
    """

    viewing = models.ForeignKey(Viewing, models.PROTECT, related_name="pages")
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    # Without a query: it may hold words that somebody looked for.
    address = models.CharField(max_length=300)
    opened_at = models.DateTimeField()

    class Meta:
        verbose_name = _("page seen through a contact's eyes")
        verbose_name_plural = _("pages seen through contacts' eyes")
        constraints = [models.UniqueConstraint(fields=["viewing", "partner", "address"], name="viewed_page_once")]

    def __str__(self) -> str:
        return f"{self.viewing_id} {self.address}"
