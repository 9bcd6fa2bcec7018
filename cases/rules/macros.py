"""Macros: the places in them that are filled in."""

import re
from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

# What may stand in braces, and what it becomes.
PLACEHOLDERS = {
    "contact": _("the contact's name"),
    "partner": _("the company's name"),
    "reference": _("the case's reference"),
    "title": _("the case's title"),
    "specialist": _("your name"),
    "due": _("when the next promise is due, in the contact's time zone"),
}
_PLACE = re.compile(r"\{(\w+)\}")


def unknown_placeholders(body: str) -> list[str]:
    """Return the names in braces that nothing would be filled in for."""
    return sorted({name for name in _PLACE.findall(body) if name not in PLACEHOLDERS})


def filled(body: str, values: Mapping[str, str]) -> str:
    """Return a macro's text with its places filled in. What is filled in is not looked at again."""
    return _PLACE.sub(lambda place: values.get(place[1], place[0]), body)
