"""Browsers, in the words of the people who use them."""

from django import template
from django.utils.translation import gettext as _

register = template.Library()

# What each calls itself, the particular before those whose names it borrows.
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "Chrome": "Chrome",
    "CriOS": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "CrOS": "ChromeOS",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


@register.filter
def browser_named(user_agent: str) -> str:
    """Name the browser and the system that a request said it came from, or repeat what it said."""
    browser = next((name for mark, name in BROWSERS.items() if mark in user_agent), None)
    system = next((name for mark, name in SYSTEMS.items() if mark in user_agent), None)
    if browser is None or system is None:
        return user_agent[:60] or _("A program that does not say its name")
    return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
