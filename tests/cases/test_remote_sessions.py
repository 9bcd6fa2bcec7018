"""A remote session needs the contact's consent, in stored words, by portal or on the phone (P7.1)."""

from functools import partial

import pytest
from django.db import IntegrityError, transaction

from cases import actions, rules
from cases.lifecycle import Status
from cases.models import Case, EventKind, RemoteSession
from tests import builders
from tests.builders import Cast, at, episode_of, events_of, fresh, last_event
from tests.diagnostics import agreed_session, asked_session, refusal_of

pytestmark = pytest.mark.clause("P7.1")


@pytest.mark.clause("P2.5", "P9.5")
def test_asking_is_a_word_to_the_contact_and_waits_for_them(people: Cast, case: Case) -> None:
    asked = asked_session(case, people.lena, "Tue 10:00")
    assert fresh(case).status == Status.WAITING
    assert fresh(case).first_response_at == at("Tue 10:00")
    assert episode_of(case).next_reminder_at == at("Thu 10:00")
    assert case.messages.get().body == asked.purpose == "Look at the services on BK-02."
    assert asked.words == str(rules.SESSION_WORDS)


def test_consent_says_who_and_when_to_which_words(people: Cast, case: Case) -> None:
    agreed = agreed_session(case, people.lena, "Tue 10:00", people.omar)
    assert (agreed.consented_by, agreed.consented_at) == (people.omar, at("Tue 10:01"))
    assert (agreed.recorded_by, agreed.words) == (None, str(rules.SESSION_WORDS))
    # It is a word from the contact.
    assert fresh(case).status == Status.OPEN
    assert not case.episodes.filter(ended_at=None).exists()
    assert last_event(case).kind == EventKind.SESSION_ANSWERED


def test_the_contact_may_decline_with_a_word(people: Cast, case: Case) -> None:
    asked = asked_session(case, people.lena, "Tue 10:00")
    actions.answer_session(
        session_id=asked.pk, consents=False, answer="Not on this server.", actor=people.priya, now=at("Tue 10:05")
    )
    asked.refresh_from_db()
    assert (asked.declined_by, asked.consented_at, asked.answer) == (people.priya, None, "Not on this server.")
    begin = partial(actions.begin_session, session_id=asked.pk, actor=people.lena, now=at("Tue 10:06"))
    assert "Nobody has agreed to this session" in refusal_of(begin)


def test_without_consent_it_does_not_begin(people: Cast, case: Case) -> None:
    asked = asked_session(case, people.lena, "Tue 10:00")
    begin = partial(actions.begin_session, session_id=asked.pk, actor=people.lena, now=at("Tue 10:06"))
    assert "Wait for the contact, or call and ask them" in refusal_of(begin)
    with pytest.raises(IntegrityError), transaction.atomic():
        RemoteSession.objects.filter(pk=asked.pk).update(began_at=at("Tue 10:06"))


def test_it_begins_and_ends_with_times_and_a_result(people: Cast, case: Case) -> None:
    agreed = agreed_session(case, people.lena, "Tue 10:00", people.priya)
    actions.begin_session(session_id=agreed.pk, actor=people.lena, now=at("Tue 10:10"))
    ended = actions.end_session(
        session_id=agreed.pk, result="Collected the agent's logs.", actor=people.max, now=at("Tue 10:30")
    )
    assert (ended.began_at, ended.ended_at) == (at("Tue 10:10"), at("Tue 10:30"))
    assert ended.result == "Collected the agent's logs."
    assert events_of(case)[-2:] == [EventKind.SESSION_BEGAN, EventKind.SESSION_ENDED]


def test_beginning_and_ending_twice_is_told(people: Cast, case: Case) -> None:
    agreed = agreed_session(case, people.lena, "Tue 10:00", people.priya)
    end = partial(actions.end_session, session_id=agreed.pk, actor=people.lena, now=at("Tue 10:30"))
    assert "is not running" in refusal_of(partial(end, result="Done."))
    actions.begin_session(session_id=agreed.pk, actor=people.lena, now=at("Tue 10:10"))
    begin = partial(actions.begin_session, session_id=agreed.pk, actor=people.max, now=at("Tue 10:10"))
    assert "began already" in refusal_of(begin)
    assert "Say what came of the session" in refusal_of(partial(end, result=" "))
    end(result="Done.")
    assert "is not running" in refusal_of(partial(end, result="Done."))


def test_consent_on_the_phone_says_who_spoke_and_who_wrote_it_down(people: Cast, case: Case) -> None:
    asked = asked_session(case, people.lena, "Tue 10:00")
    spoken = actions.record_spoken_consent(
        session_id=asked.pk, said_by_id=people.omar.pk, actor=people.lena, now=at("Tue 10:20")
    )
    assert (spoken.consented_by, spoken.recorded_by) == (people.omar, people.lena)
    assert fresh(case).status == Status.OPEN
    assert last_event(case).whole["said_by"] == "Omar Haddad"
    actions.begin_session(session_id=asked.pk, actor=people.lena, now=at("Tue 10:21"))


@pytest.mark.parametrize("who", ["zoe", "max"])
def test_only_a_contact_of_the_case_consents_on_the_phone(people: Cast, case: Case, who: str) -> None:
    asked = asked_session(case, people.lena, "Tue 10:00")
    record = partial(
        actions.record_spoken_consent,
        session_id=asked.pk,
        said_by_id=getattr(people, who).pk,
        actor=people.lena,
        now=at("Tue 10:20"),
    )
    assert "Name somebody at the partner" in refusal_of(record)


def test_staff_do_not_consent_for_the_contact_and_contacts_run_no_session(people: Cast, case: Case) -> None:
    asked = asked_session(case, people.lena, "Tue 10:00")
    yes = partial(actions.answer_session, session_id=asked.pk, consents=True, now=at("Tue 10:05"))
    assert "Only the contact can answer this" in refusal_of(partial(yes, actor=people.lena))
    begin = partial(actions.begin_session, session_id=asked.pk, now=at("Tue 10:06"))
    assert "Only support staff" in refusal_of(partial(begin, actor=people.priya))
    with pytest.raises(Case.DoesNotExist):
        yes(actor=people.zoe)


def test_a_second_answer_is_told_of_the_first(people: Cast, case: Case) -> None:
    agreed = agreed_session(case, people.lena, "Tue 10:00", people.priya)
    before = events_of(case)
    yes = partial(actions.answer_session, session_id=agreed.pk, consents=True, now=at("Tue 10:05"))
    yes(actor=people.priya)
    assert events_of(case) == before
    assert "Priya Raman agreed to this session already" in refusal_of(partial(yes, actor=people.omar))


def test_a_new_request_takes_the_place_of_an_unanswered_one(people: Cast, case: Case) -> None:
    first = asked_session(case, people.lena, "Tue 10:00")
    again = partial(
        actions.ask_for_session, case_id=case.pk, purpose="The registry too.", actor=people.max, now=at("Tue 10:30")
    )
    assert "There is a remote session already, asked for by Lena Fischer" in refusal_of(again)
    again(expected_id=first.pk)
    first.refresh_from_db()
    assert first.replaced_at == at("Tue 10:30")
    yes = partial(actions.answer_session, session_id=first.pk, consents=True, now=at("Tue 10:35"))
    assert "was replaced by a newer one" in refusal_of(partial(yes, actor=people.priya))


def test_an_agreed_session_is_not_asked_over(people: Cast, case: Case) -> None:
    agreed = agreed_session(case, people.lena, "Tue 10:00", people.priya)
    again = partial(
        actions.ask_for_session,
        case_id=case.pk,
        purpose="More.",
        expected_id=agreed.pk,
        actor=people.max,
        now=at("Tue 10:30"),
    )
    assert "There is a remote session already" in refusal_of(again)


@pytest.mark.clause("P9.6")
def test_a_closed_case_has_no_session_to_answer_or_begin(people: Cast, case: Case) -> None:
    agreed = agreed_session(case, people.lena, "Tue 10:00", people.priya)
    builders.close(case, people.lena, at("Tue 11:00"))
    begin = partial(actions.begin_session, session_id=agreed.pk, actor=people.lena, now=at("Tue 11:01"))
    assert "closed cases stay closed" in refusal_of(begin)
