"""The link in a mail that takes its reader off a case: signed, for this one purpose, without login."""

from django.core import signing

PURPOSE = "stop watching"


def token_to_stop(case_id: int, user_id: int) -> str:
    """Return the token that takes one person off one case, and does nothing else."""
    return signing.dumps([case_id, user_id], salt=PURPOSE)


def watcher_of(token: str) -> tuple[int, int] | None:
    """Return case and person of a token; None if we never signed it for this."""
    try:
        case_id, user_id = signing.loads(token, salt=PURPOSE)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return case_id, user_id
