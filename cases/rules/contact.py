"""Reaching the contact: calls and mails, and the first response (P2.5, P9.1)."""

from datetime import datetime, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class AttemptMethod(TextChoices):
    """How a contact was approached (P9.1)."""

    CALL = "call", _("Call")
    EMAIL = "email", _("Email")


class AttemptOutcome(TextChoices):
    """What became of an attempt."""

    REACHED = "reached", _("Reached")
    LEFT_MESSAGE = "left_message", _("Left a message")
    NO_ANSWER = "no_answer", _("No answer")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Could not be delivered")


CALL_OUTCOMES = [AttemptOutcome.REACHED, AttemptOutcome.LEFT_MESSAGE, AttemptOutcome.NO_ANSWER]


def call_reached_the_contact(outcome: str) -> bool:
    """Return whether a call was a conversation: it stops the response clock and the waiting (P2.5, P9.1)."""
    return outcome == AttemptOutcome.REACHED


# A call may be logged late; the clock stops at the call. Further back needs a manager.
BACKDATE_WITHIN = timedelta(hours=1)


def may_log_call_made_at(made_at: datetime, now: datetime, *, by_manager: bool) -> bool:
    """Return whether a call made at `made_at` may be logged at `now`: not in the future, not far back."""
    return made_at <= now and (by_manager or now - made_at <= BACKDATE_WITHIN)
