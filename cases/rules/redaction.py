"""Removing a pasted secret: what may be removed, and what stands in its place."""

SHORTEST_SECRET = 4
# What stands where a secret stood.
REMOVED = "[removed]"


def is_too_short_to_remove(secret: str) -> bool:
    """Return whether removing a text everywhere would tear other words apart."""
    return len(secret.strip()) < SHORTEST_SECRET
