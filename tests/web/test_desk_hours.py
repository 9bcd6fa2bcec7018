"""Weekly hours of a desk that change on a day to come (P3.1): looked at, published, taken back; promises made stay."""

from collections import Counter
from datetime import date, time
from functools import partial
from typing import Any

import pytest
from django.test import Client

from cases import actions
from cases.rules import RuleBroken
from sla import changes, store, year
from sla.engine.calendar import BadCalendar
from sla.models import Desk, HoursChange, Shift
from tests import builders
from tests.builders import Cast, at, deadline_of, logged_case
from tests.cases.pages import beside, browser_of, get, nothing_is_written, post, typed_in, words_of

pytestmark = pytest.mark.clause("P3.1")

PAGE, NEW, NOON = "/manager/policy/", "/manager/policy/hours/au/", at("Tue 12:00")
THURSDAY = date(2026, 11, 26)
LATER = [store.Hours([0, 1, 2, 3, 4], time(10), time(18))]


@pytest.fixture
def browser(people: Cast) -> Client:
    return browser_of(people.ruth, NOON)


def desk() -> Desk:
    return Desk.objects.get(code="au")


def written(browser: Client, **changed: Any) -> dict[str, Any]:
    """Return the form as it comes, with 10:00 to 18:00 from Thursday on, or what the test says."""
    form = typed_in(get(browser, NEW, NOON))
    days = {"days_1": ["0", "1", "2", "3", "4"]}
    said = {"since": "2026-11-26", "reason": "Later trains", "opens_1": "10:00", "closes_1": "18:00"}
    return form | days | {"days_2": [], "days_3": []} | said | changed


def publish(browser: Client, when: Any = NOON, **changed: Any) -> Any:
    return post(browser, NEW, written(browser, step="publish", **changed), when)


def test_what_new_hours_touch_is_shown_before_they_are_published(people: Cast, browser: Client) -> None:
    # Eight hours: five on Tuesday, three on Wednesday.
    case = logged_case(people.priya, at("Tue 12:00"), severity=4)
    over = logged_case(people.priya, at("Tue 13:00"), severity=2)
    with nothing_is_written():
        page = post(browser, NEW, written(browser, since="2026-11-25", step="preview"), NOON)
    assert [move.case for move in page.context["moving"]] == [case]
    words = words_of(page)
    assert "Now Mon-Fri 08:00-17:00 Then Mon-Fri 10:00-18:00" in words
    assert "1 open promise was made with other hours" in words
    assert over.reference not in words
    back = post(browser, NEW, written(browser, step="edit"), NOON)
    assert typed_in(back)["reason"] == "Later trains"


def test_from_their_day_on_promises_count_the_new_hours_and_those_made_stay(people: Cast, browser: Client) -> None:
    before = logged_case(people.priya, at("Tue 12:00"), severity=4)
    due = deadline_of(before).due_at
    assert due == at("Wed 11:00")
    assert publish(browser, since="2026-11-25").status_code == 302
    assert deadline_of(before).due_at == due
    after = logged_case(people.priya, at("Tue 12:00"), severity=4)
    # Five hours of Tuesday as they are, three of Wednesday as it will be.
    assert deadline_of(after).due_at == at("Wed 13:00")
    assert [store.hours_at(desk(), at(day))[0].starts.hour for day in ("Tue 12:00", "Wed 12:00")] == [8, 10]
    words = words_of(get(browser, PAGE, NOON))
    assert "Mon-Fri 08:00-17:00 to come From 25 Nov 2026: Mon-Fri 10:00-18:00. Later trains" in words
    assert f"published by {people.ruth}" in words
    assert "From Wednesday 25 November 2026: Monday to Friday, 10:00 to 18:00 Sydney" in words_of(
        get(browser_of(people.priya, NOON), "/contact/", NOON)
    )
    # A manager may still move what was left alone.
    shown = [deadline_of(before).pk]
    moved = actions.move_promises_left_alone(shown=shown, reason="Later trains", actor=people.ruth, now=NOON)
    assert moved == 1


def test_the_same_form_twice_publishes_once(browser: Client) -> None:
    form = written(browser, step="publish")
    assert post(browser, NEW, form, NOON).status_code == post(browser, NEW, form, NOON).status_code == 302
    assert HoursChange.objects.count() == 1
    assert Shift.objects.filter(desk__code="au").count() == 2


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"since": "2026-11-24"}, "since", "Hours change on a day to come"),
        ({"since": "soon"}, "since", "This is no date"),
        ({"opens_1": "08:00", "closes_1": "17:00"}, "days_1", "These are the hours that are in force"),
        ({"closes_1": ""}, "days_1", "A line wants days, an opening and a closing"),
        ({"days_1": [], "opens_1": "", "closes_1": ""}, "days_1", "A desk needs hours"),
        ({"reason": ""}, "reason", "Say why"),
    ],
)
def test_what_cannot_be_published_is_said_beside_its_field(
    browser: Client, changed: dict[str, Any], field: str, sentence: str
) -> None:
    page = publish(browser, **changed)
    assert page.status_code == 422
    assert sentence in beside(page, field)
    assert not HoursChange.objects.exists()


def test_one_change_is_to_come_at_a_time(people: Cast, browser: Client) -> None:
    publish(browser)
    assert "Other hours are published for Thursday 26 November 2026" in words_of(get(browser, NEW, NOON))
    page = publish(browser, since="2026-12-07", revision=str(desk().revision))
    assert "Other hours of the Australia desk are published for Thu 26 Nov 2026" in words_of(page)


def test_a_calendar_that_changed_meanwhile_is_looked_at_again(people: Cast, browser: Client) -> None:
    form = written(browser, step="publish")
    changes.revise(desk())
    assert "Somebody changed the calendar" in words_of(post(browser, NEW, form, NOON))


def test_hours_are_taken_back_until_their_day(people: Cast, browser: Client) -> None:
    publish(browser)
    change = HoursChange.objects.get()
    address = f"{PAGE}hours/{change.pk}/take-back/"
    for _click in range(2):
        assert post(browser, address, {}, NOON).status_code == 302
    change.refresh_from_db()
    assert (change.taken_back_at, change.taken_back_by_name) == (NOON, str(people.ruth))
    assert store.weekly_hours(desk()) == [store.Hours([0, 1, 2, 3, 4], time(8), time(17))]
    # Another may be published for the same day, and on its day it is in force.
    publish(browser)
    again = HoursChange.objects.latest("pk")
    post(browser, f"{PAGE}hours/{again.pk}/take-back/", {}, at("Thu 9:00"))
    assert "These hours are in force already" in words_of(get(browser, PAGE, at("Thu 9:01")))
    assert store.hours_at(desk(), at("Thu 12:00"))[0].starts == time(10)


@pytest.mark.django_db
def test_a_later_change_leaves_what_was_as_it_was() -> None:
    changes.change_hours(desk(), LATER, since=THURSDAY)
    saturdays = [*LATER, store.Hours([5], time(9), time(12))]
    changes.change_hours(desk(), saturdays, since=date(2026, 12, 7))
    said = [(one.starts.hour, one.since, one.until) for one in store.weekly_hours(desk())]
    december = date(2026, 12, 7)
    assert said == [(8, None, THURSDAY), (10, THURSDAY, december), (9, december, None), (10, december, None)]
    assert not store.calendar([desk()]).is_business_day(date(2026, 12, 5))
    assert store.calendar([desk()]).is_business_day(date(2026, 12, 12))
    told = "\n".join(year.lines("Australia", store.calendar([desk()]), 2026))
    assert "Open 08:00-17:00 Mon Tue Wed Thu Fri until 2026-11-25" in told
    assert "Open 10:00-18:00 Mon Tue Wed Thu Fri from 2026-11-26 until 2026-12-06" in told
    with pytest.raises(BadCalendar):
        changes.change_hours(desk(), [], since=december)


def test_only_managers_change_hours(people: Cast) -> None:
    with pytest.raises(RuleBroken) as refused:
        actions.publish_hours(
            desk_id=desk().pk,
            hours=LATER,
            since=THURSDAY,
            reason="x",
            expected_revision=desk().revision,
            actor=people.lena,
            now=NOON,
        )
    assert refused.value.code == "managers_only"
    assert get(browser_of(people.lena, NOON), NEW, NOON).status_code == 404
    assert get(browser_of(people.ruth, NOON), "/manager/policy/hours/nowhere/", NOON).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_two_who_publish_at_once_one_does() -> None:
    people = builders.cast()
    publishing = partial(
        actions.publish_hours,
        desk_id=desk().pk,
        hours=LATER,
        since=THURSDAY,
        reason="Later trains",
        expected_revision=desk().revision,
        now=NOON,
    )
    answers = builders.all_at_once([partial(publishing, actor=actor) for actor in (people.ruth, people.ann)])
    assert Counter(type(given) for given in answers) == {HoursChange: 1, RuleBroken: 1}
    assert [one.since for one in store.weekly_hours(desk())] == [None, THURSDAY]
