"""The words for durations, instants, promises and states. The clock is never read here: `now` comes with the page."""

from collections.abc import Mapping, Sized
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.conf import settings
from django.forms import (
    BaseForm,
    BoundField,
    CheckboxInput,
    CheckboxSelectMultiple,
    FileInput,
    RadioSelect,
    Select,
    Textarea,
)
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils import dateformat
from django.utils.safestring import SafeString
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases.templatetags.blanks import Blank
from cases.templatetags.instants import in_words, in_zone, time_of, zone_city

register = template.Library()

# --- Parts --------------------------------------------------------------------------------------------------------


@register.simple_tag
def drawn(part: str, **takes: object) -> SafeString:
    """Draw a small part of the pages, such as a severity, by what it takes and nothing else: words and numbers.

    The same part with the same words is drawn once for each language: a list shows few of them many times.
    """
    # Bare words: two that look alike, one of them marked as safe, must not be taken for the same.
    bare = {name: str.__str__(value) if isinstance(value, str) else int(value) for name, value in takes.items()}  # type: ignore[call-overload]
    return _drawn(part, get_language(), tuple(bare.items()))


@lru_cache(maxsize=2048)
def _drawn(part: str, _language: str | None, takes: tuple[tuple[str, object], ...]) -> SafeString:
    return render_to_string(f"components/{part}.html", dict(takes))


# --- Durations ----------------------------------------------------------------------------------------------------


_MINUTE = timedelta(minutes=1)


def _minutes(length: timedelta | int) -> int:
    return length // _MINUTE if isinstance(length, timedelta) else int(length)


@register.filter
def duration(length: timedelta | int | None) -> str:
    """Return a timedelta, or a number of minutes, as "2 h 10 min"."""
    return "" if length is None else in_words(abs(_minutes(length)))


@register.filter
def due_from(due_at: datetime | None, now: datetime) -> str:
    """Return how far a promise is from `now`: "in 2 h 10 min", "41 min late". The due second itself is in time."""
    if due_at is None:
        return ""
    if now > due_at:
        return _late((now - due_at) // _MINUTE, get_language())
    return _in((due_at - now) // _MINUTE, get_language())


@lru_cache(maxsize=4096)
def _late(minutes: int, _language: str | None) -> str:
    return _("%s late") % in_words(minutes)


@lru_cache(maxsize=4096)
def _in(minutes: int, _language: str | None) -> str:
    return _("in %s") % in_words(minutes)


@register.filter
def ago(at: datetime | None, now: datetime) -> str:
    """Return how long ago something was: "12 min ago", "under 1 min ago"."""
    return "" if at is None else _("%s ago") % in_words(max((now - at) // timedelta(minutes=1), 0))


# --- Instants -----------------------------------------------------------------------------------------------------


register.filter(zone_city)


def _zone_of(context: Context) -> str:
    return str(context.get("reader_zone") or "UTC")


@register.simple_tag(takes_context=True)
def when(
    context: Context, at: datetime | None, desk: object = None, short: bool = False, zone: bool = True
) -> SafeString:
    """Write an instant in the reader's zone: "Tue 24 Nov, 11:30 Perth (14:30 Sydney)".

    `desk` is a zone name or anything with a `zone`; its time stands beside the reader's where the two differ.
    `short` leaves out the date where the weekday says enough; `zone=False` the zone, where a heading says it.
    """
    if at is None:
        return SafeString("")
    return time_of(at, context["now"], _zone_of(context), desk, short=short, named=zone)


@register.simple_tag(takes_context=True)
def when_words(context: Context, at: datetime | None, desk: object = None, short: bool = False) -> str:
    """Return what `when` writes, as plain words for a sentence or a label."""
    if at is None:
        return ""
    words, there = in_zone(at, context["now"], _zone_of(context), desk, short=short, named=True)
    return f"{words} ({there})" if there else words


@register.simple_tag(takes_context=True)
def when_there(context: Context, at: datetime | None, desk: object) -> str:
    """Return the desk's clock at an instant, such as "14:30 Sydney"; empty where it shows what the reader's shows."""
    if at is None:
        return ""
    return in_zone(at, context["now"], _zone_of(context), desk, short=True, named=True)[1]


def countdown_of(deadline: Any, now: datetime) -> SafeString:
    """Write how far a promise is from now, for `static/js/countdown.js` to go on with."""
    due, warn = (at.isoformat(timespec="seconds") for at in (deadline.due_at, deadline.warn_at))
    words = escape(due_from(deadline.due_at, now))
    return SafeString(f'<time datetime="{due}" data-countdown data-warn="{warn}">{words}</time>')


@register.simple_tag(takes_context=True)
def countdown(context: Context, deadline: Any) -> SafeString:
    """Write how far a promise is from the page's moment."""
    return countdown_of(deadline, context["now"])


# --- Promises -----------------------------------------------------------------------------------------------------


@register.filter
def promise_state(deadline: Any, now: datetime) -> str:
    """Return one word for where a promise stands: calm, soon, late; at its end kept, missed or withdrawn."""
    if deadline is None:
        return "none"
    if deadline.ended_at is not None:
        return {True: "kept", False: "missed"}.get(deadline.kept, "withdrawn")
    if now > deadline.due_at:
        return "late"
    return "soon" if now >= deadline.warn_at else "calm"


_PROMISED = {
    "first_response": _lazy("first reply"),
    "update": _lazy("progress update"),
    "severity_answer": _lazy("answer on the severity"),
    "manager_answer": _lazy("answer of a manager"),
    "follow_up": _lazy("follow-up"),
    "milestone": _lazy("milestone"),
}


@register.filter
def promised(kind: str) -> str:
    """Return what was promised, as a noun in a sentence: "first reply", "progress update"."""
    return str(_PROMISED[str(kind)])


@register.filter
def used_percent(deadline: Any, now: datetime) -> int:
    """Return how much of the way from start to due time has passed, 0 to 100, for the line under a countdown."""
    until = deadline.ended_at or now
    whole = deadline.due_at - deadline.started_at
    if whole <= timedelta(0):
        return 100
    share: float = (until - deadline.started_at) / whole
    return max(0, min(100, round(100 * share)))


@register.filter
def warn_percent(deadline: Any) -> int:
    """Return where on the same line the warning stands."""
    whole = deadline.due_at - deadline.started_at
    return 75 if whole <= timedelta(0) else round(100 * ((deadline.warn_at - deadline.started_at) / whole))


@dataclass(frozen=True)
class SumStep:
    """A stretch of the sum behind a promise: used, or the clock stood and why."""

    begins_at: datetime
    ends_at: datetime
    used: timedelta
    left: timedelta
    reason: str


@dataclass(frozen=True)
class Sum:
    """The sum behind a promise, read back from what was stored with it."""

    severity: int
    within: timedelta
    round_the_clock: bool
    logged_at: datetime
    due_at: datetime
    zone: str
    steps: list[SumStep]


@register.filter
def the_sum(explanation: Mapping[str, Any]) -> Sum:
    """Return the stored explanation of a promise with instants and durations, ready to be worded."""
    at = datetime.fromisoformat
    left = timedelta(seconds=explanation["within_seconds"])
    steps = []
    for row in explanation["steps"]:
        used = timedelta(seconds=row["used_seconds"])
        left -= used
        steps.append(SumStep(at(row["begins_at"]), at(row["ends_at"]), used, left, row["reason"]))
    return Sum(
        severity=explanation["severity"],
        within=timedelta(seconds=explanation["within_seconds"]),
        round_the_clock=explanation["round_the_clock"],
        logged_at=at(explanation["logged_at"]),
        due_at=at(explanation["due_at"]),
        zone=explanation["zone"],
        steps=steps,
    )


# --- States and people --------------------------------------------------------------------------------------------


@register.filter
def partner_status(status: str) -> str:
    """Return the status of a case in words for the partner."""
    return {
        "new": _("Received"),
        "open": _("We are working on it"),
        "waiting": _("Waiting for you"),
        "diagnostics": _("We need files from you"),
        "investigating": _("We are investigating"),
        "closed": _("Closed"),
    }.get(str(status), str(status))


@register.filter
def desk_status(status: str) -> str:
    """Return the status of a case in words for the desk."""
    return {
        "new": _("New"),
        "open": _("In progress"),
        "waiting": _("Waiting on contact"),
        "diagnostics": _("Waiting for diagnostics"),
        "investigating": _("Under investigation"),
        "closed": _("Closed"),
    }.get(str(status), str(status))


_EVENT_ICONS = {
    "diagnostics_asked": "ask",
    "file_added": "file",
    "session_asked": "ask",
    "session_answered": "tick",
    "investigation_began": "search",
    "follow_up_moved": "clock",
    "consent_asked": "ask",
    "consent_answered": "tick",
    "consent_withdrawn": "warn",
    "follow_up_opened": "link",
    "case_assigned": "person",
    "call_logged": "phone",
    "reminder_made": "mail",
    "attempt_counted": "mail",
    "attempt_failed": "warn",
    "promise_at_risk": "clock",
    "promise_missed": "bad",
    "promise_moved": "clock",
    "case_closed": "tick",
    "closing_taken_back": "reply",
    "survey_answered": "star",
}


@register.filter
def event_icon(kind: str) -> str:
    """Return the picture of an event in `static/img/icons.svg`."""
    return _EVENT_ICONS.get(str(kind), "dot")


@register.filter
def initials(name: object) -> str:
    """Return up to two capitals for a person's mark."""
    words = [word for word in str(name or "").replace("@", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


# --- Forms --------------------------------------------------------------------------------------------------------

_KINDS: list[tuple[type, str]] = [
    (CheckboxSelectMultiple, "choices"),
    (RadioSelect, "choices"),
    (CheckboxInput, "checkbox"),
    (FileInput, "file"),
    (Textarea, "textarea"),
    (Select, "select"),
]


@register.filter
def widget_kind(field: BoundField) -> str:
    """Return what a field looks like: checkbox, choices, file, textarea, select or input."""
    return next((kind for widget, kind in _KINDS if isinstance(field.field.widget, widget)), "input")


@register.filter
def is_chosen(field: BoundField, value: object) -> bool:
    """Return whether `value` is what a field with one answer holds, as typed or as stored."""
    held = field.value()
    return held is not None and str(held) == str(value)


@register.filter
def focus_id(field: BoundField) -> str:
    """Return the id that a link to a wrong field leads to: the first choice where there are several."""
    if widget_kind(field) == "choices":
        return f"{field.auto_id}_0"
    return field.id_for_label or str(field.auto_id)


@register.filter
def with_ids(form: BaseForm | Blank | str, name: str) -> BaseForm | Blank | str:
    """Return a form whose fields are called `name_...` in the page, where a page holds several; or none, if none is."""
    if isinstance(form, BaseForm | Blank):
        form.auto_id = f"{name}_%s"
    return form


PREVIEWED = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".txt", ".log", ".csv", ".json", ".xml", ".ini", ".conf", ".cfg")


@register.filter
def can_be_previewed(file: Any) -> bool:
    """Return whether a file is an image or a text, by its name; its page looks inside."""
    return str(file.name).lower().endswith(PREVIEWED)


@register.simple_tag
def largest_file() -> int:
    """Return how large a file may be that comes with a form, in bytes."""
    return int(settings.ATTACHMENT_MAX_BYTES)


# --- Small questions ----------------------------------------------------------------------------------------------


@register.filter
def several(things: Sized | None) -> bool:
    """Return whether there is more than one of something."""
    return things is not None and len(things) > 1


@register.filter
def days_until(at: datetime, now: datetime) -> int:
    """Return the days left until an instant, a day begun counted as a day."""
    return max(0, -(-(at - now) // timedelta(days=1)))


@register.filter
def instant(stored: str | datetime) -> datetime:
    """Return an instant that was stored as text."""
    return stored if isinstance(stored, datetime) else datetime.fromisoformat(stored)


@register.filter
def clock(at: datetime, zone: str) -> str:
    """Return the time of day in a zone: "14:30"."""
    return dateformat.format(at.astimezone(ZoneInfo(str(zone or "UTC"))), pgettext("time today", "H:i"))


@register.filter
def left_from(due_at: datetime, now: datetime) -> str:
    """Return the time left until a promise, as a bare duration: "41 min"."""
    return in_words(max(0, (due_at - now) // timedelta(minutes=1)))
