"""The desk: the queue in the order of promises, the case page, and every form on it gone wrong."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from cases.lifecycle import Status
from cases.models import Case, Message, MessageKind
from cases.often import MOMENT
from cases.web.queue import ROWS, VIEWS
from tests.builders import Cast, answer, ask, at, call, close, episode_of, fresh, logged_case, text_file
from tests.cases.pages import beside, browser_of, get, html_of, post, typed_in, words_of

NOON = at("Tue 12:00")
QUEUE = "/desk/"
DESK = "/desk/cases/NWIT-1/"


@pytest.fixture
def browser(people: Cast) -> Client:
    """Lena's."""
    return browser_of(people.lena, at("Tue 7:00"))


def references(response: Any) -> list[str]:
    """Return the rows of the queue, top down."""
    return [case.reference for case in response.context["page"].rows]


# --- The queue ------------------------------------------------------------------------------------------------------


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


# --- Replies and notes ----------------------------------------------------------------------------------------------


def word(body: str = "We found it.", **more: Any) -> dict[str, Any]:
    return {"submission_key": str(uuid4()), "body": body} | more


@pytest.mark.clause("P2.5")
def test_a_reply_stops_the_clock_and_is_shown(people: Cast, browser: Client, case: Case) -> None:
    response = post(browser, f"{DESK}reply/", word(files=[text_file()]), NOON)
    assert (response.status_code, response.url) == (302, DESK)
    assert fresh(case).first_response_at == NOON
    page = words_of(get(browser, DESK, NOON))
    assert "We found it." in page
    assert "support.log" in page


@pytest.mark.clause("P9.5")
def test_a_reply_that_asks_waits(people: Cast, browser: Client, case: Case) -> None:
    post(browser, f"{DESK}reply/", word(then_wait="on"), NOON)
    assert fresh(case).status == Status.WAITING
    assert "Next reminder Thu 10:00 Sydney" in words_of(get(browser, DESK, NOON))


def test_a_note_is_seen_by_staff(people: Cast, browser: Client, case: Case) -> None:
    post(browser, f"{DESK}note/", word("They never read mails."), NOON)
    assert Message.objects.get().kind == MessageKind.NOTE
    assert "They never read mails." in words_of(get(browser, DESK, NOON))


@pytest.mark.parametrize("act", ["reply/", "note/"])
def test_a_double_click_says_it_once(people: Cast, browser: Client, case: Case, act: str) -> None:
    said = word()
    for _ in range(2):
        assert post(browser, DESK + act, said, NOON).status_code == 302
    assert Message.objects.count() == 1


@pytest.mark.parametrize("act", ["reply/", "note/"])
@pytest.mark.parametrize("body", ["", "   ", "x" * 20_001])
def test_a_wrong_message_is_told_and_stays(people: Cast, browser: Client, case: Case, act: str, body: str) -> None:
    said = word(body) | ({"then_wait": "on"} if act == "reply/" else {})
    response = post(browser, DESK + act, said, NOON)
    assert response.status_code == 422
    assert beside(response, "body")
    assert said.items() <= typed_in(response, DESK + act).items()
    assert not Message.objects.exists()


@pytest.mark.parametrize("act", ["reply/", "note/"])
def test_a_wrong_file_is_told_and_the_words_stay(people: Cast, browser: Client, case: Case, act: str) -> None:
    said = word()
    response = post(browser, DESK + act, said | {"files": [text_file("setup.exe", "MZ")]}, NOON)
    assert "setup.exe" in beside(response, "files")
    assert said.items() <= typed_in(response, DESK + act).items()
    assert not Message.objects.exists()


# --- Calls ----------------------------------------------------------------------------------------------------------


def a_call(**changed: Any) -> dict[str, Any]:
    return {"submission_key": str(uuid4()), "outcome": "reached", "made_at": "", "note": "Rang."} | changed


@pytest.mark.clause("P9.1")
def test_a_call_just_now_stops_the_clock(people: Cast, browser: Client, case: Case) -> None:
    post(browser, f"{DESK}call/", a_call(), NOON)
    assert fresh(case).first_response_at == NOON


def test_the_time_of_a_call_is_read_in_the_zone_of_whoever_types_it(people: Cast, case: Case) -> None:
    # Max is in New York, where it is Monday evening.
    post(browser_of(people.max, NOON), f"{DESK}call/", a_call(made_at="2026-11-23T19:30"), NOON)
    assert fresh(case).first_response_at == at("Tue 11:30")


@pytest.mark.parametrize(("typed", "made"), [("09:00", "Tue 9:00:30"), ("09:01", "Tue 9:01")])
def test_a_call_in_the_minute_of_the_logging_is_no_call_before_it(
    people: Cast, browser: Client, typed: str, made: str
) -> None:
    # People type minutes; the case was logged half a minute later.
    case = logged_case(people.priya, at("Tue 9:00:30"))
    post(browser, f"{DESK}call/", a_call(made_at=f"2026-11-24T{typed}"), at("Tue 9:05"))
    assert fresh(case).first_response_at == at(made)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("outcome", "", ""),
        ("outcome", "sent", ""),
        ("made_at", "yesterday", ""),
        ("made_at", "2026-11-24T12:01", "lies in the future"),
        ("made_at", "2026-11-24T10:59", "by a manager"),
        ("made_at", "2026-11-23T12:00", "before the case was logged"),
        ("note", "x" * 20_001, "20000"),
    ],
)
def test_a_wrong_call_is_told_and_stays(
    people: Cast, browser: Client, case: Case, field: str, value: str, sentence: str
) -> None:
    said = a_call(**{field: value})
    response = post(browser, f"{DESK}call/", said, NOON)
    assert response.status_code == 422
    assert beside(response, field)
    assert sentence in beside(response, field)
    shown = typed_in(response, f"{DESK}call/")
    kept = said.keys() - ({"outcome"} if field == "outcome" else set())
    assert {name: shown[name] for name in kept} == {name: said[name] for name in kept}
    assert not case.attempts.exists()


# --- Owners ---------------------------------------------------------------------------------------------------------


def test_a_case_is_taken_and_given(people: Cast, browser: Client, case: Case) -> None:
    post(browser, f"{DESK}take/", {}, NOON)
    assert fresh(case).assignee == people.lena
    form = typed_in(get(browser, DESK, NOON), f"{DESK}assign/")
    assert form["expected"] == str(people.lena.pk)
    post(browser, f"{DESK}assign/", form | {"assignee": people.max.pk}, NOON)
    assert fresh(case).assignee == people.max


def test_a_stale_page_takes_nothing_away(people: Cast, browser: Client, case: Case) -> None:
    stale = typed_in(get(browser, DESK, NOON), f"{DESK}assign/")
    post(browser_of(people.max, NOON), f"{DESK}take/", {}, NOON)
    for response in (
        post(browser, f"{DESK}take/", {}, NOON),
        post(browser, f"{DESK}assign/", stale | {"assignee": people.lena.pk}, NOON),
    ):
        assert response.status_code == 422
        assert "it is with Max Ortega now" in words_of(response)
    assert fresh(case).assignee == people.max


def test_a_contact_is_no_choice_for_an_owner(people: Cast, browser: Client, case: Case) -> None:
    response = post(browser, f"{DESK}assign/", {"assignee": people.priya.pk, "expected": ""}, NOON)
    assert response.status_code == 422
    assert beside(response, "assignee")


# --- Closing --------------------------------------------------------------------------------------------------------


def an_end(**changed: Any) -> dict[str, Any]:
    return {"outcome": "fix", "release": "Agent 6.2", "explanation": "The update fixed it."} | changed


@pytest.mark.clause("P9.7")
def test_a_case_is_closed_with_an_outcome(people: Cast, browser: Client, case: Case) -> None:
    assert post(browser, f"{DESK}close/", an_end(), NOON).status_code == 302
    assert fresh(case).status == Status.CLOSED


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("outcome", "", ""),
        ("outcome", "no_contact", ""),
        ("release", "", "Name the release or the fix"),
        ("release", "   ", "Name the release or the fix"),
        ("explanation", "", ""),
        ("explanation", "x" * 20_001, "20000"),
    ],
)
def test_a_wrong_closing_is_told_and_stays(
    people: Cast, browser: Client, case: Case, field: str, value: str, sentence: str
) -> None:
    said = an_end(**{field: value})
    response = post(browser, f"{DESK}close/", said, NOON)
    assert response.status_code == 422
    assert beside(response, field)
    assert sentence in beside(response, field)
    shown = typed_in(response, f"{DESK}close/")
    kept = said.keys() - ({"outcome"} if field == "outcome" else set())
    assert {name: shown[name] for name in kept} == {name: said[name] for name in kept}
    assert fresh(case).status == Status.NEW


# --- Somebody was quicker -------------------------------------------------------------------------------------------


@pytest.mark.clause("P9.6")
@pytest.mark.parametrize(
    ("act", "said"),
    [
        ("reply/", word("A long and careful answer.")),
        ("call/", a_call(note="A long and careful answer.")),
        ("close/", an_end(explanation="A long and careful answer.")),
    ],
)
def test_words_for_a_case_that_closed_meanwhile_are_not_lost(
    people: Cast, browser: Client, case: Case, act: str, said: dict[str, Any]
) -> None:
    close(case, people.priya, at("Tue 11:59"), "solved_by_contact")
    response = post(browser, DESK + act, said, NOON)
    assert response.status_code == 422
    assert "closed cases stay closed" in words_of(response)
    assert "A long and careful answer." in html_of(response)


# --- The page -------------------------------------------------------------------------------------------------------


def test_the_buttons_are_those_the_lifecycle_allows(people: Cast, browser: Client, case: Case) -> None:
    def forms() -> set[str]:
        acts = ["reply/", "note/", "take/", "assign/", "call/", "close/"]
        page = html_of(get(browser, DESK, NOON))
        return {act for act in acts if f'action="{DESK}{act}"' in page}

    assert forms() == {"reply/", "note/", "take/", "assign/", "call/", "close/"}
    post(browser, f"{DESK}take/", {}, NOON)
    assert forms() == {"reply/", "note/", "assign/", "call/", "close/"}
    close(case, people.lena, NOON)
    assert forms() == {"note/"}


@pytest.mark.clause("P9.5")
def test_attempts_and_the_closing_to_come_stand_on_the_page(people: Cast, browser: Client, case: Case) -> None:
    ask(case, people.lena, at("Tue 10:00"))
    for when in ("Wed 9:00", "Thu 9:00"):
        call(case, people.lena, at(when), "no_answer")
    page = words_of(get(browser, DESK, at("Thu 12:00")))
    assert "counts as 1 of 2" in page
    assert "counts as 2 of 2" in page
    assert "Closes without a word Fri 17:00 Sydney" in page
    assert episode_of(case).closes_at == at("Fri 17:00")
