"""Accounts: people are invited, nobody signs up alone; the secrets of second factors are kept encrypted."""

import base64

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.http import HttpRequest

from cases.models import Site


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth ships without types
    """How allauth behaves here."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse sign-up: contacts and staff are added by an administrator."""
        return False


def _vault() -> MultiFernet:
    """Return what encrypts with the key of today and decrypts with those before it, too."""
    return MultiFernet([_key_from(secret) for secret in [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]])


def _key_from(secret: str) -> Fernet:
    # Bound to this purpose: no other signature or token of the site is made with the same key.
    derived = HKDF(hashes.SHA256(), length=32, salt=None, info=b"second factors").derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(derived))


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc] # allauth ships without types
    """How allauth keeps second factors here."""

    def encrypt(self, text: str) -> str:
        """Encrypt a secret before it is stored."""
        return _vault().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return a stored secret.

        Raises:
            InvalidToken: it was stored under a key that is not among `SECRET_KEY_FALLBACKS` any more.
        """
        return _vault().decrypt(encrypted_text.encode()).decode()

    def _get_site_name(self) -> str:
        """Return what an authenticator app lists the account under."""
        site = Site.objects.first()
        return "Probax Support" if site is None else site.name
