"""Surveys (P11.1)."""

from datetime import timedelta

SURVEY_OPEN_FOR = timedelta(days=30)
# Who did not answer by then is asked once more, and never again.
SURVEY_REMINDED_AFTER = timedelta(days=7)
# Answers of 1 to 5; a satisfaction up to this is followed up by a manager (P11.2).
LOW_SCORE = 2


def is_low_score(satisfaction: int) -> bool:
    """Return whether a manager follows an answer up (P11.2)."""
    return satisfaction <= LOW_SCORE
