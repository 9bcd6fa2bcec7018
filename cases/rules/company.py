"""A partner's own people: who leads, and how long an invitation is good."""

from datetime import timedelta

INVITATION_OPEN_FOR = timedelta(days=7)


def leaves_nobody_in_charge(administrators: set[int], losing: int) -> bool:
    """Return whether a company would have no administrator any more once `losing` is none."""
    return administrators == {losing}
