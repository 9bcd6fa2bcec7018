"""Words for the roster: a desk's local times, weekdays, skills."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.utils import dateformat
from django.utils.dates import WEEKDAYS
from django.utils.translation import pgettext

register = template.Library()


@register.filter
def local_in(at: datetime, desk: Any) -> str:
    """Return an instant on the desk's clock: "Mon 23 Nov 09:00"."""
    return dateformat.format(at.astimezone(ZoneInfo(desk.zone)), pgettext("time in a table", "D j M H:i"))


@register.filter
def weekday_name(number: int) -> str:
    """Return the name of a weekday, Monday being 0."""
    return str(WEEKDAYS[number])


@register.filter
def knows(person: Any, area: Any) -> tuple[int, int]:
    """Return the pair that a set of skills is asked for."""
    return person.pk, area.pk
