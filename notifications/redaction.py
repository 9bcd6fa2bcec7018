"""The mail log without a secret: subjects, texts, HTML and headers of every mail about a case."""

from typing import Any

from django.utils.html import escape

from cases.models import Case
from cases.rules import REMOVED
from notifications.models import OutgoingMail

# A line of a longer secret is removed alone too: mails quote line by line.
SHORTEST_LINE = 8


def erase(case: Case, secret: str) -> int:
    """Remove `secret` from the mails about a case, those that wait to be sent too. Returns from how many."""
    lines = [line.strip() for line in secret.splitlines()] if "\n" in secret else []
    parts = [secret, *(line for line in lines if len(line) >= SHORTEST_LINE)]
    erased = 0
    for mail in OutgoingMail.objects.filter(case=case):
        changed = _without(mail, parts)
        if changed:
            erased += OutgoingMail.objects.filter(pk=mail.pk).update(**changed)
    return erased


def _without(mail: OutgoingMail, parts: list[str]) -> dict[str, Any]:
    columns: dict[str, Any] = {
        "subject": mail.subject,
        "body_text": mail.body_text,
        "body_html": mail.body_html,
        "last_error": mail.last_error,
    }
    clean = dict(columns)
    for part in parts:
        for name, value in clean.items():
            clean[name] = value.replace(part, REMOVED).replace(str(escape(part)), REMOVED)
    return {name: value for name, value in clean.items() if value != columns[name]}
