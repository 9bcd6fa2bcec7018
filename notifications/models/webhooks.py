"""Webhooks: the systems that are told what happens, and each delivery to one of them."""

import uuid
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models import CaseEvent, Partner
from notifications.models.outgoing import Outgoing, due_indexes, standing_is_sound
from notifications.models.receivers import Receiver


class Webhook(Receiver):
    """One system: a partner's, which hears what contacts may read of its cases, or our own, which hears everything."""

    # None: a system of our own.
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="webhooks", null=True, blank=True)
    url = models.CharField(max_length=500)
    # Kinds of events; none chosen is all of them.
    kinds = models.JSONField(default=list)
    # What deliveries are signed with, encrypted; the one before it signs too, for a day after it was replaced.
    secret = models.TextField()
    old_secret = models.TextField(blank=True)
    old_secret_until = models.DateTimeField(null=True, blank=True)
    # Set where it was switched off because it took nothing for days.
    gave_up_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        indexes = [
            # Read for each event that is told.
            models.Index(
                fields=["partner"], name="webhook_told", condition=models.Q(is_active=True, removed_at__isnull=True)
            ),
        ]

    def secrets_at(self, now: datetime) -> list[str]:
        """Return what a delivery is signed with, encrypted, the newest first."""
        until = self.old_secret_until
        return [self.secret, self.old_secret] if until is not None and now < until else [self.secret]


class WebhookDelivery(Outgoing):
    """One event for one system, in the words it was written down with. Its key is made of event and webhook."""

    related = ("receiver__partner", "event__case")

    receiver = models.ForeignKey(Webhook, models.PROTECT, related_name="deliveries")
    # The same at every try, so that what went twice is known as one.
    message_id = models.UUIDField(default=uuid.uuid4, unique=True)
    # A kind of event, or "test".
    kind = models.CharField(max_length=30)
    event = models.ForeignKey(CaseEvent, models.PROTECT, related_name="deliveries", null=True, blank=True)
    body = models.TextField()
    # What the system said last.
    status_code = models.PositiveSmallIntegerField(null=True, blank=True)
    answer = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        constraints = [
            *standing_is_sound("delivery"),
            models.CheckConstraint(
                condition=models.Q(event__isnull=False) | models.Q(kind="test"), name="delivery_of_an_event"
            ),
        ]
        indexes = [
            *due_indexes("delivery"),
            # Read by a webhook's page, newest first.
            models.Index(fields=["receiver", "-id"], name="delivery_by_webhook"),
            models.Index(fields=["-id"], name="delivery_given_up", condition=models.Q(state="gave_up")),
        ]

    def __str__(self) -> str:
        return f"delivery {self.kind} to {self.receiver_id}"
