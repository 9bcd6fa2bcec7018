"""The signs on our own mails by which an answer finds its case, and by which we know them again.

They are signed with a key made from the site's secret key: nobody else can write one, and to guess one is hopeless.
What was signed with a key of before (`SECRET_KEY_FALLBACKS`) is known, too: mails are answered after months.
"""

import base64
import email.utils
import re
import secrets

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

# Which case a mail was about, which mail, our signature over both, and a trace of whom it went to.
_MESSAGE_ID = re.compile(
    r"<?c(?P<case>\d{1,18})\.(?P<nonce>[a-z0-9]{16})\.(?P<sign>[a-z2-7]{16})\.(?P<to>[a-z2-7]{16})@"
)
# What all mails of a case refer to; unsigned, because some servers give our mails another Message-ID.
_ROOT = re.compile(r"<?case\.(\d{1,18})@")
_REPLY_ADDRESS = re.compile(r"^[^@+]+\+(?P<reference>[a-z][a-z0-9]{1,5}-\d{1,9})\.(?P<sign>[a-z2-7]{16})@")
MARK_HEADER = "X-Support-Mark"


def _signature(purpose: str, *parts: object, key: str = "") -> str:
    words = "|".join(str(part) for part in parts)
    secret = key or settings.SECRET_KEY
    digest = salted_hmac(f"cases.inbox.marks.{purpose}", words, secret=secret, algorithm="sha256").digest()
    return base64.b32encode(digest[:10]).decode().lower()


def _is_signature(found: str, purpose: str, *parts: object) -> bool:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return any(constant_time_compare(found, _signature(purpose, *parts, key=key)) for key in keys)


def message_id(case_id: int, recipient: str, domain: str) -> str:
    """Return a new Message-ID for a mail about a case to one address."""
    nonce = secrets.token_hex(8)
    signed, sent_to = _signature("mail", case_id, nonce), _signature("recipient", nonce, recipient.lower())
    return f"<c{case_id}.{nonce}.{signed}.{sent_to}@{domain}>"


def case_of_mail(named: str) -> int | None:
    """Return the case that one of our Message-IDs is about; None when it is none of ours."""
    found = _MESSAGE_ID.match(named.strip().lower())
    if found is None or not _is_signature(found["sign"], "mail", found["case"], found["nonce"]):
        return None
    return int(found["case"])


def went_to(named: str, address: str) -> bool:
    """Return whether the mail with this Message-ID is ours and was sent to `address`."""
    found = _MESSAGE_ID.match(named.strip().lower())
    if found is None or case_of_mail(named) is None:
        return False
    return _is_signature(found["to"], "recipient", found["nonce"], address.lower())


def root(case_id: int, domain: str) -> str:
    """Return what all mails of a case refer to, so that they hang together."""
    return f"<case.{case_id}@{domain}>"


def case_of_root(named: str) -> int | None:
    """Return the case of the root that a mail refers to; whoever may see it is asked elsewhere."""
    found = _ROOT.match(named.strip().lower())
    return None if found is None else int(found[1])


def reply_address(reference: str, case_id: int, recipient: str, sent_from: str) -> str:
    """Return where answers of one reader about one case go: the site's address with the case in it, signed."""
    name, mailbox = email.utils.parseaddr(sent_from)
    local, _, domain = mailbox.rpartition("@")
    signed = _signature("reply", case_id, recipient.lower())
    return email.utils.formataddr((name, f"{local}+{reference.lower()}.{signed}@{domain}"))


def reference_in(address: str) -> tuple[str, str] | None:
    """Return the reference and the signature in a reply address; None when it carries none."""
    found = _REPLY_ADDRESS.match(address.strip().lower())
    return None if found is None else (found["reference"].upper(), found["sign"])


def is_reply_address_of(case_id: int, recipient: str, signature: str) -> bool:
    """Return whether we gave this reply address to `recipient`."""
    return _is_signature(signature, "reply", case_id, recipient.lower())


def mark(named: str) -> str:
    """Return the mark of our mail with this Message-ID: a mail that comes back is known by it."""
    return _signature("mark", _bare(named))


def is_marked(named: str, found: str) -> bool:
    """Return whether `found` is the mark of a mail of ours."""
    return bool(found) and _is_signature(found.strip(), "mark", _bare(named))


def _bare(named: str) -> str:
    return named.strip("<> ")
