"""Texts and choices that an administrator edits: product areas, the site's name."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ProductArea(models.Model):
    """A part of the product that a case is about, with what the policy says of its scope (P1.4, P9.8)."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    in_scope = models.BooleanField(_("in scope"), default=True)
    scope_hint = models.TextField(_("scope hint"), blank=True, help_text=_("Shown when a contact picks this area."))
    # What a closing as out of scope says, see rules.referral.
    referral = models.TextField(
        _("whom to turn to"), blank=True, help_text=_("Suggested when a case of this area is closed as out of scope.")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("product area")
        verbose_name_plural = _("product areas")

    def __str__(self) -> str:
        return self.name


class Site(models.Model):
    """What this installation calls itself and writes as. There is one row, made at set-up."""

    name = models.CharField(_("name"), max_length=80, default="Probax Support")
    mail_from = models.CharField(
        _("mail is sent from"), max_length=200, blank=True, help_text=_("Such as Probax Support <care@probax.io>.")
    )
    set_up_at = models.DateTimeField(_("set up"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("site")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="site_is_one_row")]

    def __str__(self) -> str:
        return self.name
