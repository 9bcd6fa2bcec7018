"""What is stored about telling people, by noun."""

from notifications.models.alerts import FOR_ON_CALL, AlertChannel, AlertKind, OutgoingAlert, Team
from notifications.models.mails import FOR_CONTACTS, MailKind, OutgoingMail
from notifications.models.outgoing import MailState, Outgoing
from notifications.models.receivers import Receiver
from notifications.models.webhooks import Webhook, WebhookDelivery
from notifications.models.work import Heartbeat, StuckEvent

__all__ = [
    "FOR_CONTACTS",
    "FOR_ON_CALL",
    "AlertChannel",
    "AlertKind",
    "Heartbeat",
    "MailKind",
    "MailState",
    "Outgoing",
    "OutgoingAlert",
    "OutgoingMail",
    "Receiver",
    "StuckEvent",
    "Team",
    "Webhook",
    "WebhookDelivery",
]
