"""What people do to the channels and webhooks that others are told by. Each is one durable transaction."""

from notifications.actions.channels import (
    ChannelDetails,
    add_channel,
    change_channel,
    remove_channel,
    try_channel,
)

__all__ = [
    "ChannelDetails",
    "add_channel",
    "change_channel",
    "remove_channel",
    "try_channel",
]
