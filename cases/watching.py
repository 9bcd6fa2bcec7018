"""The link in a mail that takes its reader off a case: signed, for this one purpose and half a year, without login."""

from datetime import timedelta

from django.core import signing

PURPOSE = "stop watching"
GOOD_FOR = timedelta(days=180)


def token_to_stop(case_id: int, user_id: int) -> str:
    """Return the token that takes one person off one case, and does nothing else."""
    return signing.dumps([case_id, user_id], salt=PURPOSE)


def watcher_of(token: str) -> tuple[int, int] | None:
    """Return case and person of a token; None if we never signed it for this, or too long ago."""
    try:
        case_id, user_id = signing.loads(token, salt=PURPOSE, max_age=GOOD_FOR)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return case_id, user_id
