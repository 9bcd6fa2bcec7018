"""Plans and trials (P1.1)."""

from datetime import datetime, timedelta

# A free trial, and how long before its end people hear of it.
TRIAL_LASTS = timedelta(days=14)
TRIAL_WARNING = timedelta(days=3)


def trial_ends(began_at: datetime) -> datetime:
    """Return the instant at which a trial that began at `began_at` ends: from that second on it has ended."""
    return began_at + TRIAL_LASTS


def trial_is_ending(trial_ends_at: datetime, now: datetime) -> bool:
    """Return whether a trial that still runs at `now` ends within three days."""
    return now < trial_ends_at <= now + TRIAL_WARNING
