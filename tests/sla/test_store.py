"""From rows to calendars and back."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time

import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from sla import changes, policy_data, store
from sla.engine.calendar import BadCalendar, Calendar, Shift
from sla.models import CalendarEdition, Holiday, HolidayChange, PolicyVersion

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _policy() -> Iterator[None]:
    policy_data.load(NOW)
    yield
    store.forget()


def test_loading_the_policy_twice_changes_nothing() -> None:
    before = list(Holiday.objects.order_by("id").values())
    policy_data.load(NOW)
    assert list(Holiday.objects.order_by("id").values()) == before
    assert PolicyVersion.objects.count() == 1


@pytest.mark.parametrize(
    ("code", "day"),
    [
        ("us", date(2027, 12, 31)),
        ("us", date(2026, 7, 3)),
        ("us", date(2026, 6, 19)),
        ("au", date(2026, 12, 28)),
        ("au", date(2025, 1, 27)),
        ("au", date(2026, 4, 6)),
    ],
)
def test_a_national_holiday_closes_its_desk(code: str, day: date) -> None:
    assert not store.calendar([store.desk(code)]).is_business_day(day)


@pytest.mark.parametrize(
    ("code", "day"), [("au", date(2026, 11, 26)), ("au", date(2026, 6, 8)), ("us", date(2026, 4, 6))]
)
def test_a_holiday_of_elsewhere_does_not(code: str, day: date) -> None:
    assert store.calendar([store.desk(code)]).is_business_day(day)


def test_a_managers_word_wins_over_the_list_and_the_last_one_over_the_first() -> None:
    au = store.desk("au")
    christmas = date(2026, 12, 25)
    for closed in (False, True, False):
        changes.change_day(au, christmas, closed=closed, reason="Retail peak", changed_by_name="Max", now=NOW)
    assert store.calendar([au]).is_business_day(christmas)


def test_a_change_needs_a_reason() -> None:
    with pytest.raises(ValueError, match="reason"):
        changes.change_day(
            store.desk("au"), date(2026, 12, 24), closed=True, reason=" ", changed_by_name="Max", now=NOW
        )


def test_a_calendar_seen_in_a_change_that_was_rolled_back_is_not_remembered() -> None:
    au, day = store.desk("au"), date(2026, 11, 25)
    with transaction.atomic():
        changes.change_day(au, day, closed=True, reason="Only a look", changed_by_name="Max", now=NOW)
        assert not store.calendar([au]).is_business_day(day)
        transaction.set_rollback(True)
    assert store.calendar([store.desk("au")]).is_business_day(day)
    changes.change_day(store.desk("au"), date(2026, 11, 30), closed=True, reason="Move", changed_by_name="Max", now=NOW)
    assert store.calendar([store.desk("au")]).is_business_day(day)


def test_an_edition_builds_its_calendar_again() -> None:
    calendar = store.calendar([store.desk("au"), store.desk("us")])
    edition = store.remember(calendar, NOW)
    assert store.remember(calendar, NOW) == edition
    assert CalendarEdition.objects.count() == 1
    edition.refresh_from_db()
    assert Calendar.from_content(edition.content) == calendar
    assert Calendar.from_content(edition.content).edition == edition.digest == calendar.edition


def test_an_edition_can_be_remembered_inside_a_transaction_that_goes_on() -> None:
    calendar = Calendar((Shift("UTC", [0], time(8), time(9)),))
    with transaction.atomic():
        store.remember(calendar, NOW)
        assert store.remember(calendar, NOW).first_used_at == NOW


def test_the_policy_in_force_is_the_latest_that_has_begun() -> None:
    PolicyVersion.objects.create(name="Next year", effective_on=date(2027, 1, 1))
    assert store.policy_in_force(datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)).name == "4 December 2023"
    assert store.policy_in_force(datetime(2027, 1, 1, tzinfo=UTC)).name == "Next year"
    with pytest.raises(store.NoPolicy, match="2020"):
        store.policy_in_force(datetime(2020, 1, 1, tzinfo=UTC))


def test_the_targets_are_the_policys() -> None:
    found = store.targets(store.policy_in_force(NOW))
    promised = {
        severity: (target.within.total_seconds() / 3600, target.round_the_clock) for severity, target in found.items()
    }
    assert promised == {1: (1, True), 2: (3, False), 3: (6, False), 4: (8, False)}


def test_the_database_refuses_a_second_holiday_on_a_day() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Holiday.objects.create(desk=store.desk("au"), on=date(2026, 12, 25), name="Again", source="by hand")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_an_edition_that_many_remember_at_once_is_stored_once() -> None:
    calendar = store.calendar([store.desk("au")])

    def remember(_number: int) -> int:
        try:
            with transaction.atomic():
                return store.remember(calendar, NOW).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        found = set(threads.map(remember, range(24)))
    assert found == {CalendarEdition.objects.get().pk}


def test_an_edited_desk_is_reckoned_with_its_new_hours_at_once() -> None:
    au = store.desk("au")
    assert store.calendar([au]).is_open(datetime(2026, 11, 23, 21, 30, tzinfo=UTC))
    changes.change_hours(au, [store.Hours([0, 1, 2, 3, 4], time(9), time(17))])
    assert not store.calendar([au]).is_open(datetime(2026, 11, 23, 21, 30, tzinfo=UTC))
    assert not store.calendar([store.desk("au")]).is_open(datetime(2026, 11, 23, 21, 30, tzinfo=UTC))


def test_hours_that_make_no_sense_change_nothing() -> None:
    au = store.desk("au")
    with pytest.raises(BadCalendar):
        changes.change_hours(au, [store.Hours([], time(9), time(17))])
    with pytest.raises(BadCalendar):
        changes.change_hours(au, [])
    assert store.desk("au").revision == au.revision


def test_a_change_can_be_looked_at_before_it_is_made() -> None:
    au, day = store.desk("au"), date(2026, 11, 30)
    reckon = store.proposed({au.pk: store.closed_dates(au) | {day: "Move of the office"}})
    assert not reckon([au]).is_business_day(day)
    assert store.calendar([au]).is_business_day(day)
    assert HolidayChange.objects.count() == 0


def test_a_calendar_in_memory_costs_no_query(
    django_assert_num_queries: DjangoAssertNumQueries,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    au = store.desk("au")
    with django_capture_on_commit_callbacks(execute=True):
        kept = store.calendar([au])
    with django_assert_num_queries(0):
        assert store.calendar([au]) is kept
