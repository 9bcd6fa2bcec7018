"""The desk's queue: its views with their counts, what an address asks for, and pages by key instead of by offset."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, Q, QuerySet
from django.http import QueryDict
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _

from cases.counting import counts_of
from cases.lifecycle import Status
from cases.models import Case, DeskSettings, SavedView, User
from cases.presence import others_at_cases
from cases.querysets import CaseQuerySet
from cases.web.charges import to_say_about_charges
from cases.web.hits import TEXTS, Hit, hits_of, marks_of
from cases.web.queue_order import ENDED, MOST_DIGITS, ORDER_BY_KEY, PROMISE, Order
from cases.web.request import PortalRequest

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

    @property
    def query(self) -> str:
        """Return the address of the same, always written the same way."""
        parts = {"view": self.view.key, "q": self.words, **self.filters, "order": self.order}
        return urlencode({name: value for name, value in parts.items() if value})

    @property
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
    """What stands around the rows: how a person likes the desk, and which parts of the page there is anything for."""

    settings: DeskSettings
    has_views: bool
    has_charges: bool
    has_company: bool


def around(reader: User, now: datetime) -> Around:
    """Return what stands around the rows for a person, in one query, so that what there is none of costs no other."""
    parts = (views_for(reader), to_say_about_charges(reader), others_at_cases(reader, now))
    has_views, has_charges, has_company = (Exists(part) for part in parts)
    row = (
        User.objects.select_related("desk_settings")
        .annotate(has_views=has_views, has_charges=has_charges, has_company=has_company)
        .get(pk=reader.pk)
    )
    settings = getattr(row, "desk_settings", None) or DeskSettings(user=reader)
    return Around(settings, row.has_views, row.has_charges, row.has_company)


# What a row can show beside its promise and its title, by the relation that it is read from.
RELATIONS = {"partner": "partner", "contact": "contact", "area": "product_area", "desk": "desk", "owner": "assignee"}


def page_of(request: PortalRequest, settings: DeskSettings, columns: Collection[str]) -> QueuePage:
    """Read the address: view, words, filters, order, and the row after which the page begins.

    A row has what its columns show; long texts are read only where words are looked for in them.
    """
    asked, after = Asked.read(request.GET), request.GET.get("after", "")
    order = asked.ordering(settings)
    found = order.ordered(order.beyond(asked.cases(request.user, request.now), after))
    found = found.with_open_episode().select_related(*(RELATIONS[name] for name in columns if name in RELATIONS))
    found = found.select_related("contact") if asked.words else found.defer(*TEXTS)
    rows = list(found.with_next_promise(request.user)[: ROWS + 1])
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


def tabs_of(request: PortalRequest, page: QueuePage, saved: Sequence[SavedView]) -> tuple[list[Tab], list[Tab]]:
    """Return every view and every saved one with its count, counted no further than needed, in one query.

    A saved view that looks for words has no count.
    """
    looks = {view.key: Asked(view, "", {}, "") for view in VIEWS}
    own = {f"own-{view.pk}": Asked.read(QueryDict(view.query)) for view in saved}
    counts = _counts(request, {**looks, **own})
    here = page.asked.query
    current = next((view.pk for view in saved if view.query == here), None)
    tabs = [
        Tab(key, look.view.name, counts[key], current is None and look.view.key == page.view.key, look.query)
        for key, look in looks.items()
    ]
    named = [
        Tab(f"own-{view.pk}", view.name, counts[f"own-{view.pk}"], view.pk == current, view.query) for view in saved
    ]
    return tabs, named


def _counts(request: PortalRequest, looks: Mapping[str, Asked]) -> dict[str, str]:
    counted = {
        key: look.cases(request.user, request.now).order_by()[: COUNTED_UP_TO + 1]
        for key, look in looks.items()
        if not look.view.ended and not look.words
    }
    found = counts_of(counted, beside=request.user)
    return {key: _in_words(found.get(key)) for key in looks}


def _in_words(count: int | None) -> str:
    if count is None:
        return ""
    return str(count) if count <= COUNTED_UP_TO else f"{COUNTED_UP_TO}+"
