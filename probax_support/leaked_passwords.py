"""Passwords that leaked elsewhere are refused, by asking a service that never learns the password.

It is told the first five hexadecimal digits of the SHA-1 and answers with all endings that it knows; what is told is
padded, so that its length says nothing either (Have I Been Pwned, "Pwned Passwords", range search).
"""

import hashlib
import logging

import requests
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from probax_support.metrics import LEAK_CHECKS

logger = logging.getLogger(__name__)
PREFIX = 5
SECONDS = 2


class LeakedPasswordValidator:
    """Refuses a password that the service at `address` knows. Where it does not answer, the password passes."""

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")

    def validate(self, password: str, user: object = None) -> None:
        """Let a password pass that did not leak, so far as the service tells.

        Raises:
            ValidationError: it is among those that leaked.
        """
        # SHA-1 is what the service is asked by; it protects nothing here.
        digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()
        try:
            leaked = digest[PREFIX:] in self._endings(digest[:PREFIX])
        except (requests.RequestException, ValueError) as error:
            LEAK_CHECKS.labels("unanswered").inc()
            logger.warning("Whether a password leaked was not answered: %s", type(error).__name__)
            return
        LEAK_CHECKS.labels("leaked" if leaked else "unknown").inc()
        if leaked:
            raise ValidationError(
                _("This password stands in lists of passwords that leaked elsewhere. Take another one."),
                code="password_leaked",
            )

    def get_help_text(self) -> str:
        """Return what is asked of a password."""
        return _("Your password must not be among those that leaked elsewhere.")

    def _endings(self, prefix: str) -> set[str]:
        answered = requests.get(
            f"{self.address}/{prefix}", headers={"Add-Padding": "true"}, timeout=SECONDS, allow_redirects=False
        )
        if answered.status_code != requests.codes.ok:
            raise ValueError(answered.status_code)
        rows = (line.partition(":") for line in answered.text.splitlines())
        # Padding is counted 0 times.
        return {ending.strip().upper() for ending, _colon, count in rows if count.strip() not in ("", "0")}
