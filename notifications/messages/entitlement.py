"""Mails about plans: a trial that ends, a request that waits because a plan has ended (P1.1)."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from cases.models import Channel, KeptRequest, Notice, Partner, User
from notifications import recipients
from notifications.letters import Letter, address
from notifications.messages import by_mail
from notifications.models import MailKind

SALES = "sales@probax.io"
# How a letter about a notice names it.
ABOUT_NOTICE = "notice."


def trial_ending(notice: Notice) -> list[Letter]:
    """Say to the partner's administrators and ours that a trial ends in a few days."""
    return _of_trial(MailKind.TRIAL_ENDING, notice)


def trial_ended(notice: Notice) -> list[Letter]:
    """Say to the partner's administrators and ours that a trial has ended, and what goes on."""
    return _of_trial(MailKind.TRIAL_ENDED, notice)


def request_kept(notice: Notice) -> list[Letter]:
    """Say at once to the contact whom to turn to, and to managers that a request waits for a decision."""
    kept = _request(notice)
    content = {"kept": kept, "title": kept.details["title"], "words": kept.details["explanation"], "sales": SALES}
    at_the_desk = {**content, "url": address(reverse("desk_requests"))}
    letters = [_letter(MailKind.REQUEST_WAITING, person, notice, at_the_desk) for person in recipients.managers()]
    to_contact = _letter(MailKind.REQUEST_KEPT, kept.contact, notice, {**content, "url": address("/")})
    if kept.channel == Channel.EMAIL:
        to_contact = by_mail.after_an_hour(to_contact, notice.at)
    return [to_contact, *letters]


def mail_put_aside(notice: Notice) -> list[Letter]:
    """Tell a contact that their mail was over a limit and is kept, and what to do instead. Nothing of it is quoted."""
    person = User.objects.get(pk=notice.facts["person"])
    content = {"reason": notice.facts["reason"], "came_at": notice.at, "url": address(reverse("case_new"))}
    return [by_mail.after_an_hour(_letter(MailKind.MAIL_PUT_ASIDE, person, notice, content), notice.at)]


def request_logged(notice: Notice) -> list[Letter]:
    """Bring the word that staff gave with a request that became a case after all."""
    kept = _request(notice)
    url = "" if kept.case is None else address(reverse("case", kwargs={"reference": kept.case.reference}))
    reference = "" if kept.case is None else kept.case.reference
    content = {"kept": kept, "title": kept.details["title"], "url": url, "reference": reference}
    return [_letter(MailKind.REQUEST_LOGGED, kept.contact, notice, content)]


def request_declined(notice: Notice) -> list[Letter]:
    """Say that a request did not become a case, with the word of whoever decided."""
    kept = _request(notice)
    content = {"kept": kept, "title": kept.details["title"], "url": address("/"), "sales": SALES}
    return [_letter(MailKind.REQUEST_DECLINED, kept.contact, notice, content)]


def _of_trial(kind: MailKind, notice: Notice) -> list[Letter]:
    content = {"ends_at": datetime.fromisoformat(notice.facts["trial_ends_at"]), "sales": SALES}
    ours = recipients.each_once(recipients.managers(), recipients.administrators())
    theirs = [_letter(kind, person, notice, {**content, "url": address("/")}) for person in _theirs(notice.partner)]
    page = address(reverse("manager_partner", kwargs={"code": notice.partner.code}))
    return [*theirs, *(_letter(kind, person, notice, {**content, "url": page}) for person in ours)]


def _theirs(partner: Partner) -> list[User]:
    """Return the partner's administrators; where there is none, every contact."""
    people = User.objects.filter(is_active=True, memberships__partner=partner, memberships__is_active=True)
    return recipients.leading(partner) or list(people.distinct().order_by("pk"))


def _request(notice: Notice) -> KeptRequest:
    return KeptRequest.objects.select_related("contact", "partner", "decided_by", "case", "taken_by").get(
        pk=notice.facts["request"]
    )


def _letter(kind: MailKind, person: User, notice: Notice, content: dict[str, Any]) -> Letter:
    said = {"partner": notice.partner, "desk": notice.partner.home_desk, **content}
    return Letter(kind, person, content=said, about=f"{ABOUT_NOTICE}{notice.pk}", partner=notice.partner)
