"""From rows to what the engine reckons with, and back: the only bridge between the database and the engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import QuerySet, Subquery
from django.db.models.functions import JSONObject

from sla.engine import calendar as engine
from sla.engine.deadlines import Target, UpdateUnit
from sla.models import CalendarEdition, Desk, PolicyVersion
from sla.models import Target as TargetRow
from sla.written_once import WrittenOnce

# A desk's id and revision: what a calendar in memory is kept under.
Revisions = tuple[tuple[int, int], ...]
# How a calendar comes from desks: `calendar`, or what it would be after a change.
Reckon = Callable[[Sequence[Desk]], engine.Calendar]

# Calendars kept by the process. One is laid out once for each content; asking by revision saves the queries.
KEPT = 64
Key = TypeVar("Key")
Kept = TypeVar("Kept")
_by_revision: dict[Revisions, engine.Calendar] = {}
_by_edition: dict[str, engine.Calendar] = {}
# Editions as they are stored, by their digest: nobody ever changes one or takes it away.
_stored: dict[str, CalendarEdition] = {}

UNITS: dict[str, UpdateUnit] = {
    TargetRow.UpdateUnit.HOURS_24X7: "hours_24x7",
    TargetRow.UpdateUnit.WORKING_MINUTES: "working_minutes",
    TargetRow.UpdateUnit.BUSINESS_DAYS: "business_days",
}


_PLACES: dict[str, Any] = {"on": date(1, 1, 2), "severity": 30_001, "policy": 30_002, "digest": "a digest"}
_TARGET = WrittenOnce(
    lambda: TargetRow.objects.select_related("policy").filter(policy=_PLACES["policy"], severity=_PLACES["severity"]),
    **_PLACES,
)


def _in_force(on: date, severity: int) -> QuerySet[TargetRow]:
    found = TargetRow.objects.filter(policy__effective_on__lte=on, severity=severity)
    return found.order_by("-policy__effective_on")[:1]


_TARGET_IN_FORCE = WrittenOnce(
    lambda: _in_force(_PLACES["on"], _PLACES["severity"]).select_related("policy"), **_PLACES
)
_TARGETS_IN_FORCE = WrittenOnce(
    lambda: (
        TargetRow.objects.filter(
            policy=PolicyVersion.objects.filter(effective_on__lte=_PLACES["on"])
            .order_by("-effective_on")
            .values("pk")[:1]
        )
        .select_related("policy")
        .order_by("severity")
    ),
    **_PLACES,
)
# What is read of a target along with others, in the order of its columns: all but what people read of it.
ALONG = tuple(
    field.attname for field in TargetRow._meta.concrete_fields if field.attname not in ("id", "definition", "examples")
)
# Years of hours: whoever makes a promise needs only to point at them.
_EDITION = WrittenOnce(lambda: CalendarEdition.objects.defer("content").filter(digest=_PLACES["digest"]), **_PLACES)


class Hours(NamedTuple):
    """Weekly hours as local times, in force from `since` on and before `until`; without one, always."""

    weekdays: Sequence[int]
    starts: time
    ends: time
    since: date | None = None
    until: date | None = None


class NoPolicy(LookupError):
    """No policy version was in force at the time asked for."""


def desk(code: str) -> Desk:
    """Return the desk with this code.

    Raises:
        Desk.DoesNotExist: there is none.
    """
    return Desk.objects.get(code=code)


def calendar(desks: Sequence[Desk]) -> engine.Calendar:
    """Return the calendar of the union of `desks`, the first one being home.

    It is kept in the process under each desk's revision, so a desk read before an edit may still be answered with the
    hours before it; read the desk again in the transaction that makes a promise.

    Raises:
        BadCalendar: no desk was given, or they have no shift.
    """
    key = _revisions(desks)
    kept = _by_revision.get(key)
    if kept is not None:
        return kept
    # Read until the revisions before and after are the same: the rows in between are then one state of the desks.
    while True:
        built = _compiled(desks, {}, {})
        fresh = Desk.objects.in_bulk([one.pk for one in desks])
        desks = [fresh[one.pk] for one in desks]
        if _revisions(desks) == key:
            break
        key = _revisions(desks)
    # Only what was committed may be found again: an edit that is rolled back gives its revision back too.
    transaction.on_commit(partial(_keep, _by_revision, key, built))
    return built


def forget() -> None:
    """Forget every calendar in this process: for rows that changed by another way than `sla.changes`."""
    _by_revision.clear()
    forget_editions()


def forget_editions() -> None:
    """Forget which editions are stored: where a database was emptied, they are not."""
    _stored.clear()


def proposed(closed: Mapping[int, Mapping[date, str]], hours: Mapping[int, Sequence[Hours]] | None = None) -> Reckon:
    """Return what `calendar` would return if the desks with these ids were closed on exactly these dates.

    Those in `hours` would have these weekly hours instead of their own. So that a change can be shown before it is
    made: reckon promises with the result and compare.
    """

    def reckon(desks: Sequence[Desk]) -> engine.Calendar:
        return _compiled(desks, closed, hours or {})

    return reckon


def rebuilt(edition: CalendarEdition) -> engine.Calendar:
    """Return the calendar that promises of this edition were made with."""
    kept = _by_edition.get(edition.digest)
    if kept is not None:
        return kept
    built = engine.Calendar.from_content(edition.content)
    _keep(_by_edition, edition.digest, built)
    return built


def remember(calendar: engine.Calendar, now: datetime) -> CalendarEdition:
    """Return the stored edition of `calendar`, writing it the first time. Many may do so at once."""
    known = _stored.get(calendar.edition)
    if known is not None:
        return known
    found = _EDITION.first(digest=calendar.edition)
    if found is None:
        # No exception on a tie, so an outer transaction goes on.
        CalendarEdition.objects.bulk_create(
            [CalendarEdition(digest=calendar.edition, content=calendar.content(), first_used_at=now)],
            ignore_conflicts=True,
        )
        found = CalendarEdition.objects.defer("content").get(digest=calendar.edition)
    # What this transaction wrote may be taken back with it.
    transaction.on_commit(partial(_keep, _stored, calendar.edition, found))
    return found


def weekly_hours(desk: Desk) -> list[Hours]:
    """Return the weekly hours of `desk`, in the order in which they came into force and begin."""
    rows = sorted(desk.shifts.all(), key=lambda row: (row.since or date.min, row.starts_at, row.pk))
    return [Hours(row.weekdays, row.starts_at, row.ends_at, row.since, row.until) for row in rows]


def shifts(desk: Desk) -> list[engine.Shift]:
    """Return the weekly hours of `desk` as the engine reads them, without closed dates."""
    return _shifts(desk, weekly_hours(desk), {})


def hours_at(desk: Desk, at: datetime) -> list[Hours]:
    """Return the weekly hours of `desk` that are in force on its local date of `at`, the earliest first."""
    day = at.astimezone(ZoneInfo(desk.zone)).date()
    return [hours for hours, shift in zip(weekly_hours(desk), shifts(desk), strict=True) if shift.in_force_on(day)]


def changed_from(desk: Desk, since: date, hours: Sequence[Hours]) -> list[Hours]:
    """Return the weekly hours of `desk` as they would be with `hours` from the local date `since` on."""
    before = [
        one._replace(until=since if one.until is None else min(one.until, since))
        for one in weekly_hours(desk)
        if one.since is None or one.since < since
    ]
    return [*before, *(one._replace(since=since) for one in hours)]


def closed_dates(desk: Desk) -> dict[date, str]:
    """Return the dates on which `desk` is closed, with their names: its holidays and a manager's single days (P3.2)."""
    return with_single_days(desk, {row.on: row.name for row in sorted(desk.holidays.all(), key=lambda row: row.on)})


def with_single_days(desk: Desk, national: Mapping[date, str]) -> dict[date, str]:
    """Return `national` holidays with a manager's single days, closed or opened; the latest word on a day wins."""
    closed = dict(national)
    for change in sorted(desk.holiday_changes.all(), key=lambda row: row.pk):
        if change.closed:
            closed[change.on] = change.reason
        else:
            closed.pop(change.on, None)
    return closed


def policy_in_force(at: datetime) -> PolicyVersion:
    """Return the policy version in force at `at`: the latest whose date has begun in UTC.

    Raises:
        NoPolicy: the first version came later.
    """
    on = at.astimezone(UTC).date()
    found = PolicyVersion.objects.filter(effective_on__lte=on).order_by("-effective_on").first()
    if found is None:
        raise _no_policy(on)
    return found


def targets_in_force(at: datetime) -> list[tuple[TargetRow, Target]]:
    """Return the targets of the policy version in force at `at`, severity 1 first: as rows, and for the engine.

    Raises:
        NoPolicy: the first version came later.
    """
    on = at.astimezone(UTC).date()
    rows = _TARGETS_IN_FORCE.all(on=on)
    if not rows:
        raise _no_policy(on)
    return [(row, target(row.policy, row)) for row in rows]


def target_in_force(severity: int, at: datetime) -> tuple[PolicyVersion, Target]:
    """Return the policy version in force at `at` with its target for one severity, read together.

    Raises:
        NoPolicy: the first version came later.
    """
    on = at.astimezone(UTC).date()
    row = _TARGET_IN_FORCE.first(on=on, severity=severity)
    if row is None:
        raise _no_policy(on)
    return row.policy, target(row.policy, row)


def target_along(on: date, severity: int) -> Subquery:
    """Return the target in force, for a read that asks for it along with others. `target_from` takes what it finds."""
    said = JSONObject(policy_name="policy__name", **dict(zip(ALONG, ALONG, strict=True)))
    return Subquery(_in_force(on, severity).values(said=said))


def target_from(said: Mapping[str, Any] | None, at: datetime) -> tuple[int, Target]:
    """Return the key of the policy version in force at `at` with its target, from what `target_along` found.

    Raises:
        NoPolicy: the first version came later.
    """
    if said is None:
        raise _no_policy(at.astimezone(UTC).date())
    row = TargetRow.from_db(DEFAULT_DB_ALIAS, ALONG, [said[name] for name in ALONG])
    # SQLite has no booleans.
    row.round_the_clock = bool(row.round_the_clock)
    return row.policy_id, target(PolicyVersion.from_db(DEFAULT_DB_ALIAS, ["name"], [said["policy_name"]]), row)


def target_of(policy_id: int, severity: int) -> Target:
    """Return the target of a policy version for one severity, read together with the version."""
    row = _TARGET.first(policy=policy_id, severity=severity)
    if row is None:
        raise TargetRow.DoesNotExist
    return target(row.policy, row)


def _no_policy(on: date) -> NoPolicy:
    return NoPolicy(f"No support policy was in force on {on.isoformat()}. Load one with `manage.py load_policy`.")


def targets(policy: PolicyVersion) -> dict[int, Target]:
    """Return the engine's targets of a policy version by severity, 1 first."""
    rows = sorted(policy.targets.all(), key=lambda row: row.severity)
    return {row.severity: target(policy, row) for row in rows}


def target(policy: PolicyVersion, row: TargetRow) -> Target:
    """Return one line of a policy version as the engine reads it."""
    return Target(
        severity=row.severity,
        within=timedelta(minutes=row.respond_within_minutes),
        round_the_clock=row.round_the_clock,
        name=row.name,
        clause=f"Partner Support Policy of {policy.name}, section 2",
        warn_at_percent=row.warn_at_percent,
        update_every=row.update_every,
        update_unit=UNITS[row.update_unit],
    )


def _compiled(
    desks: Sequence[Desk], closed: Mapping[int, Mapping[date, str]], hours: Mapping[int, Sequence[Hours]]
) -> engine.Calendar:
    """Return the calendar of the rows, or the one in memory that says the same."""
    built = engine.Calendar(
        tuple(
            shift
            for desk in desks
            for shift in _shifts(
                desk,
                hours[desk.pk] if desk.pk in hours else weekly_hours(desk),
                closed[desk.pk] if desk.pk in closed else closed_dates(desk),
            )
        )
    )
    built = _by_edition.setdefault(built.edition, built)
    _forget_oldest(_by_edition)
    return built


def _revisions(desks: Sequence[Desk]) -> Revisions:
    return tuple((one.pk, one.revision) for one in desks)


def _shifts(desk: Desk, hours: Sequence[Hours], closed: Mapping[date, str]) -> list[engine.Shift]:
    return [
        engine.Shift(desk.zone, one.weekdays, one.starts, one.ends, closed, desk.name, one.since, one.until)
        for one in hours
    ]


def _keep(kept: dict[Key, Kept], key: Key, one: Kept) -> None:
    kept[key] = one
    _forget_oldest(kept)


def _forget_oldest(kept: dict[Any, Any]) -> None:
    while len(kept) > KEPT:
        # Another thread may have removed it already.
        kept.pop(next(iter(kept)), None)
