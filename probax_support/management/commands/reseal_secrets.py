"""`manage.py reseal_secrets`: encrypt every secret with the secret key of today, so that the one before it may go."""

from typing import Any

from cryptography.fernet import InvalidToken
from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Model

from cases import vault
from cases.protection import SECRET, Kept
from cases.web import accounts
from notifications import alerts, webhooks

# For what purpose the secrets of a table are encrypted.
PURPOSES = {
    "mfa.authenticator": accounts.PURPOSE,
    "notifications.alertchannel": alerts.PURPOSE,
    "notifications.webhook": webhooks.PURPOSE,
}
# What is encrypted within a second factor: the key of an app, the seed of recovery codes.
WITHIN = ("secret", "seed")


class Command(BaseCommand):
    """Read every encrypted secret, and write it again. It may run beside the portal, be broken off, and run again."""

    help = "Encrypts every secret with SECRET_KEY, also what keys among SECRET_KEY_FALLBACKS encrypted (docs/keys.md)."

    def handle(self, **_options: object) -> None:
        """Go through the tables, a row in a transaction of its own.

        Raises:
            CommandError: some rows were encrypted with a key that is lost; the others are done.
        """
        done, lost = 0, 0
        for table, purpose in PURPOSES.items():
            rows = apps.get_model(table)._default_manager
            for pk in list(rows.values_list("pk", flat=True).order_by("pk")):
                try:
                    with transaction.atomic():
                        done += sum(_reseal(row, table, purpose) for row in rows.select_for_update().filter(pk=pk))
                except InvalidToken:
                    lost += 1
        self.stdout.write(f"{done} rows are encrypted with the key of today.")
        if lost:
            raise CommandError(f"{lost} rows were encrypted with a key that is not there: put it among the fallbacks.")


def _reseal(row: Model, table: str, purpose: str) -> int:
    columns = [column for column, kept in SECRET[table].items() if kept is Kept.SEALED]
    for column in columns:
        setattr(row, column, _anew(getattr(row, column), purpose))
    row.save(update_fields=columns)
    return 1


def _anew(value: Any, purpose: str) -> Any:
    if isinstance(value, dict):
        return {key: vault.sealed_anew(purpose, text) if key in WITHIN else text for key, text in value.items()}
    return vault.sealed_anew(purpose, value) if value else value
