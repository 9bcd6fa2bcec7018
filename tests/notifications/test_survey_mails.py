"""The survey by mail (P11.1): asked once more after a week, never twice; low scores reach a manager (P11.2)."""

from functools import partial

import pytest
from django.test import Client

from cases import actions
from cases.models import Case, EventKind, Survey
from notifications import sweeps
from notifications.models import MailKind, MailState, OutgoingMail
from tests import builders
from tests.builders import all_at_once, at, events_of
from tests.cases.pages import clock_at, get, nothing_is_written, post
from tests.notifications.office import Office, open_office, send, tell

pytestmark = pytest.mark.clause("P11.1")

WEEK_LATER = "Tue 1 Dec 12:00"


@pytest.fixture
def case(office: Office) -> Case:
    """Closed on Tuesday at 12:00, and its contact was told."""
    case = office.log()
    office.close(case, "Tue 24 Nov 12:00")
    tell("Tue 24 Nov 12:00")
    send("Tue 24 Nov 12:02")
    return case


def remind(when: str) -> int:
    reminded = sweeps.remind_of_surveys(now=at(when))
    tell(when)
    return reminded


def reminders() -> list[OutgoingMail]:
    return list(OutgoingMail.objects.filter(kind=MailKind.SURVEY_REMINDER))


def link_in(mail: OutgoingMail) -> str:
    """Return the address of the survey in a mail."""
    (link,) = (word for word in mail.body_text.split() if "/survey/" in word)
    return "/survey/" + link.partition("/survey/")[2]


def answer(survey: Survey, when: str, satisfaction: int = 4) -> None:
    actions.answer_survey(
        survey_id=survey.pk, handling=4, professionalism=4, satisfaction=satisfaction, comment="Late.",
        actor=survey.closing.case.contact, now=at(when),
    )  # fmt: skip


def test_who_did_not_answer_in_a_week_is_asked_once_more(office: Office, case: Case) -> None:
    assert remind("Tue 1 Dec 11:59:59") == 0
    assert remind(WEEK_LATER) == 1
    assert remind("Tue 8 Dec 12:00") == 0
    (mail,) = reminders()
    assert mail.recipient == office.priya
    assert "was closed on Tue 24 Nov" in mail.body_text
    assert "We ask no further time." in mail.body_text
    assert events_of(case).count(EventKind.SURVEY_REMINDED) == 1
    assert not case.events.get(kind=EventKind.SURVEY_REMINDED).public


def test_both_links_lead_to_the_one_survey_and_opening_answers_nothing(office: Office, case: Case) -> None:
    remind(WEEK_LATER)
    first = link_in(OutgoingMail.objects.get(kind=MailKind.CASE_CLOSED))
    second = link_in(reminders()[0])
    assert first != second
    for link in (first, second):
        with clock_at(at(WEEK_LATER)), nothing_is_written():
            assert Client().get(link).status_code == 200
    said = {"handling": "5", "professionalism": "5", "satisfaction": "5"}
    assert post(Client(), second, said, at(WEEK_LATER)).status_code == 302
    assert Survey.objects.get().satisfaction == 5
    assert "Thank" in get(Client(), first, at(WEEK_LATER)).content.decode()


def test_the_open_half_of_the_second_link_is_kept_nowhere(office: Office, case: Case) -> None:
    remind(WEEK_LATER)
    token = link_in(reminders()[0]).split("/")[2]
    assert len(token) >= 32
    assert token not in str(Survey.objects.values().get())
    assert token not in str(list(case.events.values()))


def test_who_answered_is_not_asked_again(office: Office, case: Case) -> None:
    answer(Survey.objects.get(), "Wed 25 Nov 9:00")
    assert remind(WEEK_LATER) == 0
    assert reminders() == []


@pytest.mark.clause("P9.5")
def test_nobody_is_asked_of_a_closing_that_was_taken_back(office: Office) -> None:
    case = builders.reminded_twice(office.log(), office.lena)
    builders.close_in_silence(case, at("Tue 1 Dec 17:00"))
    builders.say(case, office.priya, at("Tue 1 Dec 17:00:30"))
    assert remind("Wed 9 Dec 12:00") == 0
    assert Survey.objects.get().remind_at is None


def test_an_expired_survey_is_not_asked_for(office: Office, case: Case) -> None:
    assert remind("Tue 12 Jan 2027 12:00") == 0
    assert reminders() == []


def test_a_reminder_that_lost_its_sense_does_not_leave(office: Office, case: Case) -> None:
    remind(WEEK_LATER)
    answer(Survey.objects.get(), "Tue 1 Dec 12:01")
    send("Tue 1 Dec 12:02")
    (mail,) = reminders()
    assert (mail.state, mail.last_error) == (MailState.WITHDRAWN, "The survey was answered, or its time is over.")


@pytest.mark.django_db(transaction=True)
def test_two_workers_ask_once() -> None:
    office = open_office()
    case = office.log()
    office.close(case, "Tue 24 Nov 12:00")
    both = [partial(actions.remind_of_survey, survey_id=Survey.objects.get().pk, now=at(WEEK_LATER))] * 2
    answers = all_at_once(both)
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert events_of(case).count(EventKind.SURVEY_REMINDED) == 1


@pytest.mark.clause("P11.2")
def test_a_low_score_reaches_the_manager_with_the_way_to_follow_it_up(office: Office, case: Case) -> None:
    answer(Survey.objects.get(), "Wed 25 Nov 9:00", satisfaction=2)
    tell("Wed 25 Nov 9:00")
    mail = OutgoingMail.objects.get(kind=MailKind.LOW_SCORE)
    assert mail.recipient == office.ruth
    assert f"/manager/surveys/#low-{Survey.objects.get().pk}" in mail.body_text
    assert f"/manager/surveys/#low-{Survey.objects.get().pk}" in mail.body_html


@pytest.mark.clause("P10.1", "P9.3")
@pytest.mark.parametrize("address", ["", "https://ideas.probax.example/ideas/42"])
def test_the_closing_mail_tells_of_the_feature_request_and_its_address(office: Office, address: str) -> None:
    case = office.log()
    details = actions.FeatureDetails(title="Reports as PDF", function="x", use_case="y", ideas_url=address)
    actions.lodge_feature_request(
        case_id=case.pk, details=details, then_close=True, actor=office.lena, now=at("Tue 24 Nov 12:00")
    )
    tell("Tue 24 Nov 12:00")
    mail = OutgoingMail.objects.get(kind=MailKind.CASE_CLOSED)
    for body in (mail.body_text, mail.body_html):
        assert "lodged as the feature request “Reports as PDF”" in body
        assert address in body
    # P9.3: outcome, explanation, survey, follow-up.
    for said in ("How it ended: Feature request", "feature request for the product team", "/survey/", "follow_up="):
        assert said in mail.body_text
