"""The desk's queue: its views with their counts, what an address asks for, and pages by key instead of by offset."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, Q, QuerySet, Subquery
from django.http import QueryDict
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _

from cases.counting import Counted, counts_of
from cases.lifecycle import Status
from cases.models import Case, CaseEvent, DeskSettings, SavedView, StaffRole, User
from cases.often import LastFound, moment_of
from cases.presence import EXPIRES_AFTER, others_at_cases
from cases.querysets import PERSON, ROW, CaseQuerySet
from cases.web.charges import to_say_about_charges
from cases.web.hits import Hit, hits_of, marks_of
from cases.web.queue_order import ENDED, MOST_DIGITS, ORDER_BY_KEY, PROMISE, Order
from cases.web.request import PortalRequest
from sla.written_once import WrittenOnce

ROWS = 50
# Counting further costs time that grows with the table, and nobody needs the last digit.
COUNTED_UP_TO = 1000
FILTERS = ("severity", "desk", "partner", "owner", "area")

Narrowing = Callable[[CaseQuerySet, User, datetime], CaseQuerySet]


@dataclass(frozen=True)
class QueueView:
    """One view of the queue: its key in addresses, its name, what it keeps."""

    key: str
    name: Promise
    narrow: Narrowing
    # Ended cases are read from the newest end backwards, and not counted.
    ended: bool = False
    # Whether it holds other cases for each reader.
    own: bool = False


VIEWS = [
    QueueView("open", _("All open"), lambda cases, user, now: cases.open()),
    QueueView("mine", _("Mine"), lambda cases, user, now: cases.open().assigned_to(user), own=True),
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
class Asked:
    """What an address asks of the queue. `order` is empty where the reader's usual one holds."""

    view: QueueView
    words: str
    filters: dict[str, str]
    order: str

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> "Asked":
        """Read an address; what makes no sense is not there. PostgreSQL takes no NUL."""
        clean = {name: str(said.get(name, "")).replace("\0", "").strip()[:100] for name in ("q", "order", *FILTERS)}
        return cls(
            VIEW_BY_KEY.get(said.get("view", ""), VIEWS[0]),
            clean["q"],
            {name: clean[name] for name in FILTERS if clean[name]},
            clean["order"] if clean["order"] in ORDER_BY_KEY else "",
        )

    @cached_property
    def query(self) -> str:
        """Return the address of the same, always written the same way."""
        parts = {"view": self.view.key, "q": self.words, **self.filters, "order": self.order}
        return urlencode({name: value for name, value in parts.items() if value})

    @cached_property
    def queries(self) -> dict[str, str]:
        """Return the address of the same in each order."""
        return {key: replace(self, order=key).query for key in ORDER_BY_KEY}

    def ordering(self, settings: DeskSettings) -> Order:
        """Return the order in which the rows stand."""
        return ENDED if self.view.ended else ORDER_BY_KEY.get(self.order or settings.order, PROMISE)

    def cases(self, user: User, now: datetime) -> CaseQuerySet:
        """Return the cases that are asked for, in no order yet."""
        found = filtered(self.view.narrow(Case.objects.visible_to(user), user, now), self.filters)
        return found.matching(self.words, user, now) if self.words else found


# Each view as it stands, without words and filters.
PLAIN = [Asked(view, "", {}, "") for view in VIEWS]


@dataclass(frozen=True)
class Tab:
    """A view as a tab with its count, such as "12" or "1000+"."""

    key: str
    name: Promise | str
    count: str
    current: bool
    query: str


@dataclass(frozen=True)
class QueuePage:
    """One page of the queue. `keys` say where each row stands, `hits` where its words were found."""

    asked: Asked
    order: Order
    rows: list[Case]
    keys: dict[int, str]
    hits: dict[int, Hit]
    next_query: str
    first_page: bool

    @property
    def view(self) -> QueueView:
        """Return the view whose rows these are."""
        return self.asked.view

    @cached_property
    def list_query(self) -> str:
        """Return the address of this list with its order named, whatever the reader's usual one is."""
        return replace(self.asked, order="" if self.view.ended else self.order.key).query

    @cached_property
    def as_list(self) -> str:
        """Return how the address of a case names this list."""
        return urlencode({"list": self.list_query})

    @cached_property
    def marks(self) -> re.Pattern[str] | None:
        """Return what is marked in the rows."""
        return marks_of(self.asked.words)


def settings_of(user: User) -> DeskSettings:
    """Return how a person likes the desk; the usual way where they never said."""
    return DeskSettings.objects.filter(user=user).first() or DeskSettings(user=user)


def views_for(user: User) -> QuerySet[SavedView]:
    """Return one's own views and what colleagues share."""
    return SavedView.objects.filter(Q(owner=user) | Q(shared=True, owner__is_active=True))


@dataclass(frozen=True)
class Around:
    """What stands around the rows: how a person likes the desk, and which parts of the page there is anything for.

    `own_counts` has the views that are the reader's alone; `last_event` tells whether anything happened to any case.
    """

    settings: DeskSettings
    has_views: bool
    has_charges: bool
    has_company: bool
    own_counts: dict[str, int]
    last_event: int | None


def around(reader: User, now: datetime) -> Around:
    """Return what stands around the rows for a person, in one query, so that what there is none of costs no other."""
    [row] = _AROUND.all(reader=reader.pk, seen_since=now - EXPIRES_AFTER)
    return Around(
        DeskSettings(user=reader, order=row["desk_settings__order"] or "", columns=row["desk_settings__columns"] or []),
        own_counts={look.view.key: row[look.view.key] for look in OWN},
        **{name: row[name] for name in ("has_views", "has_charges", "has_company", "last_event")},
    )


OWN = [look for look in PLAIN if look.view.own]
SOME_TIME = datetime(1, 1, 2, tzinfo=UTC)
_PLACES: dict[str, Any] = {"reader": -1, "seen_since": SOME_TIME - EXPIRES_AFTER, "now": SOME_TIME}


def _around() -> QuerySet[Any, Any]:
    somebody = User(pk=_PLACES["reader"], staff_role=StaffRole.SPECIALIST)
    parts = {
        "has_views": Exists(views_for(somebody)),
        "has_charges": Exists(to_say_about_charges(somebody)),
        "has_company": Exists(others_at_cases(somebody, SOME_TIME)),
        "last_event": Subquery(CaseEvent.objects.order_by("-pk").values("pk")[:1]),
    }
    counted = {look.view.key: Counted(_counted(look.cases(somebody, SOME_TIME)).values("pk")) for look in OWN}
    liked = ("desk_settings__order", "desk_settings__columns")
    found: QuerySet[Any, Any] = User.objects.filter(pk=_PLACES["reader"]).values(*liked, **parts, **counted)
    return found


_AROUND = WrittenOnce(_around, **_PLACES)


# What is read for a column that is shown: the relation, and what of it.
COLUMN: dict[str, tuple[str, Sequence[str]]] = {
    "partner": ("partner", ["name"]),
    "contact": ("contact", PERSON),
    "area": ("product_area", ["name"]),
    "desk": ("desk", ["name"]),
    "owner": ("assignee", PERSON),
}


def page_of(request: PortalRequest, settings: DeskSettings, columns: Collection[str]) -> QueuePage:
    """Read the address: view, words, filters, order, and the row after which the page begins.

    A row has what its columns show.
    """
    asked, after = Asked.read(request.GET), request.GET.get("after", "")
    order = asked.ordering(settings)
    found = order.ordered(order.beyond(asked.cases(request.user, request.now), after))
    shows = dict(COLUMN[name] for name in columns if name in COLUMN)
    fields = [f"{relation}__{name}" for relation, names in shows.items() for name in names]
    found = found.select_related(*shows).only(*ROW, *fields)
    rows = list(found.with_closes_at().with_next_promise(request.user)[: ROWS + 1])
    more = f"{asked.query}&{urlencode({'after': order.key_of(rows[ROWS - 1])})}" if len(rows) > ROWS else ""
    shown = rows[:ROWS]
    return QueuePage(
        asked,
        order,
        shown,
        {case.pk: order.key_of(case) for case in shown},
        hits_of(shown, asked.words, request.user, request.now) if asked.words else {},
        more,
        first_page=not after,
    )


def filtered(cases: CaseQuerySet, filters: Mapping[str, str]) -> CaseQuerySet:
    """Apply the filters that an address may carry; a value that is none keeps nothing instead of failing."""
    if "severity" in filters:
        level = filters["severity"]
        cases = cases.of_severity(int(level)) if level in ("1", "2", "3", "4") else cases.none()
    if "desk" in filters:
        cases = cases.filter(desk__code=filters["desk"])
    if "partner" in filters:
        cases = cases.filter(partner__code=filters["partner"])
    if filters.get("owner") == "nobody":
        cases = cases.unassigned()
    elif "owner" in filters:
        cases = _of_id(cases, "assignee", filters["owner"])
    return _of_id(cases, "product_area", filters["area"]) if "area" in filters else cases


def _of_id(cases: CaseQuerySet, column: str, said: str) -> CaseQuerySet:
    return cases.filter(**{column: int(said)}) if said.isdecimal() and len(said) <= MOST_DIGITS else cases.none()


# --- Tabs ---------------------------------------------------------------------------------------------------------


def tabs_of(
    request: PortalRequest, page: QueuePage, here: Around, saved: Sequence[SavedView]
) -> tuple[list[Tab], list[Tab]]:
    """Return every view and every saved one with its count, counted no further than needed.

    A saved view that looks for words has no count.
    """
    reader, now = request.user, request.now
    counts = here.own_counts | _counts_of_all(reader, now, here.last_event)
    looks = {f"own-{view.pk}": Asked.read(QueryDict(view.query)) for view in saved}
    saved_counts = _counts(looks, reader, now) if looks else {}
    current = next((view.pk for view in saved if view.query == page.asked.query), None)
    tabs = [
        Tab(view.key, view.name, _in_words(counts.get(view.key)), current is None and view is page.view, look.query)
        for look in PLAIN
        for view in [look.view]
    ]
    named = [
        Tab(key, view.name, _in_words(saved_counts.get(key)), view.pk == current, view.query)
        for key, view in zip(looks, saved, strict=True)
    ]
    return tabs, named


_counts_for_the_desk: LastFound[dict[str, int]] = LastFound()


def _counts_of_all(reader: User, now: datetime, last_event: int | None) -> dict[str, int]:
    """Return how many cases each view has that is the same for all staff.

    Counted anew as soon as anything happened to any case, and each moment, as promises come close by themselves.
    """
    shared = {look.view.key: look for look in PLAIN if not look.view.own}
    return _counts_for_the_desk.of((last_event, moment_of(now)), lambda: _counts(shared, reader, now))


def _counts(looks: Mapping[str, Asked], reader: User, now: datetime) -> dict[str, int]:
    counted = {
        key: _counted(look.cases(reader, now)) for key, look in looks.items() if not look.view.ended and not look.words
    }
    return counts_of(counted, beside=reader)


def _counted(cases: CaseQuerySet) -> CaseQuerySet:
    return cases.order_by()[: COUNTED_UP_TO + 1]


def _in_words(count: int | None) -> str:
    if count is None:
        return ""
    return str(count) if count <= COUNTED_UP_TO else f"{COUNTED_UP_TO}+"
