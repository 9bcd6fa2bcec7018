"""How the desks stand at one moment, and how promises were kept lately."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, Exists, FilteredRelation, OuterRef, Q, QuerySet

from cases.lifecycle import Status
from cases.models import DeadlineKind, Survey
from cases.querysets import PERSON
from cases.reports import selection
from sla.models import Desk, Shift

PERIOD = timedelta(days=30)
SURVEYS_SHOWN = 4
SEVERITIES = (1, 2, 3, 4)


@dataclass(frozen=True)
class OpenCases:
    """The open cases of one desk: how many of each severity, 1 to 4."""

    code: str
    name: str
    by_severity: list[int]

    @property
    def total(self) -> int:
        """Return how many there are."""
        return sum(self.by_severity)


@dataclass(frozen=True)
class Verdicts:
    """First-response promises of a period: kept, missed, and the share kept in percent (None of none)."""

    severity: int
    kept: int
    missed: int

    @property
    def share(self) -> int | None:
        """Return the percentage kept, rounded down so that 100 means all of them."""
        total = self.kept + self.missed
        return 100 * self.kept // total if total else None


def desks_with_open_cases() -> QuerySet[Any, Any]:
    """Return every desk by name, with its open cases as `level_1` to `level_4`, and whether it `has_hours`."""
    going_on = FilteredRelation("cases", condition=~Q(cases__status=Status.CLOSED))
    levels = {f"level_{level}": Count("going_on", Q(going_on__severity=level)) for level in SEVERITIES}
    hours = Exists(Shift.objects.filter(desk=OuterRef("pk")))
    return Desk.objects.annotate(going_on=going_on, has_hours=hours).annotate(**levels).order_by("name")


def open_by_desk() -> list[OpenCases]:
    """Count the open cases of every desk, by name."""
    return [open_cases_of(desk) for desk in desks_with_open_cases()]


def open_cases_of(desk: Desk) -> OpenCases:
    """Return the open cases of a desk that was read with them."""
    return OpenCases(desk.code, desk.name, [getattr(desk, f"level_{level}") for level in SEVERITIES])


def verdicts(since: datetime, until: datetime) -> list[Verdicts]:
    """Return the verdicts on first-response promises of the period up to now, a row for each severity.

    A promise that is past due and that nobody answered is missed: it does not wait for its end to count.
    """
    found = selection.verdicts_between(since, until, DeadlineKind.FIRST_RESPONSE, until)
    rows = found.values("severity").annotate(kept_=Count("id", Q(kept=True)), missed=Count("id", ~Q(kept=True)))
    counted = {row["severity"]: row for row in rows}
    return [
        Verdicts(level, counted[level]["kept_"], counted[level]["missed"])
        if level in counted
        else Verdicts(level, 0, 0)
        for level in SEVERITIES
    ]


def all_severities(rows: list[Verdicts]) -> Verdicts:
    """Return the sum of the rows, as severity 0."""
    return Verdicts(0, sum(row.kept for row in rows), sum(row.missed for row in rows))


def survey_scores(since: datetime) -> dict[str, float | int | None]:
    """Return the number of answered surveys since then and the mean of each question."""
    answered = Survey.objects.filter(answered_at__gte=since)
    return answered.aggregate(
        answers=Count("id"),
        handling_mean=Avg("handling"),
        professionalism_mean=Avg("professionalism"),
        satisfaction_mean=Avg("satisfaction"),
    )


def latest_surveys() -> list[Survey]:
    """Return the latest answers, newest first, with whose they are of which case."""
    case = "closing__case"
    answered = Survey.objects.exclude(answered_at=None).select_related(f"{case}__partner", f"{case}__contact")
    contact = [f"{case}__contact__{name}" for name in PERSON]
    answered = answered.only(
        "satisfaction", "comment", "answered_at", f"{case}__reference", f"{case}__partner__name", *contact
    )
    return list(answered.order_by("-answered_at")[:SURVEYS_SHOWN])
