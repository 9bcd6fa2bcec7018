"""People are told of changes of their accounts by mail, which is owed from the moment of the change."""

from datetime import datetime

from django.db import transaction

from cases.actions import _waking
from cases.models import AccountChange, AccountNotice, User


def give(person: User, change: AccountChange, facts: dict[str, int | str], *, now: datetime) -> None:
    """Have a person told of a change of their account, within its transaction."""
    AccountNotice.objects.create(person=person, change=change, at=now, facts=facts)
    transaction.on_commit(_waking.wake)
