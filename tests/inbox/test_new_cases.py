"""A mail becomes a case: whose, how severe, since when, with what."""

from datetime import timedelta

import pytest

from cases import actions
from cases.inbox import storing
from cases.lifecycle import Status
from cases.models import (
    Case,
    Channel,
    Dispatch,
    IncomingMail,
    KeptRequest,
    MailFate,
    MailReason,
    Membership,
    Notice,
    Plan,
    Triage,
    Watcher,
)
from notifications import mailbox, sweeps
from notifications.models import OutgoingMail
from tests.builders import at, contact, deadline_of, events_of, fresh
from tests.inbox.post import case_of, deliver, letter
from tests.notifications.office import Office, mail, tell


@pytest.mark.clause("P1.2", "P2.2")
def test_a_mail_of_a_contact_becomes_their_partners_case(office: Office) -> None:
    came = deliver(letter(office.priya, "Sev 2: restores are slow"), "Tue 09:00")
    case = case_of(came)
    assert came.fate == MailFate.NEW_CASE
    assert (case.partner, case.contact, case.channel) == (office.northwind, office.priya, Channel.EMAIL)
    assert (case.perceived_severity, case.severity, case.triage, case.status) == (2, 2, "", Status.NEW)
    assert case.title == "Sev 2: restores are slow"
    assert case.explanation == "A restore of 400 GB runs at 3 MB/s."
    assert case.contact_email == office.priya.email
    assert came.message is None


@pytest.mark.clause("P2.2")
def test_without_a_severity_it_is_a_3_and_flagged(office: Office) -> None:
    case = case_of(deliver(letter(office.priya), "Tue 09:00"))
    assert (case.severity, case.triage) == (3, Triage.NO_SEVERITY)


@pytest.mark.clause("P2.2")
def test_quoted_history_names_no_severity(office: Office) -> None:
    body = "It is slow.\n\nOn Mon, 23 Nov 2026 at 9:00, Omar <omar@x.example> wrote:\n> Severity 1\n> all down\n"
    case = case_of(deliver(letter(office.priya, body=body), "Tue 09:00"))
    assert case.triage == Triage.NO_SEVERITY
    assert case.explanation == "It is slow."


@pytest.mark.clause("P1.2")
def test_the_clock_starts_when_our_server_received_it_and_never_by_the_date_header(office: Office) -> None:
    handled_at = at("Tue 11:00")
    case = case_of(deliver(letter(office.priya, "Sev 2"), "Tue 09:00", handled_at=handled_at))
    assert case.logged_at == at("Tue 09:00")
    assert deadline_of(case).due_at == at("Tue 12:00")
    assert case.events.get(number=1).at == handled_at


@pytest.mark.clause("P1.2")
def test_no_mail_came_from_the_future(office: Office) -> None:
    storing.store(letter(office.priya).as_bytes(), source="x", received_at=at("Fri 09:00"), now=at("Tue 09:00"))
    assert IncomingMail.objects.get().received_at == at("Tue 09:00")


@pytest.mark.clause("P4.2", "P2.6")
def test_a_sev_1_at_night_starts_its_clock_and_hears_of_charges_and_the_resource(office: Office) -> None:
    case = case_of(deliver(letter(office.priya, "[SEV-1] Cloud is down"), "Tue 23:00"))
    assert case.severity == 1
    assert deadline_of(case).due_at == at("Tue 23:00") + timedelta(hours=1)
    assert case.used_after_hours
    assert case.charges_accepted_at is None
    tell("Tue 23:00")
    said = mail("case_received").body_text
    assert "additional charges may apply" in said
    assert "who that is and how to reach them" in said


@pytest.mark.clause("P5.1")
def test_what_the_mail_lacks_is_asked_for(office: Office) -> None:
    deliver(letter(office.priya), "Tue 09:00")
    tell("Tue 09:00")
    said = mail("case_received").body_text
    assert "how severe it is" in said
    assert "what it affects" in said
    assert "phone number" in said


@pytest.mark.clause("P1.1")
def test_the_mail_of_a_lapsed_partner_is_kept_as_a_request_and_told_of(office: Office) -> None:
    office.northwind.plan = Plan.LAPSED
    office.northwind.save()
    came = deliver(letter(office.priya, "Sev 2: slow", files={"agent.log": b"error"}), "Tue 09:00")
    assert (came.fate, came.reason, came.sender) == (MailFate.KEPT, MailReason.NOT_ENTITLED, office.priya)
    assert not Case.objects.exists()
    kept = KeptRequest.objects.get()
    assert (kept.contact, kept.channel, kept.severity, kept.details["title"]) == (
        office.priya,
        Channel.EMAIL,
        2,
        "Sev 2: slow",
    )
    assert kept.attachments.get().name == "agent.log"
    assert Notice.objects.get().facts == {"request": kept.pk}
    again = deliver(letter(office.priya, "Sev 2: slow again"), "Tue 09:30")
    assert (again.fate, again.reason) == (MailFate.TRAY, MailReason.NOT_ENTITLED)
    assert "an earlier mail of the sender is kept" in again.detail
    assert KeptRequest.objects.count() == 1
    later = deliver(letter(office.priya, "Sev 2: still slow"), "Tue 10:00:01")
    assert later.fate == MailFate.KEPT


@pytest.mark.clause("P4.1")
def test_a_sev_1_of_an_unknown_sender_wakes_people_once(office: Office) -> None:
    came = deliver(letter("Eve <eve@else.example>", "Sev 1: help"), "Tue 23:00")
    deliver(letter("Eve <eve@else.example>", "Sev 2: help"), "Tue 23:00")
    for _time in range(2):
        mailbox.alert_of_unsorted(now=at("Tue 23:00"))
    told = OutgoingMail.objects.filter(kind="severity_1_unsorted")
    assert set(told.values_list("recipient__email", flat=True)) == {
        person.email for person in (office.lena, office.max, office.ruth)
    }
    written = told.get(recipient=office.lena)
    assert "eve@else.example names Severity 1" in written.body_text
    assert f"/desk/inbox/{came.pk}/" in written.body_text
    assert not OutgoingMail.objects.exclude(kind="severity_1_unsorted").exists()
    actions.dismiss_mail(mail_id=came.pk, why="Spam.", actor=office.lena, now=at("Tue 23:01"))
    sweeps.send_outbox(clock=lambda: at("Tue 23:02"))
    assert set(told.values_list("state", flat=True)) == {"withdrawn"}


@pytest.mark.clause("P1.2")
def test_whoever_writes_for_two_partners_writes_for_the_last_one(office: Office) -> None:
    Membership.objects.create(user=office.priya, partner=office.harbor)
    newest = case_of(deliver(letter(office.priya, "First"), "Tue 09:00"))
    assert (newest.partner, newest.triage) == (office.harbor, Triage.WHICH_PARTNER)
    Case.objects.filter(pk=newest.pk).update(partner=office.northwind)
    later = case_of(deliver(letter(office.priya, "Second"), "Tue 09:20"))
    assert (later.partner, later.triage) == (office.northwind, Triage.WHICH_PARTNER)


@pytest.mark.clause("P5.1")
def test_files_are_kept_and_refused_ones_are_named(office: Office) -> None:
    files = {
        "agent.log": b"error 1603\n",
        "run.exe": b"MZ\x90",
        "photo.png": b"no picture",
        "../../etc/passwd.txt": b"x",
    }
    came = deliver(letter(office.priya, files=files), "Tue 09:00")
    assert sorted(file.name for file in case_of(came).attachments.all()) == ["agent.log", "passwd.txt"]
    assert [file["name"] for file in came.refused_files] == ["run.exe", "photo.png"]
    assert "not accepted" in came.refused_files[0]["why"]


@pytest.mark.clause("P1.2")
def test_a_mail_of_html_alone_is_read_as_text(office: Office) -> None:
    message = letter(office.priya)
    message.set_content(
        "<html><head><title>x</title><style>p{}</style></head><body><p>It is <b>slow</b>.</p><script>alert(1)</script>"
        "<p>Severity 2</p><blockquote><p>Sev 1</p></blockquote></body></html>",
        subtype="html",
    )
    case = case_of(deliver(message, "Tue 09:00"))
    assert case.severity == 2
    assert case.explanation == "It is slow.\n\nSeverity 2"


@pytest.mark.clause("P1.2")
def test_the_same_mail_delivered_again_is_one_case(office: Office) -> None:
    message = letter(office.priya)
    deliver(message, "Tue 09:00")
    again = b"Received: from elsewhere\r\nX-Spam: 1\r\n" + message.as_bytes().replace(b"\n", b"\r\n")
    deliver(again, "Tue 09:05")
    assert IncomingMail.objects.count() == Case.objects.count() == 1


@pytest.mark.clause("P1.2")
def test_another_mail_under_the_same_message_id_is_not_lost(office: Office) -> None:
    deliver(letter(office.priya, body="One.", Message_ID="<same@x.example>"), "Tue 09:00")
    other = deliver(letter(office.priya, body="Two.", Message_ID="<same@x.example>"), "Tue 09:05")
    assert (other.fate, other.reason) == (MailFate.TRAY, MailReason.SAME_ID)


@pytest.mark.clause("P1.2")
def test_a_colleague_in_copy_hears_of_the_case(office: Office) -> None:
    contact("Limited One", office.northwind, sees_all_cases=False)
    message = letter(office.priya, Cc=f"{office.omar.email}, {office.zoe.email}, limited.one@nwit.example, x@y.example")
    case = case_of(deliver(message, "Tue 09:00"))
    assert [watcher.user for watcher in Watcher.objects.filter(case=case)] == [office.omar]


def unsorted(office: Office, message: object, reason: str, fate: str = MailFate.TRAY) -> IncomingMail:
    came = deliver(message, "Tue 09:00")  # type: ignore[arg-type]
    assert (came.fate, came.reason) == (fate, reason)
    assert not Case.objects.exists()
    assert not Dispatch.objects.exists()
    return came


@pytest.mark.clause("P1.2")
def test_what_nobody_can_place_goes_to_the_tray_and_nobody_is_answered(office: Office) -> None:
    came = unsorted(office, letter("Eve <eve@else.example>", "Sev 1: help"), MailReason.UNKNOWN_SENDER)
    assert (came.severity, came.said, came.from_name) == (1, "A restore of 400 GB runs at 3 MB/s.", "Eve")


@pytest.mark.clause("P1.2")
@pytest.mark.parametrize(
    ("sender", "reason"),
    [
        ("nobody", MailReason.NO_SENDER),
        ("a@x.example, b@x.example", MailReason.NO_SENDER),
        ("", MailReason.NO_SENDER),
        ("lena.fischer@probax.example", MailReason.UNPROVEN_STAFF),
    ],
)
def test_senders_that_are_none(office: Office, sender: str, reason: str) -> None:
    raw = (
        letter(office.priya).as_bytes().replace(f"{office.priya.name} <{office.priya.email}>".encode(), sender.encode())
    )
    unsorted(office, raw, reason)


@pytest.mark.clause("P1.2")
def test_people_who_left_and_people_of_no_partner(office: Office) -> None:
    office.omar.is_active = False
    office.omar.save()
    unsorted(office, letter(office.omar), MailReason.CLOSED_ACCOUNT)
    Membership.objects.filter(user=office.priya).update(is_active=False)
    unsorted(office, letter(office.priya), MailReason.NO_PARTNER)


@pytest.mark.clause("P1.2")
def test_only_our_own_server_says_who_is_forged(office: Office, settings: object) -> None:
    result = "mx.probax.io; spf=fail; dmarc=fail (p=reject) header.from=nwit.example"
    believed = deliver(letter(office.priya, "One", Authentication_Results=result), "Tue 09:00")
    assert believed.fate == MailFate.NEW_CASE, "no server is trusted, so none is believed"
    settings.MAIL_AUTHSERV_ID = "mx.probax.io"  # type: ignore[attr-defined]
    forged = deliver(letter(office.priya, "Two", Authentication_Results=result), "Tue 09:01")
    assert (forged.fate, forged.reason) == (MailFate.TRAY, MailReason.FORGED)
    elsewhere = letter(office.priya, "Three", Authentication_Results=result.replace("mx.probax.io", "mx.evil.example"))
    assert deliver(elsewhere, "Tue 09:02").fate == MailFate.NEW_CASE


@pytest.mark.clause("P1.2")
def test_over_thirty_mails_an_hour_wait_to_be_sorted(office: Office) -> None:
    fates = [
        deliver(letter(office.priya, f"Number {n}"), at("Tue 09:00") + timedelta(minutes=n)).fate for n in range(33)
    ]
    assert fates == [MailFate.NEW_CASE] * 30 + [MailFate.TRAY] * 3
    assert deliver(letter(office.priya, "Later"), "Tue 11:00").fate == MailFate.NEW_CASE


@pytest.mark.clause("P1.2")
def test_an_empty_mail_waits_to_be_sorted(office: Office) -> None:
    unsorted(office, letter(office.priya, body=" \n"), MailReason.NO_WORDS)


@pytest.mark.clause("P1.2")
def test_one_event_is_told_for_a_mail(office: Office) -> None:
    case = case_of(deliver(letter(office.priya), "Tue 09:00"))
    assert events_of(fresh(case)) == ["case_logged"]
