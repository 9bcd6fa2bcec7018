"""Tokens for machines: made by their owner, shown once, ended by their owner or by time."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import ApiToken, Scope, User
from cases.rules import RuleBroken

LONGEST_LIFE = timedelta(days=730)
MOST_TOKENS = 20


@transaction.atomic(durable=True)
def make_token(
    *, name: str, scopes: Collection[str], lives_for: timedelta, actor: User, now: datetime
) -> tuple[ApiToken, str]:
    """Make a token and return it with its open text, which is not kept.

    Raises:
        RuleBroken: it has no name, one that is taken, or no scope, lives too long, or its owner has too many.
    """
    if not name.strip():
        raise RuleBroken("token_name_missing", _("Give the token a name, so that you know it again."))
    if not scopes or not set(scopes) <= set(Scope.values):
        raise RuleBroken("token_scopes_missing", _("Choose what the token may do."))
    if not timedelta(0) < lives_for <= LONGEST_LIFE:
        raise RuleBroken("token_lives_too_long", _("A token lives for two years at most."))
    # Locked, so that two clicks at once do not pass the limit together.
    User.objects.select_for_update().get(pk=actor.pk)
    living = ApiToken.objects.filter(user=actor, expiry__gt=now)
    if living.filter(name=name.strip()).exists():
        # Also what a reload of the page that showed the first one asks for.
        raise RuleBroken("token_name_taken", _("You have a token of this name. End it first, or choose another name."))
    if living.count() >= MOST_TOKENS:
        raise RuleBroken("too_many_tokens", _("You have 20 tokens. End one that you no longer use."))
    token, text = ApiToken.objects.create(user=actor, expiry=lives_for, name=name.strip(), scopes=sorted(scopes))
    return token, text


@transaction.atomic(durable=True)
def end_token(*, digest: str, actor: User, now: datetime) -> bool:
    """End one of the actor's own tokens at once. Returns whether there was one that still lived at `now`."""
    ended, _rows = ApiToken.objects.filter(pk=digest, user=actor, expiry__gt=now).delete()
    return bool(ended)
