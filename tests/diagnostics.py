"""What specialists and contacts do about diagnostics and consent, in few words."""

from datetime import datetime
from typing import Any

from cases import actions
from cases.models import Case, CloudConsent, Deadline, DeadlineKind, DiagnosticRequest, RemoteSession, User
from cases.rules import RuleBroken
from tests.builders import at


def ask_for_logs(
    case: Case, by: User, when: str, *, wanted: str = "The logs of BK-02.", until: str = "Wed 17:00"
) -> Case:
    """Ask for diagnostics."""
    shown = case.diagnostic_requests.filter(ended_at=None).first()
    return actions.ask_for_diagnostics(
        case_id=case.pk,
        wanted=wanted,
        wanted_by=at(until),
        expected_id=None if shown is None else shown.pk,
        actor=by,
        now=at(when),
    )


def investigate(case: Case, by: User, when: str, *, until: str = "Wed 12:00", note: str = "") -> Case:
    """Begin to investigate with a promise to follow up."""
    return actions.begin_investigation(case_id=case.pk, follow_up_at=at(until), note=note, actor=by, now=at(when))


def promise_of(case: Case) -> Deadline:
    """Return the newest promise to follow up."""
    return case.deadlines.filter(kind=DeadlineKind.FOLLOW_UP).latest("pk")


def request_of(case: Case) -> DiagnosticRequest:
    """Return the newest request for diagnostics."""
    return case.diagnostic_requests.latest("pk")


def asked_session(case: Case, by: User, when: str, purpose: str = "Look at the services on BK-02.") -> RemoteSession:
    """Ask for a remote session."""
    actions.ask_for_session(case_id=case.pk, purpose=purpose, actor=by, now=at(when))
    return case.remote_sessions.latest("pk")


def agreed_session(case: Case, by: User, when: str, contact: User) -> RemoteSession:
    """Ask for a remote session and have it agreed to a minute later."""
    asked = asked_session(case, by, when)
    return actions.answer_session(session_id=asked.pk, consents=True, actor=contact, now=later(when))


def asked_consent(case: Case, by: User, when: str, action: str = "Copy 40 GB out of your bucket.") -> CloudConsent:
    """Ask for consent to work in a public cloud."""
    actions.ask_for_cloud_consent(case_id=case.pk, action=action, actor=by, now=at(when))
    return case.consents.latest("pk")


def given_consent(case: Case, by: User, when: str, contact: User) -> CloudConsent:
    """Ask for consent and have it given a minute later."""
    asked = asked_consent(case, by, when)
    return actions.answer_cloud_consent(consent_id=asked.pk, given=True, actor=contact, now=later(when))


def later(when: str) -> datetime:
    """Return the minute after."""
    day, clock = when.rsplit(" ", 1)
    hour, minute = clock.split(":")
    return at(f"{day} {hour}:{int(minute) + 1:02}")


def refusal_of(act: Any) -> str:
    """Return the sentence that an act was refused with."""
    try:
        act()
    except RuleBroken as broken:
        return str(broken)
    raise AssertionError("it was not refused")
