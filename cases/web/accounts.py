"""Accounts: people are invited, nobody signs up alone; the secrets of second factors are kept encrypted."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest

from cases import vault
from cases.models import Site

PURPOSE = "second factors"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth ships without types
    """How allauth behaves here."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse sign-up: contacts and staff are added by an administrator."""
        return False


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc] # allauth ships without types
    """How allauth keeps second factors here."""

    def encrypt(self, text: str) -> str:
        """Encrypt a secret before it is stored."""
        return vault.sealed(PURPOSE, text)

    def decrypt(self, encrypted_text: str) -> str:
        """Return a stored secret.

        Raises:
            InvalidToken: it was stored under a key that is not among `SECRET_KEY_FALLBACKS` any more.
        """
        return vault.opened(PURPOSE, encrypted_text)

    def _get_site_name(self) -> str:
        """Return what an authenticator app lists the account under."""
        site = Site.objects.first()
        return "Probax Support" if site is None else site.name
