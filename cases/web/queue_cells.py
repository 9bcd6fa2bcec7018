"""What the cells of the queue say: one function for each column that a row can have.

They are written here and not in a template: the queue is the page that staff open most, and a template took four fifths
of the time in which it is answered.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases.models import Case, Presence
from cases.templatetags.case_tags import (
    ago,
    countdown_of,
    drawn,
    due_from,
    initials,
    promise_state,
    promised,
)
from cases.templatetags.instants import time_of
from cases.web.hits import marked
from cases.web.queue import QueuePage


@dataclass(frozen=True)
class Row:
    """A case in the queue, with what its cells need besides: the page that it is on, and the reader's clock."""

    case: Case
    page: QueuePage
    now: datetime
    zone: str
    looking: Sequence[Presence]


def rows_of(
    page: QueuePage, columns: Sequence[str], looking: Mapping[int, Sequence[Presence]], now: datetime, zone: str
) -> SafeString:
    """Return the rows of a page as the body of a table."""
    cells = [CELLS[name] for name in ORDER if name in {*columns, *ALWAYS}]
    rows = (Row(case, page, now, zone, looking.get(case.pk, ())) for case in page.rows)
    return SafeString("".join(_row(row, cells) for row in rows))


def _row(row: Row, cells: Sequence[Callable[[Row], str]]) -> SafeString:
    inside = SafeString("".join(cell(row) for cell in cells))
    return format_html('<tr role="row" data-row="{}-{}">{}</tr>', row.case.pk, row.case.last_event_number, inside)


def _cell(name: str, inside: str) -> SafeString:
    return SafeString(f'<td class="queue__{name}" role="cell">{conditional_escape(inside)}</td>')


# --- What every row has -------------------------------------------------------------------------------------------


def _pick(row: Row) -> SafeString:
    reference = row.case.reference
    label = _("Choose %(reference)s") % {"reference": reference}
    box = '<input type="checkbox" name="case" value="{0}" form="bulk" id="pick-{0}" aria-label="{1}">'
    return _cell("pick", format_html(box, reference, label))


def _due(row: Row) -> SafeString:
    case, deadline = row.case, next(iter(row.case.next_promise), None)
    if deadline is not None:
        state = promise_state(deadline, row.now)
        shown = format_html('<span class="promise" data-state="{}">{}</span>', state, countdown_of(deadline, row.now))
        if deadline.kind != "first_response":
            shown += format_html('<span class="queue__what">{}</span>', promised(deadline.kind))
        return _cell("due", shown)
    closes_at = case.open_episode.closes_at if case.open_episode else None
    if closes_at is not None:
        return _cell("due", _no_promise("soon", f"{_('closes')} {due_from(closes_at, row.now)}"))
    return _cell("due", _no_promise("none", _("closed") if case.closed_at else _("answered")))


def _no_promise(state: str, words: str) -> SafeString:
    return format_html('<span class="promise" data-state="{}">{}</span>', state, words)


def _title(row: Row) -> SafeString:
    case, page = row.case, row.page
    link = format_html(
        '<div><a id="case-{}" href="{}?{}&amp;at={}">{}</a>{}</div>',
        case.reference,
        reverse("desk_case", args=[case.reference]),
        page.as_list,
        urlencode({"at": page.keys[case.pk]})[3:],
        marked(case.title, page.marks),
        format_html_join("", "{}", ((_who_looks(one),) for one in row.looking)),
    )
    hit = page.hits.get(case.pk)
    if hit is not None:
        link += format_html('<div class="queue__hit"><span class="strong">{}:</span> {}</div>', hit.place, hit.text)
    return _cell("title", link)


def _who_looks(one: Presence) -> SafeString:
    words = (_("%(name)s is writing") if one.writing else _("%(name)s is looking")) % {"name": one.user}
    return format_html(
        '<span class="looks" title="{0}"><span class="person__face" aria-hidden="true">{1}</span>'
        '<span class="for-readers">{0}</span></span>',
        words,
        initials(one.user),
    )


# --- What a reader chooses ----------------------------------------------------------------------------------------


def _when(row: Row) -> SafeString:
    case, deadline = row.case, next(iter(row.case.next_promise), None)
    closes_at = case.open_episode.closes_at if case.open_episode else None
    at = deadline.due_at if deadline is not None else closes_at or case.closed_at
    if at is None:
        return _cell("when", format_html('<span class="quiet">{}</span>', ago(case.last_event_at, row.now)))
    return _cell("when", _time(row, at))


def _time(row: Row, at: datetime) -> SafeString:
    return time_of(at, row.now, row.zone, short=True, named=False)


def _owner(row: Row) -> SafeString:
    owner = row.case.assignee
    if owner is None:
        return _cell("who", format_html('<span class="quiet">{}</span>', _("Nobody yet")))
    return _cell("who", drawn("person", person=str(owner), desk=True))


CELLS: dict[str, Callable[[Row], str]] = {
    "pick": _pick,
    "due": _due,
    "when": _when,
    "severity": lambda row: _cell("sev", drawn("severity", level=row.case.severity)),
    "reference": lambda row: _cell(
        "ref", format_html('<span class="reference">{}</span>', marked(row.case.reference, row.page.marks))
    ),
    "title": _title,
    "partner": lambda row: _cell("partner", marked(str(row.case.partner), row.page.marks)),
    "contact": lambda row: _cell("more", marked(str(row.case.contact), row.page.marks)),
    "area": lambda row: _cell("more", str(row.case.product_area or "\u2013")),
    "desk": lambda row: _cell("more", str(row.case.desk)),
    "state": lambda row: _cell("status", drawn("status", status=row.case.status)),
    "owner": _owner,
    "logged": lambda row: _cell("more", _time(row, row.case.logged_at)),
    "changed": lambda row: _cell("more", ago(row.case.last_event_at, row.now)),
}
# In the order of the headings, whatever somebody chose first.
ORDER = list(CELLS)
ALWAYS = ("pick", "due", "title")
# What can be chosen, in words.
COLUMNS: list[tuple[str, Promise | str]] = [
    ("when", _lazy("Time of the promise")),
    ("severity", _lazy("Severity")),
    ("reference", _lazy("Case number")),
    ("partner", _lazy("Partner")),
    ("contact", _lazy("Contact")),
    ("area", _lazy("Product area")),
    ("desk", _lazy("Desk")),
    ("state", _lazy("State")),
    ("owner", _lazy("Owner")),
    ("logged", _lazy("Logged")),
    ("changed", _lazy("Last change")),
]
