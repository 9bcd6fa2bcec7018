"""Mails about plans: trials that end, requests that are kept and decided (P1.1)."""

import pytest

from cases import actions
from cases.models import KeptRequest, Notice, Partner, Plan
from notifications import sweeps
from notifications.models import MailKind, MailState, OutgoingMail
from tests.builders import at, details
from tests.notifications.office import Office, kinds_to, mail, send, tell
from tests.smtp_sink import SmtpSink

pytestmark = pytest.mark.clause("P1.1")


def on_trial(office: Office) -> None:
    Partner.objects.filter(pk=office.northwind.pk).update(plan=Plan.TRIAL, trial_ends_at=at("Fri 12:00"))


def kept(office: Office) -> KeptRequest:
    Partner.objects.update(plan=Plan.LAPSED)
    request = actions.submit_or_keep(
        partner_id=office.northwind.pk, details=details(), severity=2, actor=office.omar, now=at("Tue 10:00")
    )
    assert isinstance(request, KeptRequest)
    return request


def test_the_partners_administrators_and_ours_hear_of_the_end_before_it(office: Office) -> None:
    on_trial(office)
    assert sweeps.tell_of_trials(now=at("Tue 11:59")) == 0
    assert sweeps.tell_of_trials(now=at("Tue 12:00")) == 1
    assert sweeps.tell_of_trials(now=at("Tue 12:01")) == 0
    tell("Tue 12:01")
    tell("Tue 12:02")
    told = OutgoingMail.objects.filter(kind=MailKind.TRIAL_ENDING)
    assert {row.recipient for row in told} == {office.priya, office.ruth, office.ann}
    theirs = mail(MailKind.TRIAL_ENDING, office.priya)
    assert theirs.subject == "The free trial of Northwind IT ends Fri 27 Nov, 12:00 Sydney"
    assert "write to sales@probax.io" in theirs.body_text
    assert "/manager/partners/NWIT/" in mail(MailKind.TRIAL_ENDING, office.ruth).body_text


def test_and_when_it_came(office: Office) -> None:
    on_trial(office)
    sweeps.tell_of_trials(now=at("Fri 12:00"))
    tell("Fri 12:00")
    assert "The free trial of Northwind IT has ended" in mail(MailKind.TRIAL_ENDED, office.priya).subject
    assert "Open cases go on." in mail(MailKind.TRIAL_ENDED, office.priya).body_text


def test_where_nobody_administers_every_contact_hears(office: Office) -> None:
    office.priya.memberships.update(role="contact")
    on_trial(office)
    sweeps.tell_of_trials(now=at("Wed 12:00"))
    tell("Wed 12:00")
    assert kinds_to(office.omar) == [MailKind.TRIAL_ENDING]


def test_a_warning_that_became_untrue_does_not_leave(office: Office, mail_by_smtp: SmtpSink) -> None:
    on_trial(office)
    sweeps.tell_of_trials(now=at("Wed 12:00"))
    tell("Wed 12:00")
    Partner.objects.update(plan=Plan.PAID)
    send("Wed 12:01")
    warned = OutgoingMail.objects.filter(kind=MailKind.TRIAL_ENDING)
    assert {row.state for row in warned} == {MailState.WITHDRAWN}


def test_the_contact_of_a_kept_request_hears_at_once_whom_to_turn_to(office: Office) -> None:
    kept(office)
    tell("Tue 10:00")
    said = mail(MailKind.REQUEST_KEPT)
    assert said.recipient == office.omar
    assert "write to sales@probax.io" in said.body_text
    assert "A restore of 400 GB runs at 3 MB/s." in said.body_text
    waiting = mail(MailKind.REQUEST_WAITING)
    assert (waiting.recipient, waiting.kind in kinds_to(office.omar)) == (office.ruth, False)
    assert "/desk/requests/" in waiting.body_text


def test_the_contact_hears_the_decision(office: Office) -> None:
    request = kept(office)
    actions.decline_kept_request(
        request_id=request.pk, word="Please renew first.", actor=office.lena, now=at("Tue 11:00")
    )
    tell("Tue 11:00")
    declined = mail(MailKind.REQUEST_DECLINED)
    assert declined.recipient == office.omar
    assert "Please renew first." in declined.body_text


@pytest.mark.parametrize(("word", "told"), [("", 0), ("For this once.", 1)])
def test_a_case_after_all_is_told_as_a_case_and_with_the_word(office: Office, word: str, told: int) -> None:
    request = kept(office)
    actions.log_kept_request(request_id=request.pk, word=word, actor=office.lena, now=at("Tue 11:00"))
    tell("Tue 11:00")
    assert kinds_to(office.omar).count(MailKind.CASE_RECEIVED) == 1
    assert kinds_to(office.omar).count(MailKind.REQUEST_LOGGED) == told


def test_an_alert_about_a_request_that_was_decided_does_not_leave(office: Office, mail_by_smtp: SmtpSink) -> None:
    request = kept(office)
    tell("Tue 10:00")
    actions.log_kept_request(request_id=request.pk, actor=office.lena, now=at("Tue 10:00"))
    send("Tue 10:01")
    assert mail(MailKind.REQUEST_WAITING).state == MailState.WITHDRAWN


def test_a_notice_is_told_once(office: Office) -> None:
    kept(office)
    for _again in range(3):
        tell("Tue 10:00")
    assert OutgoingMail.objects.filter(kind=MailKind.REQUEST_KEPT).count() == 1
    assert Notice.objects.get().told_at == at("Tue 10:00")
