"""Logging a case: who may (P1.1), and what Severity 1 asks for (P2.6, P4.2)."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

DEFAULT_SEVERITY = 3
ROUND_THE_CLOCK_SEVERITY = 1


def is_entitled(plan: str, trial_ends_at: datetime | None, now: datetime) -> bool:
    """Return whether a partner may raise cases: a paid plan, or a trial that has not ended (P1.1)."""
    return plan == "paid" or (plan == "trial" and trial_ends_at is not None and now < trial_ends_at)


def needs_technical_resource(severity: int) -> bool:
    """Return whether somebody must be named who works with us around the clock (P2.6)."""
    return severity == ROUND_THE_CLOCK_SEVERITY


def needs_charge_acceptance(severity: int, desk_is_open: bool) -> bool:
    """Return whether the contact must accept possible charges: Sev 1 outside business hours (P4.2)."""
    return severity == ROUND_THE_CLOCK_SEVERITY and not desk_is_open


CHARGE_WORDS = _(
    "Emergency support outside business hours is for Severity 1 cases alone. If this case turns out not to be "
    "Severity 1, additional charges may apply. I accept this."
)
