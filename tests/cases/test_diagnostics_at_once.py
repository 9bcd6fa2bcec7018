"""Two people at the same moment: one act is done, the other person is told what happened (P7.1, P12.1)."""

from collections.abc import Callable
from functools import partial

import pytest

from cases import actions
from cases.models import Case, CloudAction, ConsentText, EventKind
from cases.rules import RuleBroken
from tests import builders
from tests.builders import Cast, all_at_once, at, events_of, logged_case, upload
from tests.diagnostics import (
    agreed_session,
    ask_for_logs,
    asked_consent,
    asked_session,
    given_consent,
    investigate,
    promise_of,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.clause("P7.1")]


@pytest.fixture
def people(transactional_db: None) -> Cast:
    return builders.cast()


def told(*calls: Callable[[], object]) -> str:
    """Make the calls at once; one is done, and the other's sentence is returned."""
    answers = all_at_once(list(calls))
    refused = [given for given in answers if isinstance(given, Exception)]
    assert len(refused) == len(calls) - 1, answers
    assert isinstance(refused[0], RuleBroken)
    return str(refused[0])


def test_two_who_ask_for_diagnostics(people: Cast, case: Case) -> None:
    asks = [
        partial(
            actions.ask_for_diagnostics,
            case_id=case.pk,
            wanted="Logs.",
            wanted_by=at("Wed 17:00"),
            actor=person,
            now=at("Tue 10:00"),
        )
        for person in (people.lena, people.max)
    ]
    assert "asked the contact for diagnostics meanwhile" in told(*asks)
    assert case.diagnostic_requests.count() == case.messages.count() == 1


def test_two_who_need_no_diagnostics(people: Cast, case: Case) -> None:
    ask_for_logs(case, people.lena, "Tue 10:00")
    drops = [
        partial(actions.need_no_diagnostics, case_id=case.pk, actor=person, now=at("Tue 10:05"))
        for person in (people.lena, people.max)
    ]
    assert "waits for no diagnostics any more" in told(*drops)


def test_an_answer_and_the_end_of_the_request(people: Cast, case: Case) -> None:
    ask_for_logs(case, people.lena, "Tue 10:00")
    answers = all_at_once(
        [
            partial(builders.say, case, people.priya, at("Tue 10:05")),
            partial(actions.need_no_diagnostics, case_id=case.pk, actor=people.lena, now=at("Tue 10:05")),
        ]
    )
    # The word is said either way; who comes second finds nothing to end.
    assert not isinstance(answers[0], Exception)
    assert events_of(case).count(EventKind.CONTACT_REPLIED) == 1
    assert not case.diagnostic_requests.filter(ended_at=None).exists()


def test_two_who_begin_to_investigate(people: Cast, case: Case) -> None:
    begins = [partial(investigate, case, person, "Tue 10:00") for person in (people.lena, people.max)]
    assert "investigates this case already" in told(*begins)
    assert case.deadlines.filter(kind="follow_up").count() == 1


def test_two_who_move_the_follow_up(people: Cast, case: Case) -> None:
    investigate(case, people.lena, "Tue 10:00")
    shown = promise_of(case).pk
    moves = [
        partial(
            actions.move_follow_up,
            case_id=case.pk,
            follow_up_at=at(until),
            reason="Longer.",
            expected_id=shown,
            actor=person,
            now=at("Tue 11:00"),
        )
        for person, until in ((people.lena, "Thu 12:00"), (people.max, "Fri 12:00"))
    ]
    assert "kept or moved meanwhile" in told(*moves)
    assert case.deadlines.filter(kind="follow_up", ended_at=None).count() == 1


def test_two_who_end_the_investigation(people: Cast, case: Case) -> None:
    investigate(case, people.lena, "Tue 10:00")
    ends = [
        partial(actions.end_investigation, case_id=case.pk, actor=person, now=at("Tue 11:00"))
        for person in (people.lena, people.max)
    ]
    assert "ended already" in told(*ends)


def test_two_who_ask_for_a_session(people: Cast, case: Case) -> None:
    asks = [partial(asked_session, case, person, "Tue 10:00") for person in (people.lena, people.max)]
    assert "There is a remote session already" in told(*asks)
    assert case.remote_sessions.count() == 1


def test_two_contacts_who_answer_a_session(people: Cast, case: Case) -> None:
    session = asked_session(case, people.lena, "Tue 10:00")
    answers = [
        partial(actions.answer_session, session_id=session.pk, consents=yes, actor=person, now=at("Tue 10:05"))
        for person, yes in ((people.priya, True), (people.omar, False))
    ]
    assert "already. Nothing was changed" in told(*answers)
    assert events_of(case).count(EventKind.SESSION_ANSWERED) == 1


def test_a_spoken_and_a_typed_consent(people: Cast, case: Case) -> None:
    session = asked_session(case, people.lena, "Tue 10:00")
    record = partial(
        actions.record_spoken_consent,
        session_id=session.pk,
        said_by_id=people.omar.pk,
        actor=people.lena,
        now=at("Tue 10:05"),
    )
    answer = partial(
        actions.answer_session, session_id=session.pk, consents=True, actor=people.priya, now=at("Tue 10:05")
    )
    assert "agreed to this session already" in told(record, answer)


def test_two_who_begin_and_end_a_session(people: Cast, case: Case) -> None:
    session = agreed_session(case, people.lena, "Tue 10:00", people.priya)
    both = (people.lena, people.max)
    begins = [
        partial(actions.begin_session, session_id=session.pk, actor=person, now=at("Tue 10:05")) for person in both
    ]
    assert "began already" in told(*begins)
    ends = [
        partial(actions.end_session, session_id=session.pk, result="Done.", actor=person, now=at("Tue 10:20"))
        for person in both
    ]
    assert "is not running" in told(*ends)


@pytest.mark.clause("P12.1")
def test_two_who_ask_for_consent_where_nobody_asked_before(people: Cast, case: Case) -> None:
    asks = [partial(asked_consent, case, person, "Tue 10:00") for person in (people.lena, people.max)]
    assert "asked the contact for consent meanwhile" in told(*asks)
    assert ConsentText.objects.count() == 1


@pytest.mark.clause("P12.1")
def test_the_first_consents_of_two_cases_make_version_1_once(people: Cast, case: Case) -> None:
    other = logged_case(people.zoe, at("Tue 9:00"))
    answers = all_at_once(
        [partial(asked_consent, case, people.lena, "Tue 10:00"), partial(asked_consent, other, people.max, "Tue 10:00")]
    )
    assert [given for given in answers if isinstance(given, Exception)] == []
    assert list(ConsentText.objects.values_list("version", flat=True)) == [1]


@pytest.mark.clause("P12.1")
def test_two_contacts_who_answer_about_consent(people: Cast, case: Case) -> None:
    consent = asked_consent(case, people.lena, "Tue 10:00")
    answers = [
        partial(actions.answer_cloud_consent, consent_id=consent.pk, given=yes, actor=person, now=at("Tue 10:05"))
        for person, yes in ((people.priya, True), (people.omar, False))
    ]
    assert "already. Nothing was changed" in told(*answers)


@pytest.mark.clause("P12.1")
def test_work_that_begins_while_the_consent_is_taken_back(people: Cast, case: Case) -> None:
    consent = given_consent(case, people.lena, "Tue 10:00", people.priya)
    calls: list[Callable[[], object]] = [
        partial(actions.begin_cloud_action, case_id=case.pk, action="Copy.", actor=people.lena, now=at("Tue 10:05")),
        partial(actions.withdraw_cloud_consent, consent_id=consent.pk, actor=people.priya, now=at("Tue 10:05")),
    ]
    work, taken = all_at_once(calls)
    assert not isinstance(taken, Exception)
    # It began before the consent was taken back, or not at all.
    kinds = events_of(case)
    if isinstance(work, Exception):
        assert "withdrew their consent" in str(work)
        assert not CloudAction.objects.exists()
    else:
        assert kinds.index(EventKind.CLOUD_ACTION_BEGUN) < kinds.index(EventKind.CONSENT_WITHDRAWN)


@pytest.mark.clause("P12.1")
def test_two_managers_who_look_at_the_same(people: Cast, case: Case) -> None:
    done = actions.record_cloud_action_without_consent(
        case_id=case.pk, action="x", because="y", done_at=at("Tue 10:00"), actor=people.lena, now=at("Tue 10:00")
    )
    looks = [
        partial(actions.see_cloud_action, action_id=done.pk, actor=person, now=at("Tue 11:00"))
        for person in (people.ruth, people.ann)
    ]
    assert "looked at this already" in told(*looks)


@pytest.mark.clause("P12.1")
def test_two_managers_who_publish_words(people: Cast, case: Case) -> None:
    asked_consent(case, people.lena, "Tue 10:00")
    publishes = [
        partial(
            actions.publish_consent_text, words=f"By {person}.", expected_version=1, actor=person, now=at("Tue 11:00")
        )
        for person in (people.ruth, people.ann)
    ]
    assert "Version 2 was published meanwhile" in told(*publishes)


def test_the_same_files_from_two_clicks(people: Cast, case: Case) -> None:
    add = [
        partial(actions.add_files, case_id=case.pk, uploads=[upload()], actor=people.priya, now=at("Tue 10:00"))
        for _ in range(2)
    ]
    answers = all_at_once(add)
    assert [given for given in answers if isinstance(given, Exception)] == []
    assert case.attachments.count() == 1
    assert events_of(case).count(EventKind.FILE_ADDED) == 1
