"""Numbers that take long to count."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class KeptNumbers(models.Model):
    """Numbers as they were counted last. Whoever reads them asks whether they are fresh; nothing follows from them."""

    name = models.CharField(max_length=40, primary_key=True)
    made_at = models.DateTimeField()
    content = models.JSONField()

    class Meta:
        verbose_name = _("kept numbers")
        verbose_name_plural = _("kept numbers")

    def __str__(self) -> str:
        return f"{self.name} {self.made_at:%Y-%m-%d %H:%M}"


class KeptReport(models.Model):
    """A report over a period as it was counted last (P2.1): keys and numbers; whoever reads it looks names up."""

    first = models.DateField()
    last = models.DateField()
    # In which its days begin.
    zone = models.CharField(max_length=64)
    # Codes as they were asked for; empty: all.
    desk = models.CharField(max_length=100, blank=True)
    partner = models.CharField(max_length=100, blank=True)
    # When a worker last began to count it, whether or not it came to an end.
    claimed_at = models.DateTimeField(null=True)
    # When a manager last had it counted; empty: it is one of those that the page offers.
    wanted_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(null=True)
    # What the page shows, and all rows of its tables, which the file has.
    content = models.JSONField(default=dict)
    every_row = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("kept report")
        verbose_name_plural = _("kept reports")
        constraints = [
            models.UniqueConstraint(fields=["first", "last", "zone", "desk", "partner"], name="one_report_of_each"),
        ]

    def __str__(self) -> str:
        return f"{self.first} - {self.last} {self.zone} {self.desk} {self.partner}"
