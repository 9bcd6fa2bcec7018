"""The test message of set-up: it is sent and read back before anything is kept."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from cases.models import User
from notifications import mailcheck, mailserver
from notifications.mailserver import Security, Server
from tests import builders
from tests.imap_mailbox import ImapMailbox
from tests.servers import free_port
from tests.smtp_sink import SmtpSink
from tests.web.setting_up import ANSWERS, PASSWORD, WITHOUT_PASSWORD, by_imap, by_smtp, set_up, words

pytestmark = pytest.mark.usefixtures("installation")


def test_a_test_message_arrives_and_nothing_is_set_up(
    client: Client, installation: Path, smtp: SmtpSink, mailbox: ImapMailbox
) -> None:
    page = client.post("/setup/test/", {**ANSWERS, **by_smtp(smtp.port), **by_imap(mailbox)})
    assert page.status_code == 200
    assert f"127.0.0.1:{smtp.port} took a message to Ada@example.com." in words(page)
    assert "the message to care@example.com came in after" in words(page)
    assert [got.recipient for got in smtp.received] == ["Ada@example.com", "care@example.com"]
    assert smtp.received[0].subject.endswith("from Care & Co")
    assert not User.objects.exists()
    assert list(installation.iterdir()) == []


def test_after_the_test_no_password_is_typed_again(client: Client, smtp: SmtpSink, mailbox: ImapMailbox) -> None:
    mail_settings = by_smtp(smtp.port) | by_imap(mailbox)
    tested = words(client.post("/setup/test/", {**ANSWERS, **mail_settings}))
    assert PASSWORD not in tested
    assert mailbox.password not in tested
    done = client.post("/setup/", {**WITHOUT_PASSWORD, **mail_settings, "imap_password": ""})
    assert done.status_code == 302
    box = mailserver.mailbox()
    assert box is not None
    assert box.password == mailbox.password


def test_the_test_needs_no_more_than_addresses_and_a_server(client: Client, smtp: SmtpSink) -> None:
    asked = {"email": "ada@example.com", "mail_from": "care@example.com", **by_smtp(smtp.port)}
    page = client.post("/setup/test/", asked)
    assert page.status_code == 200
    assert not page.context["form"].errors
    assert len(smtp.received) == 1


def test_in_place_the_answer_is_the_report_alone(client: Client, smtp: SmtpSink) -> None:
    part = client.post("/setup/test/", {**ANSWERS, **by_smtp(smtp.port)}, headers={"HX-Request": "true"})
    assert "took a message to Ada@example.com" in words(part)
    assert "<form" not in words(part)
    wrong = client.post("/setup/test/", {**ANSWERS, "email": "ada"}, headers={"HX-Request": "true"})
    assert wrong.status_code == 200, "anything else would not be shown"
    assert "No test message was sent" in words(wrong)
    assert 'href="#id_email"' in words(wrong)


def test_in_place_somebody_who_comes_too_late_is_led_away(client: Client) -> None:
    set_up(Client())
    late = client.post("/setup/test/", ANSWERS, headers={"HX-Request": "true"})
    assert late["HX-Redirect"] == "/"


def test_a_test_that_cannot_be_sent_says_why_beside_the_field(client: Client, smtp: SmtpSink) -> None:
    page = client.post("/setup/test/", {**ANSWERS, **by_smtp(smtp.port), "mail_from": "nobody"})
    assert page.status_code == 422
    assert 'id="id_mail_from_error"' in words(page)
    assert smtp.received == []


def test_a_wrong_port_is_told_with_what_to_try(client: Client) -> None:
    port = free_port()
    page = words(client.post("/setup/test/", {**ANSWERS, **by_smtp(port)}))
    assert f"127.0.0.1:{port} refuses the connection: nothing listens there." in page
    assert "Check the port: 587, 465 or 25" in page
    assert f'value="{port}"' in page


def test_a_refused_message_is_told_in_the_servers_words(client: Client, smtp: SmtpSink) -> None:
    smtp.refusal = "550 <b>not</b> from you"
    page = words(client.post("/setup/test/", {**ANSWERS, **by_smtp(smtp.port)}))
    assert "did not take the message: “&lt;b&gt;not&lt;/b&gt; from you”" in page


def test_a_wrong_password_of_the_mailbox_is_told(client: Client, smtp: SmtpSink, mailbox: ImapMailbox) -> None:
    asked = {**ANSWERS, **by_smtp(smtp.port), **by_imap(mailbox), "imap_password": "wrong"}
    page = words(client.post("/setup/test/", asked))
    assert "took a message" in page
    assert "does not accept this user name and password" in page


def test_without_a_server_there_is_nothing_to_test(client: Client) -> None:
    assert "There is no mail server to test yet." in words(client.post("/setup/test/", ANSWERS))


def test_what_the_environment_says_is_tested(
    client: Client, settings: Settings, smtp: SmtpSink, mailbox: ImapMailbox
) -> None:
    settings.EMAIL_URL = smtp.url
    settings.MAILBOX_URL = Server("127.0.0.1", mailbox.port, Security.NONE, mailbox.user, mailbox.password).url("imap")
    assert "came in after" in words(client.post("/setup/test/", ANSWERS))
    settings.MAILBOX_URL = "pop3://nonsense"
    assert "MAILBOX_URL is no mailbox such as" in words(client.post("/setup/test/", ANSWERS))


@pytest.mark.django_db(transaction=True)
def test_only_one_test_runs_at_a_time(client: Client, smtp: SmtpSink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailcheck, "BETWEEN_LOOKS", 0.1)
    smtp.delay = 0.8

    def ask() -> str:
        return words(Client().post("/setup/test/", {**ANSWERS, **by_smtp(smtp.port)}))

    pages = builders.all_at_once([ask, ask])
    assert sorted("Another test is still running" in str(page) for page in pages) == [False, True]
    assert "took a message" in ask(), "afterwards the next one may"
