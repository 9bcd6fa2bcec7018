"""What people do to the channels, webhooks and mails that others are told by, and to their own mails.

Each is one durable transaction.
"""

from notifications.actions.channels import (
    ChannelDetails,
    add_channel,
    change_channel,
    remove_channel,
    ring_again,
    try_channel,
)
from notifications.actions.mails import send_given_up_again, send_mail_again
from notifications.actions.preferences import choose_mails, turn_off_mails
from notifications.actions.steps import change_warnings
from notifications.actions.webhooks import (
    WebhookDetails,
    add_webhook,
    change_webhook,
    remove_webhook,
    replace_secret,
    send_delivery_again,
    try_webhook,
)

__all__ = [
    "ChannelDetails",
    "WebhookDetails",
    "add_channel",
    "add_webhook",
    "change_channel",
    "change_warnings",
    "change_webhook",
    "choose_mails",
    "remove_channel",
    "remove_webhook",
    "replace_secret",
    "ring_again",
    "send_delivery_again",
    "send_given_up_again",
    "send_mail_again",
    "try_channel",
    "try_webhook",
    "turn_off_mails",
]
