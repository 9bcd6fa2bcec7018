"""Where the mail server and the mailbox are known, and how a test of them is told."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from django.core import mail
from django.core.mail import EmailMessage, get_connection
from pytest_django import Settings

from cases.models import Site
from notifications import delivery, mailcheck, mailserver
from notifications.mailcheck import Finding, Trial
from notifications.mailserver import Known, Security, Server, Staged
from tests.imap_mailbox import ImapMailbox
from tests.servers import free_port
from tests.smtp_sink import SmtpSink

LETTER = EmailMessage("Hello", "Text", "care@example.com", ["ada@example.com"])


@pytest.fixture(autouse=True)
def installation(settings: Settings, tmp_path: Path) -> Path:
    """An installation that was told nothing about mail."""
    settings.DATA_DIR = tmp_path
    settings.EMAIL_URL = settings.MAILBOX_URL = ""
    settings.EMAIL_BACKEND = "notifications.mailserver.Backend"
    return tmp_path


@pytest.fixture
def mailbox(smtp: SmtpSink) -> Iterator[ImapMailbox]:
    """The mailbox of care@example.com."""
    box = ImapMailbox(smtp, user="care@example.com", password='two "words"')
    box.start()
    yield box
    box.stop()


def keep(**urls: str) -> None:
    with Staged(urls) as staged:
        staged.keep()


# --- Where it is known ----------------------------------------------------------------------------------------------


def test_without_a_mail_server_mail_goes_nowhere() -> None:
    assert mailserver.mail_goes_nowhere()
    assert not delivery.server_is_set()
    assert get_connection().send_messages([LETTER]) == 1, "kept by whoever wrote it, and sent to nobody"


def test_a_file_that_appears_is_used_without_a_restart(smtp: SmtpSink) -> None:
    backend = get_connection()
    assert backend.send_messages([LETTER]) == 1
    keep(EMAIL_URL=smtp.url)
    assert not mailserver.mail_goes_nowhere()
    assert backend.send_messages([LETTER]) == 1
    assert [got.subject for got in smtp.to("ada@example.com")] == ["Hello"]


def test_an_open_connection_is_used_until_it_is_closed(smtp: SmtpSink) -> None:
    keep(EMAIL_URL=smtp.url)
    with closing(get_connection()) as backend:
        assert backend.open() is True
        assert backend.open() is False
        keep(EMAIL_URL=f"smtp://127.0.0.1:{free_port()}")
        backend.send_messages([LETTER])
        assert len(smtp.received) == 1
        backend.close()
        with pytest.raises(ConnectionRefusedError):
            backend.open()
        keep(EMAIL_URL=smtp.url)
        assert backend.open() is True, "after a failure the server is looked for anew"


def test_the_environment_wins_over_the_file(smtp: SmtpSink, settings: Settings) -> None:
    keep(EMAIL_URL=f"smtp://127.0.0.1:{free_port()}")
    settings.EMAIL_URL = smtp.url
    assert get_connection().send_messages([LETTER]) == 1
    assert len(smtp.received) == 1
    settings.EMAIL_URL = "dummymail://"
    assert mailserver.mail_goes_nowhere()


def test_another_backend_is_left_alone(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert not mailserver.mail_goes_nowhere()
    get_connection().send_messages([LETTER])
    assert len(mail.outbox) == 1
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    assert mailserver.mail_goes_nowhere()


@pytest.mark.django_db
@pytest.mark.parametrize("url", ["gopher://mail.example.com", "smtp://user:secret@mail.example.com:many", "secret"])
def test_nonsense_in_the_file_is_a_server_that_is_down_and_tells_no_password(url: str) -> None:
    keep(EMAIL_URL=url)
    assert not mailserver.mail_goes_nowhere(), "a page says that a server is set; the sender says what is wrong with it"
    with delivery.Connection() as line, pytest.raises(delivery.MailServerDown, match="is no mail server") as down:
        line.open()
    assert "secret" not in str(down.value)


def test_a_server_survives_being_written_as_an_address() -> None:
    for security in Security:
        server = Server("mail.example.com", 2525, security, "care+x@example.com", "p:/?#[]@! %+ä\\")
        backend = mailserver.connection(Known(server.url("smtp"), "here"))
        assert (vars(backend)["host"], vars(backend)["port"]) == ("mail.example.com", 2525)
        assert (vars(backend)["username"], vars(backend)["password"]) == (server.user, server.password)
        assert vars(backend)["use_tls"] is (security == Security.STARTTLS)
        assert vars(backend)["use_ssl"] is (security == Security.TLS)
        assert mailserver.mailbox_at(Known(server.url("imap"), "here")) == server
        assert server.password not in repr(server)


def test_an_ipv6_server_survives_too() -> None:
    server = Server("2001:db8::1", 587, Security.STARTTLS)
    assert vars(mailserver.connection(Known(server.url("smtp"), "here")))["host"] == "2001:db8::1"
    assert mailserver.mailbox_at(Known(server.url("imap"), "here")) == server


def test_the_mailbox_is_known_from_the_environment_or_the_file(settings: Settings) -> None:
    assert mailserver.mailbox() is None
    keep(MAILBOX_URL="imaps://care:pw@mail.example.com")
    assert mailserver.mailbox() == Server("mail.example.com", 993, Security.TLS, "care", "pw")
    settings.MAILBOX_URL = "imap+tls://care:pw@other.example.com"
    assert mailserver.mailbox() == Server("other.example.com", 143, Security.STARTTLS, "care", "pw")
    settings.MAILBOX_URL = "pop3://care:secret@other.example.com"
    with pytest.raises(mailserver.NotAnAddress, match="MAILBOX_URL is no mailbox") as wrong:
        mailserver.mailbox()
    assert "secret" not in str(wrong.value)


# --- Files ----------------------------------------------------------------------------------------------------------


def test_files_are_for_their_owner_alone(installation: Path) -> None:
    keep(EMAIL_URL="smtp://mail.example.com", MAILBOX_URL="imap://mail.example.com")
    folder = installation / "mail"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()} == {
        "email_url": 0o600,
        "mailbox_url": 0o600,
    }


def test_what_is_not_kept_vanishes_and_leaves_the_old_in_place(installation: Path) -> None:
    keep(EMAIL_URL="smtp://old.example.com")
    with Staged({"EMAIL_URL": "smtp://new.example.com"}):
        pass
    assert [file.read_text() for file in (installation / "mail").iterdir()] == ["smtp://old.example.com\n"]


def test_with_nothing_to_keep_nothing_is_written(installation: Path) -> None:
    keep()
    assert list(installation.iterdir()) == []


# --- The sender -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_what_django_writes_itself_is_sent_in_the_name_of_the_site(smtp: SmtpSink, settings: Settings) -> None:
    settings.EMAIL_URL = smtp.url
    settings.DEFAULT_FROM_EMAIL = "Nobody <nobody@example.com>"
    mail.send_mail("Before", "Text", None, ["ada@example.com"])
    Site.objects.create(pk=1, name="Care", mail_from="Care <care@example.com>")
    mail.send_mail("After", "Text", None, ["ada@example.com"])
    mail.send_mail("By name", "Text", "lena@example.com", ["ada@example.com"])
    assert {got.subject: got.message["From"] for got in smtp.received} == {
        "Before": "Nobody <nobody@example.com>",
        "After": "Care <care@example.com>",
        "By name": "lena@example.com",
    }


# --- A test of both -------------------------------------------------------------------------------------------------


def findings(
    url: str = "",
    box: Server | None = None,
    *,
    reader: str = "ada@example.com",
    sender: str = "Care <care@example.com>",
) -> list[Finding]:
    known = Known(url, "EMAIL_URL") if url else None
    return mailcheck.report(Trial(known, box, sender, reader, "Our site"))


def at_loopback(port: int, user: str = "care@example.com", password: str = 'two "words"') -> Server:
    return Server("127.0.0.1", port, Security.NONE, user, password)


def test_a_message_that_leaves_is_said_to_have_left(smtp: SmtpSink) -> None:
    [finding] = findings(smtp.url)
    assert finding.kind == "good"
    assert f"127.0.0.1:{smtp.port} took a message to ada@example.com" in finding.said
    [got] = smtp.received
    assert got.subject.startswith("Test message ")
    assert got.message["From"] == "Care <care@example.com>"
    assert got.message["Auto-Submitted"] == "auto-generated"
    assert got.message_id.endswith("@example.com>")


def test_the_message_is_found_in_the_readers_own_mailbox(smtp: SmtpSink, mailbox: ImapMailbox) -> None:
    left, came = findings(smtp.url, at_loopback(mailbox.port), reader="Care@example.com")
    assert (left.kind, came.kind) == ("good", "good"), came
    assert "came in" in came.said
    assert [got.recipient for got in smtp.received] == ["Care@example.com"], "one message is enough"
    assert "EXAMINE INBOX" in mailbox.log, "looked at, not touched"


def test_another_mailbox_gets_a_message_of_its_own(smtp: SmtpSink, mailbox: ImapMailbox) -> None:
    left, came = findings(smtp.url, at_loopback(mailbox.port))
    assert (left.kind, came.kind) == ("good", "good"), came
    assert (left.about, came.about) == ("Mail out", "Mail in")
    assert [got.recipient for got in smtp.received] == ["ada@example.com", "care@example.com"]
    assert mailbox.log[-1] == "LOGOUT"


def test_a_message_that_does_not_come_is_waited_for_and_said(
    smtp: SmtpSink, mailbox: ImapMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailcheck, "ARRIVAL", 0.8)
    monkeypatch.setattr(mailcheck, "BETWEEN_LOOKS", 0.1)
    mailbox.delivers = False
    left, came = findings(smtp.url, at_loopback(mailbox.port))
    assert (left.kind, came.kind) == ("good", "warn")
    assert "has not come in yet" in came.said


def test_a_message_that_comes_late_is_found(smtp: SmtpSink, mailbox: ImapMailbox) -> None:
    mailbox.delivers = False
    later = threading.Timer(0.7, setattr, (mailbox, "delivers", True))
    later.start()
    assert [finding.kind for finding in findings(smtp.url, at_loopback(mailbox.port))] == ["good", "good"]
    later.join()


def test_a_mailbox_alone_is_tried_by_logging_in(mailbox: ImapMailbox) -> None:
    [finding] = findings(box=at_loopback(mailbox.port))
    assert finding.kind == "good"
    assert "lets care@example.com in" in finding.said


def test_a_wrong_password_of_the_mailbox_is_named(mailbox: ImapMailbox) -> None:
    [finding] = findings(box=at_loopback(mailbox.port, password="wrong"))
    assert finding.kind == "bad"
    assert "does not accept this user name and password: “[AUTHENTICATIONFAILED] Invalid credentials”" in finding.said


def test_a_mailbox_without_starttls_is_named(mailbox: ImapMailbox) -> None:
    [finding] = findings(box=Server("127.0.0.1", mailbox.port, Security.STARTTLS, "care@example.com", "x"))
    assert "does not offer STARTTLS" in finding.said


def test_a_server_that_is_no_mailbox_is_named(smtp: SmtpSink) -> None:
    [finding] = findings(box=at_loopback(smtp.port))
    assert "does not speak as a mailbox does" in finding.said


def test_a_mailbox_without_tls_is_named(mailbox: ImapMailbox) -> None:
    [finding] = findings(box=Server("127.0.0.1", mailbox.port, Security.TLS, "care@example.com", "x"))
    assert "does not speak TLS as chosen" in finding.said


@pytest.mark.parametrize("protocol", ["smtp", "imap"])
def test_a_closed_port_is_named(protocol: str) -> None:
    port = free_port()
    [finding] = findings(f"smtp://127.0.0.1:{port}") if protocol == "smtp" else findings(box=at_loopback(port))
    assert finding.kind == "bad"
    assert finding.said == f"127.0.0.1:{port} refuses the connection: nothing listens there."
    assert "587" in finding.advice


@pytest.mark.parametrize("protocol", ["smtp", "imap"])
def test_a_silent_server_is_given_up(protocol: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailcheck, "ANSWER", 0.3)
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        port = silent.getsockname()[1]
        [finding] = findings(f"smtp://127.0.0.1:{port}") if protocol == "smtp" else findings(box=at_loopback(port))
    assert finding.said == f"127.0.0.1:{port} does not answer."


def test_all_of_it_ends_in_time(smtp: SmtpSink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailcheck, "PATIENCE", 0.6)
    smtp.delay = 2.0
    began = time.monotonic()
    [finding] = findings(smtp.url)
    assert time.monotonic() - began < 1.5
    assert "did not answer within" in finding.said
    for thread in threading.enumerate():
        if thread.name == "mail-trial":
            thread.join(timeout=10)


def test_tls_where_there_is_none_is_named(smtp: SmtpSink) -> None:
    assert "does not speak TLS as chosen" in findings(f"smtp+ssl://127.0.0.1:{smtp.port}")[0].said
    assert "does not offer STARTTLS" in findings(f"smtp+tls://127.0.0.1:{smtp.port}")[0].said


def test_a_login_that_nobody_asked_for_is_named(smtp: SmtpSink) -> None:
    [finding] = findings(f"smtp://care:pw@127.0.0.1:{smtp.port}")
    assert "asks for no login" in finding.said


@pytest.mark.parametrize("protocol", ["smtp", "imap"])
def test_a_password_that_cannot_be_sent_is_named(protocol: str, smtp: SmtpSink, mailbox: ImapMailbox) -> None:
    if protocol == "imap":
        [finding] = findings(box=at_loopback(mailbox.port, password="Bär"))
    else:
        with letting_in(smtp, nobody) as port:
            [finding] = findings(f"smtp://care:B%C3%A4r@127.0.0.1:{port}")
    assert "cannot be sent" in finding.said


def test_a_refused_message_is_said_in_the_servers_words(smtp: SmtpSink) -> None:
    smtp.refusal = "550 we know no such sender"
    [finding] = findings(smtp.url)
    assert finding.kind == "bad"
    assert "“we know no such sender”" in finding.said


def test_a_wrong_password_of_the_mail_server_is_named(smtp: SmtpSink) -> None:
    with letting_in(smtp, nobody) as port:
        [finding] = findings(f"smtp://care:wrong@127.0.0.1:{port}")
    assert "does not accept this user name and password" in finding.said


def test_a_right_password_of_the_mail_server_is_used(smtp: SmtpSink) -> None:
    seen: list[LoginPassword] = []

    def everybody(_server: object, _session: object, _envelope: object, _kind: str, login: LoginPassword) -> AuthResult:
        seen.append(login)
        return AuthResult(success=True)

    with letting_in(smtp, everybody) as port:
        [finding] = findings(Server("127.0.0.1", port, Security.NONE, "care@example.com", "p: @%").url("smtp"))
    assert finding.kind == "good"
    assert seen == [LoginPassword(b"care@example.com", b"p: @%")]


def nobody(*_: object) -> AuthResult:
    return AuthResult(success=False, handled=False)


@contextmanager
def letting_in(smtp: SmtpSink, authenticator: Callable[..., AuthResult]) -> Iterator[int]:
    """A mail server that asks for a login. Yields its port."""
    controller = Controller(
        smtp, hostname="127.0.0.1", port=free_port(), authenticator=authenticator, auth_require_tls=False
    )
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()
