"""What contacts thought of closed cases (P11.1, P11.2): means and counts, and low scores that nobody followed up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Count, F, Q, QuerySet

from cases.models import Survey
from cases.querysets import CaseQuerySet
from cases.reports import selection
from cases.reports.selection import Period
from cases.rules import LOW_SCORE, Outcome

DIMENSIONS = {
    "partner": ("closing__case__partner__code", "closing__case__partner__name"),
    "specialist": ("closing__case__assignee", "closing__case__assignee__name"),
    "severity": ("closing__case__severity", "closing__case__severity"),
    "outcome": ("closing__outcome", "closing__outcome"),
}
COUNTED = {
    "sent": Count("pk"),
    "answered": Count("pk", Q(answered_at__isnull=False)),
    "low": Count("pk", Q(satisfaction__lte=LOW_SCORE)),
    "handling_mean": Avg("handling"),
    "professionalism_mean": Avg("professionalism"),
    "satisfaction_mean": Avg("satisfaction"),
}


@dataclass(frozen=True)
class Scores:
    """Surveys of one row: how many were sent and answered, how many were low, and the mean of each question."""

    key: str
    label: str
    sent: int
    answered: int
    low: int
    handling_mean: float | None
    professionalism_mean: float | None
    satisfaction_mean: float | None

    @property
    def unanswered(self) -> int:
        """Return how many were not answered, or not yet."""
        return self.sent - self.answered

    @property
    def unanswered_share(self) -> int | None:
        """Return the percentage that was not answered, or None of none."""
        return 100 * self.unanswered // self.sent if self.sent else None


NO_SCORES = Scores("", "", 0, 0, 0, None, None, None)


def narrowed(cases: CaseQuerySet, period: Period, filters: Mapping[str, str]) -> QuerySet[Survey]:
    """Return the surveys of a period's closings of these cases."""
    chosen = selection.narrowed(cases, filters)
    if "severity" in filters:
        level = filters["severity"]
        chosen = chosen.of_severity(int(level)) if level in selection.LEVELS else chosen.none()
    found = selection.among(selection.surveys_in(period), chosen, "closing__case")
    if "outcome" in filters:
        found = found.filter(closing__outcome=filters["outcome"])
    return found.filter(selection.survey_filter(filters["survey"])) if "survey" in filters else found


def scores(found: QuerySet[Survey]) -> Scores:
    """Return the counts and means of all."""
    return Scores("", "", **found.aggregate(**COUNTED))


def scores_of_both(cases: CaseQuerySet, period: Period) -> tuple[Scores, Scores]:
    """Return the counts and means of a period and of the one before, in one query."""
    found = narrowed(cases, period.with_before, {})
    rows: Any = (
        found.annotate(is_now=period.holds("closing__closed_at")).values("is_now").annotate(**COUNTED).order_by()
    )
    counted = {row.pop("is_now"): Scores("", "", **row) for row in rows}
    return counted.get(True, NO_SCORES), counted.get(False, NO_SCORES)


def scores_by(dimension: str, found: QuerySet[Survey]) -> list[Scores]:
    """Return the counts and means, a row for each partner, specialist, severity or outcome."""
    key, label = DIMENSIONS[dimension]
    rows: Any = found.values(row_key=F(key), row_label=F(label)).annotate(**COUNTED).order_by("row_label")
    return [Scores(str(row.pop("row_key") or "nobody"), _label(dimension, row.pop("row_label")), **row) for row in rows]


def with_cases(found: QuerySet[Survey]) -> QuerySet[Survey]:
    """Load what a row shows, in the same query."""
    return found.select_related(
        "closing__case__partner", "closing__case__assignee", "closing__case__contact", "followed_up_by"
    )


def latest_words(cases: CaseQuerySet, period: Period, most: int) -> list[Survey]:
    """Return the surveys of a period in which contacts wrote something, the newest first."""
    said = narrowed(cases, period, {}).exclude(answered_at=None).exclude(comment="")
    return list(with_cases(said).order_by("-answered_at", "-pk")[:most])


def with_words(ids: Sequence[int]) -> list[Survey]:
    """Return surveys by their ids, the newest answer first, unless their words were removed since."""
    said = with_cases(Survey.objects.filter(pk__in=ids).exclude(comment=""))
    return list(said.order_by("-answered_at", "-pk")) if ids else []


def to_follow_up(cases: CaseQuerySet) -> QuerySet[Survey]:
    """Return the low scores that no manager has followed up, the oldest first, whenever they came."""
    low = Survey.objects.filter(selection.survey_filter("to-follow-up"), closing__case__in=cases)
    return with_cases(low.filter(closing__taken_back_at=None, closing__case__dismissed_at=None)).order_by("answered_at")


def _label(dimension: str, label: Any) -> str:
    return str(Outcome(label).label) if dimension == "outcome" else str(label or "")
