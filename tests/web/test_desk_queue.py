"""The queue of the desk, in the order of promises: views, filters, pages."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from cases.models import Case
from cases.often import MOMENT
from cases.web.queue import ROWS, VIEWS
from tests.builders import Cast, answer, ask, at, close, logged_case
from tests.cases.pages import browser_of, get, html_of, post

NOON = at("Tue 12:00")
QUEUE = "/desk/"


def references(response: Any) -> list[str]:
    """Return the rows of the queue, top down."""
    return [case.reference for case in response.context["page"].rows]


@pytest.fixture
def many(people: Cast) -> dict[str, Case]:
    """Cases in every state there is, named by it; it is Tuesday noon."""
    cases = {
        "calm": logged_case(people.priya, at("Tue 11:00"), severity=4, title="calm"),
        "late": logged_case(people.priya, at("Mon 9:00"), severity=2, title="late"),
        "soon": logged_case(people.omar, at("Tue 9:30"), severity=2, title="soon"),
        "urgent": logged_case(people.zoe, at("Tue 11:50"), severity=1, title="urgent"),
        "answered": logged_case(people.priya, at("Mon 9:10"), title="answered"),
        "waiting": logged_case(people.priya, at("Mon 9:20"), title="waiting"),
        "closed": logged_case(people.priya, at("Mon 9:30"), title="closed"),
    }
    answer(cases["answered"], people.lena, at("Mon 10:00"))
    ask(cases["waiting"], people.lena, at("Mon 10:10"))
    close(cases["closed"], people.lena, at("Mon 10:20"))
    return cases


def titles(response: Any) -> list[str]:
    return [case.title for case in response.context["page"].rows]


def test_the_queue_has_what_is_due_next_on_top_and_what_waits_last(many: dict[str, Case], browser: Client) -> None:
    assert titles(get(browser, QUEUE, NOON)) == ["late", "soon", "urgent", "answered", "calm", "waiting"]


IN_VIEW = {
    "open": ["late", "soon", "urgent", "answered", "calm", "waiting"],
    "mine": ["urgent"],
    "unassigned": ["late", "soon", "answered", "calm", "waiting"],
    "at-risk": ["soon"],
    "breached": ["late"],
    "sev-1": ["urgent"],
    "waiting": ["waiting"],
    # See tests/web/test_severity_pages.py, test_diagnostics.py and test_updates.py.
    "severity-to-agree": [],
    "diagnostics": [],
    "updates-overdue": [],
    "closing-soon": [],
    "closed": ["closed"],
}


@pytest.mark.usefixtures("many")
def test_each_view_keeps_what_it_says_and_its_tab_counts_it(people: Cast, browser: Client) -> None:
    post(browser, "/desk/cases/BHMS-1/take/", {}, at("Tue 11:55"))
    for view, shown in IN_VIEW.items():
        response = get(browser, f"{QUEUE}?view={view}", NOON)
        assert titles(response) == shown, view
        counts = {tab.key: tab.count for tab in response.context["tabs"]}
        assert counts[view] == ("" if view == "closed" else str(len(shown)))


def test_a_tab_counts_anew_at_once_when_something_happens_and_soon_when_time_passes(people: Cast) -> None:
    def shown(now: datetime) -> dict[str, str]:
        return {tab.key: tab.count for tab in get(browser_of(people.max, now), QUEUE, now).context["tabs"]}

    case = logged_case(people.priya, at("Tue 9:00"))
    promise = case.deadlines.get()
    before = promise.warn_at.replace(second=0) - timedelta(seconds=1)
    assert (shown(before)["unassigned"], shown(before)["at-risk"]) == ("1", "0")
    post(browser_of(people.lena, before), f"/desk/cases/{case.reference}/take/", {}, before)
    assert (shown(before)["unassigned"], shown(before)["at-risk"]) == ("0", "0")
    assert shown(promise.warn_at + MOMENT)["at-risk"] == "1"


def test_every_view_is_tested_here() -> None:
    assert {view.key for view in VIEWS} == set(IN_VIEW)


ALL = IN_VIEW["open"]
NARROWED = {
    "view=nonsense": ALL,
    "q=soon": ["soon"],
    "q=nwit-1": ["calm"],
    "q=blue+harbor": ["urgent"],
    "q=omar": ["soon"],
    "q=omar+late": [],
    "q=%25": [],
    "severity=2": ["late", "soon"],
    "severity=9": [],
    "severity=x": [],
    "desk=us": ["urgent"],
    "partner=BHMS": ["urgent"],
    "view=breached&severity=2&desk=au": ["late"],
    # What an address holds may be anything; it is ignored, never an error.
    "after=x": ALL,
    "after=1_2026-13-45T00:00:00": ALL,
    "after=1_2026-11-24T00:00:00": ALL,
    f"after={'9' * 5000}_": ALL,
}


@pytest.mark.usefixtures("many")
def test_words_and_filters_narrow_the_queue(browser: Client) -> None:
    for query, shown in NARROWED.items():
        response = get(browser, f"{QUEUE}?{query}", NOON)
        assert (response.status_code, titles(response)) == (200, shown), query


@pytest.mark.parametrize(
    "address", [f"{QUEUE}?q=%00", f"{QUEUE}?desk=%00", "/desk/cases/NWIT%00/", "/desk/mail/?q=%00"]
)
def test_an_address_with_a_nul_is_refused(browser: Client, address: str) -> None:
    assert get(browser, address, NOON).status_code == 400


def pages_of(browser: Client, address: str) -> list[list[str]]:
    """Walk the queue from page to page."""
    pages = []
    while address:
        response = get(browser, address, NOON)
        pages.append(references(response))
        more = response.context["page"].next_query
        address = f"{QUEUE}?{more}" if more else ""
    return pages


def test_beyond_fifty_rows_the_queue_goes_on_by_key_without_a_gap(people: Cast, browser: Client) -> None:
    # Three are due at each minute, and the first page ends between two of them.
    logged = [logged_case(people.priya, at("Tue 8:00") + timedelta(minutes=n // 3)) for n in range(ROWS + 12)]
    expected = [one.reference for one in logged]
    assert pages_of(browser, QUEUE) == [expected[:ROWS], expected[ROWS:]]
    # What was asked for holds on the next page.
    assert pages_of(browser, f"{QUEUE}?view=unassigned&q=slow&severity=3") == [expected[:ROWS], expected[ROWS:]]
    assert pages_of(browser, f"{QUEUE}?q=fast") == [[]]
    # The answered ones have no promise and come last; the page ends among them.
    for one in logged[:14]:
        answer(one, people.lena, at("Tue 11:00"))
    expected = expected[14:] + expected[:14]
    assert pages_of(browser, QUEUE) == [expected[:ROWS], expected[ROWS:]]


def test_closed_cases_page_newest_first(people: Cast, browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cases.web.queue.ROWS", 3)
    for minute in range(5):
        close(logged_case(people.priya, at("Mon 9:00")), people.lena, at("Mon 10:00") + timedelta(minutes=minute // 2))
    assert pages_of(browser, f"{QUEUE}?view=closed") == [["NWIT-5", "NWIT-4", "NWIT-3"], ["NWIT-2", "NWIT-1"]]


def test_htmx_gets_the_rows_alone(many: dict[str, Case], browser: Client) -> None:
    rows = html_of(get(browser, f"{QUEUE}?q=soon", NOON, headers={"HX-Request": "true"}))
    assert "soon" in rows
    assert "<html" not in rows
