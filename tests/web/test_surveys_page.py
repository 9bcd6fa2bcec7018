"""What managers read of surveys (P11.2): means and counts, the cases behind them, and low scores followed up."""

import csv
import re
from functools import partial
from typing import Any

import pytest
from django.test import Client

from cases import actions
from cases.models import Case, EventKind, Survey, User
from cases.rules import RuleBroken
from cases.web.exports import BYTE_ORDER_MARK
from tests import builders
from tests.builders import Cast, all_at_once, at, close, events_of, last_event, logged_case
from tests.cases.pages import beside, browser_of, get, html_of, post, read, words_of

pytestmark = pytest.mark.clause("P11.2")

NOON = at("Tue 12:00")
PAGE = "/manager/surveys/"


@pytest.fixture
def browser(people: Cast) -> Client:
    """Ruth's."""
    return browser_of(people.ruth, NOON)


def judged(case: Case, people: Cast, satisfaction: int, comment: str = "", outcome: str = "fix") -> Survey:
    """Close a case on Monday and let its contact answer."""
    close(case, people.lena, at("Mon 12:00"), outcome)
    survey = Survey.objects.latest("pk")
    return actions.answer_survey(
        survey_id=survey.pk, handling=3, professionalism=4, satisfaction=satisfaction, comment=comment,
        actor=case.contact, now=at("Mon 13:00"),
    )  # fmt: skip


def follow_up(survey: Survey, by: User, words: str = "Called Zoe and said sorry.") -> Survey:
    return actions.follow_up_survey(survey_id=survey.pk, words=words, actor=by, now=NOON)


@pytest.fixture
def three(people: Cast) -> list[Case]:
    """A good and a low score of Northwind, and a survey of Harbor that nobody answered."""
    cases = [logged_case(people.priya, at("Mon 9:00"), severity=2), logged_case(people.omar, at("Mon 9:00"))]
    judged(cases[0], people, 5, "Quick.")
    judged(cases[1], people, 1, "=Slow", "workaround")
    unanswered = logged_case(people.zoe, at("Mon 9:00"))
    close(unanswered, people.max, at("Mon 12:00"))
    return [*cases, unanswered]


# --- Following up ---------------------------------------------------------------------------------------------------


def test_a_manager_writes_what_was_done_once_on_the_record(people: Cast) -> None:
    case = logged_case(people.priya, at("Mon 9:00"))
    survey = follow_up(judged(case, people, 2), people.ruth)
    assert (survey.follow_up, survey.followed_up_by) == ("Called Zoe and said sorry.", people.ruth)
    said = last_event(case)
    assert (said.kind, said.public) == (EventKind.SURVEY_FOLLOWED_UP, False)
    with pytest.raises(RuleBroken, match="done already: “Called Zoe and said sorry") as refused:
        follow_up(survey, people.ann)
    assert refused.value.code == "followed_up_already"


@pytest.mark.parametrize(
    ("satisfaction", "by", "words", "code", "sentence"),
    [
        (2, "lena", "Done.", "managers_only", "A manager follows low scores up"),
        (2, "priya", "Done.", "managers_only", "A manager follows low scores up"),
        (2, "ruth", "  ", "follow_up_missing", "Say what was done"),
        (3, "ruth", "Done.", "score_not_low", "nothing to follow up"),
    ],
)
def test_a_follow_up_that_is_none_is_refused(
    people: Cast, satisfaction: int, by: str, words: str, code: str, sentence: str
) -> None:
    survey = judged(logged_case(people.priya, at("Mon 9:00")), people, satisfaction)
    with pytest.raises(RuleBroken, match=sentence) as refused:
        follow_up(survey, getattr(people, by), words)
    assert refused.value.code == code


@pytest.mark.django_db(transaction=True)
def test_two_managers_who_follow_up_at_once_do_it_once() -> None:
    people = builders.cast()
    case = logged_case(people.priya, at("Mon 9:00"))
    survey = judged(case, people, 1)
    answers = all_at_once([partial(follow_up, survey, by) for by in (people.ruth, people.ann)])
    assert [answer.code for answer in answers if isinstance(answer, RuleBroken)] == ["followed_up_already"]
    assert events_of(case).count(EventKind.SURVEY_FOLLOWED_UP) == 1


@pytest.mark.usefixtures("three")
def test_low_scores_stand_on_top_until_they_are_followed_up(browser: Client) -> None:
    page = get(browser, PAGE, NOON)
    assert "1 low score to follow up" in words_of(page)
    survey = page.context["to_follow_up"][0]
    address = f"{PAGE}{survey.pk}/follow-up/"
    refused = post(browser, address, {"what_was_done": " "}, NOON)
    assert beside(refused, "what_was_done") == "Error: Say what was done, in a sentence or two."
    assert post(browser, address, {"what_was_done": "Called."}, NOON).url == PAGE
    page = get(browser, PAGE, NOON)
    assert "to follow up" not in words_of(page)
    assert f"{survey.followed_up_by or 'Ruth'}" in words_of(page)
    assert "Called." in words_of(page)
    again = post(browser, address, {"what_was_done": "My long words."}, NOON)
    assert "wrote down what was done already" in words_of(again)
    assert post(browser, f"{PAGE}999/follow-up/", {"what_was_done": "x"}, NOON).status_code == 404


# --- Numbers --------------------------------------------------------------------------------------------------------


def table(page: Any, number: int) -> dict[str, tuple[int, int, float | None]]:
    _heading, rows = page.context["tables"][number]
    return {row.label: (row.answered, row.unanswered, row.satisfaction_mean) for row, _a, _b in rows}


@pytest.mark.usefixtures("three")
def test_scores_are_counted_by_partner_specialist_severity_and_outcome(people: Cast, browser: Client) -> None:
    page = get(browser, PAGE, NOON)
    scores = page.context["scores"]
    assert (scores.sent, scores.answered, scores.low, scores.satisfaction_mean) == (3, 2, 1, 3)
    assert scores.unanswered_share == 33
    assert table(page, 0) == {"Northwind IT": (2, 0, 3), "Blue Harbor MSP": (0, 1, None)}
    assert table(page, 1) == {"": (2, 1, 3)}
    assert table(page, 2) == {"2": (1, 0, 5), "3": (1, 1, 1)}
    assert table(page, 3) == {"Software update or fix": (1, 1, 5), "Permanent workaround": (1, 0, 1)}


@pytest.mark.usefixtures("three")
def test_every_number_opens_its_cases(browser: Client) -> None:
    page = get(browser, PAGE, NOON)
    links = re.findall(r'<a href="(/desk/cases/\?[^"]*)"[^>]*>(.*?)</a>', html_of(page), re.DOTALL)
    shown = {
        address.replace("&amp;", "&"): int(re.sub(r"<svg.*?</svg>|<[^>]+>", " ", inside, flags=re.DOTALL).split()[-1])
        for address, inside in links
    }
    assert shown == {address: get(browser, address, NOON).context["count"] for address in shown}
    assert len(shown) >= 11


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("query", "sent"),
    [
        ("partner=NWIT", 2),
        ("specialist=nobody", 3),
        ("severity=2", 1),
        ("severity=x", 0),
        ("outcome=workaround", 1),
        ("survey=low", 1),
        ("from=2026-11-24&to=2026-11-24", 0),
    ],
)
def test_filters_narrow_every_number(browser: Client, query: str, sent: int) -> None:
    assert get(browser, f"{PAGE}?{query}", NOON).context["scores"].sent == sent


@pytest.mark.clause("P9.5")
def test_a_survey_of_a_closing_that_was_taken_back_counts_nowhere(people: Cast, browser: Client) -> None:
    case = builders.reminded_twice(logged_case(people.priya, at("Tue 9:00")), people.lena)
    builders.close_in_silence(case, at("Tue 1 Dec 17:00"))
    builders.say(case, people.priya, at("Tue 1 Dec 17:00:30"))
    assert get(browser, PAGE, at("Wed 2 Dec 9:00")).context["scores"].sent == 0


def test_an_empty_period_says_what_to_do(browser: Client) -> None:
    assert "Choose a longer period" in words_of(get(browser, PAGE, NOON))


@pytest.mark.usefixtures("three")
def test_answers_are_a_file_too_without_formulas(people: Cast, browser: Client) -> None:
    follow_up(Survey.objects.get(satisfaction=1), people.ruth, "Called.")
    text = read(get(browser, f"{PAGE}export/?outcome=workaround", NOON)).decode().removeprefix(BYTE_ORDER_MARK)
    headings, row = csv.reader(text.splitlines())
    named = dict(zip(headings, row, strict=True))
    assert (named["Comment"], named["Satisfaction"], named["What was done"]) == ("'=Slow", "1", "Called.")


def test_specialists_and_contacts_have_no_such_page(people: Cast) -> None:
    for person in (people.lena, people.zoe):
        for address in (PAGE, f"{PAGE}export/"):
            assert get(browser_of(person, NOON), address, NOON).status_code == 404
