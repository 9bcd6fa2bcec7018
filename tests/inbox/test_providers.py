"""Mail that a mail provider brings: proven by its own secret, kept as it came, and read by the one parser."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from cases.inbox import handling, reading
from cases.inbox.providers import PROVIDERS
from cases.models import Case, IncomingMail
from tests.builders import at
from tests.cases.pages import clock_at
from tests.inbox import hostile
from tests.inbox.post import letter
from tests.notifications.office import Office

pytestmark = pytest.mark.clause("P1.2")
NOON = at("Tue 12:00")
SECRET = "portal:a-long-password"
JSON = "application/json"


def mailgun(raw: bytes, secret: str) -> dict[str, Any]:
    told = {"timestamp": "1790000000", "token": "t" * 50}
    signature = hmac.new(secret.encode(), (told["timestamp"] + told["token"]).encode(), hashlib.sha256).hexdigest()
    return form({**told, "signature": signature, "recipient": "care@probax.io"}, "body-mime", raw)


def sendgrid(raw: bytes, secret: str) -> dict[str, Any]:
    return by_password(form({"envelope": "{}"}, "email", raw), secret)


def postmark(raw: bytes, secret: str) -> dict[str, Any]:
    return by_password(body({"From": "x", "RawEmail": raw.decode()}), secret)


def sparkpost(raw: bytes, secret: str) -> dict[str, Any]:
    content = {"email_rfc822": base64.b64encode(raw).decode(), "email_rfc822_is_base64": True}
    return by_password(body([{"msys": {"relay_message": {"content": content}}}, {"msys": {}}]), secret)


def mailersend(raw: bytes, secret: str) -> dict[str, Any]:
    posted = body({"type": "inbound.message", "data": {"raw": raw.decode()}})
    posted["Signature"] = hmac.new(secret.encode(), posted["data"], hashlib.sha256).hexdigest()
    return posted


def mailjet(raw: bytes, secret: str) -> dict[str, Any]:
    message = reading.read(raw)
    headers = {name: str(value) for name, value in message.headers.items() if not name.startswith("Content-")}
    return by_password(body({"Headers": headers, "Text-part": message.whole_text, "Parts": []}), secret)


def form(fields: dict[str, str], name: str, raw: bytes) -> dict[str, Any]:
    parts = [
        f'--=_b\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in fields.items()
    ]
    mail = f'--=_b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + raw + b"\r\n--=_b--\r\n"
    return {"data": b"".join(parts) + mail, "content_type": 'multipart/form-data; boundary="=_b"'}


def body(told: Any) -> dict[str, Any]:
    return {"data": json.dumps(told).encode(), "content_type": JSON}


def by_password(posted: dict[str, Any], secret: str) -> dict[str, Any]:
    return posted | {"Authorization": f"Basic {base64.b64encode(secret.encode()).decode()}"}


POSTED = {
    "mailgun": mailgun,
    "mailersend": mailersend,
    "mailjet": mailjet,
    "postmark": postmark,
    "sendgrid": sendgrid,
    "sparkpost": sparkpost,
}


def bring(name: str, posted: dict[str, Any]) -> Any:
    headers = {key: value for key, value in posted.items() if key not in ("data", "content_type")}
    with clock_at(NOON):
        return Client(enforce_csrf_checks=True).post(
            f"/inbound/{name}/mime", posted["data"], content_type=posted["content_type"], headers=headers
        )


@pytest.fixture
def raw(office: Office) -> bytes:
    mail = letter(office.priya, "Sev 2: brought by a provider", "Grüße: restores of 400 GB run at 3 MB/s.")
    return mail.as_bytes().replace(b"\n", b"\r\n")


def test_every_provider_is_tested() -> None:
    assert set(POSTED) == set(PROVIDERS)


@pytest.mark.parametrize("name", POSTED)
def test_a_mail_is_kept_as_it_came_and_brought_again_it_is_one(name: str, raw: bytes, settings: Settings) -> None:
    settings.INBOUND_PROVIDER, settings.INBOUND_SECRET = name, SECRET
    first, second = bring(name, POSTED[name](raw, SECRET)), bring(name, POSTED[name](raw, SECRET))
    assert (first.status_code, first.json()) == (202, {"new": 1}), first.content
    assert (second.status_code, second.json()) == (202, {"new": 0})
    kept = IncomingMail.objects.get()
    assert (kept.source, kept.received_at) == (name, NOON)
    if name != "mailjet":
        assert handling.raw_of(kept).rstrip() == raw.rstrip()
    assert handling.handle_waiting(lambda: NOON, limit=10) == 1
    case = Case.objects.get()
    assert (case.title, case.severity, case.logged_at) == ("Sev 2: brought by a provider", 2, NOON)
    assert case.explanation == "Grüße: restores of 400 GB run at 3 MB/s."


@pytest.mark.parametrize("name", POSTED)
def test_what_is_not_the_providers_is_refused(name: str, raw: bytes, settings: Settings) -> None:
    posted = POSTED[name](raw, SECRET)
    assert bring(name, posted).status_code == 404, "off by default"
    settings.INBOUND_PROVIDER, settings.INBOUND_SECRET = name, "a:b"
    assert bring(name, POSTED[name](raw, "a:b")).status_code == 404, "no secret worth the name"
    settings.INBOUND_SECRET = SECRET
    assert bring(name, POSTED[name](raw, "portal:another-password")).status_code == 403
    bare = {key: value for key, value in posted.items() if key not in ("Authorization", "Signature")}
    bare["data"] = bare["data"].replace(b"signature", b"sign")
    assert bring(name, bare).status_code == 403
    other = next(known for known in POSTED if known != name)
    assert bring(other, POSTED[other](raw, SECRET)).status_code == 404
    assert not IncomingMail.objects.exists()


@pytest.mark.parametrize(
    ("name", "posted", "advice"),
    [
        ("postmark", body({"From": "x", "TextBody": "Hello"}), "Include raw email"),
        ("sendgrid", form({"headers": "From: x"}, "text", b"Hello"), "raw, full MIME"),
        ("sparkpost", body({"a": 1}), "TypeError"),
        ("postmark", {"data": b"{", "content_type": JSON}, "JSONDecodeError"),
    ],
)
def test_a_provider_that_is_set_otherwise_is_told_and_comes_again(
    db: None, name: str, posted: dict[str, Any], advice: str, settings: Settings
) -> None:
    settings.INBOUND_PROVIDER, settings.INBOUND_SECRET = name, SECRET
    answer = bring(name, by_password(posted, SECRET))
    assert answer.status_code == 503
    assert advice in answer.content.decode()


def test_a_mail_may_be_larger_than_a_form_and_a_form_may_not_be_anything(office: Office, settings: Settings) -> None:
    settings.INBOUND_PROVIDER, settings.INBOUND_SECRET = "sendgrid", SECRET
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    large = letter(office.priya, "Large", "x" * 70 + "\n" * 2000).as_bytes()
    assert bring("sendgrid", sendgrid(large, SECRET)).status_code == 202
    fields = {f"field{number}": "x" for number in range(300)}
    assert b"too many fields" in bring("sendgrid", by_password(form(fields, "email", large), SECRET)).content


def test_a_hostile_mail_is_taken_from_a_provider_as_from_anybody(office: Office, settings: Settings) -> None:

    settings.INBOUND_PROVIDER, settings.INBOUND_SECRET = "mailgun", SECRET
    for name in ("nested 100 deep", "10,000 parts", "nul in header", "latin bytes as utf-8"):
        assert bring("mailgun", mailgun(hostile.NAMED[name], SECRET)).status_code == 202
    assert IncomingMail.objects.count() == 4
