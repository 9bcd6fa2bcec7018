"""What a page asks the database each time is planned once for a line, and behind a pool as often as it is asked."""

from typing import Any
from weakref import WeakKeyDictionary

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.models import Site
from sla.written_once import PlannedOnce
from tests.builders import Cast, answer, at, logged_case
from tests.cases.pages import browser_of, clock_at

NOON = at("Tue 12:00")
# Within a transaction, now is when it began.
PREPARED = "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE prepare_time >= now()"


def asked_by_the_page_of_a_case(people: Cast) -> list[str]:
    """Look at a case, and return what the database was asked."""
    browser = browser_of(people.lena, NOON)
    with clock_at(NOON), CaptureQueriesContext(connection) as asked:
        response = browser.get("/desk/cases/NWIT-1/")
    assert "We look at the log." in response.text
    return [query["sql"] for query in asked.captured_queries]


@pytest.fixture
def answered(people: Cast) -> Cast:
    Site.objects.create(pk=1, name="Care")
    answer(logged_case(people.priya, at("Tue 9:00")), people.lena, at("Tue 10:00"), body="We look at the log.")
    return people


def test_a_line_plans_what_a_page_asks_once(answered: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PlannedOnce, "_planned", WeakKeyDictionary())
    # The first look counts for everybody, and the next ones ask in other words.
    for _ in range(2):
        asked_by_the_page_of_a_case(answered)
    again = asked_by_the_page_of_a_case(answered)
    assert [sql for sql in again if "PREPARE" in sql] == []
    if connection.vendor == "postgresql":
        # The session, the reader, the case, what belongs to it, and two for the frame: all that it asks.
        assert [sql for sql in again if "EXECUTE planned_once_" not in sql] == []
        with connection.cursor() as cursor:
            cursor.execute(PREPARED)
            plans = cursor.fetchall()
        assert plans
        assert all(generic and not custom for generic, custom in plans)


@pytest.mark.parametrize("pooled", [{"CONN_MAX_AGE": 0}, {"DISABLE_SERVER_SIDE_CURSORS": True}])
def test_a_line_of_a_pool_is_left_as_it_was(
    answered: Cast, pooled: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in pooled.items():
        monkeypatch.setitem(connection.settings_dict, name, value)
    asked_by_the_page_of_a_case(answered)
    again = asked_by_the_page_of_a_case(answered)
    assert [sql for sql in again if sql.startswith(("SET", "PREPARE", "EXECUTE"))] == []
