"""Words of the company in passwords (OWASP ASVS 5.0.0, 6.1.2 and 6.2.11): whoever guesses begins with these.

A password may hold such a word, also by chance; it counts for nothing. What is left without the words must be as long
as any password, and no common one.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from cases.models import Partner, ProductArea, Site
from sla.models import Desk

# A shorter word is found in many a password by chance, and guessing it spares nobody much.
SHORTEST = 4
# What the product and the pages of the policy are called, wherever it is installed.
OF_THE_PRODUCT = "Probax partner support portal specialist manager administrator"
# What is written for a letter.
_LOOKS_LIKE = {"a": "[a4@]", "e": "[e3]", "i": "[i1l!]", "l": "[l1i!]", "o": "[o0]", "s": "[s5$]", "t": "[t7]"}


class CompanyWordsValidator:
    """Refuses a password that is too short, or too common, without the words of the company. Told at every door."""

    def __init__(self, min_length: int) -> None:
        self.min_length = min_length

    def validate(self, password: str, user: Any = None) -> None:
        """Let a password pass that is good without the words of its person's company and of ours.

        Raises:
            ValidationError: it is not, and says which words count for nothing.
        """
        require_more_than(words_about(user), password, least=self.min_length)

    def get_help_text(self) -> str:
        """Return what is asked of a password."""
        return _("Names of your company, of ours and your own count for nothing in it.")


def require_more_than(texts: Iterable[str], password: str, *, least: int) -> None:
    """Refuse a password of which too little is left without the words of `texts`.

    Raises:
        ValidationError: what is left has fewer than `least` characters, or is a common password.
    """
    rest, found = password, []
    # The longest first: "Northwind" before "North".
    for word in sorted(_words_of(texts), key=len, reverse=True):
        written = "".join(_LOOKS_LIKE.get(letter, letter) for letter in word)
        # A mark stays, so that what stood on both sides spells no further word.
        rest, times = re.subn(written, "\0", rest, flags=re.IGNORECASE)
        found += [word] * bool(times)
    if not found:
        return
    rest = rest.replace("\0", "")
    try:
        CommonPasswordValidator().validate(rest)
        weak = len(rest) < least
    except ValidationError:
        weak = True
    if weak:
        raise ValidationError(
            _("It contains a word of your company or ours (%(words)s), and too little besides. Take another one.")
            % {"words": ", ".join(sorted(found))},
            code="password_of_company_words",
        )


def words_about(user: Any) -> Iterator[str]:
    """Yield texts whose words count for nothing: of the product, operator and desks, of the person and their company.

    `user` may have no row yet; whose people they are, or will be by an open invitation, is known by the mail address.
    """
    yield OF_THE_PRODUCT
    yield from settings.PASSWORD_WORDS
    yield from (settings.SITE_URL, settings.DEFAULT_FROM_EMAIL)
    for name, sender in Site.objects.values_list("name", "mail_from"):
        yield from (name, sender)
    yield from Desk.objects.values_list("name", flat=True)
    yield from ProductArea.objects.values_list("name", flat=True)
    email = getattr(user, "email", "")
    if not email:
        return
    yield from (email, user.name)
    theirs = Q(memberships__user__email__iexact=email, memberships__is_active=True) | Q(
        invitations__email__iexact=email, invitations__accepted_at=None, invitations__withdrawn_at=None
    )
    for name, code in Partner.objects.filter(theirs).values_list("name", "code"):
        yield from (name, code)


def _words_of(texts: Iterable[str]) -> set[str]:
    """Return the words of texts, and each text as one word: "Blue Harbor" is typed "blueharbor" too."""
    parts = [re.findall(r"[^\W_]+", text.lower()) for text in texts]
    words = {word for part in parts for word in (*part, "".join(part))}
    return {word for word in words if len(word) >= SHORTEST}
