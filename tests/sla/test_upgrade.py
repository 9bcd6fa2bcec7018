"""An upgrade of the holiday library moves nothing silently; what is worth a look is said in sentences."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from sla import changes, health, moves, policy_data, store, upgrade
from sla.engine.clock import add
from sla.models import Desk, Holiday

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, tzinfo=UTC)
CHRISTMAS = date(2026, 12, 25)
# Friday 8:00 in Sydney, so that 8 hours end on Christmas Day itself if that is not closed.
EVE = datetime(2026, 12, 24, 21, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _policy() -> None:
    policy_data.load(NOW)


@pytest.fixture
def _a_promise() -> Iterator[None]:
    """One open promise, as a room above would keep it."""

    def ask(reckon: store.Reckon, _now: datetime) -> Iterable[moves.Move]:
        desk = store.desk("au")
        was, would_be = (add(hours, EVE, timedelta(hours=8)) for hours in (store.calendar([desk]), reckon([desk])))
        if was != would_be:
            yield moves.Move("NWIT-104", "First response", was, would_be)

    moves.affected_by.append(ask)
    yield
    moves.affected_by.remove(ask)


def _upgrade(*arguments: str) -> str:
    out = StringIO()
    call_command("upgrade_holidays", *arguments, stdout=out)
    return out.getvalue()


def _forget_christmas() -> None:
    Holiday.objects.filter(desk=store.desk("au"), on=CHRISTMAS).delete()
    changes.revise(store.desk("au"))


def test_right_after_loading_there_is_nothing_to_upgrade() -> None:
    assert not any(upgrade.differences(NOW))
    assert "Nothing to do" in _upgrade()


@pytest.mark.usefixtures("_a_promise")
def test_an_upgrade_shows_its_dates_and_the_open_cases_it_would_move_and_changes_nothing() -> None:
    _forget_christmas()
    shown = _upgrade()
    assert "+ Fri 2026-12-25  Christmas Day" in shown
    assert "NWIT-104  First response: Fri 25 Dec 2026 16:00 AEDT -> Tue 29 Dec 2026 16:00 AEDT" in shown
    assert "Nothing was changed." in shown
    assert store.calendar([store.desk("au")]).is_business_day(CHRISTMAS)


def test_on_a_yes_the_dates_are_stored() -> None:
    _forget_christmas()
    assert "Applied." in _upgrade("--yes")
    assert not store.calendar([store.desk("au")]).is_business_day(CHRISTMAS)
    assert not any(upgrade.differences(NOW))


def test_a_check_fails_when_something_would_change() -> None:
    _forget_christmas()
    with pytest.raises(SystemExit, match="1"):
        _upgrade("--check")
    assert store.calendar([store.desk("au")]).is_business_day(CHRISTMAS)


def test_dates_entered_by_hand_and_days_that_have_begun_are_left_alone() -> None:
    au = store.desk("au")
    Holiday.objects.create(desk=au, on=date(2027, 9, 22), name="Day of Mourning", source="Proclamation")
    Holiday.objects.filter(desk=au, on=date(2026, 4, 3)).delete()
    assert not upgrade.difference(au, NOW)


def test_a_date_that_the_library_no_longer_lists_is_taken_away_and_another_name_taken_over() -> None:
    au = store.desk("au")
    Holiday.objects.create(desk=au, on=date(2027, 3, 1), name="Not any more", source="holidays 0.1, AU national")
    Holiday.objects.filter(desk=au, on=CHRISTMAS).update(name="Xmas")
    found = upgrade.difference(au, NOW)
    assert (found.removed, list(found.renamed)) == ({date(2027, 3, 1): "Not any more"}, [CHRISTMAS])
    upgrade.apply([found])
    assert store.closed_dates(au)[CHRISTMAS] == "Christmas Day"
    assert date(2027, 3, 1) not in store.closed_dates(au)


def test_a_managers_single_day_outlives_an_upgrade() -> None:
    au = store.desk("au")
    changes.change_day(au, CHRISTMAS, closed=False, reason="Retail peak", changed_by_name="Max", now=NOW)
    _forget_christmas()
    _upgrade("--yes")
    assert store.calendar([store.desk("au")]).is_business_day(CHRISTMAS)


def _concerns(kind: str) -> list[str]:
    return [concern.message for concern in health.concerns(NOW) if concern.kind == kind]


def test_a_weekend_holiday_without_a_substitute_is_worth_a_look() -> None:
    (message,) = _concerns("substitute-day")
    assert message.startswith("ANZAC Day, 25 April 2027, is a Sunday, and no substitute day is stored.")


def test_a_year_without_holidays_is_worth_a_look() -> None:
    assert _concerns("years-missing") == []
    Holiday.objects.filter(desk__code="us", on__year=2027).delete()
    (message,) = _concerns("years-missing")
    assert message.startswith("No national holidays are stored for 2027.")


def test_a_list_that_differs_from_the_librarys_is_worth_a_look() -> None:
    assert _concerns("library-differs") == []
    _forget_christmas()
    assert _concerns("library-differs") == [
        "The holiday library says otherwise: 1 to add. Run `manage.py upgrade_holidays` to see which."
    ]


def test_a_desk_without_hours_is_a_concern_and_no_error(db: None) -> None:
    # Nothing can be promised there; the other desks are looked at all the same.
    Desk.objects.create(code="nz", name="Auckland", zone="Pacific/Auckland")
    (message,) = _concerns("no-hours")
    assert message.startswith("Auckland has no hours")
