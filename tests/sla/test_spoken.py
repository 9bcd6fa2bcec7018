"""Times as people type them. No database."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from sla.spoken import NotATime, spoken_time

SYDNEY = ZoneInfo("Australia/Sydney")
# Tuesday 10:00 in Sydney.
NOW = datetime(2026, 11, 23, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("Fri 16:30", datetime(2026, 11, 27, 16, 30, tzinfo=SYDNEY)),
        ("friday 16:30", datetime(2026, 11, 27, 16, 30, tzinfo=SYDNEY)),
        ("Tue 09:00", datetime(2026, 11, 24, 9, tzinfo=SYDNEY)),
        ("Mon 08:00", datetime(2026, 11, 30, 8, tzinfo=SYDNEY)),
        ("16:30", datetime(2026, 11, 24, 16, 30, tzinfo=SYDNEY)),
        ("2026-12-24 15:00", datetime(2026, 12, 24, 15, tzinfo=SYDNEY)),
        ("2026-12-24T15:00:00Z", datetime(2026, 12, 24, 15, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_in_the_desks_zone(words: str, meant: datetime) -> None:
    assert spoken_time(words, "Australia/Sydney", NOW) == meant


@pytest.mark.parametrize("words", ["Someday", "Fri", "25:00", "2026-13-01 10:00", ""])
def test_what_is_no_time_is_refused_with_an_example(words: str) -> None:
    with pytest.raises(NotATime, match="Fri 16:30"):
        spoken_time(words, "Australia/Sydney", NOW)
