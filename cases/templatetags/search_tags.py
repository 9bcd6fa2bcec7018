"""What the rows of a list show beside the case: marked words, and what is known of the case by its id."""

import re
from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.safestring import SafeString

from cases.web import hits

register = template.Library()


@register.filter
def marked(text: object, marks: re.Pattern[str] | None) -> SafeString:
    """Return a text with what was looked for in it marked."""
    return hits.marked(str(text), marks)


@register.filter
def of(found: Mapping[Any, Any], key: object) -> Any:
    """Return what stands under a key, if anything does."""
    return found.get(key)
