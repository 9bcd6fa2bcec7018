"""My day: what is mine next, and who waits for a word of mine."""

from datetime import timedelta
from typing import Any

from django.test import Client

from cases import actions
from cases.models import Case
from tests.builders import Cast, answer, at, logged_case, reminded_twice, say
from tests.cases.pages import browser_of, get, post, words_of

NOON = at("Tue 12:00")
DAY = "/desk/my-day/"


def of_lena(people: Cast, when: str, **said: Any) -> Case:
    case = logged_case(people.priya, at(when), **said)
    return actions.assign_case(
        case_id=case.pk, assignee_id=people.lena.pk, expected_id=None, actor=people.lena, now=at(when)
    )


def parts(page: Any) -> dict[str, list[str]]:
    return {part.key: [one.case.title for one in part.deadlines] for part in page.context["parts"]}


def test_a_day_without_anything_says_what_to_do(lena: Client) -> None:
    page = words_of(get(lena, DAY, NOON))
    assert "Nothing waits for you" in page
    assert "Cases that nobody has" in page


def test_what_is_mine_is_there_by_when_it_is_due(people: Cast, lena: Client) -> None:
    of_lena(people, "Mon 9:00", title="late")
    of_lena(people, "Tue 9:00", title="today", severity=2)
    of_lena(people, "Tue 11:30", title="tomorrow", severity=3)
    logged_case(people.priya, at("Tue 9:00"), title="not mine")
    shown = parts(get(lena, DAY, NOON))
    assert shown["late"] == ["late"]
    assert "today" in shown["today"]
    assert not any("not mine" in titles for titles in shown.values())
    assert parts(get(browser_of(people.max, NOON), DAY, NOON)) == {}


def test_whoever_waits_for_my_word_is_there_until_i_gave_it(people: Cast, lena: Client) -> None:
    case = of_lena(people, "Tue 9:00")
    answer(case, people.lena, at("Tue 9:30"))
    assert get(lena, DAY, NOON).context["waiting"] == []
    say(case, people.priya, at("Tue 10:00"))
    assert [one.pk for one in get(lena, DAY, NOON).context["waiting"]] == [case.pk]
    assert "Priya Raman wrote last" in words_of(get(lena, DAY, NOON))
    answer(case, people.lena, at("Tue 11:00"))
    assert get(lena, DAY, NOON).context["waiting"] == []


def test_closings_and_severities_of_my_cases_are_there(people: Cast, lena: Client) -> None:
    silent = of_lena(people, "Mon 9:00")
    reminded_twice(silent, people.lena)
    asking = of_lena(people, "Tue 9:00")
    actions.propose_severity(case_id=asking.pk, severity=2, reason="More customers.", actor=people.priya, now=NOON)
    page = get(lena, DAY, at("Mon 30 Nov 12:00"))
    assert [one.pk for one in page.context["closing"]] == [silent.pk]
    assert [one.pk for one in page.context["to_agree"]] == [asking.pk]


def test_notes_that_name_me_lead_to_them_for_two_weeks(people: Cast, lena: Client) -> None:
    case = logged_case(people.priya, at("Tue 9:00"))
    actions.write_note(case_id=case.pk, body="@lena look at BK-02", actor=people.max, now=NOON)
    page = get(lena, DAY, NOON)
    assert "@lena look at BK-02" in words_of(page)
    assert f"#m{case.messages.get().pk}" in page.content.decode()
    assert "look at BK-02" not in words_of(get(lena, DAY, NOON + timedelta(days=15)))


def test_what_waits_for_a_manager_is_no_part_of_a_specialists_day(people: Cast, lena: Client) -> None:
    case = of_lena(people, "Tue 9:00")
    answer(case, people.lena, at("Tue 9:30"))
    post(
        browser_of(people.priya, NOON), f"/cases/{case.reference}/manager/", {"reason": "Slow.", "word": "Slow."}, NOON
    )
    kinds = {one.kind for part in get(lena, DAY, NOON).context["parts"] for one in part.deadlines}
    assert "manager_answer" not in kinds
