"""Reports about many cases: counted by the timetable, said to be of when, and the same as a recount."""

import csv
import html
import json
import re
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import translation

from cases import actions, rules
from cases.models import Case, KeptReport, Partner, Survey, User
from cases.reports import kept_reports, period_report
from cases.reports.period_report import Report
from cases.reports.selection import Period, narrowed
from cases.rules import Outcome, ReportKey, RuleBroken
from notifications import sweeps
from notifications.models import Heartbeat
from sla.models import Desk
from tests.api.machine import Machine
from tests.builders import Cast, all_at_once, answer, ask, at, call, close, copies, logged_case, new_partner
from tests.cases.pages import browser_of, forms_of, get, html_of, nothing_is_written, post, read, words_of
from tests.web.test_number_of_queries import queries_of

pytestmark = pytest.mark.clause("P2.1")

NOON = at("Tue 12:00")
MINUTE = timedelta(minutes=1)
PAGE = "/manager/over-time/"
YEAR = "from=2025-11-25&to=2026-11-24"
ODD = "from=2026-02-03&to=2026-11-24"
A_YEAR = ReportKey(date(2025, 11, 25), date(2026, 11, 24), "Australia/Sydney")


@pytest.fixture
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have one case be so many that a report is counted before somebody opens it."""
    for room in ("cases.rules", "cases.reports.period_report"):
        monkeypatch.setattr(f"{room}.MANY_IN_A_REPORT", 0)


@pytest.fixture
def browser(people: Cast) -> Client:
    """Ruth's, in Sydney like everybody's who manages."""
    return browser_of(people.ruth, at("Tue 7:00"))


@pytest.fixture
def busy(people: Cast, few_are_many: None) -> Case:
    """Five cases with all that a report counts, and one of the year before. Returns one that is open."""
    for month in ("Mon 2 Jun 2025", "Tue 6 Oct 2026"):
        answer(logged_case(people.priya, at(f"{month} 9:00")), people.lena, at(f"{month} 10:00"))
    late = logged_case(people.priya, at("Mon 9:00"), severity=2)
    actions.assign_case(
        case_id=late.pk, assignee_id=people.lena.pk, expected_id=None, actor=people.lena, now=at("Mon 9:30")
    )
    answer(late, people.lena, at("Mon 14:00"))
    ask(late, people.lena, at("Mon 15:00"))
    call(late, people.lena, at("Tue 9:00"), "no_answer")
    logged_case(people.zoe, at("Mon 9:00"), severity=1)
    done = answer(logged_case(people.omar, at("Mon 11:00")), people.lena, at("Mon 11:30"))
    close(done, people.lena, at("Mon 12:00"))
    actions.answer_survey(
        survey_id=Survey.objects.latest("pk").pk, handling=5, professionalism=4, satisfaction=3, comment="So it is.",
        actor=people.omar, now=at("Mon 13:00"),
    )  # fmt: skip
    return answer(logged_case(people.priya, at("Tue 9:00")), people.lena, at("Tue 9:30"))


def count(moment: datetime) -> int:
    return sweeps.count_reports(clock=lambda: moment)


def logged(page: Any) -> int:
    return int(page.context["volume"].number.cases)


def recount(reader: User, key: ReportKey, filters: dict[str, str]) -> Report:
    """Count a report at noon, whatever is kept."""
    cases = narrowed(Case.objects.visible_to(reader), filters)
    period = Period(key.first, key.last, ZoneInfo(key.zone))
    return period_report.counted(cases, period, list(Desk.objects.all()), NOON)


# --- Kept, and the same as a recount ----------------------------------------------------------------------------------


def test_a_report_about_many_cases_is_counted_every_ten_minutes(people: Cast, browser: Client, busy: Case) -> None:
    assert count(NOON) > 0
    before = get(browser, f"{PAGE}?{YEAR}", NOON + MINUTE)
    assert "As of 12:00 Sydney, counted every ten minutes." in words_of(before)
    assert logged(before) == 5
    logged_case(people.priya, at("Tue 12:00:30"))
    assert logged(get(browser, f"{PAGE}?{YEAR}", NOON + MINUTE)) == 5
    # It is not due again yet.
    assert count(NOON + 9 * MINUTE) == 0
    assert count(NOON + 10 * MINUTE) > 0
    after = get(browser, f"{PAGE}?{YEAR}", NOON + 11 * MINUTE)
    assert logged(after) == 6
    assert "As of 12:10 Sydney" in words_of(after)


@pytest.mark.usefixtures("busy")
def test_every_period_that_the_page_offers_is_kept_as_a_recount_has_it(people: Cast, browser: Client) -> None:
    live = [query for _name, query, _current in get(browser, PAGE, NOON).context["presets"]]
    assert count(NOON) == len(live) == KeptReport.objects.count()
    for query in live:
        page = get(browser, f"{PAGE}?{query}", NOON)
        kept = page.context["found"]
        key = kept_reports.key_of(page.context["period"], {})
        assert kept.is_kept, query
        assert replace(kept, is_kept=False) == recount(people.ruth, key, {}), query
    kept = get(browser, f"{PAGE}?{YEAR}", NOON).context["found"]
    assert sum(row.cases for row in kept.outcomes) == 1
    assert [row.cases for row in kept.attempts if row.cases] == [1]
    assert (kept.scores.answered, [survey.comment for survey in kept.comments]) == (1, ["So it is."])
    assert (kept.total.kept, kept.total.missed, kept.total.share_before) == (3, 2, 100)


@pytest.mark.usefixtures("busy")
def test_the_page_is_the_same_to_the_letter_but_for_its_note(people: Cast, browser: Client) -> None:
    live = get(browser, f"{PAGE}?{YEAR}", NOON)
    count(NOON)
    kept = get(browser, f"{PAGE}?{YEAR}", NOON)
    assert "Counted now, which takes a while" in words_of(live)
    assert without_note(live) == without_note(kept)


def without_note(page: Any) -> str:
    return re.sub(r'<form class="as-of".*?</form>|csrf\S+|value="\S{64}"', "", html_of(page), flags=re.DOTALL)


@pytest.mark.usefixtures("busy")
def test_what_is_kept_is_told_in_the_readers_language_and_by_the_names_of_today(people: Cast, browser: Client) -> None:
    count(NOON)
    Partner.objects.filter(code="NWIT").update(name="Southwind IT")
    people.ruth.language = "es"
    people.ruth.save()
    (table,) = (each for each in get(browser, f"{PAGE}?{YEAR}", NOON).context["tables"] if each.key == "partner")
    assert [row.row.label for row in table.rows] == ["Blue Harbor MSP", "Southwind IT"]
    page = get(browser, f"{PAGE}?{YEAR}", NOON)
    assert str(page.context["outcomes"][0].number.label) == translated(Outcome.FIX.label, "es")
    stored = json.dumps([[row.content, row.every_row] for row in KeptReport.objects.all()])
    assert all(name not in stored for name in ("Northwind", "Lena", "Fischer", "So it is."))


def translated(words: Any, language: str) -> str:
    with translation.override(language):
        return str(words)


@pytest.mark.usefixtures("busy")
def test_an_empty_period_is_kept_too(people: Cast, browser: Client) -> None:
    far = "from=2020-01-01&to=2020-12-31"
    key = kept_reports.key_of(get(browser, f"{PAGE}?{far}", NOON).context["period"], {})
    content, every_row = kept_reports.to_keep(key, NOON)
    actions.keep_report(key=key, content=content, every_row=every_row, now=NOON)
    page = get(browser, f"{PAGE}?{far}", NOON)
    assert page.context["found"].is_kept
    assert "no promise fell due" in words_of(page)
    assert replace(page.context["found"], is_kept=False) == recount(people.ruth, key, {})


def test_of_long_tables_the_worst_are_kept_and_the_file_has_all(
    people: Cast, browser: Client, busy: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    for room in ("cases.reports.kept_reports", "cases.web.over_time"):
        monkeypatch.setattr(f"{room}.MOST_ROWS", 1)
    logged_case(people.zoe, at("Mon 9:00"), severity=1)
    live = get(browser, f"{PAGE}?{YEAR}", NOON)
    count(NOON)
    kept = get(browser, f"{PAGE}?{YEAR}", NOON)
    assert without_note(live) == without_note(kept)
    (table,) = (each for each in kept.context["tables"] if each.key == "partner")
    assert ([row.row.key for row in table.rows], table.count) == (["BHMS"], 2)
    assert {row[1] for row in rows_of(browser, NOON) if row[0] == "Partner"} == {"Northwind IT", "Blue Harbor MSP"}


# --- When the page counts itself --------------------------------------------------------------------------------------


def test_few_cases_are_counted_when_the_page_is_opened(people: Cast, browser: Client) -> None:
    logged_case(people.priya, at("Tue 9:00"))
    assert count(NOON) == 0
    assert not KeptReport.objects.exists()
    page = get(browser, f"{PAGE}?{YEAR}", NOON)
    assert logged(page) == 1
    assert "Counted now" not in words_of(page)
    assert "As of" not in words_of(page)
    logged_case(people.priya, at("Tue 11:00"))
    assert logged(get(browser, f"{PAGE}?{YEAR}", NOON)) == 2


def test_numbers_that_are_too_old_are_not_believed(people: Cast, browser: Client, busy: Case) -> None:
    count(NOON)
    logged_case(people.priya, NOON)
    soon, late = (NOON + rules.REPORTS_BELIEVED_FOR - MINUTE, NOON + rules.REPORTS_BELIEVED_FOR)
    assert logged(get(browser, f"{PAGE}?{YEAR}", soon)) == 5
    page = get(browser, f"{PAGE}?{YEAR}", late)
    assert logged(page) == 6
    assert "As of" not in words_of(page)


@pytest.mark.usefixtures("busy")
def test_numbers_of_another_release_are_not_read(browser: Client) -> None:
    count(NOON)
    KeptReport.objects.update(content={"layout": kept_reports.LAYOUT + 1, "total": "?"})
    assert not get(browser, f"{PAGE}?{YEAR}", NOON).context["found"].is_kept


@pytest.mark.usefixtures("busy")
def test_another_zone_has_days_and_numbers_of_its_own(people: Cast, browser: Client) -> None:
    people.ann.zone = "America/New_York"
    people.ann.save()
    assert count(NOON) == 10
    assert count(NOON + MINUTE) == 4
    hers = get(browser_of(people.ann, NOON), f"{PAGE}?from=2025-11-24&to=2026-11-23", NOON + MINUTE)
    assert hers.context["found"].is_kept
    assert "As of 20:0" in words_of(hers)
    # The same days of another zone are another report.
    assert not get(browser, f"{PAGE}?from=2025-11-24&to=2026-11-23", NOON + MINUTE).context["found"].is_kept


# --- Count anew -------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize("query", [ODD, f"desk=au&{YEAR}"])
def test_what_a_manager_had_counted_is_counted_on_for_a_week(people: Cast, browser: Client, query: str) -> None:
    page = get(browser, f"{PAGE}?{query}", NOON)
    assert "Keep it ready for a week" in words_of(page)
    (form,) = (address for address in forms_of(page) if address.startswith(f"{PAGE}count/"))
    answered = post(browser, html.unescape(form), {}, NOON)
    assert (answered.status_code, answered.url) == (302, f"{PAGE}?{query}")
    count(NOON + 10 * MINUTE)
    kept = get(browser, answered.url, NOON + 11 * MINUTE)
    assert "As of 12:10 Sydney" in words_of(kept)
    filters = {"desk": "au"} if "desk" in query else {}
    key = kept_reports.key_of(kept.context["period"], filters)
    # Whatever happened in these ten minutes: the same as a recount.
    assert kept.context["found"].total == recount(people.ruth, key, filters).total
    week = NOON + rules.REPORTS_WANTED_FOR
    count(week - MINUTE)
    assert KeptReport.objects.filter(**asdict(key)).exists()
    for moment in (week, week + rules.REPORTS_BELIEVED_FOR):
        count(moment)
    assert not KeptReport.objects.filter(**asdict(key)).exists()


def test_a_manager_counts_anew_at_once(people: Cast, browser: Client, busy: Case) -> None:
    count(NOON)
    close(busy, people.lena, NOON)
    (form,) = (address for address in forms_of(get(browser, f"{PAGE}?{YEAR}", NOON + MINUTE)) if "count/" in address)
    with nothing_is_written():
        page = get(browser, f"{PAGE}?{YEAR}", NOON + MINUTE)
    assert sum(row.number.cases for row in page.context["outcomes"]) == 1
    post(browser, html.unescape(form), {}, NOON + MINUTE)
    page = get(browser, f"{PAGE}?{YEAR}", NOON + MINUTE)
    assert sum(row.number.cases for row in page.context["outcomes"]) == 2
    assert "As of 12:01 Sydney" in words_of(page)


def test_what_is_kept_is_counted_anew_though_there_are_few_cases_by_now(
    people: Cast, browser: Client, busy: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    count(NOON)
    for room in ("cases.rules", "cases.reports.period_report"):
        monkeypatch.setattr(f"{room}.MANY_IN_A_REPORT", 10)
    close(busy, people.lena, NOON)
    post(browser, f"{PAGE}count/?{YEAR}", {}, NOON + MINUTE)
    page = get(browser, f"{PAGE}?{YEAR}", NOON + MINUTE)
    assert sum(row.number.cases for row in page.context["outcomes"]) == 2


def test_a_report_about_few_cases_is_not_kept(people: Cast, browser: Client) -> None:
    assert post(browser, f"{PAGE}count/?{YEAR}&partner=nonsense", {}, NOON).status_code == 302
    assert not KeptReport.objects.exists()


@pytest.mark.usefixtures("busy")
def test_managers_alone_count_reports(people: Cast, browser: Client) -> None:
    for person in (people.lena, people.priya):
        assert post(browser_of(person, NOON), f"{PAGE}count/?{YEAR}", {}, NOON).status_code == 404
    assert get(browser, f"{PAGE}count/?{YEAR}", NOON).status_code == 405
    with pytest.raises(RuleBroken, match="Only a manager"):
        actions.keep_report(key=A_YEAR, content={}, every_row={}, actor=people.lena, now=NOON)
    assert not KeptReport.objects.exists()


@pytest.mark.usefixtures("busy")
def test_of_what_managers_had_counted_the_newest_are_counted_on(
    people: Cast, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cases.rules.MOST_WANTED_REPORTS", 1)
    for minutes, first in enumerate(("2026-02-03", "2026-02-04")):
        post(browser, f"{PAGE}count/?from={first}&to=2026-11-24", {}, NOON + minutes * MINUTE)
    count(NOON + 20 * MINUTE)
    made = {str(row.first): row.made_at for row in KeptReport.objects.exclude(wanted_at=None)}
    assert made == {"2026-02-03": NOON, "2026-02-04": NOON + 20 * MINUTE}


# --- Workers ----------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("busy")
def test_a_report_is_counted_by_one_worker_at_a_time(people: Cast) -> None:
    assert actions.claim_report(key=A_YEAR, now=NOON)
    assert not actions.claim_report(key=A_YEAR, now=NOON + MINUTE)
    # That one was killed: another goes on when the next count is due.
    assert actions.claim_report(key=A_YEAR, now=NOON + rules.REPORTS_EVERY)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_one_moment_count_each_report_once(people: Cast, busy: Case) -> None:
    # One of them takes what the other leaves.
    counts = all_at_once([partial(count, NOON)] * 2)
    assert sum(found for found in counts if isinstance(found, int)) == KeptReport.objects.count() == 7
    assert not KeptReport.objects.exclude(made_at=NOON).exists()


@pytest.mark.usefixtures("busy")
def test_a_killed_worker_leaves_the_count_before(people: Cast, browser: Client) -> None:
    count(NOON)
    assert actions.claim_report(key=A_YEAR, now=NOON + rules.REPORTS_EVERY)
    page = get(browser, f"{PAGE}?{YEAR}", NOON + rules.REPORTS_EVERY + MINUTE)
    assert "As of 12:00 Sydney" in words_of(page)


@pytest.mark.usefixtures("busy")
def test_a_count_never_takes_the_place_of_a_later_one(people: Cast) -> None:
    later, earlier = ({"layout": kept_reports.LAYOUT, "of": word} for word in ("later", "earlier"))
    actions.keep_report(key=A_YEAR, content=later, every_row={}, now=NOON)
    actions.keep_report(key=A_YEAR, content=earlier, every_row={}, now=NOON - MINUTE)
    kept = KeptReport.objects.get()
    assert (kept.content, kept.made_at) == (later, NOON)


@pytest.mark.usefixtures("busy")
def test_periods_that_the_page_offers_no_more_are_forgotten(people: Cast) -> None:
    count(NOON)
    tomorrow = NOON + timedelta(days=1)
    count(tomorrow)
    assert set(KeptReport.objects.values_list("last", flat=True)) >= {tomorrow.date()}
    assert not KeptReport.objects.filter(last=NOON.date()).exists()
    assert Heartbeat.objects.get(name="count reports").at == tomorrow


# --- The file, the API, and what a look takes -------------------------------------------------------------------------


def rows_of(browser: Client, moment: datetime) -> list[list[str]]:
    text = read(get(browser, f"{PAGE}export/?{YEAR}", moment)).decode()
    return list(csv.reader(text.splitlines()))


def test_the_file_and_the_api_tell_what_the_page_tells_and_of_when(people: Cast, browser: Client, busy: Case) -> None:
    count(NOON)
    close(logged_case(people.priya, at("Tue 12:00:10")), people.lena, at("Tue 12:00:20"))
    rows = rows_of(browser, NOON + MINUTE)
    assert rows[-1] == ["As of", "2026-11-24 12:00", "", "", "", ""]
    assert ["Severity", "2", "0", "1", "0", ""] in rows
    address = "reports/over-time/?since=2025-11-25&until=2026-11-24"
    told = Machine(people.ruth, NOON + MINUTE).get(address).json()
    assert (told["at"], told["logged"]["cases"]) == ("2026-11-24T01:00:00Z", 5)
    KeptReport.objects.all().delete()
    told_now = Machine(people.ruth, NOON + MINUTE).get(address).json()
    assert (told_now["at"], told_now["logged"]["cases"]) == ("2026-11-24T01:01:00Z", 6)
    assert rows_of(browser, NOON + MINUTE)[-1][1] == "2026-11-24 12:01"


# The session, the reader, the report, its names, words of contacts, desks and partners, three for the frame.
KEPT_LOOK = 10


def test_a_kept_look_takes_ten_queries_however_many_cases_there_are(people: Cast, browser: Client, busy: Case) -> None:
    for number in range(2):
        count(NOON - (11 - 11 * number) * MINUTE)
        # The first look warms what a process keeps.
        queries_of(browser, f"{PAGE}?{YEAR}")
        assert queries_of(browser, f"{PAGE}?{YEAR}") <= KEPT_LOOK
        copies(busy, 20 * (1 - number))
        _partner, person = new_partner(number)
        logged_case(person, at("Mon 9:00"), severity=2)
