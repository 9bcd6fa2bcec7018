"""Mails to those who watch a case, and to those whom a merge or a change of the contact touches."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from cases.models import CaseEvent, EventKind, User
from cases.rules import CLICK_ON_ITS_WAY, OUTCOME_NEEDS, TAKE_BACK_WITHIN, TAKE_REPLY_BACK_WITHIN, Outcome
from cases.watching import token_to_stop
from notifications import recipients
from notifications.letters import Letter, address, case_address
from notifications.models import MailKind

Secrets = dict[str, str]


def watched_reply(event: CaseEvent, secrets: Secrets) -> list[Letter]:
    """Bring a public reply of either side to whoever watches, unless they wrote it or get it anyway."""
    message = event.case.messages.select_related("author").get(pk=event.whole["message"], kind="reply")
    told = [] if event.kind == EventKind.SPECIALIST_REPLIED else recipients.owner_or_desk(event.case)
    content = {"message": message, "files": list(message.attachments.values_list("name", flat=True).order_by("pk"))}
    wait = TAKE_REPLY_BACK_WITHIN + CLICK_ON_ITS_WAY
    due_at = message.said_at + wait if message.by_staff else None
    return _to_watchers(MailKind.WATCHED_REPLY, event, content, but=[message.author, *told], due_at=due_at)


def watched_closed(event: CaseEvent, secrets: Secrets) -> list[Letter]:
    """Say to whoever watches how the case ended. The survey is the contact's alone."""
    closing = event.case.closings.get(pk=event.whole["closing"])
    if closing.outcome == Outcome.MERGED:
        return []
    content = {"closing": closing, "detail_label": OUTCOME_NEEDS.get(closing.outcome, "")}
    but = [] if event.actor is None else [event.actor]
    due_at = closing.closed_at + TAKE_BACK_WITHIN
    return _to_watchers(MailKind.WATCHED_CLOSED, event, content, but=but, due_at=due_at)


def case_merged(event: CaseEvent, secrets: Secrets) -> list[Letter]:
    """Say to the contact, and to whoever watches, in which case a merged one goes on."""
    case, goes_on = event.case, event.case.merged_into
    if event.whole["outcome"] != Outcome.MERGED or goes_on is None:
        return []
    people = recipients.each_once([case.contact], [watcher.user for watcher in case.watchers.select_related("user")])
    due_at = event.at + TAKE_BACK_WITHIN
    letters = []
    for person in people:
        if not recipients.why_not(goes_on, person, for_staff=False):
            content = {"goes_on": goes_on, "goes_on_url": case_address(goes_on, person)}
            letters.append(Letter(MailKind.CASE_MERGED, person, event, content, due_at=due_at))
    return letters


def contact_changed(event: CaseEvent, secrets: Secrets) -> list[Letter]:
    """Tell the new contact that the case is theirs, and the one before that it is not any more."""
    people = User.objects.filter(pk__in=(event.whole["before"], event.whole["contact"])).order_by("pk")
    content = {"contact": event.whole["name"], "before": event.whole["name_before"]}
    return [
        Letter(MailKind.CONTACT_CHANGED, person, event, content | {"is_theirs": person.pk == event.whole["contact"]})
        for person in people
        if person.pk != event.actor_id
    ]


def _to_watchers(
    kind: MailKind, event: CaseEvent, content: dict[str, Any], *, but: list[User], due_at: datetime | None
) -> list[Letter]:
    left_out = {person.pk for person in (*but, event.case.contact)}
    letters = []
    for watcher in event.case.watchers.select_related("user").order_by("pk"):
        if watcher.user_id not in left_out:
            stop = reverse("stop_watching", kwargs={"token": token_to_stop(watcher.case_id, watcher.user_id)})
            said = content | {"stop_url": address(stop)}
            letters.append(Letter(kind, watcher.user, event, said, due_at=due_at))
    return letters
