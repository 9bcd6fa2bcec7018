"""Where somebody is logged in: places that they end, and those that end because there are too many."""

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from cases.actions import _logins
from cases.models import User


@transaction.atomic(durable=True)
def end_other_logins(*, here: str, only: int | None = None, actor: User, now: datetime) -> int:
    """End the sessions of a person but the one by the key `here`; with `only` that one alone. Returns how many."""
    others = _held(actor).exclude(session_key=here)
    return _logins.end(others if only is None else others.filter(pk=only))


@transaction.atomic(durable=True)
def end_oldest_logins(*, actor: User, now: datetime) -> int:
    """End the oldest sessions of a person who has more than there may be at once. Returns how many.

    Two logins at once wait for each other, so the second counts what the first left.
    """
    newest_first = _held(actor).order_by("-created_at", "-pk")
    beyond = [login.pk for login in newest_first[settings.SESSIONS_AT_ONCE :]]
    return _logins.end(UserSession.objects.filter(pk__in=beyond))


def _held(person: User) -> QuerySet[UserSession]:
    """Lock a person, and return where they are logged in."""
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    theirs: QuerySet[UserSession] = UserSession.objects.filter(user=person)
    return theirs
