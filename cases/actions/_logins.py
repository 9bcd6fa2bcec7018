"""The end of sessions: whoever came by one is nobody with the next click."""

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import QuerySet


def end(logins: QuerySet[UserSession]) -> int:
    """End sessions. Returns how many there were."""
    keys = list(logins.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(session_key__in=keys).delete()
    return len(keys)
