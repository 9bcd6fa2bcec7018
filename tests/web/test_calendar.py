"""The manager's calendar: a year of both desks, and a day that is changed only after what it would move was shown."""

import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.models import Case, Deadline, EventKind
from sla.models import Holiday, HolidayChange
from tests.builders import Cast, at, deadline_of, events_of, logged_case
from tests.cases.pages import beside, browser_of, clock_at, get, html_of, nothing_is_written, post, typed_in, words_of

NOON = at("Wed 12:00")
CALENDAR = "/manager/calendar/"
PREVIEW = "/manager/calendar/preview/"
CHANGE = "/manager/calendar/change/"
LEFT_ALONE = "/manager/calendar/promises/"
THURSDAY = {"desk": "au", "on": "2026-11-26", "closed": "yes", "reason": "National Day of Mourning"}


@pytest.fixture
def browser(people: Cast) -> Client:
    """Ruth's; she reads in Sydney's time."""
    return browser_of(people.ruth, at("Wed 7:00"))


@pytest.fixture
def case(people: Cast) -> Case:
    """Omar's in Perth, due on Thursday at 10:00 in Sydney."""
    return logged_case(people.omar, at("Wed 11:00"), severity=4, title="Restores are slow")


def look(browser: Client, said: dict[str, str]) -> Any:
    """Open the preview of a changed day, as the form on the calendar does."""
    with clock_at(NOON):
        return browser.get(PREVIEW, said)


def decide(browser: Client, move: str, said: dict[str, str] = THURSDAY) -> Any:
    """Press one of the two buttons of the preview."""
    return post(browser, CHANGE, typed_in(look(browser, said), CHANGE) | {"move": move}, NOON)


def cell(page: Any, desk: str, day: str) -> str:
    """Return what a screen reader says of a named day in a month."""
    found = re.search(rf'href="#{desk}-{day}">(.*?)</a>', html_of(page), re.DOTALL)
    return "" if found is None else " ".join(re.sub(r"<[^>]+>", " ", found[1]).split())


def row(page: Any, desk: str, day: str) -> str:
    """Return what the list below the months says of a day."""
    found = re.search(rf'<li id="{desk}-{day}">(.*?)</li>', html_of(page), re.DOTALL)
    return "" if found is None else " ".join(re.sub(r"<[^>]+>", " ", found[1]).split())


# --- A year -----------------------------------------------------------------------------------------------------------


def test_both_desks_are_shown_with_their_own_holidays_and_where_these_come_from(browser: Client) -> None:
    """P3.2."""
    page = get(browser, f"{CALENDAR}?year=2026", NOON)
    assert "Boxing Day (observed) Public holiday" in cell(page, "au", "2026-12-28")
    assert re.search(
        r"Mon 28 Dec Boxing Day \(observed\) Public holiday · holidays [\d.]+, AU all states",
        row(page, "au", "2026-12-28"),
    )
    assert "Thanksgiving" in cell(page, "us", "2026-11-26")
    assert cell(page, "au", "2026-11-26") == ""
    assert "on a day without hours" in row(page, "us", "2026-07-04")


def test_each_day_says_in_words_what_it_is(browser: Client) -> None:
    page = html_of(get(browser, f"{CALENDAR}?year=2026", NOON))
    assert page.count("<table") == 24
    assert page.count('class="for-readers">, Weekend</span>') + page.count(" on a day without hours") == 2 * 104
    assert "A day without a word is open." in page
    assert page.count('aria-current="date"') == 2


def test_the_present_year_is_shown_unless_another_is_asked_for(browser: Client) -> None:
    for asked in ("", "?year=1999", "?year=no", "?year=20266", "?year="):
        assert "Calendar 2026" in words_of(get(browser, f"{CALENDAR}{asked}", NOON))
    page = get(browser, f"{CALENDAR}?year=2027", NOON)
    assert "Calendar 2027" in words_of(page)
    assert 'rel="prev" href="/manager/calendar/?year=2026"' in html_of(page)
    assert 'rel="next" href="/manager/calendar/?year=2028"' in html_of(page)


def test_a_year_whose_holidays_nobody_knows_says_so(browser: Client) -> None:
    assert "No holiday of 2060 is known" in words_of(get(browser, f"{CALENDAR}?year=2060", NOON))


def test_what_is_wrong_with_the_calendars_stands_on_top(browser: Client) -> None:
    Holiday.objects.filter(desk__code="us", on__year=2027).delete()
    said = words_of(get(browser, CALENDAR, NOON))
    assert "United States: No national holidays are stored for 2027." in said
    assert "Australia: ANZAC Day, 25 April 2027, is a Sunday" in said


def test_a_managers_days_are_marked_with_who_said_so(people: Cast, browser: Client) -> None:
    decide(browser, "no")
    decide(browser, "no", {"desk": "us", "on": "2026-11-26", "closed": "no", "reason": "All hands"})
    page = get(browser, f"{CALENDAR}?year=2026", NOON)
    assert "Closed by a manager · Ruth Adeyemi" in row(page, "au", "2026-11-26")
    assert "Open in spite of a holiday: Thanksgiving" in row(page, "us", "2026-11-26")
    assert "All hands" in cell(page, "us", "2026-11-26")
    decide(browser, "no", {**THURSDAY, "closed": "no", "reason": "It is next week"})
    assert row(get(browser, CALENDAR, NOON), "au", "2026-11-26") == ""


def test_a_day_of_the_list_fills_the_form(browser: Client) -> None:
    page = get(browser, f"{CALENDAR}?year=2026&desk=us&on=2026-12-25&closed=no", NOON)
    assert typed_in(page, PREVIEW) | {"year": ""} == {
        "desk": "us",
        "on": "2026-12-25",
        "closed": "no",
        "reason": "",
        "year": "",
    }


def test_managers_find_it_in_their_bar(people: Cast, browser: Client) -> None:
    assert f'href="{CALENDAR}"' in html_of(get(browser, "/manager/", NOON))
    assert CALENDAR not in html_of(get(browser_of(people.lena, NOON), "/desk/", NOON))


# --- The preview ------------------------------------------------------------------------------------------------------


def test_the_preview_shows_old_and_new_time_for_the_reader_and_at_the_desk(people: Cast, case: Case) -> None:
    people.ruth.zone = "Australia/Perth"
    people.ruth.save()
    said = words_of(look(browser_of(people.ruth, NOON), THURSDAY))
    assert "Close the Australia desk on Thursday 26 November 2026?" in said
    assert "1 open promise would move" in said
    assert f"{case.reference} Restores are slow Northwind IT" in said
    assert "Due by Thu 26 Nov, 07:00 Perth (10:00 Sydney)" in said
    assert "Would be Fri 27 Nov, 07:00 Perth (10:00 Sydney) 24 h later" in said
    assert "Change the day and move these promises" in said
    assert "Change the day, keep these promises" in said


def test_looking_writes_nothing(browser: Client, case: Case) -> None:
    with nothing_is_written():
        assert look(browser, THURSDAY).status_code == 200
        assert look(browser, {}).status_code == 422
        assert get(browser, LEFT_ALONE, NOON).status_code == 200
    assert not HolidayChange.objects.exists()


def test_a_day_that_moves_nothing_has_one_button(browser: Client, case: Case) -> None:
    page = look(browser, {**THURSDAY, "desk": "us", "on": "2026-11-25"})
    assert "No open promise would move" in words_of(page)
    assert html_of(page).count('name="move"') == 1


def test_what_would_fall_due_before_now_is_shown_to_stay(people: Cast, browser: Client) -> None:
    logged_case(people.zoe, at("Thu 3:00"), severity=4)
    with clock_at(at("Sat 0:30")):
        page = browser.get(PREVIEW, {"desk": "us", "on": "2026-11-26", "closed": "no", "reason": "All hands"})
    assert "1 promise stays as it is, because its new time has passed already" in words_of(page)
    assert "No open promise would move" in words_of(page)


def test_the_preview_asks_as_often_for_many_promises_as_for_few(people: Cast, browser: Client, case: Case) -> None:
    def queries() -> int:
        look(browser, THURSDAY)
        with CaptureQueriesContext(connection) as asked:
            look(browser, THURSDAY)
        return len(asked)

    few = queries()
    for _ in range(4):
        logged_case(people.priya, at("Wed 11:05"), severity=4)
    assert "5 open promises would move" in words_of(look(browser, THURSDAY))
    assert queries() == few


@pytest.mark.parametrize(
    ("typed", "field", "message"),
    [
        ({"reason": ""}, "reason", "Say why, in words that partners may read."),
        ({"reason": "x" * 201}, "reason", "at most 200 characters"),
        ({"on": ""}, "on", "Choose the day."),
        ({"on": "24.12."}, "on", "This is no date."),
        ({"on": "1999-12-24"}, "on", "Choose a day between 2000 and 2100."),
        ({"on": "2026-11-28"}, "on", "no hours on a Saturday"),
        ({"on": "2026-12-25"}, "on", "closed on Fri 25 Dec 2026 already: Christmas Day"),
        ({"closed": "no"}, "on", "open on Thu 26 Nov 2026 already"),
        ({"closed": ""}, "closed", "Choose closed or open."),
        ({"desk": "nz"}, "desk", "Select a valid choice"),
    ],
)
def test_what_is_wrong_stands_beside_the_field_and_nothing_typed_is_lost(
    browser: Client, typed: dict[str, str], field: str, message: str
) -> None:
    said = THURSDAY | typed
    page = look(browser, said)
    assert page.status_code == 422
    assert message in beside(page, field)
    kept = typed_in(page, PREVIEW)
    assert {name: kept.get(name, "") for name in said if name not in ("desk", "closed")} == {
        name: value for name, value in said.items() if name not in ("desk", "closed")
    }
    assert not HolidayChange.objects.exists()


# --- The decision -----------------------------------------------------------------------------------------------------


def test_a_yes_changes_the_day_and_moves_the_promises(browser: Client, case: Case) -> None:
    answered = decide(browser, "yes")
    assert (answered.status_code, answered.url) == (302, "/manager/calendar/?year=2026#au")
    assert HolidayChange.objects.values_list("on", "closed", "reason", "changed_by_name").get() == (
        date(2026, 11, 26),
        True,
        "National Day of Mourning",
        "Ruth Adeyemi",
    )
    assert deadline_of(case).due_at == at("Fri 10:00")
    said = words_of(get(browser, CALENDAR, NOON))
    assert "The Australia desk is closed on Thu 26 Nov 2026. 1 promise was moved; its contact is told." in said


def test_a_no_changes_the_day_and_keeps_the_promises(browser: Client, case: Case) -> None:
    decide(browser, "no")
    assert deadline_of(case).due_at == at("Thu 10:00")
    assert "Open promises stay as they were made." in words_of(get(browser, CALENDAR, NOON))


def test_a_double_click_is_one_change(browser: Client, case: Case) -> None:
    filled = typed_in(look(browser, THURSDAY), CHANGE) | {"move": "yes"}
    assert [post(browser, CHANGE, filled, NOON).status_code for _ in range(2)] == [302, 302]
    assert HolidayChange.objects.count() == 1
    assert events_of(case) == [EventKind.CASE_LOGGED, EventKind.PROMISE_MOVED]


def test_a_page_that_somebody_overtook_is_refused_with_all_that_was_typed(people: Cast, browser: Client) -> None:
    filled = typed_in(look(browser, THURSDAY), CHANGE) | {"move": "yes"}
    decide(browser_of(people.ann, NOON), "no", {**THURSDAY, "on": "2026-11-27"})
    page = post(browser, CHANGE, filled, NOON)
    assert page.status_code == 422
    assert "Somebody changed the calendar of the Australia desk after this page was made." in words_of(page)
    kept = typed_in(page, PREVIEW)
    assert {name: kept[name] for name in THURSDAY} == THURSDAY
    assert HolidayChange.objects.count() == 1


@pytest.mark.parametrize("without", ["move", "revision", "reason", "desk"])
def test_a_form_that_was_tampered_with_changes_nothing(browser: Client, case: Case, without: str) -> None:
    filled = typed_in(look(browser, THURSDAY), CHANGE) | {"move": "yes"}
    filled.pop(without)
    assert post(browser, CHANGE, filled, NOON).status_code == 422
    assert not HolidayChange.objects.exists()


def test_the_contact_reads_in_the_case_what_moved_and_why(people: Cast, browser: Client, case: Case) -> None:
    decide(browser, "yes")
    said = words_of(get(browser_of(people.omar, NOON), f"/cases/{case.reference}/", NOON))
    assert "moved the promised first reply, because the calendar changed (National Day of Mourning)" in said
    assert "Fri 07:00 Perth" in said


# --- Left alone, and moved later --------------------------------------------------------------------------------------


def test_promises_that_were_kept_can_be_moved_later(browser: Client, case: Case) -> None:
    assert "Every open promise fits the calendar" in words_of(get(browser, LEFT_ALONE, NOON))
    decide(browser, "no")
    page = get(browser, LEFT_ALONE, NOON)
    assert "1 open promise would move" in words_of(page)
    refused = post(browser, LEFT_ALONE, {"reason": ""}, NOON)
    assert refused.status_code == 422
    assert beside(refused, "reason") == "Error: Say why, in words that partners may read."
    assert post(browser, LEFT_ALONE, typed_in(page) | {"reason": "As agreed"}, NOON).status_code == 302
    assert deadline_of(case).due_at == at("Fri 10:00")
    assert "1 promise was moved" in words_of(get(browser, CALENDAR, NOON))
    assert "Every open promise fits the calendar" in words_of(get(browser, LEFT_ALONE, NOON))


def test_a_promise_that_the_page_did_not_show_is_not_moved_by_it(browser: Client, people: Cast, case: Case) -> None:
    decide(browser, "no")
    page = get(browser, LEFT_ALONE, NOON)
    # Another one, promised before the day was closed, comes in between: a mail of that time, say.
    late = logged_case(people.priya, at("Wed 11:00"), severity=4)
    Deadline.objects.filter(case=late).update(due_at=at("Thu 10:00"))
    refused = post(browser, LEFT_ALONE, typed_in(page) | {"reason": ""}, NOON)
    assert "2 open promises would move" in words_of(refused)
    assert len(typed_in(refused)["shown"].split()) == 2
    assert post(browser, LEFT_ALONE, typed_in(page) | {"reason": "As agreed"}, NOON).status_code == 302
    assert (deadline_of(case).due_at, deadline_of(late).due_at) == (at("Fri 10:00"), at("Thu 10:00"))
    assert "1 open promise would move" in words_of(get(browser, LEFT_ALONE, NOON))
    assert (
        post(browser, LEFT_ALONE, {"reason": "As agreed", "shown": "none ٣ 9999999999999999999999"}, NOON).status_code
        == 302
    )
    assert deadline_of(late).due_at == at("Thu 10:00")
