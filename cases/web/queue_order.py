"""In which orders the queue may be read, and how to go on behind any row: by its key, never by counting rows."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from cases.querysets import CaseQuerySet
from cases.web.lists import instant_in

# A longer number in an address is no id of a row.
MOST_DIGITS = 18

Value = datetime | int | None


@dataclass(frozen=True)
class Order:
    """One order: its key in addresses, its name, its columns ("-" for the largest first). The id breaks every tie.

    A column that is empty stands last, in either direction.
    """

    key: str
    name: Promise
    columns: tuple[str, ...]

    def ordered(self, cases: CaseQuerySet, *, backwards: bool = False) -> CaseQuerySet:
        """Put cases in this order, or in the opposite one."""
        fields = []
        for column in (*self.columns, self._tie):
            field, descending = F(column.lstrip("-")), column.startswith("-") != backwards
            last = {"nulls_first": True} if backwards else {"nulls_last": True}
            empties = last if column == "next_due_at" else {}
            fields.append(field.desc(**empties) if descending else field.asc(**empties))
        return cases.order_by(*fields)

    def beyond(self, cases: CaseQuerySet, key: str, *, backwards: bool = False) -> CaseQuerySet:
        """Keep what comes behind the row of this key, or before it; a key that names none is ignored."""
        values = self._read(key)
        if values is None:
            return cases
        found, same = Q(pk__in=[]), Q()
        for column, value in zip((*self.columns, self._tie), values, strict=True):
            found |= same & _after(column, value, backwards=backwards)
            same &= Q(**{column.lstrip("-"): value})
        return cases.filter(found)

    def knows(self, key: str) -> bool:
        """Return whether a key names a place in this order."""
        return self._read(key) is not None

    def key_of(self, case: Case) -> str:
        """Return where a row stands, for an address."""
        values = [getattr(case, column.lstrip("-")) for column in self.columns]
        said = [value.isoformat() if isinstance(value, datetime) else str(value or "") for value in values]
        return "_".join([str(case.pk), *said])

    @property
    def _tie(self) -> str:
        return "-id" if self.columns[0].startswith("-") else "id"

    def _read(self, key: str) -> list[Value] | None:
        number, *said = key.split("_")
        if not number.isdecimal() or len(number) > MOST_DIGITS or len(said) != len(self.columns):
            return None
        values: list[Value] = []
        for column, text in zip(self.columns, said, strict=True):
            value = _number(text) if column == "severity" else instant_in(text)
            if value is None and (text or column != "next_due_at"):
                return None
            values.append(value)
        return [*values, int(number)]


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) == 1 else None


def _after(column: str, value: Value, *, backwards: bool) -> Q:
    name, descending = column.lstrip("-"), column.startswith("-") != backwards
    if value is None:
        return Q(**{f"{name}__isnull": False}) if backwards else Q(pk__in=[])
    further = Q(**{f"{name}__{'lt' if descending else 'gt'}": value})
    return further if backwards or name != "next_due_at" else further | Q(next_due_at=None)


PROMISE = Order("promise", _("Next promise"), ("next_due_at",))
ORDERS = [
    PROMISE,
    Order("severity", _("Severity, then promise"), ("severity", "next_due_at")),
    Order("changed", _("Last change, newest first"), ("-last_event_at",)),
    Order("newest", _("Logged, newest first"), ("-logged_at",)),
    Order("oldest", _("Logged, oldest first"), ("logged_at",)),
]
ORDER_BY_KEY = {order.key: order for order in ORDERS}
# Ended cases have no next promise.
ENDED = Order("ended", _("Closed, newest first"), ("-closed_at",))
