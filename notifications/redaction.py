"""What went out without a secret: mails, alerts and webhook deliveries about a case, in every form it has there."""

import json

from django.db.models import Q, QuerySet
from django.utils.html import escape

from cases.models import Case
from cases.rules import REMOVED
from notifications.models import COLLECTING, Outgoing, OutgoingAlert, OutgoingMail, WebhookDelivery

# A line of a longer secret is removed alone too: mails quote line by line.
SHORTEST_LINE = 8


def erase(case: Case, secret: str) -> int:
    """Remove `secret` from whatever went out about a case, or waits to be sent. Returns from how many rows."""
    lines = [line.strip() for line in secret.splitlines()] if "\n" in secret else []
    parts = [secret, *(line for line in lines if len(line) >= SHORTEST_LINE)]
    # A mail that collects news of many cases is about none of them.
    collected = Q(kind__in=COLLECTING, made_at__gte=case.logged_at, body_text__contains=case.reference)
    mails = OutgoingMail.objects.filter(Q(case=case) | collected)
    return (
        _erase(mails, parts, "subject", "body_text", "body_html", "last_error")
        + _erase(OutgoingAlert.objects.filter(case=case), parts, "title", "text", "last_error")
        + _erase(WebhookDelivery.objects.filter(event__case=case), parts, "body", "answer", "last_error")
    )


def _erase(rows: QuerySet[Outgoing], parts: list[str], *columns: str) -> int:
    erased = 0
    for row_id, *texts in rows.values_list("pk", *columns):
        clean = [_without(text, parts) for text in texts]
        if clean != texts:
            erased += rows.filter(pk=row_id).update(**dict(zip(columns, clean, strict=True)))
    return erased


def _without(text: str, parts: list[str]) -> str:
    for part in parts:
        for form in (part, str(escape(part)), json.dumps(part, ensure_ascii=False)[1:-1]):
            text = text.replace(form, REMOVED)
    return text
