"""What people are told of their accounts."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AccountChange(models.TextChoices):
    """What was changed, by the name that allauth's own mail about it has."""

    PASSWORD_CHANGED = "password_changed", _("Password changed")
    PASSWORD_SET = "password_set", _("Password set")
    PASSWORD_RESET = "password_reset", _("Password reset")
    TOTP_ACTIVATED = "totp_activated", _("Authenticator app activated")
    TOTP_DEACTIVATED = "totp_deactivated", _("Authenticator app deactivated")
    RECOVERY_CODES = "recovery_codes_generated", _("Recovery codes generated")
    KEY_ADDED = "webauthn_added", _("Security key added")
    KEY_REMOVED = "webauthn_removed", _("Security key removed")
    FACTORS_REMOVED = "factors_removed", _("Second factors removed")


class AccountNotice(models.Model):
    """That a person must be told of a change of their account. Written with the change, gone once their mail is."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    change = models.CharField(max_length=30, choices=AccountChange)
    at = models.DateTimeField()
    facts = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("notice about an account")
        verbose_name_plural = _("notices about accounts")
        constraints = [
            models.CheckConstraint(condition=models.Q(change__in=AccountChange.values), name="account_change_known")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.change}"
