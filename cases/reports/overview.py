"""The numbers of the manager's page: counted when it is opened, and above many open cases by the timetable each minute.

A count of all open cases takes as long as there are open cases. A desk with few has its numbers to the second; one with
many as of the last minute, and the page says of when they are. Both are the same count, so there is nothing to drift:
each minute counts anew.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from cases.counting import counts_of
from cases.models import (
    Case,
    ChargeReview,
    ChargeVerdict,
    Deadline,
    KeptNumbers,
    KeptRequest,
    ManagerRequest,
    StaffRole,
    User,
)
from cases.reports import forecast
from cases.reports.now import (
    PERIOD,
    OpenCases,
    Verdicts,
    desks_with_open_cases,
    open_cases_of,
    survey_scores,
    verdicts,
)
from cases.reports.selection import Period

NAME = "manager now"
# From so many open cases on the timetable counts.
MANY = 1000
# Numbers that are older say that the timetable stands still: the page counts itself, however long that takes.
FRESH = timedelta(minutes=5)
BREAKING_SHOWN = 5


@dataclass(frozen=True)
class Overview:
    """How the desks stood at `made_at`. `breaking` are the next promises that would be missed."""

    made_at: datetime
    open_rows: list[OpenCases]
    counts: dict[str, int]
    verdicts: list[Verdicts]
    survey_scores: dict[str, float | int | None]
    breaking: list[Deadline]
    breaking_count: int
    forecast_desks: list[str]
    desks_without_history: list[str]


def overview(reader: User, zone: str, now: datetime) -> Overview:
    """Return the numbers as `reader` has them in a zone: kept ones while they are fresh, else counted now."""
    kept = KeptNumbers.objects.filter(name=NAME, made_at__gt=now - FRESH, made_at__lte=now).first()
    if kept is None or zone not in kept.content["verdicts"]:
        return _shown(counted(reader, [zone], now), zone, now)
    ids = kept.content["breaking"]
    still = Deadline.objects.open().filter(pk__in=ids).select_related("case").order_by("due_at", "pk")
    still = still.only("severity", "due_at", "case__reference", "case__title")
    # What managers decide is little, and nobody wants to see as undecided what they decided a moment ago.
    counts = kept.content["counts"] | counts_of(_for_managers(now), beside=reader)
    return _shown(kept.content | {"counts": counts, "breaking": list(still) if ids else []}, zone, kept.made_at)


def _shown(content: dict[str, Any], zone: str, made_at: datetime) -> Overview:
    """Read numbers as they are kept, with the promises themselves in the place of their ids."""
    rows = [OpenCases(**row) for row in content["open_rows"]]
    return Overview(
        **content | {"open_rows": rows, "verdicts": [Verdicts(**row) for row in content["verdicts"][zone]]},
        made_at=made_at,
    )


def counted(reader: User, zones: list[str], now: datetime) -> dict[str, Any]:
    """Count all of it, the promises kept for each zone in which days begin."""
    cases = Case.objects.visible_to(reader)
    desks = list(desks_with_open_cases())
    forecasts = forecast.forecasts(now, [desk for desk in desks if desk.has_hours])
    breaking = [each.deadline for desk in forecasts for each in desk.breaking]
    return {
        "open_rows": [asdict(open_cases_of(desk)) for desk in desks],
        "counts": counts_of(
            {
                "at_risk": cases.at_risk(now),
                "breached": cases.breached(now),
                "unassigned": cases.open().unassigned(),
                "waiting": cases.waiting(),
                **_for_managers(now),
            },
            beside=reader,
        ),
        "verdicts": {zone: [asdict(row) for row in verdicts(period_of(zone, now).since, now)] for zone in zones},
        "survey_scores": survey_scores(now - PERIOD),
        "breaking": sorted(breaking, key=lambda deadline: deadline.due_at)[:BREAKING_SHOWN],
        "breaking_count": len(breaking),
        "forecast_desks": [each.desk.name for each in forecasts if each.enough],
        "desks_without_history": [each.desk.name for each in forecasts if not each.enough],
    }


def _for_managers(now: datetime) -> dict[str, QuerySet[Any]]:
    """Return what managers are asked for and decide (P9.4)."""
    asked = ManagerRequest.objects.filter(answered_at=None)
    return {
        "managers_asked": asked,
        "managers_late": asked.filter(deadline__due_at__lt=now),
        "requests_to_decide": KeptRequest.objects.filter(decision=""),
        "charges_to_decide": ChargeReview.objects.filter(verdict=ChargeVerdict.NEVER_QUALIFIED, decision=""),
    }


def period_of(zone: str, now: datetime) -> Period:
    """Return the last days up to now, as days begin in a zone."""
    today = now.astimezone(ZoneInfo(zone)).date()
    return Period(today - timedelta(days=PERIOD.days - 1), today, ZoneInfo(zone))


def to_keep(now: datetime) -> dict[str, Any] | None:
    """Return what the timetable should keep, in the zones of all managers, as JSON; None where few cases are open."""
    managers = User.objects.filter(staff_role__in=(StaffRole.MANAGER, StaffRole.ADMINISTRATOR), is_active=True)
    reader = managers.order_by("pk").first()
    if reader is None or not Case.objects.visible_to(reader).open().values("pk")[MANY : MANY + 1].exists():
        return None
    content = counted(reader, sorted(set(managers.values_list("zone", flat=True))), now)
    return content | {"breaking": [deadline.pk for deadline in content["breaking"]]}
