"""Feature requests (P10.1)."""

from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.rules._broken import RuleBroken

# What a contact reads when a case ends as a feature request (P9.7, P10.1).
FEATURE_WORDS = gettext_lazy(
    "What you ask for is a new feature or a customisation, which support does not build. We have lodged it as a "
    "feature request for the product team."
)
FEATURE_GOES_TO = gettext_lazy("The product team. The request stands on the page of this case.")


def require_what_a_feature_request_needs(title: str, function: str, use_case: str) -> None:
    """Refuse a request without its title, what it should do, or what for (P10.1)."""
    if not (title.strip() and function.strip() and use_case.strip()):
        raise RuleBroken(
            "feature_incomplete",
            _("A feature request says what the product should do and what for, under a title. Nothing was lodged."),
        )


def require_ideas_address(address: str) -> None:
    """Refuse an Ideas Portal address that no browser can open, or that carries a script or a password."""
    parts = urlsplit(address)
    if address and (parts.scheme != "https" or not parts.hostname or "@" in parts.netloc):
        raise RuleBroken(
            "ideas_address_wrong",
            _("An Ideas Portal address begins with https:// and the portal's name. Nothing was changed."),
        )
