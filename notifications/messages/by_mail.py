"""What an acknowledgement says to somebody who wrote a mail, and how often one is sent at all."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases import roster
from cases.models import Case, Channel, IncomingMail, Triage
from notifications import recipients
from notifications.letters import Letter, address
from notifications.models import MailKind, MailState, OutgoingMail
from sla.models import Desk

# How a letter about a mail to sort names it.
ABOUT_MAIL = "mail."

# Two machines that answer each other are held to this, whatever their headers hide.
ONE_ANSWER_WITHIN = timedelta(hours=1)


def asks_of(case: Case) -> list[Promise]:
    """Return what P5.1 asks for and the mail did not say."""
    if case.channel != Channel.EMAIL:
        return []
    lacks = {
        _("how severe it is for you: 1 is the gravest, 4 a question; until we hear, we take it for a 3"): (
            case.triage == Triage.NO_SEVERITY
        ),
        _("which of your companies this is about"): case.triage == Triage.WHICH_PARTNER,
        _("what it affects: which systems and customers, and what it means for the business"): not case.effect,
        _("a phone number, and when and how you like to be reached"): not case.contact_phone,
    }
    return [what for what, is_missing in lacks.items() if is_missing]


def once_an_hour(letter: Letter) -> list[Letter]:
    """Return the acknowledgement of a mail, unless its writer had one within the hour.

    One that must speak of charges (P4.2) is not left out; it waits for the hour to pass.
    """
    if letter.event is None:
        return [letter]
    later = after_an_hour(letter, letter.event.at)
    return [later] if later.due_at is None or letter.content["may_be_charged"] else []


def after_an_hour(letter: Letter, at: datetime) -> Letter:
    """Return an automatic answer to a mail; it waits until an hour after the last one to the same reader."""
    answers = Q(kind=MailKind.CASE_RECEIVED, case__channel=Channel.EMAIL)
    answers |= Q(kind__in=(MailKind.REQUEST_KEPT, MailKind.MAIL_PUT_ASIDE))
    earlier = OutgoingMail.objects.filter(answers, recipient=letter.recipient).exclude(state=MailState.WITHDRAWN)
    last = earlier.filter(due_at__gt=at - ONE_ANSWER_WITHIN).order_by("-due_at").first()
    return letter if last is None else replace(letter, due_at=last.due_at + ONE_ANSWER_WITHIN)


def severity_1_unsorted(mail: IncomingMail, now: datetime) -> list[Letter]:
    """Wake the people on call at every desk, and the managers, for a Severity 1 that no case could be made of (P4.1).

    They get who wrote and the subject; the rest is read in the tray.
    """
    on_call = [roster.on_call(desk, now) for desk in Desk.objects.order_by("pk")]
    content = {"mail": mail, "url": address(reverse("desk_inbox_mail", args=[mail.pk]))}
    people = recipients.each_once(*on_call, recipients.managers())
    return [
        Letter(MailKind.SEVERITY_1_UNSORTED, person, content=content, about=f"{ABOUT_MAIL}{mail.pk}")
        for person in people
    ]
