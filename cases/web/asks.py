"""What a contact is asked beside a reply: a severity to agree to, a session or work in their cloud, a survey."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from cases.models import Case, CloudConsent, RemoteSession, Survey, User
from cases.querysets import CaseQuerySet
from cases.web import severity

# Of each kind; whoever is asked more begins with these.
SHOWN = 50


@dataclass(frozen=True)
class Ask:
    """One question: of which case, in words, and where it is answered. Nobody stands behind a survey."""

    case: Case
    words: str
    address: str
    asked_by: User | None
    asked_at: datetime


def asks_of(contact: User, now: datetime) -> list[Ask]:
    """Return what waits for a contact's yes or no, the oldest first, and then what they may rate."""
    open_cases = Case.objects.visible_to(contact).open()
    answers = [*_severities(contact), *_sessions(open_cases), *_consents(open_cases)]
    return [*sorted(answers, key=lambda ask: ask.asked_at), *_surveys(contact, now)]


def _severities(contact: User) -> Iterator[Ask]:
    for proposal in severity.asked_of(contact):
        words = _("Do you agree to Severity %(level)s instead of %(was)s?")
        words %= {"level": proposal.severity, "was": proposal.from_severity}
        yield Ask(proposal.case, words, _at(proposal.case, "severity"), proposal.proposed_by, proposal.made_at)


def _sessions(cases: CaseQuerySet) -> Iterator[Ask]:
    asked = RemoteSession.objects.filter(consented_at=None, declined_at=None, replaced_at=None, ended_at=None)
    for session in asked.filter(case__in=cases).select_related("case", "asked_by").order_by("pk")[:SHOWN]:
        words = _("May we look at it with you in a remote session?")
        yield Ask(session.case, words, _at(session.case, "session"), session.asked_by, session.asked_at)


def _consents(cases: CaseQuerySet) -> Iterator[Ask]:
    asked = CloudConsent.objects.filter(answered_at=None, replaced_at=None)
    for consent in asked.filter(case__in=cases).select_related("case", "asked_by").order_by("pk")[:SHOWN]:
        words = _("Do you agree to work in your public cloud that may cost you?")
        yield Ask(consent.case, words, _at(consent.case, "consent"), consent.asked_by, consent.asked_at)


def _surveys(contact: User, now: datetime) -> Iterator[Ask]:
    """Yield the surveys of a contact's own cases: nobody rates for somebody else (P11.1)."""
    visible = Case.objects.visible_to(contact).closed().filter(contact=contact, dismissed_at=None)
    asked = Survey.objects.filter(answered_at=None, expires_at__gt=now, closing__taken_back_at=None)
    for survey in asked.filter(closing__case__in=visible).select_related("closing__case").order_by("-pk")[:SHOWN]:
        case = survey.closing.case
        address = reverse("case_survey", kwargs={"reference": case.reference})
        yield Ask(case, _("How did we do? Three questions, half a minute."), address, None, survey.made_at)


def _at(case: Case, part: str) -> str:
    return f"{reverse('case', kwargs={'reference': case.reference})}#{part}"
