"""The rows that messages name: in the facts of their event, or in their key. Read for many messages at once."""

from collections.abc import Sequence
from typing import Any, TypeAlias, TypeVar

from django.db.models import Model, QuerySet

from cases.models import Notice
from notifications.messages.entitlement import ABOUT_NOTICE
from notifications.models import OutgoingAlert, OutgoingMail

# What was told, or is about to be: by mail, or by chat and pager.
Told: TypeAlias = OutgoingMail | OutgoingAlert
M = TypeVar("M", bound=Model)


def facts_of(told: Told) -> dict[str, Any]:
    """Return the facts of the event that a message is about."""
    return {} if told.event is None else told.event.facts


class Named:
    """What a batch of messages names. The first question after a kind of row reads those of the whole batch."""

    def __init__(self, batch: Sequence[Told]) -> None:
        self._batch = batch
        self._found: dict[tuple[type[Model], str], dict[Any, Any]] = {}

    def row(self, rows: QuerySet[M], name: str, told: Told) -> M:
        """Return the one of `rows` that the fact `name` is about.

        Raises:
            LookupError: there is none.
        """
        found = self.row_or_none(rows, name, told)
        if found is None:
            raise LookupError(f"{told} names no {name}.")
        return found

    def row_or_none(self, rows: QuerySet[M], name: str, told: Told) -> M | None:
        """Return the one of `rows` that the fact `name` is about, if it is there."""
        if (rows.model, name) not in self._found:
            keys = {facts[name] for facts in map(facts_of, self._batch) if name in facts}
            self._found[rows.model, name] = rows.in_bulk(keys)
        return self._found[rows.model, name].get(facts_of(told).get(name))

    def notice(self, told: Told) -> Notice:
        """Return the notice that a mail beside any case is about, with its partner."""
        if (Notice, "") not in self._found:
            about = [_notice_id(mail) for mail in self._batch if mail.key.startswith(ABOUT_NOTICE)]
            self._found[Notice, ""] = Notice.objects.select_related("partner").in_bulk(about)
        found: Notice = self._found[Notice, ""][_notice_id(told)]
        return found


def _notice_id(told: Told) -> int:
    return int(told.key.partition(":")[0].removeprefix(ABOUT_NOTICE))
