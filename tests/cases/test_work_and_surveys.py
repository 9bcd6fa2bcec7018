"""Who owns a case, and what its contact thought of it in the end."""

from datetime import timedelta

import pytest

from cases import actions
from cases.actions.closing import hash_of
from cases.lifecycle import Status
from cases.models import Case, Dispatch, EventKind, Survey
from cases.rules import RuleBroken
from tests.builders import Cast, at, close, events_of, fresh, last_event

# --- Taking and giving ----------------------------------------------------------------------------------------------


def give(case: Case, people: Cast, to: str | None, *, seen: str | None = None, by: str = "lena") -> Case:
    """Give a case to a colleague, from a page that showed `seen` as its owner."""
    return actions.assign_case(
        case_id=case.pk,
        assignee_id=None if to is None else getattr(people, to).pk,
        expected_id=None if seen is None else getattr(people, seen).pk,
        actor=getattr(people, by),
        now=at("Tue 10:00"),
    )


def test_taking_a_case_opens_it(people: Cast, case: Case) -> None:
    give(case, people, "lena")
    assert (fresh(case).assignee, fresh(case).status) == (people.lena, Status.OPEN)
    assert last_event(case).whole == {"assignee": people.lena.pk, "name": "Lena Fischer"}


def test_a_case_changes_hands_and_may_be_nobodys(people: Cast, case: Case) -> None:
    give(case, people, "lena")
    give(case, people, "max", seen="lena")
    give(case, people, None, seen="max")
    assert fresh(case).assignee is None
    assert events_of(case).count(EventKind.CASE_ASSIGNED) == 3


def test_a_stale_page_takes_nothing_away_and_says_whose_it_is(people: Cast, case: Case) -> None:
    give(case, people, "lena")
    with pytest.raises(RuleBroken, match="Lena Fischer") as refused:
        give(case, people, "max", seen=None, by="max")
    assert refused.value.code == "assigned_meanwhile"
    assert fresh(case).assignee == people.lena


def test_a_stale_page_of_a_case_that_is_nobodys_by_now_is_refused_too(people: Cast, case: Case) -> None:
    with pytest.raises(RuleBroken, match="nobody"):
        give(case, people, "max", seen="lena")


def test_giving_a_case_to_its_owner_is_no_change(people: Cast, case: Case) -> None:
    give(case, people, "lena")
    give(case, people, "lena", seen=None)
    assert events_of(case).count(EventKind.CASE_ASSIGNED) == 1


def test_only_staff_own_cases(people: Cast, case: Case) -> None:
    with pytest.raises(RuleBroken) as refused:
        give(case, people, "priya")
    assert refused.value.code == "assignee_not_staff"


def test_only_staff_give_cases(people: Cast, case: Case) -> None:
    with pytest.raises(RuleBroken) as refused:
        give(case, people, "lena", by="priya")
    assert refused.value.code == "staff_only"
    assert fresh(case).assignee is None


def test_somebody_who_left_gets_no_case(people: Cast, case: Case) -> None:
    people.max.is_active = False
    people.max.save()
    with pytest.raises(RuleBroken):
        give(case, people, "max")


# --- Surveys (P11.1) ------------------------------------------------------------------------------------------------


@pytest.fixture
def survey(people: Cast, case: Case) -> Survey:
    """Of a case closed on Tuesday at 12:00."""
    close(case, people.lena, at("Tue 12:00"))
    return Survey.objects.get()


def fill_in(survey: Survey, people: Cast, when: str, satisfaction: int = 5) -> Survey:
    return actions.answer_survey(
        survey_id=survey.pk,
        handling=4,
        professionalism=3,
        satisfaction=satisfaction,
        comment="Quick.",
        actor=people.priya,
        now=at(when),
    )


def test_a_survey_is_answered_once(people: Cast, case: Case, survey: Survey) -> None:
    fill_in(survey, people, "Tue 13:00")
    with pytest.raises(RuleBroken) as refused:
        fill_in(survey, people, "Tue 13:01", satisfaction=1)
    assert refused.value.code == "survey_over"
    survey.refresh_from_db()
    assert (survey.handling, survey.professionalism, survey.satisfaction) == (4, 3, 5)
    assert (survey.comment, survey.answered_at) == ("Quick.", at("Tue 13:00"))
    assert events_of(case).count(EventKind.SURVEY_ANSWERED) == 1


def test_a_survey_expires_after_thirty_days(people: Cast, survey: Survey) -> None:
    expires_at = at("Tue 12:00") + timedelta(days=30)
    assert survey.is_open(expires_at - timedelta(seconds=1))
    assert not survey.is_open(expires_at)
    with pytest.raises(RuleBroken):
        fill_in(survey, people, "Thu 24 Dec 12:00")
    survey.refresh_from_db()
    assert survey.answered_at is None


def test_the_answer_is_for_staff_to_read(people: Cast, case: Case, survey: Survey) -> None:
    fill_in(survey, people, "Tue 13:00")
    assert not last_event(case).public


def test_an_answer_leaves_the_case_closed(people: Cast, case: Case, survey: Survey) -> None:
    fill_in(survey, people, "Tue 13:00")
    assert (fresh(case).status, fresh(case).closed_at) == (Status.CLOSED, at("Tue 12:00"))


def test_the_open_half_of_the_link_is_kept_nowhere_but_with_the_mail_to_be_written(survey: Survey) -> None:
    secrets = Dispatch.objects.latest("pk").secrets
    token = secrets["survey_token"]
    assert len(token) >= 32
    assert survey.token_hash == hash_of(token)
    assert token not in str(Survey.objects.values().get())
    assert not Dispatch.objects.latest("pk").event.facts.get("survey_token")
