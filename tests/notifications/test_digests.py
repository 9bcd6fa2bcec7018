"""Many news in one mail: each morning's digest, and what could not leave while nothing ran."""

from datetime import time
from functools import partial

import pytest
from pytest_django import Settings

from cases import actions
from cases.models import Case, Membership, User
from notifications import redaction, sweeps
from notifications.actions import choose_mails
from notifications.digests import catching_up, daily
from notifications.models import How, MailKind, MailState, MailTimes, OutgoingMail
from notifications.preferences import choosing
from tests import builders
from tests.builders import all_at_once, at
from tests.notifications.office import Office, kinds_to, mail, open_office, send, tell
from tests.notifications.test_preferences import choose, owned, written_to
from tests.severities import propose
from tests.smtp_sink import SmtpSink


def wake_up(when: str) -> int:
    """Let the timetable look at digests."""
    return sweeps.send_digests(now=at(when))


def digest_of(person: User) -> OutgoingMail:
    return mail(MailKind.DAILY_DIGEST, person)


# --- Each morning -----------------------------------------------------------------------------------------------------


@pytest.mark.clause("P9.2")
def test_a_specialist_reads_in_the_morning_how_their_cases_stand(office: Office) -> None:
    wake_up("Mon 12:00")
    case = owned(office)
    other = office.log("Tue 09:20", title="Portal is slow")
    office.take(other, "Tue 09:30")
    office.reply(other, "Tue 09:40")
    propose(other, office.priya, 2, at("Tue 10:00"))
    office.log("Tue 09:50", title="Nobody's")
    assert wake_up("Tue 07:59") == 0
    wake_up("Mon 30 Nov 08:00")
    written = digest_of(office.lena)
    assert written.subject == "Your day: Mon 30 Nov"
    text, html = written.body_text, written.body_html
    for words in (
        "Your 2 open cases, by their next promise:",
        f"{case.reference} Jobs on BK-02 abort",
        "Updates overdue:",
        f"{other.reference} Portal is slow",
        "A severity waits for your answer:",
        f"/desk/cases/{case.reference}/",
    ):
        assert words in text
        assert words in html
    assert "Nobody's" not in text
    assert "List-Unsubscribe" in written.headers
    assert {"In-Reply-To", "References", "List-Id", "Auto-Submitted"} <= set(written.headers)


def test_a_digest_comes_once_a_day_however_often_and_late_the_timetable_runs(office: Office) -> None:
    wake_up("Mon 12:00")
    owned(office)
    wake_up("Wed 10:00")
    wake_up("Wed 10:01")
    assert kinds_to(office.lena).count(MailKind.DAILY_DIGEST) == 1
    wake_up("Thu 08:00")
    assert kinds_to(office.lena).count(MailKind.DAILY_DIGEST) == 2


def test_nothing_to_say_is_not_said(office: Office) -> None:
    wake_up("Mon 12:00")
    assert wake_up("Tue 08:00") == 0
    assert not OutgoingMail.objects.exists()


def test_a_digest_comes_on_business_days_at_the_hour_of_the_readers_own_zone(office: Office) -> None:
    for person in (office.lena, office.max, office.ruth):
        choosing.keep_times(person, at("Fri 12:00"))
    due = dict(MailTimes.objects.values_list("person", "digest_due_at"))
    assert due[office.lena.pk] == at("Mon 30 Nov 08:00")
    # Max lives in New York, where it is still Thursday, a holiday of his desk; Friday is his next day.
    assert due[office.max.pk] == at("Sat 28 Nov 00:00")
    assert due[office.ruth.pk] == at("Mon 30 Nov 08:00"), "a manager without a desk has weekends"


@pytest.mark.clause("P11.2")
def test_a_manager_reads_the_numbers_of_yesterday_and_what_waits_for_managers(office: Office) -> None:
    wake_up("Mon 12:00")
    office.close(office.log(), "Tue 10:00")
    case = owned(office)
    actions.ask_for_manager(case_id=case.pk, words="Hello?", actor=office.priya, now=at("Tue 11:00"))
    wake_up("Wed 08:00")
    text = digest_of(office.ruth).body_text
    assert "Yesterday: 2 logged, 1 closed; promises: 1 kept, 0 missed." in text
    assert "1 contact asked for a manager and waits." in text
    assert "Yesterday:" not in digest_of(office.lena).body_text


def test_a_contact_who_chose_it_reads_what_happened_in_their_cases_and_what_waits_for_them(office: Office) -> None:
    choose(office.priya, daily_digest=How.NOW)
    case = owned(office)
    office.ask(case, "Tue 10:00")
    office.log(contact=office.omar, title="Omar's own")
    actions.write_note(case_id=case.pk, body="Between us.", actor=office.lena, now=at("Tue 10:10"))
    wake_up("Wed 08:00")
    text = digest_of(office.priya).body_text
    assert "What waits for you:" in text
    assert "Lena Fischer" in text
    assert f"/cases/{case.reference}/" in text
    for hidden in ("Omar's own", "Between us", "/desk/", "Yesterday"):
        assert hidden not in text
    assert MailKind.DAILY_DIGEST not in kinds_to(office.omar), "who did not ask for it gets none"


def test_what_was_kept_for_the_digest_becomes_its_lines(office: Office, mail_by_smtp: SmtpSink) -> None:
    case = owned(office)
    choose(office.lena, contact_replied=How.DIGEST, daily_digest=How.NEVER)
    written_to(case, "Tue 10:00")
    wake_up("Wed 08:00")
    send("Wed 08:00")
    told, line = digest_of(office.lena), mail("contact_replied", office.lena)
    assert f"- {line.subject}" in told.body_text
    assert (line.state, line.bundled_in, line.last_error) == (
        MailState.WITHDRAWN,
        told,
        f"Bundled in mail {told.pk}.",
    )
    (received,) = mail_by_smtp.to("lena.fischer@probax.example")
    assert received.subject == "Your day: Wed 25 Nov"
    assert "Your open case" not in received.text, "the cases themselves were turned off"


def test_whoever_moves_the_hour_to_later_that_day_loses_nothing(office: Office) -> None:
    case = owned(office)
    choose(office.lena, contact_replied=How.DIGEST)
    written_to(case, "Tue 10:00")
    wake_up("Wed 08:00")
    written_to(case, "Wed 08:20", "And another thing.")
    choose_mails(choices={}, quiet=None, digest_at=time(9), actor=office.lena, now=at("Wed 08:30"))
    wake_up("Wed 09:00")
    first, second = OutgoingMail.objects.filter(kind=MailKind.DAILY_DIGEST, recipient=office.lena).order_by("pk")
    assert [line.bundled_in for line in replies()] == [first, second]


def test_what_cannot_be_judged_keeps_no_digest_from_its_reader(office: Office) -> None:
    case = owned(office)
    choose(office.lena, contact_replied=How.DIGEST)
    written_to(case, "Tue 10:00")
    written_to(case, "Tue 10:10")
    unjudged, judged = replies()
    names_no_case(unjudged)
    wake_up("Wed 08:00")
    unjudged.refresh_from_db()
    judged.refresh_from_db()
    assert judged.bundled_in == digest_of(office.lena)
    assert unjudged.state == MailState.HELD


def test_a_line_that_is_not_owed_any_more_is_withdrawn_for_its_own_reason(office: Office) -> None:
    case = owned(office)
    choose(office.omar, watched_reply=How.DIGEST)
    actions.add_watcher(case_id=case.pk, user_id=office.omar.pk, actor=office.priya, now=at("Tue 9:30"))
    written_to(case, "Tue 10:00")
    actions.stop_watching(case_id=case.pk, actor=office.omar, now=at("Tue 11:00"))
    wake_up("Wed 12:00")
    assert MailKind.DAILY_DIGEST not in kinds_to(office.omar)
    assert mail("watched_reply", office.omar).last_error == "The recipient watches this case no more."


def test_a_digest_says_nothing_of_a_case_that_its_reader_lost_sight_of(office: Office, mail_by_smtp: SmtpSink) -> None:
    choose(office.priya, daily_digest=How.NOW)
    office.ask(owned(office), "Tue 10:00")
    wake_up("Wed 12:00")
    Membership.objects.filter(user=office.priya).update(is_active=False)
    send("Wed 12:01")
    assert digest_of(office.priya).last_error == "The recipient may not see one of these cases any more."
    assert mail_by_smtp.to("priya.raman@nwit.example") == []


def test_a_digest_that_could_not_leave_all_day_gives_way_to_the_next(office: Office, mail_by_smtp: SmtpSink) -> None:
    wake_up("Mon 12:00")
    owned(office)
    wake_up("Wed 08:00")
    send("Thu 08:00")
    assert digest_of(office.lena).last_error == "The next digest says more."


def test_a_secret_is_removed_from_digests_too(office: Office) -> None:
    wake_up("Mon 12:00")
    case = office.log(title="Password hunter2-hunter2")
    office.take(case, "Tue 09:10")
    wake_up("Wed 08:00")
    assert "hunter2" in digest_of(office.lena).body_text
    redaction.erase(case, "hunter2-hunter2")
    assert "hunter2" not in digest_of(office.lena).body_text + digest_of(office.lena).body_html


def test_whoever_left_gets_no_digest(office: Office) -> None:
    wake_up("Mon 12:00")
    owned(office)
    User.objects.filter(pk=office.lena.pk).update(is_active=False)
    wake_up("Wed 08:00")
    assert kinds_to(office.lena) == []


@pytest.mark.django_db(transaction=True)
def test_two_timetables_make_one_digest() -> None:
    office = open_office()
    choosing.keep_times(office.lena, at("Mon 12:00"))
    owned(office)
    made = all_at_once([partial(daily.make, person_id=office.lena.pk, now=at("Wed 08:00"))] * 2)
    assert sum(one is not None for one in made) == 1
    assert kinds_to(office.lena).count(MailKind.DAILY_DIGEST) == 1


# --- After our own downtime -------------------------------------------------------------------------------------------


def storm(office: Office, how_many: int = 6, *, severity: int = 3) -> list[Case]:
    """Have that many contacts' words wait for Lena since Tuesday at ten."""
    cases = []
    for _ in range(how_many):
        case = owned(office, severity=severity)
        actions.reply_as_contact(case_id=case.pk, body="And?", actor=office.priya, now=at("Tue 10:00"))
        cases.append(case)
    tell("Tue 10:00")
    return cases


def replies() -> list[OutgoingMail]:
    return list(OutgoingMail.objects.filter(kind="contact_replied").order_by("pk"))


def names_no_case(row: OutgoingMail) -> None:
    """Break a mail: whether it is owed depends on a case, and it has none."""
    OutgoingMail.objects.filter(pk=row.pk).update(kind="handed_over", case=None, event=None)


def test_what_cannot_be_judged_holds_up_no_other_mail(office: Office, mail_by_smtp: SmtpSink) -> None:
    storm(office, 7)
    names_no_case(replies()[0])
    send("Tue 11:00")
    (received,) = mail_by_smtp.to("lena.fischer@probax.example")
    assert received.subject == "6 mails that could not leave in time"
    assert len(mail_by_smtp.to("priya.raman@nwit.example")) == 7


def test_what_cannot_be_bundled_goes_alone(office: Office, mail_by_smtp: SmtpSink) -> None:
    storm(office)
    # What it would be bundled in is there already, and no two mails are the same.
    first = replies()[0]
    first.pk, first.kind, first.state = None, MailKind.CAUGHT_UP, MailState.WITHDRAWN
    first.key, first.message_id = f"caught-up.{replies()[0].pk}:caught_up:{office.lena.pk}", "<another@x.example>"
    first.save()
    send("Tue 11:00")
    assert {row.state for row in replies()} == {MailState.SENT}


def test_after_an_hour_without_mail_many_of_them_become_one_with_a_link_each(
    office: Office, mail_by_smtp: SmtpSink
) -> None:
    cases = storm(office)
    send("Tue 11:00")
    (received,) = mail_by_smtp.to("lena.fischer@probax.example")
    assert received.subject == "6 mails that could not leave in time"
    for case, bundled in zip(cases, replies(), strict=True):
        assert f"/desk/cases/{case.reference}/" in received.text
        assert bundled.subject in received.text
        assert bundled.bundled_in == mail(MailKind.CAUGHT_UP)
        assert bundled.state == MailState.WITHDRAWN
    # What was promised to the contact went alone, each of it.
    assert len(mail_by_smtp.to("priya.raman@nwit.example")) == 6
    send("Tue 11:01")
    assert len(mail_by_smtp.received) == 7


@pytest.mark.parametrize(
    ("how_many", "severity", "when"), [(5, 3, "Tue 11:00"), (6, 3, "Tue 10:59"), (6, 1, "Tue 11:00")]
)
def test_a_few_or_fresh_ones_and_severity_1_go_alone(
    office: Office, mail_by_smtp: SmtpSink, how_many: int, severity: int, when: str
) -> None:
    storm(office, how_many, severity=severity)
    send(when)
    assert not OutgoingMail.objects.filter(kind=MailKind.CAUGHT_UP).exists()
    assert {row.state for row in replies()} == {MailState.SENT}


def test_how_late_and_how_many_is_a_setting(office: Office, mail_by_smtp: SmtpSink, settings: Settings) -> None:
    settings.CATCH_UP_AFTER_MINUTES, settings.CATCH_UP_MORE_THAN = 30, 2
    storm(office, 3)
    send("Tue 10:30")
    (received,) = mail_by_smtp.to("lena.fischer@probax.example")
    assert received.subject == "3 mails that could not leave in time"


def test_what_a_mailbox_refused_is_no_downtime_of_ours(office: Office, mail_by_smtp: SmtpSink) -> None:
    mail_by_smtp.refusal = "451 later"
    storm(office)
    send("Tue 10:00")
    mail_by_smtp.refusal = ""
    send("Tue 12:00")
    assert not OutgoingMail.objects.filter(kind=MailKind.CAUGHT_UP).exists()
    assert {row.state for row in replies()} == {MailState.SENT}


@pytest.mark.django_db(transaction=True)
def test_two_senders_bundle_each_mail_once(mail_by_smtp: SmtpSink) -> None:
    office = open_office()
    storm(office, 8)
    done = all_at_once([partial(catching_up.catch_up, now=at("Tue 11:00"))] * 2)
    assert sum(one for one in done if isinstance(one, int)) == 8, done
    send("Tue 11:00")
    assert len(mail_by_smtp.to("lena.fischer@probax.example")) == 1


@pytest.mark.django_db(transaction=True)
def test_a_sender_that_dies_while_it_bundles_leaves_every_mail_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    office = open_office()
    storm(office)

    def dies(*_: object) -> None:
        raise SystemExit

    monkeypatch.setattr("notifications.digests.lines.bundle", dies)
    with pytest.raises(SystemExit):
        catching_up.catch_up(now=at("Tue 11:00"))
    assert {row.state for row in replies()} == {MailState.QUEUED}
    assert not OutgoingMail.objects.filter(kind=MailKind.CAUGHT_UP).exists()


# --- Given up ---------------------------------------------------------------------------------------------------------


def refused_for_good(office: Office, sink: SmtpSink, when: str) -> None:
    sink.refusal = "550 no such user"
    builders.say(owned(office), office.priya, at(when))
    tell(when)
    send(when)
    sink.refusal = ""


def test_administrators_are_told_of_mails_that_were_given_up_once_a_day(office: Office, mail_by_smtp: SmtpSink) -> None:
    refused_for_good(office, mail_by_smtp, "Tue 10:00")
    assert sweeps.tell_of_given_up(now=at("Tue 10:05")) == 2
    send("Tue 10:06")
    refused_for_good(office, mail_by_smtp, "Tue 11:00")
    assert sweeps.tell_of_given_up(now=at("Tue 11:05")) == 0, "one a day"
    (told,) = mail_by_smtp.to("ann.lindqvist@probax.example")
    assert told.subject == "2 mails were given up"
    assert "priya.raman@nwit.example, Case received, NWIT-1: 550 no such user" in told.text
    assert "/desk/mail/?state=gave_up" in told.text
    assert sweeps.tell_of_given_up(now=at("Wed 11:00")) == 2, "those of Tuesday at eleven"
    assert sweeps.tell_of_given_up(now=at("Thu 12:00")) == 0, "nothing new"


def test_no_mail_is_written_about_such_mails_themselves(office: Office, mail_by_smtp: SmtpSink) -> None:
    refused_for_good(office, mail_by_smtp, "Tue 10:00")
    sweeps.tell_of_given_up(now=at("Tue 10:05"))
    mail_by_smtp.refusal = "550 no such user"
    send("Tue 10:06")
    assert mail(MailKind.MAILS_GIVEN_UP, office.ann).state == MailState.GAVE_UP
    assert sweeps.tell_of_given_up(now=at("Thu 10:00")) == 0
