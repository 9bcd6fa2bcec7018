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
