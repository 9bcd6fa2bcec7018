"""Which cases a number counts. Reports count with it and the list of cases behind a number is made by it: one rule."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, TypeVar

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from cases.models import Case, Closing, ContactAttempt, Deadline, DeadlineKind, Survey
from cases.querysets import CaseQuerySet
from cases.reports.waits import of_age, open_at, replies
from cases.rules import LOW_SCORE
from sla.models import Desk

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Period:
    """Whole days of a reader, the first and the last included."""

    first: date
    last: date
    zone: tzinfo

    @property
    def since(self) -> datetime:
        """The first instant."""
        return datetime.combine(self.first, time.min, self.zone)

    @property
    def until(self) -> datetime:
        """The first instant after it."""
        return datetime.combine(self.last + timedelta(days=1), time.min, self.zone)

    @property
    def before(self) -> "Period":
        """As many days just before."""
        length = self.last - self.first + timedelta(days=1)
        return Period(self.first - length, self.last - length, self.zone)

    @property
    def with_before(self) -> "Period":
        """It and the period before, as one."""
        return Period(self.before.first, self.last, self.zone)

    @property
    def months(self) -> list["Period"]:
        """Its days month by month."""
        months, first = [], self.first
        while first <= self.last:
            following = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
            months.append(Period(first, min(following - timedelta(days=1), self.last), self.zone))
            first = following
        return months

    def holds(self, column: str) -> Q:
        """Return what keeps rows whose instant in `column` lies in the period."""
        return Q(**{f"{column}__gte": self.since, f"{column}__lt": self.until})


# What a period may be about: what a case's rows are asked for.
EVENTS = ("logged", "closed", "promised", "attempted", "surveyed", "replied", "backlog")
SURVEY_CHOICES = ("answered", "unanswered", "low", "to-follow-up")


def verdicts(kind: str, now: datetime) -> QuerySet[Deadline]:
    """Return the promises of a kind that were kept or missed by `now`, each once; no case dismissed as thanks.

    A promise that nobody keeps is missed when its due time passes, whether or not it ended since. What took the place
    of a missed promise (a taken-back closing, a lower severity) mends nothing and is not counted a second time.
    """
    return counted_once(_decided(now), kind)


def _decided(now: datetime) -> QuerySet[Deadline]:
    missed = Q(kept=False) | Q(kept=None, ended_at=None, due_at__lt=now)
    return Deadline.objects.filter(Q(kept=True) | missed, _no_thanks("case"))


def _no_thanks(column: str) -> Q:
    """Return what leaves out the rows of cases dismissed as thanks, by the column that leads to the case.

    An index holds those few cases, so years of rows are read without their cases.
    """
    return ~Q(Exists(Case.objects.filter(pk=OuterRef(column), dismissed_at__isnull=False)))


def among(found: QuerySet[Row], cases: CaseQuerySet, column: str = "case") -> QuerySet[Row]:
    """Keep the rows of these cases; where they are all cases, which staff see, none needs to be looked up."""
    return found.filter(**{f"{column}__in": cases}) if cases.query.has_filters() else found


def counted_once(found: QuerySet[Deadline], kind: str) -> QuerySet[Deadline]:
    """Keep the promises of a kind, without those that took the place of one already missed."""
    if kind == DeadlineKind.FIRST_RESPONSE:
        earlier = Deadline.objects.filter(case=OuterRef("case"), kind=kind, kept=False, pk__lt=OuterRef("pk"))
        return found.filter(~Exists(earlier), kind=kind)
    return found.filter(kind=kind).exclude(replaces__kept=False)


def other_verdicts_in(period: Period, kinds: Collection[str], now: datetime) -> QuerySet[Deadline]:
    """Return the verdicts of a period on promises of these kinds, none of which is the first response."""
    return _between(_decided(now).filter(kind__in=kinds).exclude(replaces__kept=False), period.since, period.until)


def _between(found: QuerySet[Deadline], since: datetime, until: datetime) -> QuerySet[Deadline]:
    kept = Q(kept=True, ended_at__gte=since, ended_at__lt=until)
    return found.filter(kept | (~Q(kept=True) & Q(due_at__gte=since, due_at__lt=until)))


def verdicts_between(since: datetime, until: datetime, kind: str, now: datetime) -> QuerySet[Deadline]:
    """Return the verdicts of a time: a promise kept counts when it was kept, a missed one when it was due."""
    return _between(verdicts(kind, now), since, until)


def verdicts_in(period: Period, kind: str, now: datetime) -> QuerySet[Deadline]:
    """Return the verdicts of a period."""
    return verdicts_between(period.since, period.until, kind, now)


def closings_in(period: Period) -> QuerySet[Closing]:
    """Return the closings of a period that stand; no case dismissed as thanks."""
    return Closing.objects.filter(period.holds("closed_at"), _no_thanks("case"), taken_back_at=None)


def attempts_in(period: Period) -> QuerySet[ContactAttempt]:
    """Return the attempts of a period that counted (P9.5)."""
    return ContactAttempt.objects.filter(period.holds("made_at"), _no_thanks("case")).exclude(number=None)


def surveys_in(period: Period) -> QuerySet[Survey]:
    """Return the surveys of a period's closings, answered or not; none of a closing that was taken back."""
    return _standing_surveys().filter(period.holds("closing__closed_at"))


def _standing_surveys() -> QuerySet[Survey]:
    return Survey.objects.filter(_no_thanks("closing__case"), closing__taken_back_at=None)


def survey_filter(choice: str, path: str = "") -> Q:
    """Return what keeps the surveys of one choice; `path` leads to them, such as `closings__survey__`."""
    answered = Q(**{f"{path}answered_at__isnull": False})
    low = answered & Q(**{f"{path}satisfaction__lte": LOW_SCORE})
    return {
        "answered": answered,
        "unanswered": Q(**{f"{path}answered_at__isnull": True}),
        "low": low,
        "to-follow-up": low & Q(**{f"{path}followed_up_at__isnull": True}),
    }.get(choice, Q(pk__in=[]))


def narrowed(cases: CaseQuerySet, filters: Mapping[str, str]) -> CaseQuerySet:
    """Keep the cases with these facts, such as desk and partner. A value that is none keeps none."""
    for name, column in FACTS.items():
        if name not in filters:
            continue
        value = filters[name]
        if name == "specialist" and value == "nobody":
            cases = cases.filter(assignee=None)
        elif name in NUMBERED and not _is_number(value):
            cases = cases.none()
        else:
            cases = cases.filter(**{column: value})
    if "state" in filters:
        cases = {"open": cases.open, "closed": cases.closed}.get(filters["state"], cases.none)()
    if "feature" in filters:
        feature = filters["feature"]
        if feature == "any":
            cases = cases.filter(feature_link__isnull=False)
        else:
            cases = cases.filter(feature_link__request=int(feature)) if _is_number(feature) else cases.none()
    return cases


FACTS = {
    "desk": "desk__code",
    "partner": "partner__code",
    "specialist": "assignee",
    "area": "product_area",
    "channel": "channel",
}
NUMBERED = {"specialist", "area"}
# A longer number is no id of a row.
MOST_DIGITS = 9


def _is_number(value: str) -> bool:
    return value.isdecimal() and len(value) <= MOST_DIGITS


def selected(
    cases: CaseQuerySet, filters: Mapping[str, str], event: str, period: Period | None, now: datetime
) -> CaseQuerySet:
    """Keep the cases behind a number: their facts, and what happened to them in the period.

    A case that was dismissed as thanks counts nowhere. The severity asked for is the promise's where promises are
    asked for, and the case's own elsewhere.
    """
    cases = narrowed(cases, filters).filter(dismissed_at=None)
    level = filters.get("severity")
    if event == "promised":
        return cases.filter(pk__in=_promised(filters, period, now).values("case"))
    if level is not None:
        cases = cases.of_severity(int(level)) if level in LEVELS else cases.none()
    if event in HAPPENINGS:
        return cases.filter(pk__in=HAPPENINGS[event](filters, period))
    if event in WAITS:
        return WAITS[event](cases, filters, period, now)
    return cases if period is None else cases.filter(period.holds("logged_at"))


def replied_in(cases: CaseQuerySet, period: Period) -> CaseQuerySet:
    """Return the cases whose first reply came in a period."""
    return cases.filter(period.holds("first_response_at"), dismissed_at=None)


LEVELS = ("1", "2", "3", "4")


def _promised(filters: Mapping[str, str], period: Period | None, now: datetime) -> QuerySet[Deadline]:
    kind = filters.get("kind", DeadlineKind.FIRST_RESPONSE)
    found = verdicts(kind, now) if period is None else verdicts_in(period, kind, now)
    if "severity" in filters:
        level = filters["severity"]
        found = found.filter(severity=level) if level in LEVELS else found.none()
    if "promise" in filters:
        kept = Q(kept=True)
        found = {"kept": found.filter(kept), "missed": found.exclude(kept)}.get(filters["promise"], found.none())
    return found


def _closed(filters: Mapping[str, str], period: Period | None) -> QuerySet[Closing]:
    standing = Closing.objects.filter(_no_thanks("case"), taken_back_at=None)
    found = standing if period is None else closings_in(period)
    return found.filter(outcome=filters["outcome"]) if "outcome" in filters else found


def _surveyed(filters: Mapping[str, str], period: Period | None) -> QuerySet[Survey]:
    found = _standing_surveys() if period is None else surveys_in(period)
    if "outcome" in filters:
        found = found.filter(closing__outcome=filters["outcome"])
    return found.filter(survey_filter(filters["survey"])) if "survey" in filters else found


def _attempted(filters: Mapping[str, str], period: Period | None) -> QuerySet[ContactAttempt]:
    found = ContactAttempt.objects.exclude(number=None) if period is None else attempts_in(period)
    return found.filter(method=filters["method"]) if "method" in filters else found


def _replied(cases: CaseQuerySet, filters: Mapping[str, str], period: Period | None, now: datetime) -> CaseQuerySet:
    found = cases.exclude(first_response_at=None) if period is None else replied_in(cases, period)
    return (
        cases.filter(pk__in=replies(found, Desk.objects.all()).of_span(filters["took"])) if "took" in filters else found
    )


def _backlog(cases: CaseQuerySet, filters: Mapping[str, str], period: Period | None, now: datetime) -> CaseQuerySet:
    moment = now if period is None else min(period.until, now)
    return cases.filter(open_at(moment) & (of_age(filters["age"], moment) if "age" in filters else Q()))


# What happened to a case, as the ids of those it happened to.
HAPPENINGS: dict[str, Callable[[Mapping[str, str], Period | None], QuerySet[Any, Any]]] = {
    "closed": lambda filters, period: _closed(filters, period).values("case"),
    "attempted": lambda filters, period: _attempted(filters, period).values("case"),
    "surveyed": lambda filters, period: _surveyed(filters, period).values("closing__case"),
}
WAITS: dict[str, Callable[[CaseQuerySet, Mapping[str, str], Period | None, datetime], CaseQuerySet]] = {
    "replied": _replied,
    "backlog": _backlog,
}
