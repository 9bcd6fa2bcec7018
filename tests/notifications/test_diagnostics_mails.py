"""Mails about diagnostics, sessions, follow-ups and consent (P7.1, P12.1)."""

from functools import partial

import pytest

from cases import actions
from cases.models import Case
from notifications.models import MailState, OutgoingMail
from tests import builders
from tests.builders import at
from tests.diagnostics import ask_for_logs, asked_consent, asked_session, investigate, promise_of
from tests.notifications.office import Office, kinds_to, mail, post, send, tell, tick

pytestmark = pytest.mark.clause("P7.1")


@pytest.fixture
def case(office: Office) -> Case:
    case = office.log()
    office.take(case, "Tue 09:10")
    tell("Tue 09:11")
    OutgoingMail.objects.all().delete()
    return case


def says(kind: str, *words: str) -> OutgoingMail:
    """Check that text and HTML of a mail both say something, and return it."""
    found = mail(kind)
    for word in words:
        assert word in " ".join(found.body_text.split()), found.body_text
        assert word in " ".join(found.body_html.split()), word
    return found


def test_the_contact_hears_what_is_wanted_and_by_when(office: Office, case: Case) -> None:
    ask_for_logs(case, office.lena, "Tue 10:00")
    tell("Tue 10:01")
    sent = says("diagnostics_asked", "The logs of BK-02.", "Wed 25 Nov, 17:00 Sydney", "Lena Fischer needs this")
    assert sent.recipient == office.priya
    assert sent.subject == "[NWIT-1] Diagnostics needed by Wed 25 Nov, 17:00 Sydney: Jobs on BK-02 abort"


@pytest.mark.clause("P9.5")
def test_the_reminder_quotes_the_request(office: Office, case: Case) -> None:
    ask_for_logs(case, office.lena, "Tue 10:00", wanted="The agent's log of Monday.")
    post("Tue 10:01")
    tick("Thu 10:00")
    assert "> The agent's log of Monday." in mail("reminder_one").body_text


def test_a_request_that_was_answered_does_not_leave(office: Office, case: Case) -> None:
    ask_for_logs(case, office.lena, "Tue 10:00")
    tell("Tue 10:00:01")
    office.answer(case, "Tue 10:00:02")
    send("Tue 10:00:03")
    assert mail("diagnostics_asked").state == MailState.WITHDRAWN


def test_a_session_is_asked_for_in_the_words_that_are_agreed_to(office: Office, case: Case) -> None:
    session = asked_session(case, office.lena, "Tue 10:00")
    tell("Tue 10:01")
    says("session_asked", "Look at the services on BK-02.", "I agree to a short remote session")
    actions.answer_session(
        session_id=session.pk, consents=False, answer="Not today.", actor=office.priya, now=at("Tue 10:05")
    )
    post("Tue 10:06")
    assert says("session_answered", "declined", "Not today.").recipient == office.lena
    assert mail("session_asked").state == MailState.WITHDRAWN


def test_a_consent_that_was_spoken_is_no_news_to_who_wrote_it_down(office: Office, case: Case) -> None:
    session = asked_session(case, office.lena, "Tue 10:00")
    actions.record_spoken_consent(
        session_id=session.pk, said_by_id=office.omar.pk, actor=office.lena, now=at("Tue 10:05")
    )
    tell("Tue 10:06")
    assert kinds_to(office.lena) == []


def test_the_contact_hears_by_when_we_follow_up_and_of_a_change(office: Office, case: Case) -> None:
    investigate(case, office.lena, "Tue 11:00")
    tell("Tue 11:01")
    says("follow_up_promised", "Wed 25 Nov, 12:00 Sydney", "Lena Fischer is investigating")
    OutgoingMail.objects.all().delete()
    actions.move_follow_up(
        case_id=case.pk,
        follow_up_at=at("Thu 12:00"),
        reason="The trace is long.",
        expected_id=promise_of(case).pk,
        actor=office.lena,
        now=at("Tue 12:00"),
    )
    tell("Tue 12:01")
    says("follow_up_promised", "Thu 26 Nov, 12:00 Sydney", "Before, it was Wed 25 Nov", "Why: The trace is long.")


def test_a_follow_up_is_warned_of_in_its_own_words(office: Office, case: Case) -> None:
    builders.answer(case, office.lena, at("Tue 10:00"))
    investigate(case, office.lena, "Tue 11:00")
    tick("Wed 06:00")
    warned = mail("promise_at_risk", office.lena)
    assert "follow-up" in warned.body_text
    assert "first reply" not in warned.body_text.lower()
    tick("Wed 12:01")
    assert "follow-up" in mail("promise_missed", office.lena).body_text


@pytest.mark.clause("P12.1")
def test_consent_is_asked_for_with_both_halves(office: Office, case: Case) -> None:
    consent = asked_consent(case, office.lena, "Tue 10:00")
    tell("Tue 10:01")
    says("consent_asked", "Copy 40 GB out of your bucket.", "may charge us", "not liable for extra costs, nor for harm")
    answer = partial(actions.answer_cloud_consent, consent_id=consent.pk, actor=office.priya)
    answer(given=True, now=at("Tue 10:05"))
    tell("Tue 10:06")
    assert says("consent_answered", "Priya Raman agreed", "It may begin").recipient == office.lena


@pytest.mark.clause("P12.1")
def test_taking_a_consent_back_is_told(office: Office, case: Case) -> None:
    consent = asked_consent(case, office.lena, "Tue 10:00")
    actions.answer_cloud_consent(consent_id=consent.pk, given=True, actor=office.priya, now=at("Tue 10:05"))
    tell("Tue 10:06")
    OutgoingMail.objects.all().delete()
    actions.withdraw_cloud_consent(consent_id=consent.pk, actor=office.omar, now=at("Tue 10:10"))
    tell("Tue 10:11")
    says("consent_answered", "Omar Haddad took the consent", "No further work may begin")


@pytest.mark.clause("P12.1")
def test_managers_hear_of_work_without_consent(office: Office, case: Case) -> None:
    actions.record_cloud_action_without_consent(
        case_id=case.pk,
        action="Deleted an old snapshot.",
        because="The volume ran full.",
        done_at=at("Tue 10:30"),
        actor=office.lena,
        now=at("Tue 11:00"),
    )
    tell("Tue 11:01")
    sent = says(
        "cloud_action_without_consent", "Deleted an old snapshot.", "The volume ran full.", "/manager/consents/"
    )
    assert sent.recipient == office.ruth
    assert kinds_to(office.priya) == []


def test_files_are_told_to_the_other_side(office: Office, case: Case) -> None:
    for person, name, when in ((office.priya, "a.log", "Tue 10:00"), (office.lena, "b.log", "Tue 10:05")):
        file = builders.upload(name, name)
        actions.add_files(case_id=case.pk, uploads=[file], actor=person, now=at(when))
    tell("Tue 10:06")
    assert "Priya Raman added files" in mail("files_added", office.lena).subject
    assert "b.log" in mail("files_added", office.priya).body_text
