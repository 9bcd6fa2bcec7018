"""Mails to the contact of a case. They say nothing that the contact could not read on the case's page."""

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse

from cases import rules
from cases.models import Case, CaseEvent, Channel, Closing, Deadline, EventKind, FeatureRequest, MessageKind
from cases.rules import (
    ATTEMPTS_BEFORE_CLOSING,
    CLICK_ON_ITS_WAY,
    SURVEY_OPEN_FOR,
    TAKE_BACK_WITHIN,
    TAKE_REPLY_BACK_WITHIN,
    AttemptMethod,
    Outcome,
)
from notifications import recipients
from notifications.letters import Letter, address
from notifications.messages import by_mail
from notifications.models import MailKind

Secrets = dict[str, str]


def case_received(event: CaseEvent, secrets: Secrets) -> list[Letter]:
    """Say that the case is there, and when a reply is due (P2.1). After hours a Sev 1 hears of charges (P4.2)."""
    case, facts = event.case, event.facts
    deadline = case.deadlines.get(pk=facts["deadline"])
    content = {
        **_promise(deadline),
        "severity": facts["severity"],
        "desk_open": facts["desk_open"],
        "may_be_charged": rules.needs_charge_acceptance(facts["severity"], facts["desk_open"]),
        "accepted_charges": case.charges_accepted_at is not None,
        "names_nobody": rules.needs_technical_resource(facts["severity"]) and not case.technical_resource.strip(),
        "by_mail": case.channel == Channel.EMAIL,
        "asks": by_mail.asks_of(case),
        "goes_on_from": case.follow_up_of if case.is_provisional else None,
    }
    if case.channel == Channel.EMAIL:
        return by_mail.once_an_hour(_to_contact(MailKind.CASE_RECEIVED, event, content))
    return [_to_contact(MailKind.CASE_RECEIVED, event, content)]


def specialist_replied(event: CaseEvent, secrets: Secrets) -> list[Letter]:
    """Bring the specialist's words. A message that is no public reply of staff is never found here."""
    message = event.case.messages.select_related("author").get(
        pk=event.facts["message"], kind=MessageKind.REPLY, by_staff=True
    )
    content = {
        "message": message,
        "asked": event.facts["asked"],
        "files": list(message.attachments.values_list("name", flat=True).order_by("pk")),
    }
    # It waits out the seconds in which its author can take it back.
    due_at = message.said_at + TAKE_REPLY_BACK_WITHIN + CLICK_ON_ITS_WAY
    return [_to_contact(MailKind.SPECIALIST_REPLIED, event, content, due_at=due_at)]


def reminder(event: CaseEvent, secrets: Secrets) -> list[Letter]:
    """Ask again for the contact's word; the second time with the moment at which the case will close (P9.5)."""
    facts = event.facts
    attempt = event.case.attempts.select_related("episode").get(pk=facts["attempt"])
    earlier = event.case.attempts.filter(episode=attempt.episode).exclude(number=None).order_by("number").first()
    content = {
        "question": _question(event.case, event.at),
        "earlier": earlier,
        "earlier_was_a_call": earlier is not None and earlier.method == AttemptMethod.CALL,
        "closes_at": None if facts["closes_at"] is None else datetime.fromisoformat(facts["closes_at"]),
    }
    second = facts["number"] == ATTEMPTS_BEFORE_CLOSING
    kind = MailKind.REMINDER_TWO if second else MailKind.REMINDER_ONE
    return [_to_contact(kind, event, content, contact_attempt_id=attempt.pk)]


def case_closed(event: CaseEvent, secrets: Secrets) -> list[Letter]:
    """Say how the case ended (P9.3), with the survey (P11.1) and the way to a follow-up (P9.6).

    It waits out the minute in which a word takes a closing in silence back (P9.5).
    """
    case = event.case
    closing = case.closings.get(pk=event.facts["closing"])
    if closing.outcome == Outcome.MERGED:
        # `case_merged` tells where it goes on.
        return []
    follow_up = f"{reverse('case_new')}?follow_up={case.reference}"
    content = {
        "closing": closing,
        "detail_label": closing.detail_label,
        "attempts": _attempts(closing),
        "closed_by_contact": closing.closed_by_id == case.contact_id,
        "survey_days": SURVEY_OPEN_FOR.days,
        "survey_url": address(reverse("survey", kwargs={"token": secrets["survey_token"]})),
        "follow_up_url": address(follow_up),
        "feature": FeatureRequest.objects.filter(links__case=case).first(),
    }
    return [_to_contact(MailKind.CASE_CLOSED, event, content, due_at=closing.closed_at + TAKE_BACK_WITHIN)]


def closing_taken_back(event: CaseEvent, secrets: Secrets) -> list[Letter]:
    """Say that the contact's word came in time and the case goes on (P9.5).

    Nobody heard of a closing that whoever made it took back.
    """
    if not event.facts.get("in_silence", True):
        return []
    return [_to_contact(MailKind.CLOSING_TAKEN_BACK, event, {})]


def closing_announced(event: CaseEvent, secrets: Secrets) -> list[Letter]:
    """Say when the case closes without a word, where no reminder said so: after a call, or a hold (P9.5)."""
    closes_at = event.facts.get("closes_at")
    if closes_at is None:
        return []
    attempts = event.case.attempts.exclude(number=None).filter(episode__ended_at=None).order_by("number")
    if event.kind == EventKind.ATTEMPT_COUNTED and _said_by_its_reminder(event):
        return []
    content = {
        "closes_at": datetime.fromisoformat(closes_at),
        "attempts": [{"method": attempt.get_method_display(), "made_at": attempt.made_at} for attempt in attempts],
        "question": _question(event.case, event.at),
        "held": event.kind == EventKind.CLOSING_RELEASED,
    }
    return [_to_contact(MailKind.CLOSING_ANNOUNCED, event, content)]


def _said_by_its_reminder(event: CaseEvent) -> bool:
    """Return whether the reminder that was counted was written as the second one, which names the closing itself."""
    made = event.case.events.filter(kind=EventKind.REMINDER_MADE, facts__attempt=event.facts["attempt"]).get()
    return bool(made.facts["closes_at"])


def promise_moved(event: CaseEvent, secrets: Secrets) -> list[Letter]:
    """Say that a calendar edit moved the first reply, from when to when and why; whoever owns the case hears it too."""
    facts, owner = event.whole, event.case.assignee
    old_due_at, due_at = (datetime.fromisoformat(facts[name]) for name in ("old_due_at", "new_due_at"))
    content = {"old_due_at": old_due_at, "due_at": due_at, "later": due_at > old_due_at, "reason": facts["reason"]}
    people = recipients.each_once([event.case.contact], [] if owner is None else [owner])
    return [Letter(MailKind.PROMISE_MOVED, person, event, content) for person in people]


def _to_contact(kind: MailKind, event: CaseEvent, content: dict[str, Any], **more: Any) -> Letter:
    return Letter(kind, event.case.contact, event, content, **more)


def _promise(deadline: Deadline) -> dict[str, Any]:
    return {
        "due_at": deadline.due_at,
        "starts_at": deadline.started_at,
        "within": timedelta(seconds=deadline.explanation["within_seconds"]),
        "round_the_clock": deadline.explanation["round_the_clock"],
    }


def _question(case: Case, before: datetime) -> Any:
    """Return the last thing that staff said to the contact: what we wait for an answer to."""
    said = case.messages.filter(kind=MessageKind.REPLY, by_staff=True, said_at__lte=before, taken_back_at=None)
    return said.select_related("author").order_by("-said_at", "-pk").first()


def _attempts(closing: Closing) -> list[dict[str, Any]]:
    """Return the evidence of a closing in silence: which attempt, how, when."""
    return [
        {
            "number": attempt["number"],
            "method": AttemptMethod(attempt["method"]).label,
            "made_at": datetime.fromisoformat(attempt["made_at"]),
        }
        for attempt in closing.evidence
    ]
