"""The verdicts of two periods by each of several things, from one reading of the promises.

Grouped by all of them at once, a year has nearly as many groups as cases. So the database reads the verdicts once, with
keys alone, and groups what it read by one thing after another: what comes out are the rows that a report shows.
"""

from dataclasses import dataclass

from django.db import connections
from django.db.models import Case as Choose
from django.db.models import F, IntegerField, QuerySet, Value, When

from cases.models import Deadline, Partner, User
from cases.reports.selection import Period
from sla.models import Desk

DIMENSIONS = ("severity", "desk", "partner", "specialist")
COUNTS = "COUNT(*) FILTER (WHERE kept) kept_, COUNT(*) told"
SUMS = "CAST(SUM(kept_) AS bigint), CAST(SUM(told) AS bigint)"
# From where each is grouped: of severity, desk and month there are few together.
SOURCES = {
    "severity": ("few", SUMS),
    "desk": ("few", SUMS),
    "month": ("few", SUMS),
    "partner": ("verdict", COUNTS),
    "specialist": ("verdict", COUNTS),
}
# Names are looked up for the groups, which are few, and not for the verdicts.
ALL = f"""
WITH verdict AS MATERIALIZED ({{verdicts}}),
few AS MATERIALIZED (SELECT severity, desk, month, {COUNTS} FROM verdict GROUP BY 1, 2, 3),
grouped (what, id, is_now, kept_, told) AS ({{groups}})
SELECT what, grouped.id, COALESCE(desk.code, partner.code), COALESCE(desk.name, partner.name, specialist.name),
    is_now, kept_, told - kept_
FROM grouped
LEFT JOIN {Desk._meta.db_table} desk ON what = 'desk' AND desk.id = grouped.id
LEFT JOIN {Partner._meta.db_table} partner ON what = 'partner' AND partner.id = grouped.id
LEFT JOIN {User._meta.db_table} specialist ON what = 'specialist' AND specialist.id = grouped.id
"""  # noqa: S608 - of names that stand here


@dataclass(frozen=True)
class Group:
    """Verdicts on one desk, partner, specialist, severity or month, in the period or the one before.

    `key` is the code of a desk or partner, the id of a specialist or empty, the level, or the number of a
    month in the period.
    """

    what: str
    key: str
    label: str
    is_now: bool
    kept: int
    missed: int


def grouped(verdicts: QuerySet[Deadline], period: Period) -> list[Group]:
    """Return the groups of the verdicts of a period and of the one before, each `decided` at an instant."""
    months = period.months
    keys = verdicts.annotate(
        desk=F("case__desk"),
        partner=F("case__partner"),
        specialist=F("case__assignee"),
        # The number of the month in the period, whose own days alone have one.
        month=Choose(
            When(decided__lt=period.since, then=None),
            *(When(decided__lt=month.until, then=Value(number)) for number, month in enumerate(months)),
            output_field=IntegerField(),
        ),
    ).values("kept", "month", *DIMENSIONS)
    connection = connections[keys.db]
    inner, values = keys.query.get_compiler(connection=connection).as_sql()
    groups = " UNION ALL ".join(
        f"SELECT '{what}', {what}, month IS NOT NULL, {counts} FROM {source} GROUP BY 2, 3"  # noqa: S608 - the same
        for what, (source, counts) in SOURCES.items()
    )
    with connection.cursor() as cursor:
        cursor.execute(ALL.format(verdicts=inner, groups=groups), values)
        return [_group(*row) for row in cursor.fetchall()]


def _group(
    what: str, number: int | None, code: str | None, name: str | None, is_now: bool, kept: int, missed: int
) -> Group:
    key = "" if number is None else code or str(number)
    return Group(what, key, key if what == "severity" else name or "", bool(is_now), kept, missed)
