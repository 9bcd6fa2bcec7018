"""Removing a pasted secret: what may be removed, and what stands in its place."""

from collections.abc import Mapping

SHORTEST_SECRET = 4
# What stands where a secret stood.
REMOVED = "[removed]"
# Where it stood before the eyes of contacts. What stood in a note, or in mails to staff, is told to staff alone.
PLACES_OF_CONTACTS = frozenset({"case", "message", "file", "closing"})


def is_too_short_to_remove(secret: str) -> bool:
    """Return whether removing a text everywhere would tear other words apart."""
    return len(secret.strip()) < SHORTEST_SECRET


def places_of_contacts(places: Mapping[str, int]) -> dict[str, int]:
    """Return how often a secret stood where the contacts of its case could read it."""
    return {place: count for place, count in places.items() if place in PLACES_OF_CONTACTS}
