"""What people say of themselves: name, zone, language; and that they are told what else changed in their accounts."""

from datetime import datetime
from zoneinfo import available_timezones

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from cases.actions import _account_notices
from cases.models import AccountChange, User
from cases.rules import RuleBroken


@transaction.atomic(durable=True)
def change_own_account(*, name: str, zone: str, language: str, actor: User, now: datetime) -> User:
    """Change how a person is called, and the zone and language in which pages and mails reach them from now on.

    Raises:
        RuleBroken: the name is empty, or there is no such zone or language.
    """
    person = User.objects.select_for_update().get(pk=actor.pk)
    if not name.strip():
        raise RuleBroken("name_missing", _("Give your name, as others on a case should read it. Nothing was changed."))
    if zone not in available_timezones():
        raise RuleBroken("zone_unknown", _("There is no such time zone. Choose one of the list. Nothing was changed."))
    if language not in dict(settings.LANGUAGES):
        raise RuleBroken("language_unknown", _("There is no such language here. Nothing was changed."))
    person.name, person.zone, person.language = name.strip(), zone, language
    person.save(update_fields=["name", "zone", "language"])
    return person


@transaction.atomic(durable=True)
def choose_shortcuts(*, on: bool, actor: User, now: datetime) -> None:
    """Turn single keys at the desk on or off for a person."""
    User.objects.filter(pk=actor.pk).update(uses_shortcuts=on)


@transaction.atomic
def note_account_change(*, change: AccountChange, network: str, actor: User, now: datetime) -> None:
    """Have a person told by mail that how they log in was changed, and from which network address.

    The pages that change it are allauth's: this belongs to their transaction, so neither is kept without the other.
    """
    _account_notices.give(actor, change, {"network": network}, now=now)
