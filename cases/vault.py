"""Secrets that must be read again, such as the keys of second factors: encrypted by the secret key of the site."""

import base64

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def vault(purpose: str) -> MultiFernet:
    """Return what encrypts with the key of today and decrypts with those before it, too, for one purpose alone."""
    return MultiFernet([_key(secret, purpose) for secret in [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]])


def sealed(purpose: str, text: str) -> str:
    """Return `text` encrypted."""
    return vault(purpose).encrypt(text.encode()).decode()


def opened(purpose: str, text: str) -> str:
    """Return what was sealed for the same purpose.

    Raises:
        InvalidToken: it was sealed under a key that is not among `SECRET_KEY_FALLBACKS` any more.
    """
    return vault(purpose).decrypt(text.encode()).decode()


def sealed_anew(purpose: str, text: str) -> str:
    """Return what was sealed before, encrypted with the key of today.

    Raises:
        InvalidToken: it was sealed under a key that is not among `SECRET_KEY_FALLBACKS` any more.
    """
    return vault(purpose).rotate(text.encode()).decode()


def _key(secret: str, purpose: str) -> Fernet:
    # Bound to its purpose: no other signature or token of the site is made with the same key.
    derived = HKDF(hashes.SHA256(), length=32, salt=None, info=purpose.encode()).derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
