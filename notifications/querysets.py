"""Reads of the outbox."""

from django.db.models import Q, QuerySet

from cases.models import Case
from notifications.models import OutgoingMail


def matching(mails: QuerySet[OutgoingMail], *, state: str, words: str) -> QuerySet[OutgoingMail]:
    """Keep mails in `state` whose address or case reference begins with `words`; empty keeps all."""
    if state:
        mails = mails.filter(state=state)
    if words:
        of_cases = Case.objects.filter(reference__startswith=words.upper())
        mails = mails.filter(Q(to_address__startswith=words.lower()) | Q(case__in=of_cases))
    return mails
