"""Mails about Severity 1 after hours: who is woken (P4.1), and what it may cost (P4.2)."""

from cases.models import AlertReason, CaseEvent, ChargeReview, ChargeVerdict, DeadlineKind
from notifications import recipients
from notifications.letters import Letter
from notifications.models import MailKind

Secrets = dict[str, str]


def on_call_alert(event: CaseEvent, secrets: Secrets) -> list[Letter]:
    """Wake the people on call, round by round, until one of them takes the alert (P4.1)."""
    case, asked_for = event.case, event.whole["reason"] == AlertReason.REQUESTED
    kind = DeadlineKind.SEVERITY_ANSWER if asked_for else DeadlineKind.FIRST_RESPONSE
    content = {
        "round": event.whole["round"],
        "asked_for": asked_for,
        "due_at": case.deadlines.open().filter(kind=kind).values_list("due_at", flat=True).first(),
        "proposal": case.severity_proposals.filter(decision="").first() if asked_for else None,
    }
    people = recipients.on_call(case, event.at)
    return [Letter(MailKind.ON_CALL_ALERT, person, event, content) for person in people]


def charge_to_decide(event: CaseEvent, secrets: Secrets) -> list[Letter]:
    """Bring a case that never qualified to the managers, who charge or waive (P4.2)."""
    if event.whole["verdict"] != ChargeVerdict.NEVER_QUALIFIED:
        return []
    review = _review(event)
    # A closing that was taken back took the question with it.
    people = recipients.managers() if review is not None else []
    return [Letter(MailKind.CHARGE_TO_DECIDE, person, event, {"review": review}) for person in people]


def charge_decided(event: CaseEvent, secrets: Secrets) -> list[Letter]:
    """Tell the contact what was decided about charges, and why (P4.2)."""
    return [Letter(MailKind.CHARGE_DECIDED, event.case.contact, event, {"review": _review(event)})]


def _review(event: CaseEvent) -> ChargeReview | None:
    return ChargeReview.objects.select_related("verdict_by", "decided_by").filter(pk=event.whole["review"]).first()
