"""What the holiday library says against what is in force, and how its word is taken over (P3.2).

An upgrade of the library changes nothing by itself. Dates that have begun are history: they are never changed here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from sla import store
from sla.changes import revise
from sla.models import Desk, Holiday
from sla.national import LIBRARY, National, national_holidays
from sla.policy_data import YEARS_AHEAD


@dataclass(frozen=True)
class Difference:
    """What the library would change at one desk from tomorrow on: dates added, taken away, called something else."""

    desk: Desk
    added: Mapping[date, National]
    removed: Mapping[date, str]
    renamed: Mapping[date, National]

    def __bool__(self) -> bool:
        """Say whether there is any difference."""
        return bool(self.added or self.removed or self.renamed)

    def closed_dates(self) -> dict[date, str]:
        """Return the dates on which the desk would be closed; a manager's single days stay as they are."""
        national = {holiday.on: holiday.name for holiday in self.desk.holidays.all()}
        for day in self.removed:
            del national[day]
        for day, found in {**self.added, **self.renamed}.items():
            national[day] = found.name
        return store.with_single_days(self.desk, national)


def differences(now: datetime) -> list[Difference]:
    """Return for each desk what the installed library would change, up to five years after `now`."""
    return [difference(desk, now) for desk in Desk.objects.order_by("code")]


def difference(desk: Desk, now: datetime) -> Difference:
    """Return what the installed library would change at one desk. Dates entered by hand are never taken away."""
    today = now.astimezone(ZoneInfo(desk.zone)).date()
    library = {
        day: found
        for day, found in national_holidays(desk.observes, range(today.year, today.year + YEARS_AHEAD + 1)).items()
        if day > today
    }
    stored = {holiday.on: holiday for holiday in desk.holidays.all() if holiday.on > today}
    return Difference(
        desk=desk,
        added={day: found for day, found in library.items() if day not in stored},
        removed={
            day: row.name
            for day, row in stored.items()
            if day not in library and row.source.startswith(LIBRARY) and day.year <= today.year + YEARS_AHEAD
        },
        renamed={day: found for day, found in library.items() if day in stored and stored[day].name != found.name},
    )


def reckon_after(found: Sequence[Difference]) -> store.Reckon:
    """Return how calendars would come from desks after `found` were applied, for `sla.moves`."""
    return store.proposed({one.desk.pk: one.closed_dates() for one in found})


@transaction.atomic
def apply(found: Sequence[Difference]) -> None:
    """Store the library's dates. Promises that were made stay as they are; a manager decides about them."""
    for one in found:
        if not one:
            continue
        revise(one.desk)
        one.desk.holidays.filter(on__in=list(one.removed)).delete()
        for day, national in {**one.added, **one.renamed}.items():
            Holiday.objects.update_or_create(
                desk=one.desk, on=day, defaults={"name": national.name, "source": national.source}
            )
