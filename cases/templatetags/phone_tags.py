"""Phone numbers as people read them."""

from django import template

from cases import rules

register = template.Library()


@register.filter
def phone(kept: str) -> str:
    """Return a stored number as people read it; one that is none stays as it was typed."""
    return rules.phone_as_shown(kept)


@register.filter
def can_be_dialled(kept: str) -> bool:
    """Return whether a stored number is a real one."""
    return rules.is_e164(kept)
