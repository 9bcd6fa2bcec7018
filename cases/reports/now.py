"""How the desks stand at one moment, and how promises were kept lately."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Avg, Count, FilteredRelation, Q

from cases.lifecycle import Status
from cases.models import DeadlineKind, Survey
from cases.reports import selection
from sla.models import Desk

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


def open_by_desk() -> list[OpenCases]:
    """Count the open cases of every desk, by name."""
    going_on = FilteredRelation("cases", condition=~Q(cases__status=Status.CLOSED))
    desks = Desk.objects.annotate(going_on=going_on).order_by("name")
    levels = {f"level_{level}": Count("going_on", Q(going_on__severity=level)) for level in SEVERITIES}
    return [
        OpenCases(code, name, counts)
        for code, name, *counts in desks.annotate(**levels).values_list("code", "name", *levels)
    ]


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
    """Return the latest answers, newest first."""
    answered = Survey.objects.exclude(answered_at=None).select_related(
        "closing__case__partner", "closing__case__assignee", "closing__case__contact"
    )
    return list(answered.order_by("-answered_at")[:SURVEYS_SHOWN])
