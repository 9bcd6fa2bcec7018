"""Whoever quotes a mail of ours quotes its link too. Nobody else who reads it gets a key that acts in their name."""

import hashlib
import io
import re
from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from zipfile import ZipFile

import pytest

from cases import actions
from cases.inbox.handling import raw_of
from cases.models import IncomingMail, MailFate
from notifications.models import OutgoingMail
from tests.builders import at, say
from tests.cases.pages import browser_of, get, post, read, words_of
from tests.inbox.post import answer_to, case_of, deliver
from tests.notifications.office import Office, mail, tell
from tests.severities import propose

pytestmark = pytest.mark.clause("P8.1")
ASKED = "Tue 24 Nov 09:30"
NOON = at("Tue 24 Nov 12:00")


@pytest.fixture
def asked(office: Office) -> OutgoingMail:
    """The mail that asks Priya to agree to Severity 3, with a link that agrees for her."""
    propose(office.log(severity=2), office.lena, 3, at(ASKED))
    tell(ASKED)
    return mail("severity_proposed", office.priya)


def key_in(asked: OutgoingMail) -> str:
    found = re.search(r"/severity/([\w-]+)/", asked.body_text)
    assert found is not None
    return found[1]


def quoted(asked: OutgoingMail, office: Office) -> EmailMessage:
    return answer_to(asked, office.priya)


def in_base64(asked: OutgoingMail, office: Office) -> EmailMessage:
    answer = quoted(asked, office)
    answer.set_content(answer.get_content(), cte="base64")
    return answer


def broken_into_lines(asked: OutgoingMail, office: Office) -> EmailMessage:
    key = key_in(asked)
    return answer_to(asked, office.priya, f"> https://care.example/severity/{key[:9]}\n> {key[9:]}/\nRegards")


def inside_another_link(asked: OutgoingMail, office: Office) -> EmailMessage:
    safe = f"https://safe.example/?url=https%3A%2F%2Fcare.example%2Fseverity%2F{key_in(asked)}%2F&data=1"
    return answer_to(asked, office.priya, safe)


def as_an_attached_mail(asked: OutgoingMail, office: Office) -> EmailMessage:
    ours = EmailMessage()
    ours["Subject"] = asked.subject
    ours.set_content(asked.body_text, cte="quoted-printable")
    answer = answer_to(asked, office.priya, "See below.")
    answer.add_attachment(ours)
    return answer


def in_a_text_file(asked: OutgoingMail, office: Office) -> EmailMessage:
    answer = answer_to(asked, office.priya, "See the file.")
    answer.add_attachment(asked.body_text.encode(), maintype="text", subtype="plain", filename="mail.txt")
    return answer


WAYS = (quoted, in_base64, broken_into_lines, inside_another_link, as_an_attached_mail, in_a_text_file)


def all_that_is_told(came: IncomingMail, office: Office) -> list[bytes]:
    """Return whatever staff, and an administrator who exports what is kept about Priya, read of a mail."""
    lena, ann = browser_of(office.lena, NOON), browser_of(office.ann, NOON)
    case = case_of(came)
    addresses = [f"/desk/inbox/{came.pk}/", f"/desk/inbox/{came.pk}/raw/", f"/desk/cases/{case.reference}/"]
    addresses += [f"/files/{file.pk}/" for file in case.attachments.all()]
    told = [read(get(lena, address, NOON)) for address in addresses]
    export = ZipFile(io.BytesIO(read(post(ann, f"/manager/persons/{office.priya.pk}/export/", {}, NOON))))
    return [*told, *(export.read(name) for name in export.namelist())]


@pytest.mark.parametrize("way", WAYS)
def test_its_key_is_told_to_nobody_and_what_is_kept_stays_as_it_came(
    office: Office, asked: OutgoingMail, way: Callable[[OutgoingMail, Office], EmailMessage]
) -> None:
    sent, key = way(asked, office), key_in(asked)
    came = deliver(sent, "Tue 24 Nov 11:00")
    assert came.fate == MailFate.REPLY
    for told in all_that_is_told(came, office):
        for text in (told, _decoded(told)):
            assert key.encode() not in text
            assert key[9:].encode() not in text
    kept = raw_of(came)
    assert kept == sent.as_bytes()
    assert hashlib.sha256(kept).hexdigest() == came.sha256


def _decoded(told: bytes) -> bytes:
    """Return all parts of a mail without their transport encoding."""
    parts = [part.get_payload(decode=True) for part in message_from_bytes(told).walk() if not part.is_multipart()]
    return b"\n".join(part for part in parts if isinstance(part, bytes))


def test_a_mail_without_such_a_link_is_handed_out_byte_for_byte(office: Office) -> None:
    case = office.log()
    office.ask(case, ASKED)
    tell(ASKED)
    sent = in_a_text_file(mail("specialist_replied"), office)
    came = deliver(sent, "Tue 24 Nov 11:00")
    original = get(browser_of(office.lena, NOON), f"/desk/inbox/{came.pk}/raw/", NOON)
    assert read(original) == sent.as_bytes()


def test_a_link_that_is_pasted_into_a_reply_is_shown_without_its_key(office: Office, asked: OutgoingMail) -> None:
    key, case = key_in(asked), asked.case
    assert case is not None
    words = f"This does not open: https://care.example/severity/{key}/"
    say(case, office.priya, NOON, words)
    actions.write_note(case_id=case.pk, body=words, actor=office.lena, now=NOON)
    page = words_of(get(browser_of(office.lena, NOON), f"/desk/cases/{case.reference}/", NOON))
    assert page.count("This does not open") == 2
    assert key not in page


def test_a_link_that_sets_a_password_is_quoted_to_nobody(office: Office, asked: OutgoingMail) -> None:
    link = "/accounts/password/reset/key/3-cab12f-0123456789abcdef0123456789abcdef/"
    came = deliver(answer_to(asked, office.priya, f"What is https://care.example{link} ?"), "Tue 24 Nov 11:00")
    assert "https://care.example/accounts/password/reset/key/.../ ?" in came.whole_text
