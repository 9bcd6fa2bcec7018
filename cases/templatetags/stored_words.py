"""Words that are stored in English, in the reader's language: reasons in a sum, the policy's words, the clock's."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.utils import dateformat, timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, gettext_noop, pgettext

from cases.templatetags.case_tags import duration
from sla.engine.drawing import drawing

register = template.Library()

# What `sla.engine` gives as a reason; the rest are names of holidays and words of managers, shown as they were stored.
REASONS = [
    gettext_noop("desk hours"),
    gettext_noop("desk hours, while the technical resource is unavailable"),
    gettext_noop("round the clock"),
    gettext_noop("the clock was suspended"),
    gettext_noop("night"),
    gettext_noop("break"),
    gettext_noop("weekend"),
    gettext_noop("not a working day"),
]


@register.filter
def why(reason: str) -> str:
    """Return the reason of a step: "weekend", "night, weekend (Sydney)", a holiday's name."""
    if reason in REASONS:
        return gettext(reason)
    return ", ".join(map(_why_at_one_desk, reason.split(", ")))


def _why_at_one_desk(reason: str) -> str:
    word, bracket, desk = reason.partition(" (")
    return f"{gettext(word)}{bracket}{desk}" if word in REASONS else reason


@register.filter
def worded(text: str) -> str:
    """Return what the policy's data or the clock wrote, line by line; what somebody typed stays as it is typed."""
    return _worded(str(text), get_language())


@lru_cache(maxsize=128)
def _worded(text: str, _language: str | None) -> str:
    return "\n".join(gettext(line) if line else "" for line in text.splitlines())


def drawn(explanation: Mapping[str, Any]) -> SafeString:
    """Return the stored explanation of a promise as an SVG, in the current language and zone."""
    return _drawn(json.dumps(explanation), timezone.get_current_timezone_name(), get_language())


# A promise is never overwritten, and its case is looked at again after each act.
@lru_cache(maxsize=512)
def _drawn(stored: str, zone: str, _language: str | None) -> SafeString:
    explanation = json.loads(stored)
    steps = [step | {"reason": why(step["reason"])} for step in explanation["steps"]]
    svg = drawing(
        {**explanation, "steps": steps},
        zone,
        gettext("Due %(at)s") % {"at": _at(explanation["due_at"], zone)},
        described=_described(explanation, steps, zone),
        on=lambda local: dateformat.format(local, pgettext("time this year", "D j M, H:i")),
    )
    # The engine's own SVG: numbers and words, every one of them escaped there.
    return mark_safe(svg)  # noqa: S308


def _described(explanation: Mapping[str, Any], steps: list[dict[str, Any]], zone: str) -> str:
    kinds = {"open": gettext("counts"), "closed": gettext("closed"), "suspended": gettext("suspended")}
    stretches = "; ".join(
        f"{_at(step['begins_at'], zone)} \u2013 {_at(step['ends_at'], zone)}: {kinds[step['kind']]}, {step['reason']}"
        for step in steps
    )
    return gettext(
        "%(within)s of running clock: %(stretches)s. Due %(at)s. Long closed stretches are drawn shorter than they are."
    ) % {
        "within": duration(timedelta(seconds=explanation["within_seconds"])),
        "stretches": stretches,
        "at": _at(explanation["due_at"], zone),
    }


def _at(stored: str, zone: str) -> str:
    local = datetime.fromisoformat(stored).astimezone(ZoneInfo(zone))
    return dateformat.format(local, pgettext("time in another year", "D j M Y, H:i"))
