"""A deadline can say why: as data that outlives the calendar, as text, as a picture."""

import json
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

from sla.engine.deadlines import Change, Facts, Spell
from sla.engine.explain import Explanation, drawing, explain
from tests.engine.desks import SEV1, SEV2, SEV3, at, au

EASTER = Facts(at("Thu 2 Apr 2026 16:30"), SEV3)


def test_every_closed_stretch_names_its_reason() -> None:
    told = explain(au, EASTER)
    assert [(step.kind, step.reason) for step in told.steps] == [
        ("open", "desk hours"),
        ("closed", "Good Friday, weekend, Easter Monday"),
        ("open", "desk hours"),
    ]


def test_the_stretches_add_up_to_the_target() -> None:
    told = explain(au, EASTER)
    assert sum((step.used for step in told.steps), timedelta()) == SEV3.within


def test_the_share_used_counts_only_what_ran() -> None:
    told = explain(au, EASTER)
    moments = ("Thu 2 Apr 2026 16:00", "Thu 2 Apr 2026 17:00", "Mon 6 Apr 2026 12:00", "Tue 7 Apr 2026 09:00")
    assert [told.used_percent(at(moment)) for moment in moments] == [0, 8, 8, 25]
    assert told.used_percent(told.due_at) == told.used_percent(told.due_at + timedelta(days=9)) == 100


def test_a_clock_change_inside_the_sum_is_told() -> None:
    (change,) = explain(au, EASTER).clock_changes
    assert (change.zone, change.minutes) == ("Australia/Sydney", -60)
    assert change.at == datetime(2026, 4, 4, 16, tzinfo=UTC)


def test_stored_data_gives_the_same_explanation_again() -> None:
    spell = Spell(at("Tue 7 Apr 2026 08:30"), at("Tue 7 Apr 2026 09:00"))
    changes = (Change(at("Tue 7 Apr 2026 08:10"), SEV2),)
    told = explain(au, Facts(EASTER.logged_at, SEV3, changes, (spell,)))
    stored = json.loads(json.dumps(told.as_data()))
    assert Explanation.from_data(stored) == told
    assert Explanation.from_data(stored).as_text("Europe/London") == told.as_text("Europe/London")


def test_the_text_reads_like_a_sum() -> None:
    assert explain(au, EASTER).as_text().splitlines()[2:6] == [
        "Clock starts  Thu 2 Apr 2026 16:30 AEDT  at once: desk hours",
        "  Thu 2 Apr 2026 16:30 AEDT - Thu 2 Apr 2026 17:00 AEDT  open       30 min used, 5 h 30 min left",
        "  Thu 2 Apr 2026 17:00 AEDT - Tue 7 Apr 2026 08:00 AEST  closed     Good Friday, weekend, Easter Monday",
        "  Tue 7 Apr 2026 08:00 AEST - Tue 7 Apr 2026 13:30 AEST  open       5 h 30 min used, 0 min left",
    ]


def test_round_the_clock_is_one_stretch() -> None:
    told = explain(au, Facts(at("Sat 4 Apr 2026 23:30"), SEV1))
    assert [(step.kind, step.used) for step in told.steps] == [("open", timedelta(hours=1))]


def test_the_picture_is_labelled_and_carries_no_style() -> None:
    picture = ET.fromstring(drawing(explain(au, EASTER).as_data(), "Australia/Perth"))  # noqa: S314 - our own
    assert picture.get("role") == "img"
    assert picture[0].tag.endswith("title")
    assert picture[1].tag.endswith("desc")
    assert not any("style" in element.attrib or element.tag.endswith("style") for element in picture.iter())
