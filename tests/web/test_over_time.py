"""A period on the manager's page: what counts when, against the period before, and the cases behind every number."""

import csv
import re
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from cases import actions
from cases.models import Case, Partner
from cases.reports import now as now_reports
from cases.web.exports import BYTE_ORDER_MARK
from cases.web.over_time import HEIGHT
from tests import builders
from tests.builders import Cast, answer, at, call, close, logged_case, remind
from tests.cases.pages import browser_of, get, html_of, read, words_of

pytestmark = pytest.mark.clause("P2.1", "P2.5")

NOON = at("Tue 12:00")
PAGE = "/manager/over-time/"
LIST = "/desk/cases/"
# Of this week.
WEEK = "from=2026-11-23&to=2026-11-29"


@pytest.fixture
def browser(people: Cast) -> Client:
    """Ruth's, in Sydney."""
    people.ruth.zone = "Australia/Sydney"
    people.ruth.save()
    return browser_of(people.ruth, at("Tue 7:00"))


def of_week(browser: Client, when: datetime = NOON, query: str = WEEK) -> Any:
    return get(browser, f"{PAGE}?{query}", when)


def total(page: Any) -> tuple[int, int]:
    row = page.context["total"].row
    return row.kept, row.missed


def table(page: Any, key: str) -> dict[str, tuple[int, int]]:
    (found,) = (each for each in page.context["tables"] if each.key == key)
    return {row.row.label: (row.row.kept, row.row.missed) for row in found.rows}


# --- What counts when ------------------------------------------------------------------------------------------------


def test_a_promise_past_due_that_nobody_keeps_is_missed_before_it_ends(people: Cast, browser: Client) -> None:
    logged_case(people.priya, at("Mon 9:00"), severity=2)
    # Due on Monday at 12:00, which is in time.
    assert total(of_week(browser, at("Mon 12:00"))) == (0, 0)
    assert total(of_week(browser, at("Mon 12:00:01"))) == (0, 1)
    rows = {row.severity: row.missed for row in now_reports.verdicts(at("Mon 0:00"), at("Mon 12:00:01"))}
    assert rows[2] == 1
    assert "0 % 0 first replies in time, 1 late" in words_of(get(browser, "/manager/", at("Mon 12:00:01")))


def test_a_missed_promise_stays_in_the_period_in_which_it_was_due(people: Cast, browser: Client) -> None:
    case = logged_case(people.priya, at("Mon 9:00"), severity=2)
    next_week = "from=2026-11-30&to=2026-12-06"
    answer(case, people.lena, at("Mon 30 Nov 9:00"))
    assert total(of_week(browser, at("Tue 1 Dec 9:00"))) == (0, 1)
    assert total(of_week(browser, at("Tue 1 Dec 9:00"), next_week)) == (0, 0)


def test_a_promise_counts_as_kept_when_it_was_kept(people: Cast, browser: Client) -> None:
    case = logged_case(people.priya, at("Fri 20 Nov 16:00"), severity=4)
    answer(case, people.lena, at("Mon 9:00"))
    assert total(of_week(browser)) == (1, 0)


def test_a_promise_that_is_still_open_counts_nowhere(people: Cast, browser: Client) -> None:
    logged_case(people.priya, at("Tue 11:00"))
    assert total(of_week(browser)) == (0, 0)


def test_a_promise_withdrawn_in_time_counts_nowhere(people: Cast, browser: Client) -> None:
    close(logged_case(people.priya, at("Tue 9:00")), people.priya, at("Tue 9:30"), "solved_by_contact")
    assert total(of_week(browser)) == (0, 0)


@pytest.mark.clause("P9.6")
def test_what_was_dismissed_as_thanks_counts_nowhere(people: Cast, browser: Client) -> None:
    case = logged_case(people.priya, at("Mon 9:00"), severity=2)
    Case.objects.filter(pk=case.pk).update(dismissed_at=at("Mon 15:00"))
    page = of_week(browser)
    assert (total(page), page.context["volume"].number.cases) == ((0, 0), 0)
    assert get(browser, f"{LIST}?in=logged&{WEEK}", NOON).context["count"] == 0


@pytest.mark.clause("P9.5")
def test_a_miss_before_a_closing_that_was_taken_back_counts_once(people: Cast, browser: Client) -> None:
    # Called in vain, never answered: the promise is missed, the case closes in silence, a word takes it back.
    case = logged_case(people.priya, at("Mon 9:00"), severity=2)
    call(case, people.lena, at("Mon 9:30"), "no_answer")
    builders.ask(case, people.lena, at("Mon 14:00"))
    remind(case, at("Wed 10:00"))
    remind(case, at("Fri 10:00"))
    builders.close_in_silence(case, at("Mon 30 Nov 17:00"))
    builders.say(case, people.priya, at("Mon 30 Nov 17:00:30"))
    assert total(of_week(browser, at("Tue 1 Dec 9:00"))) == (0, 1)


# --- By what ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def week(people: Cast) -> list[Case]:
    """Lena keeps two and misses one of Northwind, Max misses one of Harbor, nobody answers one."""
    minute = [at("Mon 9:00"), at("Mon 9:01"), at("Mon 9:02"), at("Mon 9:03"), at("Mon 9:04")]
    kept = [logged_case(people.priya, minute[0], severity=2), logged_case(people.omar, minute[1], severity=4)]
    late = logged_case(people.priya, minute[2], severity=2)
    harbors = logged_case(people.zoe, minute[3], severity=1)
    nobodys = logged_case(people.priya, minute[4], severity=2)
    for case, specialist in [
        (kept[0], people.lena),
        (kept[1], people.lena),
        (late, people.lena),
        (harbors, people.max),
    ]:
        actions.assign_case(
            case_id=case.pk, assignee_id=specialist.pk, expected_id=None, actor=specialist, now=at("Mon 9:30")
        )
    for case in kept:
        answer(case, people.lena, at("Mon 10:00"))
    answer(late, people.lena, at("Mon 14:00"))
    answer(harbors, people.max, at("Mon 11:00"))
    return [*kept, late, harbors, nobodys]


def test_promises_are_broken_down_by_everything(people: Cast, browser: Client, week: list[Case]) -> None:
    page = of_week(browser)
    assert total(page) == (2, 3)
    assert table(page, "severity") == {"1": (0, 1), "2": (1, 2), "4": (1, 0)}
    assert sorted(table(page, "desk").values()) == [(0, 1), (2, 2)]
    assert table(page, "partner") == {"Northwind IT": (2, 2), "Blue Harbor MSP": (0, 1)}
    assert table(page, "specialist") == {str(people.lena): (2, 1), str(people.max): (0, 1), "": (0, 1)}
    months = [(row.row.label, row.row.kept, row.row.missed) for row in page.context["months"]]
    assert months == [("Nov 2026", 2, 3)]
    (bar,) = page.context["bars"]
    assert (bar.kept + bar.missed, bar.missed_y) == (HEIGHT, 0)


def behind(browser: Client, address: str) -> int:
    return len(get(browser, address.replace("&amp;", "&"), NOON).context["page"].rows)


@pytest.mark.clause("P9.5", "P9.7")
def test_every_number_is_the_list_behind_it(people: Cast, browser: Client, week: list[Case]) -> None:
    close(week[0], people.lena, at("Mon 15:00"))
    close(week[1], people.lena, at("Mon 15:00"), "workaround", "Restart it.")
    call(week[2], people.lena, at("Mon 14:30"), "no_answer")
    builders.ask(week[2], people.lena, at("Mon 14:40"))
    call(week[2], people.lena, at("Tue 9:00"), "no_answer")
    page = of_week(browser)
    links = re.findall(rf'<a href="({LIST}\?[^"]*)"[^>]*>(.*?)</a>', html_of(page), re.DOTALL)
    shown = {
        address: int(re.sub(r"<svg.*?</svg>|<[^>]+>", " ", inside, flags=re.DOTALL).split()[-1])
        for address, inside in links
    }
    assert shown == {address: behind(browser, address) for address in shown}
    assert len(shown) >= 25
    assert sum(shown.values()) > 20


def test_filters_narrow_every_number(browser: Client, week: list[Case]) -> None:
    assert total(of_week(browser, query=f"{WEEK}&partner=BHMS")) == (0, 1)
    assert total(of_week(browser, query=f"{WEEK}&desk=au")) == (2, 2)
    assert total(of_week(browser, query=f"{WEEK}&partner=nonsense")) == (0, 0)


def test_a_name_in_a_filter_is_words_and_no_html(people: Cast, browser: Client) -> None:
    Partner.objects.filter(pk=people.harbor.pk).update(name='<b>Blue</b> & "Harbor"')
    page = html_of(of_week(browser, query=f"{WEEK}&partner=BHMS"))
    option = '<option value="BHMS" selected>&lt;b&gt;Blue&lt;/b&gt; &amp; &quot;Harbor&quot;</option>'
    assert f'{option}<option value="NWIT">Northwind IT</option>' in page


def test_the_share_stands_beside_that_of_the_period_before(people: Cast, browser: Client) -> None:
    answer(logged_case(people.priya, at("Mon 16 Nov 9:00")), people.lena, at("Mon 16 Nov 10:00"))
    answer(logged_case(people.priya, at("Mon 9:00"), severity=2), people.lena, at("Mon 15:00"))
    row = of_week(browser).context["total"].row
    assert (row.share, row.share_before, row.change) == (0, 100, -100)
    assert "100 % before" in words_of(of_week(browser))


@pytest.mark.parametrize(
    ("query", "first", "last"),
    [
        ("", "2026-10-26", "2026-11-24"),
        ("from=2026-11-24&to=2026-11-01", "2026-11-01", "2026-11-24"),
        ("from=2026-11-20", "2026-11-20", "2026-11-24"),
        ("from=0001-01-01&to=9999-12-31", "2026-10-26", "2026-11-24"),
        ("from=2026-02-30&to=x", "2026-10-26", "2026-11-24"),
    ],
)
def test_a_period_is_two_dates_of_the_reader(browser: Client, query: str, first: str, last: str) -> None:
    period = of_week(browser, query=query).context["period"]
    assert (str(period.first), str(period.last)) == (first, last)
    # At midnight in Sydney, not in London.
    assert period.since.isoformat().endswith("+11:00")


def test_an_empty_period_says_so(browser: Client) -> None:
    page = of_week(browser)
    assert "no promise fell due" in words_of(page)
    assert "No promise was kept or missed in this time." in words_of(page)


def test_the_numbers_are_a_file_too(browser: Client, week: list[Case]) -> None:
    text = read(get(browser, f"{PAGE}export/?{WEEK}", NOON)).decode().removeprefix(BYTE_ORDER_MARK)
    rows = list(csv.reader(text.splitlines()))
    assert ["Partner", "Northwind IT", "2", "2", "50", ""] in rows
    assert ["Month", "2026-11", "2", "3", "40", ""] in rows


# --- How long it took, what is open, and what else was promised ------------------------------------------------------


def spans(told: Any) -> dict[str, int]:
    return {str(row.label): row.cases for row in told.rows if row.cases}


def test_first_replies_are_told_by_the_working_time_they_took(people: Cast, browser: Client) -> None:
    for logged, answered, severity in [
        ("Mon 9:00", "Mon 9:15", 2),
        ("Mon 9:00", "Mon 9:15:01", 2),
        ("Mon 16:30", "Tue 9:00", 3),
        ("Mon 3:00", "Mon 6:30", 1),
    ]:
        answer(logged_case(people.priya, at(logged), severity=severity), people.lena, at(answered))
    page = of_week(browser)
    told = page.context["replies"]
    # Half an hour on Monday and one on Tuesday; Severity 1 by the clock.
    assert spans(told) == {"up to 15 min": 1, "up to 1 h": 1, "up to 2 h": 1, "up to 6 h": 1}
    assert [behind(browser, row.url) for row in told.rows if row.cases] == [1, 1, 1, 1]
    assert "Half came within 1 h 30 min, nine of ten within 3 h 30 min." in words_of(page)
    assert get(browser, f"{LIST}?in=replied&took=nonsense", NOON).context["count"] == 0


def test_what_is_open_is_told_by_its_age(people: Cast, browser: Client) -> None:
    old, new = logged_case(people.priya, at("Mon 2 Nov 9:00")), logged_case(people.priya, at("Tue 11:00"))
    close(logged_case(people.priya, at("Mon 9:00")), people.lena, at("Mon 10:00"))
    told = of_week(browser).context["backlog"]
    assert spans(told) == {"up to 1 day": 1, "up to 4 weeks": 1}
    assert [row.before for row in told.rows] == [0, 0, 0, 1, 0]
    listed = [references(get(browser, row.url, NOON)) for row in told.rows if row.cases]
    assert listed == [[new.reference], [old.reference]]
    assert get(browser, f"{LIST}?in=backlog&age=nonsense", NOON).context["count"] == 0
    assert get(browser, f"{LIST}?age=4-weeks", NOON).context["count"] == 1


@pytest.mark.clause("P9.2", "P9.4")
def test_other_promises_than_the_first_reply_have_their_rows(people: Cast, browser: Client) -> None:
    case = logged_case(people.priya, at("Mon 9:00"))
    answer(case, people.lena, at("Mon 10:00"))
    actions.ask_for_manager(case_id=case.pk, words="Please.", actor=people.priya, now=at("Mon 10:00"))
    rows = {each.row.label: each for each in of_week(browser, at("Fri 9:00")).context["others"]}
    assert (rows["Manager's answer"].row.kept, rows["Manager's answer"].row.missed) == (0, 1)
    assert rows["Progress update"].row.missed == 1
    assert references(get(browser, rows["Manager's answer"].missed_url, at("Fri 9:00"))) == [case.reference]


@pytest.mark.clause("P11.2")
def test_scores_stand_beside_the_promises(people: Cast, browser: Client) -> None:
    case = close(logged_case(people.priya, at("Mon 9:00")), people.lena, at("Mon 15:00"))
    survey = case.closings.get().survey
    actions.answer_survey(
        survey_id=survey.pk, handling=4, professionalism=4, satisfaction=5, comment="Well done.", actor=people.priya,
        now=at("Mon 16:00"),
    )  # fmt: skip
    words = words_of(of_week(browser))
    assert "Well done." in words
    assert "Surveys of this period: 1 of 1 answered" in words


# --- The list of cases ----------------------------------------------------------------------------------------------


def references(page: Any) -> list[str]:
    return [case.reference for case in page.context["page"].rows]


LISTED = {
    "": 5,
    "severity=2": 3,
    "severity=nonsense": 0,
    "desk=us": 1,
    "partner=NWIT&severity=4": 1,
    "specialist=nobody": 1,
    "specialist=x": 0,
    "specialist=99999999999999999999": 0,
    "state=open": 4,
    "state=x": 0,
    "outcome=fix": 1,
    "in=closed": 1,
    "promise=missed": 3,
    "promise=maybe": 0,
    "promise=kept&severity=2": 1,
    "kind=manager_answer&promise=kept": 0,
    "method=call": 0,
    "survey=unanswered": 1,
    "survey=x": 0,
    "channel=portal": 5,
    "feature=any": 0,
    "feature=x": 0,
    "area=1x": 0,
    "in=logged&from=2026-11-24&to=2026-11-24": 0,
    "q=northwind": 4,
    "order_by=contact__password&contact__email__startswith=p": 5,
}


def test_the_list_takes_known_filters_and_no_others(people: Cast, browser: Client, week: list[Case]) -> None:
    close(week[0], people.lena, at("Mon 15:00"))
    listed = {query: get(browser, f"{LIST}?{query}", NOON) for query in LISTED}
    assert {query: page.context["count"] for query, page in listed.items()} == LISTED
    assert {query: len(references(page)) for query, page in listed.items()} == LISTED


def test_the_list_goes_on_by_the_key_of_its_last_row(
    browser: Client, week: list[Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cases.web.lists.ROWS", 2)
    seen, query = [], "severity="
    while query:
        page = get(browser, f"{LIST}?{query}", NOON)
        seen += references(page)
        query = page.context["page"].next_query
    assert seen == [case.reference for case in reversed(week)]


def test_an_empty_list_says_what_to_do(browser: Client) -> None:
    assert "Take a filter away" in words_of(get(browser, LIST, NOON))


def test_the_list_is_a_file_too_without_formulas(people: Cast, browser: Client) -> None:
    case = logged_case(people.priya, at("Mon 9:00"), title="=HYPERLINK(1)")
    answer(case, people.lena, at("Mon 10:00"))
    close(case, people.lena, at("Mon 11:00"))
    text = read(get(browser, f"{LIST}export/?outcome=fix", NOON)).decode().removeprefix(BYTE_ORDER_MARK)
    headings, row = csv.reader(text.splitlines())
    named = dict(zip(headings, row, strict=True))
    assert named["Title"] == "'=HYPERLINK(1)"
    assert (named["Logged"], named["First response"]) == ("2026-11-23 09:00", "2026-11-23 10:00")
    assert (named["Outcome"], named["Satisfaction"], named["Specialist"]) == ("Software update or fix", "", "")


def test_specialists_list_cases_and_only_managers_read_over_time(people: Cast) -> None:
    lena, zoe = browser_of(people.lena, NOON), browser_of(people.zoe, NOON)
    assert get(lena, LIST, NOON).status_code == 200
    assert get(lena, PAGE, NOON).status_code == get(zoe, PAGE, NOON).status_code == 404
    assert get(zoe, LIST, NOON).status_code == get(zoe, f"{LIST}export/", NOON).status_code == 404
