"""The end of ways in: whoever came by a session, a token or a secret address is nobody with the next click."""

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from cases.models import ApiToken, RosterFeed, User


def end(logins: QuerySet[UserSession]) -> int:
    """End sessions. Returns how many there were."""
    keys = list(logins.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(session_key__in=keys).delete()
    return len(keys)


def end_for_machines(person: User, *, now: datetime) -> tuple[int, int]:
    """End what machines come in by in a person's name. Returns how many tokens and how many feeds still worked."""
    tokens = ApiToken.objects.filter(user=person)
    living = tokens.filter(expiry__gt=now).count()
    tokens.delete()
    return living, RosterFeed.objects.filter(owner=person, revoked_at=None).update(revoked_at=now)
