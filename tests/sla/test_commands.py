"""What the commands print."""

from collections.abc import Iterable
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from sla import explained, policy_data, store
from sla.engine.deadlines import Facts
from sla.engine.explain import explain

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _policy() -> None:
    policy_data.load(NOW)


def _sla(*arguments: str) -> str:
    out = StringIO()
    call_command("sla", *arguments, stdout=out)
    return out.getvalue()


def test_when_prints_the_sum_of_a_deadline() -> None:
    told = _sla("when", "--desk", "au", "--severity", "3", "--at", "2026-11-27 16:30")
    assert told.startswith("Severity 3 (Minor impact): first response within 6 h of working time.")
    assert "closed     weekend" in told
    assert told.rstrip().endswith("Due           Mon 30 Nov 2026 13:30 AEDT")


def test_several_desks_join_their_hours() -> None:
    told = _sla("when", "--desk", "us", "au", "--severity", "4", "--at", "2026-11-27 16:30")
    assert "Mon 30 Nov 2026" not in told


def test_when_refuses_an_unknown_desk_by_naming_the_known_ones() -> None:
    with pytest.raises(CommandError, match="au, us"):
        _sla("when", "--desk", "nz")


def test_the_calendar_prints_a_year_with_its_closed_days_and_clock_changes() -> None:
    told = _sla("calendar", "2027", "--desk", "us")
    assert told.startswith("United States 2027: 249 business days")
    assert "Closed Fri 31 Dec  New Year's Day (observed)" in told
    assert "Clocks go forward 1 h at Sun 14 Mar 2027 03:00 EDT" in told


def test_the_calendar_says_when_it_knows_no_holidays() -> None:
    assert "holidays are missing here" in _sla("calendar", "2050", "--desk", "us")


def test_a_case_explains_its_deadlines(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = Facts(datetime(2026, 11, 27, 5, 30, tzinfo=UTC), store.targets(store.policy_in_force(NOW))[3])
    stored = explain(store.calendar([store.desk("au")]), facts).as_data()

    def find(reference: str) -> Iterable[explained.ExplainedDeadline]:
        return (
            [explained.ExplainedDeadline("First response", "open", datetime.fromisoformat(stored["due_at"]), stored)]
            if reference == "NWIT-104"
            else []
        )

    monkeypatch.setattr(explained, "finders", [find])
    assert "Due           Mon 30 Nov 2026 02:30 GMT" in _sla("explain", "NWIT-104", "--zone", "Europe/London")
    with pytest.raises(CommandError, match="NWIT-105"):
        _sla("explain", "NWIT-105")


def test_health_is_said_in_sentences() -> None:
    assert "Australia: ANZAC Day, 25 April 2027, is a Sunday" in _sla("health")
