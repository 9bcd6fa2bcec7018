"""The report over time, which the database groups in one reading, beside a recount of every promise one by one."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cases.models import Case, Deadline, DeadlineEnd, DeadlineKind
from cases.reports import over_time
from cases.reports.grouped import DIMENSIONS
from cases.reports.selection import Period
from tests import builders
from tests.builders import Cast, at, logged_case
from tests.cases.pages import browser_of, get, words_of

pytestmark = pytest.mark.clause("P2.1")

NOW = at("Tue 12:00")
PERIODS = [
    Period(date(2026, 3, 15), date(2026, 11, 24), ZoneInfo("Australia/Sydney")),
    Period(date(2026, 10, 1), date(2026, 10, 31), ZoneInfo("America/New_York")),
    Period(date(2026, 11, 23), date(2026, 11, 23), ZoneInfo("UTC")),
]
# A row of a breakdown from a promise.
KEYS: dict[str, Callable[[Deadline], Any]] = {
    "severity": lambda promise: str(promise.severity),
    "desk": lambda promise: promise.case.desk.code,
    "partner": lambda promise: promise.case.partner.code,
    "specialist": lambda promise: str(promise.case.assignee_id or "nobody"),
}


@pytest.fixture
def people(db: None) -> Cast:
    """Twelve cases with promises at random times of two years, among them ends of months and what counts nowhere."""
    people = builders.cast()
    chance = random.Random(7)  # noqa: S311 - the same each time
    for number in range(12):
        by = chance.choice([people.priya, people.omar, people.zoe])
        case = logged_case(by, at("Mon 9:00") + timedelta(minutes=number), severity=chance.randint(1, 4))
        facts = {"assignee": chance.choice([None, people.lena, people.max])}
        Case.objects.filter(pk=case.pk).update(**facts, dismissed_at=NOW if number == 5 else None)
        template = case.deadlines.get(kind=DeadlineKind.FIRST_RESPONSE)
        Deadline.objects.bulk_create(_ended(template, chance) for _promise in range(4))
    return people


def _ended(template: Deadline, chance: random.Random) -> Deadline:
    """Return a promise that ended, kept, missed or withdrawn, half of them within hours of a month's beginning."""
    month = datetime(2026, chance.randint(1, 11), 1, tzinfo=UTC)
    due = month + timedelta(minutes=chance.randint(-900, 900) if chance.random() < 0.5 else chance.randint(0, 40_000))
    return Deadline(
        case=template.case, kind=template.kind, severity=chance.randint(1, 4), made_at=due, started_at=due, warn_at=due,
        due_at=due, edition=template.edition, ended_at=due + timedelta(minutes=chance.randint(-300, 300)),
        ended_as=DeadlineEnd.DONE, kept=chance.choice([True, True, False, None]),
    )  # fmt: skip


def verdicts(period: Period) -> Iterator[Deadline]:
    """Look at every promise; a miss that was missed already in its case does not count again."""
    missed: set[int] = set()
    for promise in Deadline.objects.filter(kind=DeadlineKind.FIRST_RESPONSE).order_by("pk"):
        again, late = promise.case_id in missed, promise.is_missed(NOW)
        if promise.kept is False:
            missed.add(promise.case_id)
        moment = promise.ended_at if promise.kept else promise.due_at
        counts = (promise.kept or late) and not again and promise.case.dismissed_at is None
        if counts and moment is not None and period.since <= moment < period.until:
            yield promise


def recounted(period: Period, key: Callable[[Deadline], Any]) -> dict[Any, tuple[int, int]]:
    kept: Counter[Any] = Counter()
    missed: Counter[Any] = Counter()
    for promise in verdicts(period):
        (kept if promise.kept else missed)[key(promise)] += 1
    return {each: (kept[each], missed[each]) for each in kept | missed}


def month_in(period: Period) -> Callable[[Deadline], Any]:
    def month(promise: Deadline) -> str:
        moment = promise.ended_at if promise.kept else promise.due_at
        assert moment is not None
        return f"{moment.astimezone(period.zone):%Y-%m}"

    return month


@pytest.mark.parametrize("period", PERIODS, ids=["months", "a month", "a day"])
def test_the_report_has_the_numbers_of_a_recount(people: Cast, period: Period) -> None:
    told = over_time.kept_by_everything(Case.objects.visible_to(people.ruth), period, NOW)
    for name in DIMENSIONS:
        rows, before = told.by(name), recounted(period.before, KEYS[name])
        assert {row.key: (row.kept, row.missed) for row in rows} == recounted(period, KEYS[name])
        assert {row.key: row.share_before for row in rows} == {
            row.key: over_time.share_of(*before.get(row.key, (0, 0))) for row in rows
        }
    months = {row.label: (row.kept, row.missed) for row in told.by_month(period)}
    counted = recounted(period, month_in(period))
    assert {label: row for label, row in months.items() if any(row)} == counted
    assert (told.all.kept, told.all.missed) == recounted(period, lambda _promise: "all")["all"]


def test_of_many_rows_the_worst_are_shown(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cases.web.over_time.MOST_ROWS", 1)
    browser = browser_of(people.ruth, NOW)
    page = get(browser, "/manager/over-time/?from=2026-01-01&to=2026-11-24", NOW)
    (table,) = (each for each in page.context["tables"] if each.key == "partner")
    kept = over_time.kept_by_everything(Case.objects.all(), page.context["period"], NOW).by("partner")
    assert [each.row.missed for each in table.rows] == [max(row.missed for row in kept)]
    assert f"The 1 of {len(kept)} rows with the most late replies." in words_of(page)
