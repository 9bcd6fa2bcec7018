"""Calendar edits and promises (P3.2)."""

from datetime import datetime


def promise_may_move(old_due_at: datetime, new_due_at: datetime, now: datetime) -> bool:
    """Return whether a calendar edit may move a promise: a missed one stays missed, and none goes to the past."""
    return old_due_at >= now and new_due_at >= now
