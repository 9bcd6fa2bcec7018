"""The outbox as staff see it. Contacts do not know that it is there."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from cases import actions
from cases.models import User
from notifications import invitations
from notifications.models import MailState, OutgoingMail
from notifications.web import outbox
from tests.builders import at
from tests.notifications.office import TUESDAY_9, Office, mail, post, tell
from tests.notifications.test_dispatch import spoil
from tests.smtp_sink import SmtpSink


def logged_in(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="cases.web.accounts.PersonBackend")
    return client


def page(person: User, address: str) -> str:
    response = logged_in(person).get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_staff_find_a_mail_by_address_reference_and_state(office: Office) -> None:
    case = office.log(contact=office.priya)
    other = office.log(contact=office.zoe)
    tell(TUESDAY_9)
    mails = reverse("desk_mails")
    everything = page(office.lena, mails)
    assert "priya.raman@nwit.example" in everything
    assert "zoe.keller@bhms.example" in everything
    for query, shown, hidden in (
        ("?q=Priya.Raman@nw", case.reference, other.reference),
        (f"?q={other.reference.lower()}", other.reference, case.reference),
    ):
        found = page(office.lena, mails + query)
        assert f">{shown}<" in found
        assert f">{hidden}<" not in found
    assert "priya.raman@nwit.example" not in page(office.lena, f"{mails}?state=sent")


def test_nonsense_in_the_address_is_no_error(office: Office) -> None:
    for query in ("?state=lost", "?before=x", f"?before={'9' * 40}", "?before=²"):
        assert logged_in(office.lena).get(reverse("desk_mails") + query).status_code == 200


def test_older_mails_follow_by_key(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "ROWS", 2)
    for _ in range(3):
        office.log()
    tell(TUESDAY_9)
    first = page(office.lena, reverse("desk_mails"))
    [before] = re.findall(r"before=(\d+)", first)
    second = page(office.lena, f"{reverse('desk_mails')}?before={before}")
    assert first.count("We have your case") == 2
    assert second.count("We have your case") == 1


def test_the_number_of_queries_does_not_grow_with_the_rows(office: Office) -> None:
    client = logged_in(office.lena)
    counts = set()
    for _ in range(3):
        office.log()
        spoil(office.log())
        tell(TUESDAY_9)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("desk_mails"))
        counts.add(len(queries))
    assert len(counts) == 1


def test_a_mail_is_shown_as_its_reader_sees_it(office: Office, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    case = office.log()
    office.close(case, TUESDAY_9)
    tell(TUESDAY_9)
    closed = mail("case_closed")
    shown = page(office.lena, reverse("desk_mail", args=[closed.pk]))
    assert closed.subject in shown
    assert "priya.raman@nwit.example" in shown
    assert "The update fixed it." in shown
    assert reverse("desk_mail_body", args=[closed.pk]) in shown
    # The survey can be reached from here without a mail server.
    [address] = re.findall(r'href="([^"]*/survey/[^"]*)"', shown)
    assert Client().get(address.removeprefix("http://127.0.0.1:8000")).status_code == 200


def test_where_mails_leave_staff_read_them_without_what_acts_in_their_readers_name(
    office: Office, mail_by_smtp: SmtpSink
) -> None:
    office.close(office.log(), TUESDAY_9)
    actions.invite_colleague(
        partner_id=office.northwind.pk,
        email="new@nwit.example",
        role="administrator",
        sees_all_cases=True,
        language="en",
        actor=office.priya,
        now=at(TUESDAY_9),
    )
    tell(TUESDAY_9)
    invitations.tell_all(now=at(TUESDAY_9))
    for kind, name in (("case_closed", "survey"), ("invitation", "invitations")):
        written = OutgoingMail.objects.get(kind=kind)
        key = re.search(rf"/{name}/([\w-]+)/", written.body_text)
        assert key is not None
        for place in ("desk_mail", "desk_mail_body"):
            shown = page(office.lena, reverse(place, args=[written.pk]))
            assert f"/{name}/.../" in shown
            assert key[1] not in shown


def test_the_html_of_a_mail_stands_alone_under_a_policy_of_its_own(office: Office) -> None:
    office.log()
    tell(TUESDAY_9)
    response = logged_in(office.lena).get(reverse("desk_mail_body", args=[mail("case_received").pk]))
    assert response.content.decode() == mail("case_received").body_html
    policy = response["Content-Security-Policy"]
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in policy
    assert "default-src 'none'" in policy
    assert "style-src 'unsafe-inline'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "script-src 'none'" in policy
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert "no-store" in response["Cache-Control"]
    # Nowhere else.
    other = logged_in(office.lena).get(reverse("desk_mails"))
    assert "unsafe-inline" not in other["Content-Security-Policy"]


def test_the_button_sends_a_given_up_mail_again(office: Office, mail_by_smtp: SmtpSink) -> None:
    office.log()
    mail_by_smtp.refusal = "550 no"
    post(TUESDAY_9)
    given_up = mail("case_received")
    client = logged_in(office.lena)
    shown = page(office.lena, reverse("desk_mail", args=[given_up.pk]))
    assert "550 no" in shown
    again = reverse("desk_mail_again", args=[given_up.pk])
    assert again in shown
    assert client.get(again).status_code == 405
    response = client.post(again, follow=True)
    assert "The mail is on its way again." in response.content.decode()
    assert mail("case_received").state == MailState.QUEUED
    response = client.post(again, follow=True)
    assert "Nothing was changed." in response.content.decode()


@pytest.mark.parametrize("name", ["desk_mail", "desk_mail_body", "desk_mail_again"])
def test_contacts_and_strangers_cannot_tell_that_a_mail_is_there(office: Office, name: str) -> None:
    office.log()
    tell(TUESDAY_9)
    own = reverse(name, args=[mail("case_received").pk])
    none = reverse(name, args=[10**9])
    for address in (own, none):
        method = "post" if name == "desk_mail_again" else "get"
        assert getattr(logged_in(office.priya), method)(address).status_code == 404
        stranger = getattr(Client(), method)(address)
        assert stranger.status_code == 302
        assert "/accounts/login/" in stranger["Location"]
    assert logged_in(office.priya).get(reverse("desk_mails")).status_code == 404
    assert logged_in(office.lena).get(reverse("desk_mail", args=[10**9])).status_code == 404


def test_without_a_mail_server_mails_are_marked_sent_and_the_page_says_so(office: Office, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    office.log()
    post(TUESDAY_9)
    assert mail("case_received").state == MailState.SENT
    shown = page(office.lena, reverse("desk_mails"))
    assert "No mail server is set" in shown


def test_the_page_says_what_is_stuck_and_that_the_mail_server_is_gone(
    office: Office, mail_by_smtp: SmtpSink, settings: Settings
) -> None:
    case = office.log()
    office.log(contact=office.omar)
    spoil(case)
    settings.EMAIL_PORT = 9
    post(TUESDAY_9)
    shown = page(office.lena, reverse("desk_mails"))
    assert "Connection refused" in shown
    assert case.reference in shown
    assert OutgoingMail.objects.filter(state=MailState.SENT).count() == 0


def test_every_staff_page_says_when_nothing_has_run_for_minutes(office: Office) -> None:
    """Contacts are not told of our troubles."""
    office.log("Mon 23 Nov 09:00")
    warning = "Something has been due for"
    assert warning in page(office.lena, reverse("desk_queue"))
    assert warning not in page(office.priya, reverse("home"))


def test_the_list_is_a_file_too(office: Office) -> None:
    case = office.log(contact=office.priya)
    office.log(contact=office.zoe)
    tell(TUESDAY_9)
    browser = logged_in(office.lena)
    response = browser.get(f"{reverse('desk_mails_file')}?q={case.reference}")
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert lines[0] == "Number,State,Kind,To,Subject,Case,Written,Sent,Tries,Last error"
    assert len(lines) > 1
    assert all(f",{case.reference}," in line for line in lines[1:])
    assert "No mail fits" in page(office.lena, f"{reverse('desk_mails')}?q=nobody@")
