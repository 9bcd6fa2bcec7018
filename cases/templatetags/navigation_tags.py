"""Where one can go, for the top bar."""

from typing import Any

from django import template

from cases.web import navigation

register = template.Library()


@register.simple_tag
def navigation_of(who: str, page: str) -> dict[str, Any]:
    """Return the links and menus for whoever reads a page."""
    return navigation.navigation_of(who, page)
