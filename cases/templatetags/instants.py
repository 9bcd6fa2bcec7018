"""Instants and durations in words. The clock is never read here: `now` comes along."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import dateformat
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def in_words(minutes: int) -> str:
    """Return whole minutes as at most two units, the largest first. `static/js/countdown.js` counts the same way."""
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
    today = now.astimezone(local.tzinfo)
    near = abs((local.date() - today.date()).days) < 6
    if short and local.date() == today.date():
        return dateformat.format(local, pgettext("time today", "H:i"))
    if short and near:
        return dateformat.format(local, pgettext("time this week", "D H:i"))
    if local.year != today.year:
        return dateformat.format(local, pgettext("time in another year", "D j M Y, H:i"))
    return dateformat.format(local, pgettext("time this year", "D j M, H:i"))


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
    clock = dateformat.format(there, "H:i") if same_day else _day_and_time(there, now, short=short)
    return words, f"{clock} {zone_city(desk_zone)}"


def time_of(
    at: datetime, now: datetime, zone: str, desk: object = None, *, short: bool = False, named: bool = True
) -> SafeString:
    """Write an instant in a zone, for `now`: "Tue 24 Nov, 11:30 Perth (14:30 Sydney)"."""
    words, there = in_zone(at, now, zone, desk, short=short, named=named)
    stamp = at.isoformat(timespec="seconds")
    if there:
        return format_html(
            '<time class="when" datetime="{}">{}</time> <span class="when when__desk">({})</span>', stamp, words, there
        )
    return format_html('<time class="when" datetime="{}">{}</time>', stamp, words)
