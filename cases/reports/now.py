"""How the desks stand at one moment, and how promises were kept lately."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Avg, Count, Q

from cases.models import Case, DeadlineKind, Survey
from cases.reports import selection

PERIOD = timedelta(days=30)
SURVEYS_SHOWN = 4


@dataclass(frozen=True)
class OpenCount:
    """Open cases of one severity at one desk."""

    desk_code: str
    desk_name: str
    severity: int
    cases: int


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


def open_by_severity_and_desk() -> list[OpenCount]:
    """Count open cases, a row for each desk and severity that has any."""
    rows = Case.objects.open().values("desk__code", "desk__name", "severity").annotate(cases=Count("id"))
    return [
        OpenCount(row["desk__code"], row["desk__name"], row["severity"], row["cases"])
        for row in rows.order_by("desk__name", "severity")
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
        for level in (1, 2, 3, 4)
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
