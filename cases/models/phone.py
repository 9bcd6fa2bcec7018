"""Phone numbers: those that people call from (P6.1), and ours that they call (P6.2, P13.1)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.people import Partner
from sla.models import Desk


class PhoneNumber(models.Model):
    """A number of a person or of a partner's office, in E.164 (`+61272517900`). Several may share one."""

    number = models.CharField(_("number"), max_length=16)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="phone_numbers", null=True, blank=True
    )
    partner = models.ForeignKey(Partner, models.CASCADE, related_name="phone_numbers", null=True, blank=True)
    label = models.CharField(_("label"), max_length=60, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    added_at = models.DateTimeField()

    class Meta:
        verbose_name = _("phone number")
        verbose_name_plural = _("phone numbers")
        constraints = [
            models.UniqueConstraint(fields=["number", "user"], name="phone_once_a_person"),
            models.UniqueConstraint(fields=["number", "partner"], name="phone_once_a_partner"),
            models.CheckConstraint(
                condition=models.Q(user__isnull=True, partner__isnull=False)
                | models.Q(user__isnull=False, partner__isnull=True),
                name="phone_of_one",
            ),
            models.CheckConstraint(condition=models.Q(number__startswith="+"), name="phone_e164"),
        ]

    def __str__(self) -> str:
        return self.number


class SupportNumber(models.Model):
    """A number at which partners of a region call us: data, shown on the contact page."""

    region = models.CharField(_("region"), max_length=80)
    country = models.CharField(_("country"), max_length=2, help_text=_("ISO code, such as AU."))
    desk = models.ForeignKey(Desk, models.PROTECT, verbose_name=_("desk"), related_name="support_numbers")
    number = models.CharField(_("number to dial"), max_length=16)
    shown_as = models.CharField(_("shown as"), max_length=40)
    is_toll_free = models.BooleanField(_("toll-free"), default=False)
    note = models.CharField(_("note"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("support number")
        verbose_name_plural = _("support numbers")
        constraints = [models.UniqueConstraint(fields=["number", "region"], name="support_number_once")]

    def __str__(self) -> str:
        return f"{self.region}: {self.shown_as}"
