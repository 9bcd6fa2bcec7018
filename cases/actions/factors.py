"""Second factors that somebody lost: an administrator who made sure who asks removes them, on the record."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils.translation import gettext as _

from cases.actions import _account_notices, _logins
from cases.models import AccountChange, FactorRemoval, User
from cases.rules import RuleBroken


@transaction.atomic(durable=True)
def remove_lost_factors(*, person_id: int, made_sure: str, actor: User, now: datetime) -> FactorRemoval:
    """Remove every second factor of somebody who lost them, and end all that lets anybody in by their name.

    That is their sessions, their password, and the tokens and feeds of machines, which whoever took the account over
    may have made. They begin as whoever was invited does: with a link to their own mail address. So an administrator
    who was deceived let nobody in who does not read the person's mail (OWASP ASVS 5.0.0, 6.4.4).

    Raises:
        RuleBroken: the actor is no administrator or the person, says not how they made sure, or there is no factor.
    """
    if not actor.is_staff:
        raise RuleBroken("administrators_only", _("Only administrators can do this. Nothing was changed."))
    if person_id == actor.pk:
        raise RuleBroken("factors_of_ones_own", _("Remove your own on the page of your account. Nothing was changed."))
    if not made_sure.strip():
        raise RuleBroken("made_sure_missing", _("Say how you made sure that it is they. Nothing was changed."))
    person = User.objects.select_for_update().get(pk=person_id)
    factors = Authenticator.objects.filter(user=person)
    if not factors.exists():
        raise RuleBroken("factors_missing", _("They have no second factor. Nothing was changed."))
    factors.delete()
    _logins.end(UserSession.objects.filter(user=person))
    tokens, feeds = _logins.end_for_machines(person, now=now)
    person.set_unusable_password()
    person.save(update_fields=["password"])
    _account_notices.give(person, AccountChange.FACTORS_REMOVED, {"tokens": tokens, "feeds": feeds}, now=now)
    return FactorRemoval.objects.create(
        person=person,
        removed_by=actor,
        removed_at=now,
        made_sure=made_sure.strip(),
        tokens_ended=tokens,
        feeds_ended=feeds,
    )
