"""Mails about diagnostics, remote sessions, the promised follow-up (P7.1) and consent to cloud cost (P12.1)."""

from datetime import datetime
from typing import Any

from cases.models import Attachment, CaseEvent, CloudAction, CloudConsent, Deadline, DiagnosticRequest, RemoteSession
from notifications import recipients
from notifications.letters import Letter
from notifications.models import MailKind

Secrets = dict[str, str]


def diagnostics_asked(event: CaseEvent, secrets: Secrets) -> list[Letter]:
    """Say to the contact which data is needed and by when."""
    asked = DiagnosticRequest.objects.select_related("asked_by").get(pk=event.whole["request"])
    return _to_contact(MailKind.DIAGNOSTICS_ASKED, event, {"asked": asked})


def session_asked(event: CaseEvent, secrets: Secrets) -> list[Letter]:
    """Ask the contact for a remote session, in the words that they agree to on the case's page."""
    session = RemoteSession.objects.select_related("asked_by").get(pk=event.whole["session"])
    return _to_contact(MailKind.SESSION_ASKED, event, {"session": session})


def session_answered(event: CaseEvent, secrets: Secrets) -> list[Letter]:
    """Bring the contact's yes or no to whoever owns the case. What a specialist wrote down themselves is no news."""
    if event.whole.get("said_by"):
        return []
    session = RemoteSession.objects.select_related("consented_by", "declined_by").get(pk=event.whole["session"])
    return _to_owner(MailKind.SESSION_ANSWERED, event, {"session": session, "consents": event.whole["consents"]})


def follow_up_promised(event: CaseEvent, secrets: Secrets) -> list[Letter]:
    """Say to the contact by when we follow up; after a change, what it was before and why."""
    facts = event.whole
    old = facts.get("old_due_at")
    content = {
        "due_at": datetime.fromisoformat(facts.get("new_due_at") or facts["due_at"]),
        "old_due_at": None if old is None else datetime.fromisoformat(old),
        "reason": facts.get("reason", ""),
        "name": str(event.actor),
    }
    return _to_contact(MailKind.FOLLOW_UP_PROMISED, event, content)


def consent_asked(event: CaseEvent, secrets: Secrets) -> list[Letter]:
    """Ask the contact for consent, with the very words that they answer on the case's page."""
    consent = CloudConsent.objects.select_related("asked_by", "text").get(pk=event.whole["consent"])
    return _to_contact(MailKind.CONSENT_ASKED, event, {"consent": consent})


def consent_answered(event: CaseEvent, secrets: Secrets) -> list[Letter]:
    """Bring the contact's yes, no or change of mind to whoever owns the case."""
    consent = CloudConsent.objects.select_related("answered_by", "withdrawn_by").get(pk=event.whole["consent"])
    content = {"consent": consent, "given": event.whole.get("given", False), "withdrawn": "given" not in event.whole}
    return _to_owner(MailKind.CONSENT_ANSWERED, event, content)


def cloud_action_without_consent(event: CaseEvent, secrets: Secrets) -> list[Letter]:
    """Bring work that was done without consent to the managers."""
    if event.whole["with_consent"]:
        return []
    action = CloudAction.objects.select_related("done_by").get(pk=event.whole["action"])
    kind = MailKind.CLOUD_ACTION_WITHOUT_CONSENT
    return [Letter(kind, person, event, {"action": action}) for person in recipients.managers()]


def files_added(event: CaseEvent, secrets: Secrets) -> list[Letter]:
    """Tell the other side of files that came without a message."""
    files = list(Attachment.objects.filter(pk__in=event.whole["files"]).order_by("pk"))
    content = {"files": [file.name for file in files], "name": str(event.actor)}
    if event.actor is not None and event.actor.works_here:
        return _to_contact(MailKind.FILES_ADDED, event, content)
    return _to_owner(MailKind.FILES_ADDED, event, content)


def is_over(kind: MailKind, facts: dict[str, Any]) -> bool:
    """Return whether what a mail asks or promises was answered, replaced or kept before it left."""
    if kind == MailKind.DIAGNOSTICS_ASKED:
        return DiagnosticRequest.objects.get(pk=facts["request"]).ended_at is not None
    if kind == MailKind.SESSION_ASKED:
        session = RemoteSession.objects.get(pk=facts["session"])
        return any((session.consented_at, session.declined_at, session.replaced_at))
    if kind == MailKind.CONSENT_ASKED:
        consent = CloudConsent.objects.get(pk=facts["consent"])
        return any((consent.answered_at, consent.replaced_at))
    return Deadline.objects.get(pk=facts["deadline"]).ended_at is not None


def _to_contact(kind: MailKind, event: CaseEvent, content: dict[str, Any]) -> list[Letter]:
    return [Letter(kind, event.case.contact, event, content)]


def _to_owner(kind: MailKind, event: CaseEvent, content: dict[str, Any]) -> list[Letter]:
    return [Letter(kind, person, event, content) for person in recipients.owner_or_desk(event.case)]
