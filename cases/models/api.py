"""Doors for machines: tokens, and receipts that make a repeated request one act."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken

from cases.models.cases import Case


class Scope(models.TextChoices):
    """What a token may do. It never may more than its owner."""

    CASES_READ = "cases:read", _("Read cases")
    CASES_WRITE = "cases:write", _("Log cases and act on them")
    WEBHOOKS = "webhooks", _("Look after webhooks")
    CALLERS_READ = "callers:read", _("Ask who is calling")
    ADMINISTRATION = "administration", _("Look after people, the roster and the rules")


class ApiToken(AbstractAuthToken):  # type: ignore[misc] # knox ships without types
    """A named token of a person. Only a hash is kept; `token_key` is the beginning, to tell tokens apart."""

    name = models.CharField(_("name"), max_length=80)
    scopes = models.JSONField(_("scopes"), default=list)
    # Noted to the hour, so that reading through the API writes little.
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"{self.name} ({self.token_key[:8]}…)"


class Receipt(models.Model):
    """A request with an `Idempotency-Key` that was carried out. Written in the act's own transaction.

    The same key again is answered from here, also when the first answer never left.
    """

    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    # SHA-256 of method, address and body: the same key with something else in it is a mistake of the caller.
    fingerprint = models.CharField(max_length=64)
    # What the answer tells of: the case, or beside cases the row of the noun that the address is about.
    case = models.ForeignKey(Case, models.CASCADE, related_name="+", null=True, blank=True)
    made = models.BigIntegerField(null=True, blank=True)
    made_at = models.DateTimeField()
    # The answer as it was given; empty when the process died before it could be kept, or where it holds a secret.
    status_code = models.PositiveSmallIntegerField(null=True, blank=True)
    answer = models.JSONField(null=True, blank=True)

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        constraints = [models.UniqueConstraint(fields=["actor", "key"], name="receipt_once")]
        indexes = [models.Index(fields=["made_at"], name="receipt_by_age")]

    def __str__(self) -> str:
        return f"{self.actor_id} {self.key}"
