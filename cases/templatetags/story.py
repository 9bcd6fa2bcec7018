"""The story of a case as its page shows it: each entry, and its line among everything that happened.

It is written here and not in templates, as it is what grows: a case of a month has a hundred entries.
"""

import re
from datetime import datetime
from html import escape
from typing import Any

from django import template
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.html import urlize
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cases.templatetags.case_tags import drawn, event_icon
from cases.templatetags.instants import time_of

register = template.Library()

# What `urlize` could make a link of. It looks at every word of a text, and most texts hold nothing of the kind.
MAY_BE_LINKED = re.compile(r"https?://|www\.|@|\.(?:com|edu|gov|int|mil|net|org)\b", re.IGNORECASE)


@register.simple_tag(takes_context=True)
def story_entry(context: Context, entry: Any) -> SafeString:
    """Write an entry: an event in a line, a message or a note with its head and its files."""
    return _happened(context, entry) if entry.kind == "event" else _said(context, entry)


@register.simple_tag(takes_context=True)
def story_line(context: Context, entry: Any) -> SafeString:
    """Write an entry as a line of everything that happened, for staff; what was said is a link to it."""
    if entry.kind == "event":
        what = escape(entry.text)
    elif entry.kind == "opening":
        what = escape(_("logged the case"))
    else:
        words = _("wrote a note") if entry.kind == "note" else _("replied")
        what = f'<a href="#m{entry.number}">{escape(words)}</a>'
    when = f'<span class="timeline__when">{_time(context, entry.at)}</span>'
    return SafeString(f'<li data-side="{escape(entry.side)}">{_who(entry)}{what}{when}</li>')


def _happened(context: Context, entry: Any) -> SafeString:
    loud = " happened--loud" if entry.icon == "promise_missed" else ""
    due = f": {_time(context, entry.due_at, short=True)}" if entry.due_at else ""
    when = f'<span class="happened__when"> · {_time(context, entry.at, short=True)}</span>'
    icon = drawn("icon", name=event_icon(entry.icon))
    words = f"{_who(entry)}{escape(entry.text)}{due}{when}"
    return SafeString(f'<li class="happened{loud}" id="e{entry.number}">{icon}<span>{words}</span></li>')


def _said(context: Context, entry: Any) -> SafeString:
    note, staff = entry.kind == "note", entry.side == "staff"
    kind = " said--note" if note else " said--desk" if staff else ""
    place = f' id="m{entry.number}"' if entry.number else ""
    label = _("Internal note by %(who)s") if note else _("Message from %(who)s")
    asked = render_to_string("components/_asked.html", {"case": context["case"]}) if entry.kind == "opening" else ""
    files = render_to_string("components/files.html", {"attachments": entry.attachments}) if entry.attachments else ""
    return SafeString(
        f'<li><article class="said{kind}"{place} aria-label="{escape(label % {"who": entry.who})}">'
        f'<div class="said__head">{_head(context, entry)}</div>'
        f'<div class="said__body"><div class="words">{_linked(entry.text)}</div>{asked}</div>{files}</article></li>'
    )


def _head(context: Context, entry: Any) -> str:
    staff = entry.side == "staff"
    person = drawn("person", person=entry.who, desk=True) if staff else drawn("person", person=entry.who)
    if entry.kind == "note":
        words = escape(_("Internal note, not seen by the partner"))
        role = f'<span class="said__tag">{drawn("icon", name="lock")}{words}</span>'
    else:
        role = f'<span class="said__side">{escape(_("Support") if staff else str(context["case"].partner))}</span>'
    if entry.taken_back:
        words = escape(_("Taken back before it left; the contact never saw it"))
        role += f'<span class="said__tag">{words}</span>'
    return f'{person}{role}<span class="said__when">{_time(context, entry.at, short=True)}</span>'


def _who(entry: Any) -> str:
    return f'<span class="strong">{escape(entry.who)}</span> ' if entry.who else ""


def _linked(text: str) -> str:
    return urlize(text, nofollow=True, autoescape=True) if MAY_BE_LINKED.search(text) else escape(text)


def _time(context: Context, at: datetime, *, short: bool = False) -> str:
    return time_of(at, context["now"], str(context.get("reader_zone") or "UTC"), short=short)
