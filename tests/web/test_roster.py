"""The roster on pages, and as a feed for calendar programs (P6.1, P4.1)."""

import re
from datetime import date, time
from typing import Any

import pytest
from django.test import Client
from icalendar import Calendar

from cases import actions
from cases.models import ProductArea, RosterKind, RosterShift, Rotation
from tests.builders import Cast, at
from tests.cases.pages import browser_of, get, html_of, post, typed_in, words_of

pytestmark = pytest.mark.clause("P6.1", "P4.1")
TEN = at("Tue 10:00")
PAGE = "/manager/roster/?week=2026-11-23"


def rostered(people: Cast, kind: str = RosterKind.ON_CALL) -> Rotation:
    assert people.lena.desk is not None
    return actions.add_rotation(
        desk_id=people.lena.desk.pk,
        kind=kind,
        people_ids=[people.lena.pk],
        weekday=1,
        hands_over_at=time(11),
        starts_on=date(2026, 11, 24),
        actor=people.ruth,
        now=TEN,
    )


def sent(people: Cast, name: str, **said: Any) -> Any:
    browser = browser_of(people.ruth, TEN)
    address = f"/manager/roster/{name}/?week=2026-11-23"
    return post(browser, address, typed_in(get(browser, PAGE, TEN), address) | said, TEN)


def test_a_week_shows_who_is_on_and_warns_of_gaps(people: Cast) -> None:
    rostered(people)
    page = words_of(get(browser_of(people.ruth, TEN), PAGE, TEN))
    assert "On call Lena Fischer Tue 24 Nov 11:00 Tue 1 Dec 11:00" in page
    assert "Nobody is on call: Mon 23 Nov 00:00 to Tue 24 Nov 11:00." in page
    assert "The desk is open and nobody is on shift: Mon 23 Nov 08:00 to Mon 23 Nov 17:00;" in page
    # Thanksgiving is no gap in New York.
    assert "Thu 26 Nov 08:00 to Thu 26 Nov 17:00" in page.split("United States")[0]
    assert "Thu 26 Nov 08:00" not in page.split("United States")[1]


@pytest.mark.parametrize("week", ["", "x", "0001-01-01", "9999-12-31"])
def test_any_week_may_be_asked_for(people: Cast, week: str) -> None:
    assert get(browser_of(people.ruth, TEN), f"/manager/roster/?week={week}", TEN).status_code == 200


def test_a_manager_makes_a_rotation_once(people: Cast) -> None:
    said = {"weekday": "2", "hands_over_at": "09:00", "starts_on": "2026-11-24", "person_1": people.lena.pk}
    said |= {"kind": "on_call"}
    browser = browser_of(people.ruth, TEN)
    address = "/manager/roster/rotation/?week=2026-11-23"
    form = typed_in(get(browser, PAGE, TEN), address) | said
    assert post(browser, address, form, TEN).url == PAGE
    assert post(browser, address, form, TEN).url == PAGE
    assert Rotation.objects.count() == 1
    refused = sent(people, "rotation", **said | {"person_1": ""})
    assert refused.status_code == 422
    assert "Name at least one person." in words_of(refused)


def test_a_single_shift_is_typed_in_the_desks_time(people: Cast) -> None:
    said = {"kind": "shift", "person": people.lena.pk, "starts": "2026-11-25T09:00", "ends": "2026-11-25T12:00"}
    assert sent(people, "shift", **said).status_code == 302
    assert RosterShift.objects.get().starts_at == at("Wed 9:00")
    refused = sent(people, "shift", **said | {"ends": "soon"})
    assert "Write a date and a time." in words_of(refused)


def test_swap_remove_and_end(people: Cast) -> None:
    rotation = rostered(people)
    browser = browser_of(people.ruth, TEN)
    row = rotation.shifts.order_by("pk").first()
    assert row is not None
    said = {"shift_id": row.pk, "expected_person_id": people.lena.pk, "takes": people.max.pk, "reason": "Ill."}
    assert post(browser, "/manager/roster/swap/", said, TEN).status_code == 302
    assert "Max Ortega" in words_of(get(browser, PAGE, TEN))
    late = post(browser, "/manager/roster/swap/", said | {"takes": people.ann.pk}, TEN)
    assert "Somebody gave this shift to Max Ortega meanwhile." in words_of(late)
    assert post(browser, "/manager/roster/remove/", {"shift_id": row.pk, "reason": "Off."}, TEN).status_code == 302
    ended = post(browser, "/manager/roster/rotation/end/", {"rotation_id": rotation.pk, "reason": "New."}, TEN)
    assert ended.status_code == 302
    assert post(browser, "/manager/roster/remove/", {"shift_id": 999999, "reason": "x"}, TEN).status_code == 404


def test_skills_are_ticked(people: Cast) -> None:
    area = ProductArea.objects.create(name="Scout")
    browser = browser_of(people.ruth, TEN)
    assert post(browser, "/manager/roster/skills/", {"person": people.lena.pk, "areas": [area.pk]}, TEN).url
    assert people.lena.skills.get().product_area == area
    assert "checked" in html_of(get(browser, PAGE, TEN))


def test_staff_see_what_is_ahead_and_who_is_there_now(people: Cast) -> None:
    rostered(people)
    browser = browser_of(people.lena, TEN)
    page = words_of(get(browser, "/desk/roster/", TEN))
    assert "On call , Australia" in page
    assert "(nobody is rostered)" in page
    asleep = words_of(get(browser, "/desk/roster/", at("Tue 22:00")))
    assert "Australia, on shift the desk is closed Australia, on call" in asleep
    row = RosterShift.objects.order_by("pk").first()
    assert row is not None
    said = {"shift_id": row.pk, "expected_person_id": people.lena.pk, "takes": people.max.pk, "reason": "Ill."}
    assert post(browser, "/desk/roster/swap/", said, TEN).url == "/desk/roster/"
    again = post(browser, "/desk/roster/swap/", said | {"takes": people.ann.pk}, TEN)
    assert again.status_code == 422


# --- Feeds ----------------------------------------------------------------------------------------------------------


def events(answer: Any) -> list[tuple[str, Any, Any]]:
    return [
        (str(event["summary"]), event.decoded("dtstart"), event.decoded("dtend"))
        for event in Calendar.from_ical(answer.content).walk("VEVENT")
    ]


def test_a_feed_is_read_at_its_secret_address_until_it_is_revoked(people: Cast) -> None:
    rostered(people)
    browser = browser_of(people.lena, TEN)
    made = post(browser, "/desk/roster/feed/", {"desk": ""}, TEN)
    address = re.findall(r"/roster/([\w-]+)\.ics", html_of(made))[0]
    feed = get(Client(), f"/roster/{address}.ics", TEN)
    assert feed["Content-Type"] == "text/calendar; charset=utf-8"
    assert events(feed)[0] == ("On call: Lena Fischer (Australia)", at("Tue 11:00"), at("Tue 1 Dec 11:00"))
    assert post(browser, "/desk/roster/feed/revoke/", {"desk": ""}, TEN).status_code == 302
    assert get(Client(), f"/roster/{address}.ics", TEN).status_code == 404


def test_a_shift_in_a_feed_keeps_the_desks_hours_and_holidays(people: Cast) -> None:
    rostered(people, RosterKind.SHIFT)
    token = actions.make_feed(desk_id=people.lena.desk_id, actor=people.ruth, now=TEN)
    found = events(get(Client(), f"/roster/{token}.ics", TEN))
    assert found[0][1:] == (at("Tue 11:00"), at("Tue 17:00"))
    assert all(begin != at("Fri 25 Dec 8:00") for _summary, begin, _end in found)


def test_a_feed_ends_with_its_owners_account(people: Cast) -> None:
    token = actions.make_feed(desk_id=None, actor=people.lena, now=TEN)
    people.lena.is_active = False
    people.lena.save()
    assert get(Client(), f"/roster/{token}.ics", TEN).status_code == 404
