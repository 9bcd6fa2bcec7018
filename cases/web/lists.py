"""What every long list has: an address whose parts are checked, and pages by the key of their last row."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Generic, TypeVar
from urllib.parse import urlencode

from django.db.models import Model, Q, QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from cases.models import Partner
from cases.web.request import Reading
from sla.models import Desk

ROWS = 50
# A longer number in an address is no id of a row.
MOST_DIGITS = 18

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class ListPage(Generic[Row]):
    """One page of a list, and the addresses of the next, of the first, and of the file."""

    rows: list[Row]
    words: str
    filters: dict[str, str]
    next_query: str
    first_query: str
    first_page: bool


def words_in(request: Reading) -> str:
    """Return what was searched for. PostgreSQL takes no NUL."""
    return request.GET.get("q", "").replace("\0", "").strip()[:100]


def filters_in(request: Reading, names: Sequence[str]) -> dict[str, str]:
    """Return the filters of the address that the list knows; others are not there."""
    found = {name: request.GET.get(name, "").replace("\0", "").strip()[:100] for name in names}
    return {name: value for name, value in found.items() if value}


def page_of(
    request: Reading, rows: QuerySet[Row], *, order: str, words: str, filters: Mapping[str, str]
) -> ListPage[Row]:
    """Cut a page out of `rows`, the newest instant of the column `order` first, behind the row that `after` names."""
    after = request.GET.get("after", "")
    behind = _behind(order, after)
    found = list((rows.filter(behind) if behind else rows).order_by(f"-{order}", "-pk")[: ROWS + 1])
    query = {**({"q": words} if words else {}), **filters}
    last = found[ROWS - 1] if len(found) > ROWS else None
    more = "" if last is None else urlencode({**query, "after": f"{last.pk}_{getattr(last, order).isoformat()}"})
    return ListPage(found[:ROWS], words, dict(filters), more, urlencode(query), first_page=behind is None)


def _behind(order: str, key: str) -> Q | None:
    """Return what lies behind the row of a key; a key that names none is ignored."""
    number, _separator, instant = key.partition("_")
    at = instant_in(instant)
    if at is None or not number.isdecimal() or len(number) > MOST_DIGITS:
        return None
    return Q(**{f"{order}__lt": at}) | Q(**{order: at, "pk__lt": int(number)})


def instant_in(value: str) -> datetime | None:
    """Return the instant that a value names with its zone, if it is one. In UTC: databases do not take every zone."""
    try:
        at = parse_datetime(value)
        return None if at is None or at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def id_in(value: str) -> int | None:
    """Return the id of a row that a value names, if it can be one."""
    return int(value) if value.isdecimal() and len(value) <= MOST_DIGITS else None


@dataclass(frozen=True)
class Choice:
    """One filter of a list as it is drawn: a choice of `options`, or a date where there are none."""

    name: str
    label: StrOrPromise
    value: str
    options: Sequence[tuple[str, StrOrPromise]] = ()

    @property
    def drawn(self) -> SafeString:
        """Its options as HTML. Thousands of partners take a template 20 ms."""
        chosen = {False: "", True: " selected"}
        parts = (
            f'<option value="{escape(str(value))}"{chosen[value == self.value]}>{escape(str(label))}</option>'
            for value, label in self.options
        )
        return SafeString("".join(parts))


def desk_choice(filters: Mapping[str, str], desks: Iterable[Desk] | None = None) -> Choice:
    """Return the filter by desk; `desks` are all of them, where the page has read them already."""
    every = Desk.objects.order_by("name") if desks is None else desks
    return Choice("desk", _("Desk"), filters.get("desk", ""), [(desk.code, desk.name) for desk in every])


def partner_choice(filters: Mapping[str, str]) -> Choice:
    """Return the filter by partner."""
    partners = list(Partner.objects.order_by("name").values_list("code", "name"))
    return Choice("partner", _("Partner"), filters.get("partner", ""), partners)
