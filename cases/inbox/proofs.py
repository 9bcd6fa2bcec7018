"""Whether the sender's domain says that it sent a mail: the DMARC result of our own mail server, and of nobody else."""

import re
from typing import Literal

from django.conf import settings

from cases.inbox.reading import Letter, headers

Proof = Literal["pass", "fail", ""]


def dmarc(letter: Letter) -> Proof:
    """Return what the trusted server found; empty where it said nothing, or none is trusted.

    The topmost result in its name counts: whatever stands further down may have been in the mail when it came.
    """
    trusted = settings.MAIL_AUTHSERV_ID.strip().lower()
    if not trusted:
        return ""
    for result in headers(letter.headers, "Authentication-Results"):
        server, _, found = result.partition(";")
        if server.split() and server.split()[0].lower() == trusted:
            return _of(found, letter.from_address.rpartition("@")[2])
    return ""


def _of(found: str, domain: str) -> Proof:
    # What stands in round brackets is a remark.
    plain = re.sub(r"\([^()]*\)", "", found).lower()
    result = re.search(r"(?:^|;)\s*dmarc\s*=\s*([a-z]+)([^;]*)", plain)
    if result is None:
        return ""
    about = re.search(r"header\.from\s*=\s*([^\s;]+)", result[2])
    if result[1] == "pass" and about is not None and not f".{domain}".endswith(f".{about[1]}"):
        # A result about somebody else's domain proves nothing.
        return ""
    return "pass" if result[1] == "pass" else "fail" if result[1] == "fail" else ""
