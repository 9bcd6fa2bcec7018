"""What the reader of a case's page can still take back: their reply for 10 seconds, their closing for 60."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from cases import rules
from cases.models import Case, Message, MessageKind
from cases.rules import TAKE_BACK_WITHIN, TAKE_REPLY_BACK_WITHIN
from cases.web.request import PortalRequest


@dataclass(frozen=True)
class Undo:
    """A button that undoes the reader's last act."""

    url: str
    words: str
    action: str


def panel(case: Case, request: PortalRequest) -> dict[str, Any]:
    """Return the button, while there is time. A case on which nothing happened lately costs no query."""
    if request.now - case.last_event_at > TAKE_BACK_WITHIN:
        return {"undo": None}
    return {"undo": _of_closing(case, request) if not case.is_open else _of_reply(case, request)}


def _of_reply(case: Case, request: PortalRequest) -> Undo | None:
    if not request.user.works_here:
        return None
    since = request.now - TAKE_REPLY_BACK_WITHIN
    own = Message.objects.filter(case=case, author=request.user, kind=MessageKind.REPLY, by_staff=True)
    last = own.filter(taken_back_at=None, said_at__gte=since).order_by("-pk").first()
    if last is None:
        return None
    url = reverse("desk_case_reply_back", kwargs={"reference": case.reference, "message_id": last.pk})
    return Undo(url, _("Your reply leaves ten seconds after you sent it."), _("Take the reply back"))


def _of_closing(case: Case, request: PortalRequest) -> Undo | None:
    closing = case.closing_in_force
    if (
        closing is None
        or closing.closed_by_id != request.user.pk
        or not rules.may_take_closing_back(closing.outcome, closing.closed_at, request.now)
    ):
        return None
    name = "desk_case_closing_back" if request.user.works_here else "case_closing_back"
    url = reverse(name, kwargs={"reference": case.reference})
    return Undo(url, _("A closing by mistake can be taken back within a minute."), _("Take the closing back"))
