"""Instants and durations in words. The clock is never read here: `now` comes along."""

from datetime import date, datetime
from functools import lru_cache
from html import escape
from zoneinfo import ZoneInfo

from django.utils import dateformat
from django.utils.safestring import SafeString
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _


def in_words(minutes: int) -> str:
    """Return whole minutes as at most two units, the largest first. `static/js/countdown.js` counts the same way."""
    return _in_words(minutes, get_language())


# The rows of a list, and the lists of a day, say the same lengths and times again and again.
@lru_cache(maxsize=4096)
def _in_words(minutes: int, _language: str | None) -> str:
    hours, rest = divmod(minutes, 60)
    if minutes < 1:
        return _("under 1 min")
    if hours < 1:
        return _("%s min") % minutes
    if hours < 48:
        large, small = _("%s h") % hours, _("%s min") % rest if rest else ""
    else:
        days, rest = divmod(hours, 24)
        large, small = _("%s d") % days, _("%s h") % rest if rest else ""
    return f"{large} {small}".strip()


def zone_city(zone: object) -> str:
    """Return what people call a zone: "Sydney" for Australia/Sydney. Takes a zone, its name, or what has a `zone`."""
    name = str(getattr(zone, "zone", zone) or "UTC")
    return name.rpartition("/")[2].replace("_", " ")


def _day_and_time(local: datetime, now: datetime, *, short: bool) -> str:
    today = now.astimezone(local.tzinfo).date()
    return _written(local.replace(second=0, microsecond=0, tzinfo=None), today, short, get_language())


@lru_cache(maxsize=4096)
def _written(at: datetime, today: date, short: bool, _language: str | None) -> str:
    near = abs((at.date() - today).days) < 6
    if short and at.date() == today:
        return dateformat.format(at, pgettext("time today", "H:i"))
    if short and near:
        return dateformat.format(at, pgettext("time this week", "D H:i"))
    if at.year != today.year:
        return dateformat.format(at, pgettext("time in another year", "D j M Y, H:i"))
    return dateformat.format(at, pgettext("time this year", "D j M, H:i"))


def in_zone(at: datetime, now: datetime, zone: str, desk: object, *, short: bool, named: bool) -> tuple[str, str]:
    """Return an instant in the reader's words, and in the desk's where its clock shows something else."""
    local = at.astimezone(ZoneInfo(zone))
    words = _day_and_time(local, now, short=short)
    if named:
        words = f"{words} {zone_city(zone)}"
    desk_zone = str(getattr(desk, "zone", desk) or "")
    if not desk_zone:
        return words, ""
    there = at.astimezone(ZoneInfo(desk_zone))
    if there.replace(tzinfo=None) == local.replace(tzinfo=None):
        return words, ""
    same_day = there.date() == local.date()
    clock = f"{there:%H:%M}" if same_day else _day_and_time(there, now, short=short)
    return words, f"{clock} {zone_city(desk_zone)}"


def time_of(
    at: datetime, now: datetime, zone: str, desk: object = None, *, short: bool = False, named: bool = True
) -> SafeString:
    """Write an instant in a zone, for `now`: "Tue 24 Nov, 11:30 Perth (14:30 Sydney)"."""
    words, there = in_zone(at, now, zone, desk, short=short, named=named)
    shown = f'<time class="when" datetime="{at.isoformat(timespec="seconds")}">{escape(words)}</time>'
    return SafeString(f'{shown} <span class="when when__desk">({escape(there)})</span>' if there else shown)
