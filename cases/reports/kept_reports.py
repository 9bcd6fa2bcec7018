"""Reports over a period that were counted before somebody opened them.

What a report takes grows with the cases of its two periods. One about few is counted when it is opened, to the second.
One about many is counted by the timetable every ten minutes: those that the pages offer, in the zones of the managers,
and those that a manager lately had counted. Each is a whole recount, so there is nothing to drift; what the page shows
says of when it is, and what is older than half an hour is not believed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Cast

from cases import rules
from cases.models import Case, DeadlineKind, KeptReport, Partner, StaffRole, User
from cases.querysets import CaseQuerySet
from cases.reports.over_time import Flow, Kept, Number, by_label, months_of
from cases.reports.period_report import MOST_ROWS, Report, Spread, counted, worst
from cases.reports.selection import Period, narrowed
from cases.reports.surveys import Scores, with_words
from cases.reports.usual_periods import usual_periods
from cases.rules import AttemptMethod, Outcome, ReportKey
from sla.models import Desk

# How the content is laid out. Another number is of another release, and not read.
LAYOUT = 1
NOBODY = "nobody"


def report(
    reader: User,
    period: Period,
    filters: Mapping[str, str],
    desks: Sequence[Desk],
    now: datetime,
    *,
    every_row: bool = False,
) -> Report:
    """Return a report as `reader` has it: the kept one while it is fresh, else counted now.

    A kept one has the worst rows of long tables, or `every_row`.
    """
    kept = KeptReport.objects.filter(
        **asdict(key_of(period, filters)),
        made_at__gt=now - rules.REPORTS_BELIEVED_FOR,
        made_at__lte=now,
        content__layout=LAYOUT,
    )
    found = (kept if every_row else kept.defer("every_row")).first()
    if found is None:
        return counted(narrowed(Case.objects.visible_to(reader), filters), period, desks, now)
    return _shown(found, period, found.every_row if every_row else found.content["tables"])


def key_of(period: Period, filters: Mapping[str, str]) -> ReportKey:
    """Return what a report is about."""
    return ReportKey(period.first, period.last, str(period.zone), filters.get("desk", ""), filters.get("partner", ""))


def is_kept(key: ReportKey) -> bool:
    """Return whether a report was counted before, however long ago."""
    return KeptReport.objects.filter(**asdict(key)).exists()


# --- What the timetable counts ----------------------------------------------------------------------------------------


def due(now: datetime) -> Iterator[ReportKey]:
    """Yield the reports about many cases that nobody has begun to count lately, those of the longest ago first."""
    reader = _reader()
    if reader is None:
        return
    claims = {_key(row): row.claimed_at for row in KeptReport.objects.defer("content", "every_row")}
    never = datetime.min.replace(tzinfo=now.tzinfo)
    for key in sorted(_wanted(now), key=lambda key: claims.get(key) or never):
        claimed_at = claims.get(key)
        if (claimed_at is None or claimed_at <= now - rules.REPORTS_EVERY) and _is_about_many(reader, key):
            yield key


def to_keep(key: ReportKey, now: datetime) -> tuple[dict[str, Any], dict[str, Any]]:
    """Count a report now. Returns what the page shows and every row of its tables, both as JSON."""
    reader = _reader()
    assert reader is not None  # noqa: S101 - `due` named none without one
    return as_json(counted(_cases(reader, key), _period(key), list(Desk.objects.all()), now))


def _managers() -> QuerySet[User]:
    return User.objects.filter(staff_role__in=(StaffRole.MANAGER, StaffRole.ADMINISTRATOR), is_active=True)


def _reader() -> User | None:
    """Return somebody who sees what every manager sees."""
    return _managers().order_by("pk").first()


def _wanted(now: datetime) -> list[ReportKey]:
    """Return those that the pages offer to managers, and those that managers had counted in the last days."""
    zones = sorted(set(_managers().values_list("zone", flat=True)))
    offered = [
        key_of(period, {})
        for zone in zones
        for period in usual_periods(now.astimezone(ZoneInfo(zone)).date(), ZoneInfo(zone)).values()
    ]
    asked = KeptReport.objects.filter(wanted_at__gt=now - rules.REPORTS_WANTED_FOR).defer("content", "every_row")
    return list(dict.fromkeys([*offered, *map(_key, asked.order_by("-wanted_at")[: rules.MOST_WANTED_REPORTS])]))


def _is_about_many(reader: User, key: ReportKey) -> bool:
    logged = _cases(reader, key).filter(_period(key).with_before.holds("logged_at"))
    return logged.values("pk")[rules.MANY_IN_A_REPORT : rules.MANY_IN_A_REPORT + 1].exists()


def _cases(reader: User, key: ReportKey) -> CaseQuerySet:
    filters = {"desk": key.desk, "partner": key.partner}
    return narrowed(Case.objects.visible_to(reader), {name: value for name, value in filters.items() if value})


def _period(key: ReportKey) -> Period:
    return Period(key.first, key.last, ZoneInfo(key.zone))


def _key(row: KeptReport) -> ReportKey:
    return ReportKey(row.first, row.last, row.zone, row.desk, row.partner)


# --- As JSON, and back ------------------------------------------------------------------------------------------------


def as_json(found: Report) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the page shows of a report, and every row of its tables: keys and numbers, no names."""
    content = {
        "layout": LAYOUT,
        "total": _row(found.total),
        "months": [[month.kept, month.missed] for month in found.months],
        "tables": {name: _rows(worst(rows, MOST_ROWS)) for name, rows in found.tables.items()},
        "rows": found.rows,
        "others": _rows(found.others),
        "outcomes": _numbers(found.outcomes),
        "attempts": _numbers(found.attempts),
        "logged": [found.flow.logged.cases, found.flow.logged.before],
        "open": [found.flow.open_at_end, found.flow.open_before],
        "replies": [_spread(found.replies), _spread(found.replies_before)],
        "scores": [asdict(found.scores), asdict(found.scores_before)],
        "comments": [survey.pk for survey in found.comments],
    }
    return content, {name: _rows(rows) for name, rows in found.tables.items()}


def _rows(rows: list[Kept]) -> list[list[Any]]:
    return [_row(row) for row in rows]


def _row(row: Kept) -> list[Any]:
    return [row.key, row.kept, row.missed, row.share_before]


def _numbers(numbers: list[Number]) -> list[list[Any]]:
    return [[each.key, each.cases, each.before] for each in numbers]


def _spread(found: Spread) -> list[Any]:
    ends = (None if each is None else each.total_seconds() for each in (found.median, found.nine_in_ten))
    return [found.counts, *ends]


def _shown(kept: KeptReport, period: Period, tables: dict[str, list[list[Any]]]) -> Report:
    """Read a report as it is kept, with the names of today in the reader's language."""
    content = kept.content
    assert kept.made_at is not None  # noqa: S101 - it was found by it
    replies, replies_before = (
        Spread(counts, *(None if each is None else timedelta(seconds=each) for each in ends))
        for counts, *ends in content["replies"]
    )
    return Report(
        made_at=kept.made_at,
        is_kept=True,
        total=_kept(content["total"], ""),
        months=months_of(content["months"], period),
        tables=_named(tables, content["rows"]),
        rows=content["rows"],
        others=[_kept(row, DeadlineKind(row[0]).label) for row in content["others"]],
        outcomes=[Number(key, str(Outcome(key).label), *counts) for key, *counts in content["outcomes"]],
        attempts=[Number(key, str(AttemptMethod(key).label), *counts) for key, *counts in content["attempts"]],
        flow=Flow(Number("logged", "", *content["logged"]), *content["open"]),
        replies=replies,
        replies_before=replies_before,
        scores=Scores(**content["scores"][0]),
        scores_before=Scores(**content["scores"][1]),
        comments=with_words(content["comments"]),
    )


def _kept(row: list[Any], label: object) -> Kept:
    key, kept, missed, share_before = row
    return Kept(key, str(label), kept, missed, share_before)


def _named(tables: dict[str, list[list[Any]]], counts: dict[str, int]) -> dict[str, list[Kept]]:
    """Name the rows of each table. Where they are the worst of more, they stay in their order."""
    names = _names({name: [row[0] for row in rows] for name, rows in tables.items()})
    named = {
        name: [_kept(row, row[0] if name == "severity" else names.get((name, row[0]), "")) for row in rows]
        for name, rows in tables.items()
    }
    return {name: rows if len(rows) < counts[name] else by_label(rows) for name, rows in named.items()}


def _names(keys: dict[str, list[str]]) -> dict[tuple[str, str], str]:
    """Return what desks, partners and specialists are called, by the kind of each and its key, in one query."""

    def of(kind: str, rows: QuerySet[Any, Any], key: str) -> QuerySet[Any, Any]:
        named: QuerySet[Any, Any] = rows.annotate(kind=Value(kind, CharField()), key=Cast(key, CharField()))
        return named.values_list("kind", "key", "name").order_by()

    specialists = [key for key in keys["specialist"] if key != NOBODY]
    desks = of("desk", Desk.objects.filter(code__in=keys["desk"]), "code")
    partners = of("partner", Partner.objects.filter(code__in=keys["partner"]), "code")
    people = of("specialist", User.objects.filter(pk__in=specialists), "pk")
    return {(kind, key): name for kind, key, name in desks.union(partners, people, all=True)}
