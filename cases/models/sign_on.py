"""Who a person is at the provider of single sign-on: their `sub` there, which is given to nobody else, ever."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SignOn(models.Model):
    """An account at a provider that is a person's here. Undone, it stays, and says by whom and why."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="sign_ons")
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)
    bound_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    because = models.TextField(blank=True)

    class Meta:
        verbose_name = _("account at the provider")
        verbose_name_plural = _("accounts at the provider")
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "subject"], condition=models.Q(undone_at=None), name="sign_on_of_one_person"
            ),
            models.UniqueConstraint(
                fields=["person", "issuer"], condition=models.Q(undone_at=None), name="sign_on_one_each"
            ),
            models.CheckConstraint(
                condition=models.Q(undone_at__isnull=True, undone_by__isnull=True, because="")
                | (models.Q(undone_at__isnull=False, undone_by__isnull=False) & ~models.Q(because="")),
                name="sign_on_undone_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.issuer}"


class SignOnRefusal(models.Model):
    """That another account at the provider had a person's address, and was not let in as them."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="sign_on_refusals")
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        verbose_name = _("account at the provider that was not let in")
        verbose_name_plural = _("accounts at the provider that were not let in")
        constraints = [
            models.UniqueConstraint(fields=["person", "issuer", "subject"], name="sign_on_refusal_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.issuer}"


class SignOnLook(models.Model):
    """That an administrator looked into a refusal, or undid the account that stood in its way. It alarms no more."""

    refusal = models.OneToOneField(SignOnRefusal, models.CASCADE, primary_key=True, related_name="look")
    looked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    looked_at = models.DateTimeField()

    class Meta:
        verbose_name = _("look into an account that was not let in")
        verbose_name_plural = _("looks into accounts that were not let in")

    def __str__(self) -> str:
        return f"{self.refusal_id} {self.looked_by_id}"
