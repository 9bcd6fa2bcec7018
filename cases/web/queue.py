"""The desk's queue: its views, their counts, and pages by key instead of by offset."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.lifecycle import Status
from cases.models import Case, User
from cases.querysets import CaseQuerySet
from cases.web.request import PortalRequest

ROWS = 50
# Counting further costs time that grows with the table, and nobody needs the last digit.
COUNTED_UP_TO = 1000
# A longer number in an address is no id of a row.
MOST_DIGITS = 18

Narrowing = Callable[[CaseQuerySet, User, datetime], CaseQuerySet]


@dataclass(frozen=True)
class QueueView:
    """One view of the queue: its key in addresses, its name, what it keeps."""

    key: str
    name: Promise
    narrow: Narrowing
    # Ended cases have no next promise; they are read from the newest end backwards.
    ended: bool = False

    def ordered(self, cases: CaseQuerySet) -> CaseQuerySet:
        """Put the rows in the order of this view."""
        return cases.newest_end_first() if self.ended else cases.in_queue_order()

    def behind(self, cases: CaseQuerySet, at: datetime | None, case_id: int) -> CaseQuerySet:
        """Keep the rows behind the one with this instant and id, in the order of this view."""
        return cases.before_end(at, case_id) if self.ended else cases.after_in_queue(at, case_id)

    def key_of(self, case: Case) -> str:
        """Return where a row stands in the order, for the address of the next page."""
        at = case.closed_at if self.ended else case.next_due_at
        return f"{case.pk}_{'' if at is None else at.isoformat()}"


VIEWS = [
    QueueView("open", _("All open"), lambda cases, user, now: cases.open()),
    QueueView("mine", _("Mine"), lambda cases, user, now: cases.open().assigned_to(user)),
    QueueView("unassigned", _("Unassigned"), lambda cases, user, now: cases.open().unassigned()),
    QueueView("at-risk", _("At risk"), lambda cases, user, now: cases.at_risk(now)),
    QueueView("breached", _("Breached"), lambda cases, user, now: cases.breached(now)),
    QueueView("sev-1", _("Severity 1"), lambda cases, user, now: cases.open().of_severity(1)),
    QueueView("severity-to-agree", _("Severity to agree"), lambda cases, user, now: cases.severity_to_agree()),
    QueueView("waiting", _("Waiting"), lambda cases, user, now: cases.waiting()),
    QueueView("updates-overdue", _("Updates overdue"), lambda cases, user, now: cases.updates_overdue(now)),
    QueueView("closing-soon", _("Closing soon"), lambda cases, user, now: cases.closing_soon()),
    QueueView(
        "diagnostics", _("Waiting for diagnostics"), lambda cases, user, now: cases.filter(status=Status.DIAGNOSTICS)
    ),
    QueueView("closed", _("Closed"), lambda cases, user, now: cases.closed(), ended=True),
]
VIEW_BY_KEY = {view.key: view for view in VIEWS}


@dataclass(frozen=True)
class Tab:
    """A view as a tab with its count, such as "12" or "1000+"."""

    key: str
    name: Promise
    count: str
    current: bool
    query: str


@dataclass(frozen=True)
class QueuePage:
    """One page of the queue."""

    view: QueueView
    rows: list[Case]
    words: str
    filters: dict[str, str]
    next_query: str
    first_page: bool


def page_of(request: PortalRequest) -> QueuePage:
    """Read the address: view, words, filters by severity, desk and partner, and the row after which the page begins."""
    asked = request.GET
    view = VIEW_BY_KEY.get(asked.get("view", ""), VIEWS[0])
    words = asked.get("q", "").strip()[:100]
    filters = {name: value for name in ("severity", "desk", "partner") if (value := asked.get(name, ""))}
    cases = filtered(view.narrow(Case.objects.visible_to(request.user), request.user, request.now), filters)
    if words:
        cases = cases.matching(words)
    after = asked.get("after", "")
    cases = _after(view, view.ordered(cases).with_people().with_next_promise(request.user).with_waiting(), after)
    rows = list(cases[: ROWS + 1])
    query = {"view": view.key, **({"q": words} if words else {}), **filters}
    more = urlencode({**query, "after": view.key_of(rows[ROWS - 1])}) if len(rows) > ROWS else ""
    return QueuePage(view, rows[:ROWS], words, filters, more, first_page=not after)


def filtered(cases: CaseQuerySet, filters: dict[str, str]) -> CaseQuerySet:
    """Apply the filters that an address may carry; a value that is none keeps nothing instead of failing."""
    if "severity" in filters:
        level = filters["severity"]
        cases = cases.of_severity(int(level)) if level in ("1", "2", "3", "4") else cases.none()
    if "desk" in filters:
        cases = cases.filter(desk__code=filters["desk"])
    if "partner" in filters:
        cases = cases.filter(partner__code=filters["partner"])
    return cases


def tabs_of(request: PortalRequest, current: QueueView) -> list[Tab]:
    """Return every view with its count, counted no further than needed."""
    cases = Case.objects.visible_to(request.user)
    tabs = []
    for view in VIEWS:
        count = ""
        if not view.ended:
            counted = view.narrow(cases, request.user, request.now).values("pk")[: COUNTED_UP_TO + 1].count()
            count = str(counted) if counted <= COUNTED_UP_TO else f"{COUNTED_UP_TO}+"
        tabs.append(Tab(view.key, view.name, count, view.key == current.key, urlencode({"view": view.key})))
    return tabs


def _after(view: QueueView, cases: CaseQuerySet, key: str) -> CaseQuerySet:
    """Keep the rows behind the one that `key` names; a key that names none is ignored."""
    number, _sep, instant = key.partition("_")
    try:
        at = parse_datetime(instant) if instant else None
    except ValueError:
        return cases
    makes_sense = number.isdecimal() and len(number) < MOST_DIGITS and (at is None or at.tzinfo is not None)
    if not makes_sense or (view.ended and at is None):
        return cases
    return view.behind(cases, at, int(number))
