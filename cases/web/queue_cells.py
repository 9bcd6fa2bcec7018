"""What the cells of the queue say: one function for each column that a row can have.

They are written here and not in a template: the queue is the page that staff open most, and a template took four fifths
of the time in which it is answered.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from urllib.parse import quote_plus

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases.models import Case, Deadline, Presence
from cases.templatetags.case_tags import (
    ago,
    countdown_of,
    drawn,
    due_from,
    initials,
    promise_state,
    promised,
)
from cases.templatetags.instants import time_of, zone_city
from cases.web.hits import marked
from cases.web.queue import QueuePage


@dataclass(frozen=True, slots=True)
class Sheet:
    """What all rows of a page have in common: the page, the reader's clock, and words that each row says."""

    page: QueuePage
    now: datetime
    zone: str
    # What stands before and behind a case's reference in its address.
    address: tuple[str, str]
    choose: str
    nobody: str
    # What some rows say alike, once for the page: by what it is and of what.
    said: dict[tuple[str, object], SafeString] = field(default_factory=dict)

    def once(self, what: str, of: object, say: Callable[[], str]) -> SafeString:
        """Say something that other rows say too."""
        found = self.said.get((what, of))
        if found is None:
            found = self.said[what, of] = SafeString(say())
        return found


@dataclass(slots=True)
class Row:
    """A case in the queue, with what its cells need besides."""

    case: Case
    sheet: Sheet
    looking: Sequence[Presence]
    promise: Deadline | None


def rows_of(
    page: QueuePage, columns: Sequence[str], looking: Mapping[int, Sequence[Presence]], now: datetime, zone: str
) -> SafeString:
    """Return the rows of a page as the body of a table."""
    cells = [CELLS[name] for name in ORDER if name in {*columns, *ALWAYS}]
    before, _dash, behind = reverse("desk_case", args=["-"]).rpartition("-")
    sheet = Sheet(page, now, zone, (before, behind), _("Choose %(reference)s"), escape(_("Nobody yet")))
    rows = (Row(case, sheet, looking.get(case.pk, ()), next(iter(case.next_promise), None)) for case in page.rows)
    return SafeString("".join(_row(row, cells) for row in rows))


def headings_of(page: QueuePage, columns: Sequence[str], zone: str) -> SafeString:
    """Return the headings over the rows; by some of them the queue can be sorted."""
    shown = [name for name in ORDER if name in {*columns, *ALWAYS}]
    return SafeString("".join(_heading(page, name, zone) for name in shown))


def _heading(page: QueuePage, name: str, zone: str) -> str:
    label, order = HEADINGS[name], SORTS.get(name, "")
    words = escape(str(label) if label else zone_city(zone))
    sorted_so = f' aria-sort="{"descending" if order in ("newest", "changed") else "ascending"}"'
    said = f'<span class="for-readers">{words}</span>' if name == "pick" else words
    if order and not page.view.ended:
        said = f'<a class="sort" href="?{escape(page.asked.queries[order])}">{words}</a>'
    return f'<th scope="col" role="columnheader"{sorted_so if page.order.key == order else ""}>{said}</th>'


def _row(row: Row, cells: Sequence[Callable[[Row], SafeString]]) -> str:
    inside = "".join([cell(row) for cell in cells])
    return f'<tr role="row" data-row="{row.case.pk}-{row.case.last_event_number}">{inside}</tr>'


def _cell(name: str, inside: SafeString) -> SafeString:
    return SafeString(f'<td class="queue__{name}" role="cell">{inside}</td>')


def _plain(text: str) -> SafeString:
    """Return a text safe for a page; `django.utils.html.escape` also takes what is not yet worded, which takes time."""
    return SafeString(escape(text))


# --- What every row has -------------------------------------------------------------------------------------------


def _pick(row: Row) -> SafeString:
    reference = escape(row.case.reference)
    label = escape(row.sheet.choose % {"reference": row.case.reference})
    box = f'<input type="checkbox" name="case" value="{reference}" form="bulk" id="pick-{reference}"'
    return _cell("pick", SafeString(f'{box} aria-label="{label}">'))


def _due(row: Row) -> SafeString:
    case, deadline, now = row.case, row.promise, row.sheet.now
    if deadline is not None:
        state, kind = promise_state(deadline, now), deadline.kind
        shown = f'<span class="promise" data-state="{state}">{countdown_of(deadline, now)}</span>'
        if kind != "first_response":
            what = row.sheet.once("promise", kind, lambda: escape(promised(kind)))
            shown += f'<span class="queue__what">{what}</span>'
        return _cell("due", SafeString(shown))
    if case.closes_at is not None:
        return _cell("due", _no_promise("soon", f"{_('closes')} {due_from(case.closes_at, now)}"))
    return _cell("due", _no_promise("none", _("closed") if case.closed_at else _("answered")))


def _no_promise(state: str, words: str) -> SafeString:
    return SafeString(f'<span class="promise" data-state="{state}">{escape(words)}</span>')


def _title(row: Row) -> SafeString:
    case, page = row.case, row.sheet.page
    reference = escape(case.reference)
    address = f"{reference.join(row.sheet.address)}?{page.as_list}&amp;at={quote_plus(page.keys[case.pk])}"
    looking = "".join(_who_looks(one) for one in row.looking)
    link = f'<div><a id="case-{reference}" href="{address}">{_marked(row, case.title)}</a>{looking}</div>'
    hit = page.hits.get(case.pk)
    if hit is not None:
        link += format_html('<div class="queue__hit"><span class="strong">{}:</span> {}</div>', hit.place, hit.text)
    return _cell("title", SafeString(link))


def _marked(row: Row, text: str) -> SafeString:
    marks = row.sheet.page.marks
    return _plain(text) if marks is None else marked(text, marks)


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
    case, deadline = row.case, row.promise
    at = deadline.due_at if deadline is not None else case.closes_at or case.closed_at
    return _cell("when", _quiet(ago(case.last_event_at, row.sheet.now)) if at is None else _time(row, at))


def _quiet(words: str) -> SafeString:
    return SafeString(f'<span class="quiet">{escape(words)}</span>')


def _time(row: Row, at: datetime) -> SafeString:
    return time_of(at, row.sheet.now, row.sheet.zone, short=True, named=False)


def _severity(row: Row) -> SafeString:
    level = row.case.severity
    return row.sheet.once("severity", level, lambda: _cell("sev", drawn("severity", level=level)))


def _state(row: Row) -> SafeString:
    status = row.case.status
    return row.sheet.once("state", status, lambda: _cell("status", drawn("status", status=status)))


def _owner(row: Row) -> SafeString:
    owner = row.case.assignee
    if owner is None:
        return _cell("who", SafeString(f'<span class="quiet">{row.sheet.nobody}</span>'))
    name = str(owner)
    return row.sheet.once("owner", name, lambda: _cell("who", drawn("person", person=name, desk=True)))


CELLS: dict[str, Callable[[Row], SafeString]] = {
    "pick": _pick,
    "due": _due,
    "when": _when,
    "severity": _severity,
    "reference": lambda row: _cell(
        "ref", SafeString(f'<span class="reference">{_marked(row, row.case.reference)}</span>')
    ),
    "title": _title,
    "partner": lambda row: _cell("partner", _marked(row, str(row.case.partner))),
    "contact": lambda row: _cell("more", _marked(row, str(row.case.contact))),
    "area": lambda row: _cell("more", _plain(str(row.case.product_area or "\u2013"))),
    "desk": lambda row: _cell("more", _plain(str(row.case.desk))),
    "state": _state,
    "owner": _owner,
    "logged": lambda row: _cell("more", _time(row, row.case.logged_at)),
    "changed": lambda row: _cell("more", _plain(ago(row.case.last_event_at, row.sheet.now))),
}
# In the order of the headings, whatever somebody chose first.
ORDER = list(CELLS)
# The time of a promise stands under the name of the reader's city.
HEADINGS: dict[str, Promise | str] = {
    "pick": _lazy("Choose"),
    "due": _lazy("Next promise"),
    "when": "",
    "severity": _lazy("Severity"),
    "reference": _lazy("Case"),
    "title": _lazy("Title"),
    "partner": _lazy("Partner"),
    "contact": _lazy("Contact"),
    "area": _lazy("Product area"),
    "desk": _lazy("Desk"),
    "state": _lazy("State"),
    "owner": _lazy("Owner"),
    "logged": _lazy("Logged"),
    "changed": _lazy("Last change"),
}
# By which order of the queue a heading sorts.
SORTS = {"due": "promise", "severity": "severity", "logged": "newest", "changed": "changed"}
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
