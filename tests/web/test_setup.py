"""Set-up through its page: once, with mail tried out before, and with nothing lost on the way."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core import mail
from django.core.cache import caches
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from cases import actions
from cases.models import Site, StaffRole, User
from cases.rules import RuleBroken
from notifications import mailserver
from notifications.mailserver import Security, Server
from sla.models import PolicyVersion
from tests import builders
from tests.builders import at
from tests.imap_mailbox import ImapMailbox
from tests.servers import free_port
from tests.smtp_sink import SmtpSink
from tests.web.setting_up import ANSWERS, PASSWORD, WITHOUT_PASSWORD, by_imap, by_smtp, set_up, words

pytestmark = pytest.mark.usefixtures("installation")
# --- The road -------------------------------------------------------------------------------------------------------


def test_a_fresh_installation_leads_to_set_up(client: Client) -> None:
    first = client.get("/")
    assert (first.status_code, first["Location"]) == (302, "/setup/")
    page = client.get("/setup/")
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    assert "script-src 'self'" in page["Content-Security-Policy"]


def test_looking_writes_nothing(client: Client, installation: Path) -> None:
    client.get("/setup/")
    client.get("/setup/test/")
    assert not Site.objects.exists()
    assert not client.session.keys()
    assert list(installation.iterdir()) == []


def test_the_first_person_becomes_administrator_and_stands_before_the_queue(client: Client) -> None:
    builders.policy()
    done = client.post("/setup/", ANSWERS, follow=True)
    assert done.redirect_chain == [("/desk/", 302)]
    ada = User.objects.get()
    assert (ada.name, ada.email, ada.zone) == ("Ada Byron", "ada@example.com", "Australia/Perth")
    assert ada.staff_role == StaffRole.ADMINISTRATOR
    assert ada.check_password(PASSWORD)
    assert client.session["_auth_user_id"] == str(ada.pk)
    site = Site.objects.get()
    assert (site.name, site.mail_from) == ("Care & Co", "Care <care@example.com>")
    assert "Care &amp; Co is set up, and you are its administrator." in words(done)
    assert 'add partners and people in <a href="/admin/">Administration</a>' in words(done)
    assert "policy is not loaded" not in words(done)


def test_a_policy_that_is_missing_is_said(client: Client) -> None:
    PolicyVersion.objects.all().delete()
    assert "The support policy is not loaded yet" in words(client.post("/setup/", ANSWERS, follow=True))


def test_afterwards_the_page_is_gone_for_everybody(client: Client) -> None:
    set_up(client)
    for visitor in (client, Client()):
        assert visitor.get("/setup/").status_code == 404
        assert visitor.get("/setup/test/", follow=True).status_code == 404
        for address in ("/setup/", "/setup/test/"):
            refused = visitor.post(address, {**ANSWERS, "email": "eve@example.com"})
            assert refused.status_code == 404
            assert "This portal is set up already" in words(refused)
    assert User.objects.get().email == "ada@example.com"


def test_a_site_is_set_up_once(client: Client) -> None:
    set_up(client)
    with pytest.raises(RuleBroken, match="This site is set up already"):
        actions.set_up_site(
            site_name="Mine",
            mail_from="",
            name="Eve",
            email="eve@example.com",
            password=PASSWORD,
            zone="UTC",
            language="en",
            now=at("Tue 12:00"),
        )


def test_whoever_made_people_by_another_way_is_not_taken_over(client: Client) -> None:
    User.objects.create_superuser("root@example.com", PASSWORD, name="Root")
    assert client.get("/setup/").status_code == 404
    assert set_up(client).status_code == 404
    assert not Site.objects.exists()


def test_a_named_site_without_people_is_not_taken_over(client: Client) -> None:
    Site.objects.create(pk=1, name="Ours")
    assert client.get("/setup/").status_code == 404
    assert set_up(client).status_code == 404
    assert not User.objects.exists()


def test_a_form_from_another_site_is_refused() -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.get("/setup/")
    assert set_up(strict).status_code == 403
    assert strict.post("/setup/test/", ANSWERS).status_code == 403
    assert not User.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_set_up_at_once_one_wins_and_the_other_is_told(
    installation: Path, smtp: SmtpSink, settings: Settings
) -> None:
    def person(name: str, port: int) -> Callable[[], HttpResponse]:
        client = Client()
        client.get("/setup/")
        return lambda: set_up(client, email=f"{name}@example.com", site_name=name, **by_smtp(port))

    ports = {"ada": 2501, "eve": 2502}
    answers = builders.all_at_once([person(name, port) for name, port in ports.items()])
    assert not [answer for answer in answers if isinstance(answer, Exception)], answers
    statuses = sorted(answer.status_code for answer in answers if not isinstance(answer, Exception))
    assert statuses == [302, 404]
    [told] = [answer for answer in answers if not isinstance(answer, Exception) and answer.status_code == 404]
    assert "This portal is set up already" in words(told)
    winner = User.objects.get().email.partition("@")[0]
    assert Site.objects.get().name == winner
    assert (installation / "mail" / "email_url").read_text() == f"smtp://127.0.0.1:{ports[winner]}\n"
    assert [file.name for file in (installation / "mail").iterdir()] == ["email_url"], "the loser's file is gone"


# --- Mail settings --------------------------------------------------------------------------------------------------


def test_mail_settings_become_files_for_their_owner_alone_and_mail_leaves_at_once(
    client: Client, installation: Path, smtp: SmtpSink, mailbox: ImapMailbox
) -> None:
    assert mailserver.mail_goes_nowhere()
    set_up(client, **by_smtp(smtp.port), **by_imap(mailbox))
    folder = installation / "mail"
    assert {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()} == {
        "email_url": 0o600,
        "mailbox_url": 0o600,
    }
    assert folder.stat().st_mode & 0o777 == 0o700
    assert not mailserver.mail_goes_nowhere()
    assert mailserver.mailbox() == Server("127.0.0.1", mailbox.port, Security.NONE, mailbox.user, mailbox.password)
    mail.send_mail("Reset your password", "Text", None, ["ada@example.com"])
    [got] = smtp.received
    assert got.message["From"] == "Care <care@example.com>"


def test_without_mail_nothing_is_written(client: Client, installation: Path) -> None:
    set_up(client)
    assert list(installation.iterdir()) == []


def test_an_empty_port_is_the_usual_one(client: Client, installation: Path) -> None:
    set_up(client, smtp_host="smtp.example.com", imap_host="imap.example.com", imap_user="a", imap_password="b")
    assert (installation / "mail" / "email_url").read_text() == "smtp+tls://smtp.example.com:587\n"
    assert (installation / "mail" / "mailbox_url").read_text() == "imap+ssl://a:b@imap.example.com:993\n"


def test_what_the_environment_says_is_not_asked_for(
    client: Client, installation: Path, settings: Settings, smtp: SmtpSink
) -> None:
    settings.EMAIL_URL = f"smtp://care:secret@127.0.0.1:{smtp.port}"
    settings.MAILBOX_URL = "imaps://care:secret@imap.example.com"
    page = words(client.get("/setup/"))
    assert f"Mail leaves by <b>127.0.0.1:{smtp.port}</b>, as EMAIL_URL says." in page
    assert "Mail comes in at <b>imap.example.com</b>, as MAILBOX_URL says." in page
    assert 'name="smtp_host"' not in page
    assert "secret" not in page
    assert set_up(client, **by_smtp(free_port())).status_code == 302
    assert list(installation.iterdir()) == []


def test_a_mail_folder_that_cannot_be_written_sets_nothing_up(client: Client, installation: Path) -> None:
    (installation / "mail").write_text("in the way")
    refused = set_up(client, **by_smtp(2525))
    assert refused.status_code == 422
    assert "so nothing was set up" in words(refused)
    assert not User.objects.exists()
    assert not Site.objects.exists()


# --- Wrong input ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "beside", "said"),
    [
        ({"name": ""}, "name", "Write your name"),
        ({"email": "ada"}, "email", "like name@company.example"),
        ({"password": "short"}, "password", "at least 10 characters"),
        ({"password": "password123"}, "password", "too common"),
        ({"password": "ada@example.com"}, "password", "too similar"),
        (
            {"password": "Care-and-2026", "site_name": "Care and Cure"},
            "password",
            "a word of your company or ours (care)",
        ),
        ({"password": ""}, "password", "Choose a password"),
        ({"zone": ""}, "zone", "Choose your time zone"),
        ({"zone": "Mars/Olympus"}, "zone", "no such time zone"),
        ({"site_name": ""}, "site_name", "Name the site"),
        ({"mail_from": "Care"}, "mail_from", "Write one mail address"),
        ({"mail_from": "a@example.com, b@example.com"}, "mail_from", "Write one mail address"),
        ({"mail_from": "Care\r\nBcc: x@example.com <a@example.com>"}, "mail_from", "Write one mail address"),
        ({"smtp_host": "smtp://mail.example.com"}, "smtp_host", "name alone"),
        ({"smtp_host": "a..b"}, "smtp_host", "name alone"),
        ({"smtp_host": "mail.example.com", "smtp_port": "70000"}, "smtp_port", "from 1 to 65535"),
        ({"smtp_host": "mail.example.com", "smtp_port": "many"}, "smtp_port", "from 1 to 65535"),
        ({"smtp_host": "mail.example.com", "smtp_user": "care"}, "smtp_password", "Type the password"),
        ({"smtp_host": "mail.example.com", "smtp_password": "pw"}, "smtp_user", "Name the user"),
        ({"smtp_host": "mail.example.com", "smtp_user": "a", "smtp_password": "Bär"}, "smtp_password", "plain letters"),
        ({"smtp_user": "care"}, "smtp_host", "Name the server"),
        ({"imap_host": "mail.example.com"}, "imap_user", "Name the user"),
        ({"imap_host": "h", "imap_user": "a\r\nb", "imap_password": "x"}, "imap_user", "plain letters"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    client: Client, installation: Path, wrong: dict[str, str], beside: str, said: str
) -> None:
    refused = set_up(client, **wrong)
    assert refused.status_code == 422
    page = words(refused)
    assert said in page[page.index(f'id="id_{beside}_error"') :].split("</div>")[0]
    assert f'href="#id_{beside}"' in page, "the summary on top leads there"
    assert list(refused.context["form"].errors) == [beside]
    assert not User.objects.exists()
    assert list(installation.iterdir()) == []


def test_nothing_that_was_typed_is_lost_and_no_password_is_shown(client: Client) -> None:
    typed = {
        "smtp_host": "smtp.example.com",
        "smtp_port": "2525",
        "smtp_security": "tls",
        "smtp_user": "care",
        "smtp_password": "smtp secret",
        "imap_host": "imap.example.com",
        "imap_security": "starttls",
        "imap_user": "box",
        "imap_password": "imap secret",
    }
    refused = words(set_up(client, name="", **typed))
    for value in ("Ada@example.com", "Care &amp; Co", "smtp.example.com", "2525", "care", "imap.example.com", "box"):
        assert f'value="{value}"' in refused
    for choice in ("Australia/Perth", "tls", "starttls"):
        assert f'value="{choice}" selected' in refused
    for secret in (PASSWORD, "smtp secret", "imap secret"):
        assert secret not in refused
    assert refused.count("Kept from before, so leave it empty.") == 3
    later = {**WITHOUT_PASSWORD, **typed, "smtp_password": "", "imap_password": ""}
    assert client.post("/setup/", later).status_code == 302
    assert User.objects.get().check_password(PASSWORD)
    known = mailserver.known("EMAIL_URL")
    assert known is not None
    assert known.url == "smtp+ssl://care:smtp%20secret@smtp.example.com:2525"
    assert mailserver.mailbox() == Server("imap.example.com", 143, Security.STARTTLS, "box", "imap secret")


def test_a_kept_password_belongs_to_one_browser_and_gives_way_to_a_new_one(client: Client) -> None:
    set_up(client, name="")
    assert Client().post("/setup/", WITHOUT_PASSWORD).status_code == 422, "another browser has nothing kept"
    set_up(client, name="", password="another long one")
    assert client.post("/setup/", WITHOUT_PASSWORD).status_code == 302
    assert User.objects.get().check_password("another long one")


def test_kept_passwords_are_not_in_the_database_and_forgotten_at_the_end(client: Client) -> None:
    set_up(client, name="", smtp_host="h", smtp_user="u", smtp_password="smtp secret")
    kept = dict(client.session)
    assert "secret" not in str(kept)
    assert PASSWORD not in str(kept)
    assert caches["typed"].get(f"setup:{kept['setup']}") == {"password": PASSWORD, "smtp_password": "smtp secret"}
    set_up(client)
    assert caches["typed"].get(f"setup:{kept['setup']}") is None
    assert "setup" not in client.session


def test_a_weak_password_is_not_kept(client: Client) -> None:
    assert "Kept from before" not in words(set_up(client, password="short"))
    assert client.post("/setup/", WITHOUT_PASSWORD).status_code == 422
    set_up(client, name="")
    assert "Kept from before" not in words(set_up(client, password="short")), "nor is the one it was to replace"
    assert client.post("/setup/", WITHOUT_PASSWORD).status_code == 422
