"""The mails around "Talk to a Manager" (P9.4)."""

import pytest

from cases import actions
from cases.models import Case, ManagerRequest, User
from notifications.models import MailKind, MailState
from tests.builders import at
from tests.notifications.office import Office, kinds_to, mail, post, send, tell, tick
from tests.smtp_sink import SmtpSink

pytestmark = pytest.mark.clause("P9.4")


def asked(case: Case, by: User, when: str, words: str = "Nobody calls back.") -> ManagerRequest:
    return actions.ask_for_manager(case_id=case.pk, words=words, actor=by, now=at(when))


def test_managers_are_alerted_at_once(office: Office) -> None:
    asked(office.log(), office.priya, "Tue 10:00")
    tell("Tue 10:00")
    alert = mail(MailKind.MANAGER_ASKED)
    assert alert.recipient == office.ruth
    assert "Priya Raman asks for a manager, answer due" in alert.subject
    assert "Nobody calls back." in alert.body_text
    assert alert.body_text.count("/desk/cases/NWIT-1/#manager") == 1


def test_the_contact_hears_by_when(office: Office) -> None:
    asked(office.log(), office.priya, "Tue 10:00")
    tell("Tue 10:00")
    received = mail(MailKind.MANAGER_REQUEST_RECEIVED)
    assert received.recipient == office.priya
    assert "You have an answer by Tue 24 Nov, 14:00 Sydney." in received.body_text


def test_staff_who_took_it_down_are_named(office: Office) -> None:
    asked(office.log(), office.lena, "Tue 10:00")
    tell("Tue 10:00")
    assert "Lena Fischer took it down for them." in mail(MailKind.MANAGER_ASKED).body_text
    assert "You asked Lena Fischer for a manager." in mail(MailKind.MANAGER_REQUEST_RECEIVED).body_text


def test_words_added_alert_the_managers_again_and_not_the_contact(office: Office) -> None:
    case = office.log()
    asked(case, office.priya, "Tue 10:00")
    asked(case, office.priya, "Tue 10:30", "Still nothing.")
    tell("Tue 10:30")
    assert kinds_to(office.ruth).count(MailKind.MANAGER_ASKED) == 2
    assert kinds_to(office.priya).count(MailKind.MANAGER_REQUEST_RECEIVED) == 1


def test_the_answer_goes_to_the_contact(office: Office, mail_by_smtp: SmtpSink) -> None:
    request = asked(office.log(), office.priya, "Tue 10:00")
    actions.answer_manager_request(
        request_id=request.pk, answer="I call today.", actor=office.ruth, now=at("Tue 11:00")
    )
    post("Tue 11:00")
    answer = mail(MailKind.MANAGER_ANSWERED)
    assert answer.recipient == office.priya
    assert "I call today." in answer.body_text
    assert "Ruth Adeyemi, manager" in answer.body_text


def test_an_alert_that_did_not_leave_before_the_answer_is_withdrawn(office: Office, mail_by_smtp: SmtpSink) -> None:
    request = asked(office.log(), office.priya, "Tue 10:00")
    tell("Tue 10:00")
    actions.answer_manager_request(
        request_id=request.pk, answer="I call today.", actor=office.ruth, now=at("Tue 10:01")
    )
    send("Tue 10:02")
    assert mail(MailKind.MANAGER_ASKED).state == MailState.WITHDRAWN


def test_a_missed_answer_goes_to_the_managers_and_further_up(office: Office) -> None:
    case = office.log()
    office.take(case, "Tue 09:10")
    office.reply(case, "Tue 09:30")
    asked(case, office.priya, "Tue 10:00")
    tick("Tue 13:00")
    assert "Most of the time for the answer is used" in mail(MailKind.PROMISE_AT_RISK, office.ruth).body_text
    assert MailKind.PROMISE_AT_RISK not in [*kinds_to(office.ann), *kinds_to(office.lena)]
    tick("Tue 14:01")
    for person in (office.ruth, office.ann):
        missed = mail(MailKind.PROMISE_MISSED, person)
        assert "no manager answered in time" in missed.body_text
        assert "Missed, manager's answer was due" in missed.subject
    assert MailKind.PROMISE_MISSED not in kinds_to(office.lena)
