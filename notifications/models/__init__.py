"""What is stored about telling people, by noun."""

from notifications.models.alerts import FOR_ON_CALL, AlertChannel, AlertKind, OutgoingAlert, Team
from notifications.models.choices import How, MailChoice, MailTimes
from notifications.models.mails import COLLECTING, FOR_CONTACTS, MailKind, OutgoingMail
from notifications.models.outgoing import MailState, Outgoing
from notifications.models.receivers import Receiver
from notifications.models.steps import Moment, WarningStep
from notifications.models.webhooks import Webhook, WebhookDelivery
from notifications.models.work import Heartbeat, StuckEvent

__all__ = [
    "COLLECTING",
    "FOR_CONTACTS",
    "FOR_ON_CALL",
    "AlertChannel",
    "AlertKind",
    "Heartbeat",
    "How",
    "MailChoice",
    "MailKind",
    "MailState",
    "MailTimes",
    "Moment",
    "Outgoing",
    "OutgoingAlert",
    "OutgoingMail",
    "Receiver",
    "StuckEvent",
    "Team",
    "WarningStep",
    "Webhook",
    "WebhookDelivery",
]
