"""What a contact is asked beside a reply: a severity to agree to, a session or work in their cloud, a survey."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.lifecycle import Side
from cases.models import Case, CloudConsent, RemoteSession, SeverityProposal, Survey, User
from cases.querysets import PERSON
from sla.written_once import WrittenOnce

RowT = TypeVar("RowT", bound=Model)

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
    answers = [*_severities(contact), *_sessions(contact), *_consents(contact)]
    return [*sorted(answers, key=lambda ask: ask.asked_at), *_surveys(contact, now)]


def _severities(contact: User) -> Iterator[Ask]:
    for proposal in _PROPOSALS.all(contact=contact.pk):
        words = _("Do you agree to Severity %(level)s instead of %(was)s?")
        words %= {"level": proposal.severity, "was": proposal.from_severity}
        yield Ask(proposal.case, words, _at(proposal.case, "severity"), proposal.proposed_by, proposal.made_at)


def _sessions(contact: User) -> Iterator[Ask]:
    for session in _SESSIONS.all(contact=contact.pk):
        words = _("May we look at it with you in a remote session?")
        yield Ask(session.case, words, _at(session.case, "session"), session.asked_by, session.asked_at)


def _consents(contact: User) -> Iterator[Ask]:
    for consent in _CONSENTS.all(contact=contact.pk):
        words = _("Do you agree to work in your public cloud that may cost you?")
        yield Ask(consent.case, words, _at(consent.case, "consent"), consent.asked_by, consent.asked_at)


def _surveys(contact: User, now: datetime) -> Iterator[Ask]:
    for survey in _SURVEYS.all(contact=contact.pk, now=now):
        case = survey.closing.case
        address = reverse("case_survey", kwargs={"reference": case.reference})
        yield Ask(case, _("How did we do? Three questions, half a minute."), address, None, survey.made_at)


def _at(case: Case, part: str) -> str:
    return f"{reverse('case', kwargs={'reference': case.reference})}#{part}"


# --- What is read, and no more of it than is shown ----------------------------------------------------------------

PLACES: dict[str, Any] = {"contact": -1, "now": datetime(1, 1, 2, tzinfo=UTC)}
CONTACT = User(pk=PLACES["contact"])


def _shown(rows: QuerySet[RowT], asker: str, *fields: str) -> QuerySet[RowT]:
    people = [f"{asker}__{name}" for name in PERSON]
    return rows.select_related("case", asker).only(*fields, *_of_case("case"), *people).order_by("pk")[:SHOWN]


def _of_case(path: str) -> list[str]:
    return [f"{path}__{name}" for name in ("reference", "title", "severity")]


def _proposals() -> QuerySet[SeverityProposal]:
    waiting = SeverityProposal.objects.filter(decision="", side=Side.STAFF, case__in=Case.objects.visible_to(CONTACT))
    return _shown(waiting, "proposed_by", "severity", "from_severity", "made_at")


def _sessions_to_allow() -> QuerySet[RemoteSession]:
    asked = RemoteSession.objects.filter(consented_at=None, declined_at=None, replaced_at=None, ended_at=None)
    return _shown(asked.filter(case__in=Case.objects.visible_to(CONTACT).open()), "asked_by", "asked_at")


def _consents_to_give() -> QuerySet[CloudConsent]:
    asked = CloudConsent.objects.filter(answered_at=None, replaced_at=None)
    return _shown(asked.filter(case__in=Case.objects.visible_to(CONTACT).open()), "asked_by", "asked_at")


def _surveys_to_answer() -> QuerySet[Survey]:
    """Return the surveys of a contact's own cases: nobody rates for somebody else (P11.1)."""
    own = Case.objects.visible_to(CONTACT).closed().filter(contact=CONTACT, dismissed_at=None)
    asked = Survey.objects.filter(answered_at=None, expires_at__gt=PLACES["now"], closing__taken_back_at=None)
    shown = asked.filter(closing__case__in=own).select_related("closing__case").order_by("-pk")[:SHOWN]
    return shown.only("made_at", "closing__case", *_of_case("closing__case"))


_PROPOSALS = WrittenOnce(_proposals, contact=PLACES["contact"])
_SESSIONS = WrittenOnce(_sessions_to_allow, contact=PLACES["contact"])
_CONSENTS = WrittenOnce(_consents_to_give, contact=PLACES["contact"])
_SURVEYS = WrittenOnce(_surveys_to_answer, **PLACES)
