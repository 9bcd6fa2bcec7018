"""Invitations of colleagues by a partner's administrator, or by staff."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from cases.models.people import Membership, MembershipRole, Partner


class Invitation(models.Model):
    """One invitation by mail: bound to its address, good once and for some days. The token is kept as a hash alone."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=20, choices=MembershipRole, default=MembershipRole.CONTACT)
    sees_all_cases = models.BooleanField(default=True)
    language = models.CharField(max_length=10, default="en")
    zone = models.CharField(max_length=60, default="UTC")
    token_hash = models.CharField(max_length=64, unique=True)
    # The open half of the link, until its mail is written; empty afterwards.
    secret = models.CharField(max_length=64, blank=True)
    invited_at = models.DateTimeField()
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=MembershipRole.values), name="invitation_role_known"),
            # A newer one takes the place of the one before.
            models.UniqueConstraint(
                Lower("email"),
                "partner",
                condition=models.Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                name="invitation_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | models.Q(accepted_at__isnull=False, accepted_by__isnull=False, withdrawn_at__isnull=True),
                name="invitation_accepted_by_somebody",
            ),
        ]
        indexes = [
            # Read by the sweep that writes their mails.
            models.Index(fields=["invited_at"], name="invitation_to_tell", condition=~models.Q(secret=""))
        ]

    def __str__(self) -> str:
        return f"{self.email} ({self.partner})"

    def is_open(self, now: datetime) -> bool:
        """Return whether the link still lets somebody in."""
        return self.accepted_at is None and self.withdrawn_at is None and now < self.expires_at


class MembershipChange(models.Model):
    """What somebody changed about a colleague: role, sight, whether they may enter. Never changed afterwards."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="changes")
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("change of a colleague")
        verbose_name_plural = _("changes of colleagues")

    def __str__(self) -> str:
        return f"{self.membership_id} {self.changed_at:%Y-%m-%d %H:%M}"
