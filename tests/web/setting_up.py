"""What somebody types into the page of set-up, and what it answers."""

from typing import Any

from django.test import Client

from tests.imap_mailbox import ImapMailbox

PASSWORD = "correct horse battery"
ANSWERS = {
    "name": "Ada Byron",
    "email": "Ada@example.com",
    "password": PASSWORD,
    "zone": "Australia/Perth",
    "site_name": "Care & Co",
    "mail_from": "Care <care@example.com>",
    "smtp_security": "starttls",
    "imap_security": "tls",
}
WITHOUT_PASSWORD = {name: value for name, value in ANSWERS.items() if name != "password"}


def by_smtp(port: int) -> dict[str, str]:
    return {"smtp_host": "127.0.0.1", "smtp_port": str(port), "smtp_security": "none"}


def by_imap(box: ImapMailbox) -> dict[str, str]:
    return {
        "imap_host": "127.0.0.1",
        "imap_port": str(box.port),
        "imap_security": "none",
        "imap_user": box.user,
        "imap_password": box.password,
    }


def words(response: Any) -> str:
    """Return a page as one line of text with its tags."""
    return " ".join(response.content.decode().split())


def set_up(client: Client, **answers: str) -> Any:
    return client.post("/setup/", {**ANSWERS, **answers})
