"""The states of a case: status x trigger x side -> status. One table; the buttons on a page are read from it."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from cases.rules import RuleBroken


class Status(TextChoices):
    """Where a case stands. There is no "resolved": closed is closed (P9.6)."""

    NEW = "new", _("New")
    OPEN = "open", _("In progress")
    WAITING = "waiting", _("Waiting on the contact")
    DIAGNOSTICS = "diagnostics", _("Waiting for diagnostics")
    INVESTIGATING = "investigating", _("Under investigation")
    CLOSED = "closed", _("Closed")


class Side(TextChoices):
    """Who acts: the partner's people, our people, or the timetable."""

    CONTACT = "contact", _("Contact")
    STAFF = "staff", _("Support")
    CLOCK = "clock", _("Automatic")


class Trigger(TextChoices):
    """What moves a case from one status to another."""

    ASSIGN = "assign", _("Assign")
    REPLY = "reply", _("Reply")
    ASK = "ask", _("Ask the contact")
    ASK_FOR_DIAGNOSTICS = "ask_for_diagnostics", _("Ask for diagnostics")
    INVESTIGATE = "investigate", _("Begin to investigate")
    GO_ON = "go_on", _("Go on with the work")
    REACH = "reach", _("Reach the contact")
    WORD = "word", _("Hear from the contact")
    CLOSE = "close", _("Close")
    CLOSE_IN_SILENCE = "close_in_silence", _("Close after two attempts")
    TAKE_BACK = "take_back", _("Take the closing back")


_STAFF = frozenset({Side.STAFF})
_CONTACT = frozenset({Side.CONTACT})
_CLOCK = frozenset({Side.CLOCK})

# What waits on the contact: silence is counted here (P9.5).
WAITING_ON_THE_CONTACT = frozenset({Status.WAITING, Status.DIAGNOSTICS})

# (status, trigger) -> (who may pull it, the next status). What is not listed is refused.
TRANSITIONS: dict[tuple[Status, Trigger], tuple[frozenset[Side], Status]] = {
    (Status.NEW, Trigger.ASSIGN): (_STAFF, Status.OPEN),
    (Status.OPEN, Trigger.ASSIGN): (_STAFF, Status.OPEN),
    (Status.WAITING, Trigger.ASSIGN): (_STAFF, Status.WAITING),
    (Status.DIAGNOSTICS, Trigger.ASSIGN): (_STAFF, Status.DIAGNOSTICS),
    (Status.INVESTIGATING, Trigger.ASSIGN): (_STAFF, Status.INVESTIGATING),
    (Status.NEW, Trigger.REPLY): (_STAFF, Status.OPEN),
    (Status.OPEN, Trigger.REPLY): (_STAFF, Status.OPEN),
    (Status.WAITING, Trigger.REPLY): (_STAFF, Status.WAITING),
    (Status.DIAGNOSTICS, Trigger.REPLY): (_STAFF, Status.DIAGNOSTICS),
    # A word of ours to the contact is the follow-up that an investigation ends with (P7.1).
    (Status.INVESTIGATING, Trigger.REPLY): (_STAFF, Status.OPEN),
    (Status.NEW, Trigger.ASK): (_STAFF, Status.WAITING),
    (Status.OPEN, Trigger.ASK): (_STAFF, Status.WAITING),
    (Status.WAITING, Trigger.ASK): (_STAFF, Status.WAITING),
    (Status.DIAGNOSTICS, Trigger.ASK): (_STAFF, Status.DIAGNOSTICS),
    (Status.INVESTIGATING, Trigger.ASK): (_STAFF, Status.WAITING),
    (Status.NEW, Trigger.ASK_FOR_DIAGNOSTICS): (_STAFF, Status.DIAGNOSTICS),
    (Status.OPEN, Trigger.ASK_FOR_DIAGNOSTICS): (_STAFF, Status.DIAGNOSTICS),
    (Status.WAITING, Trigger.ASK_FOR_DIAGNOSTICS): (_STAFF, Status.DIAGNOSTICS),
    (Status.DIAGNOSTICS, Trigger.ASK_FOR_DIAGNOSTICS): (_STAFF, Status.DIAGNOSTICS),
    (Status.INVESTIGATING, Trigger.ASK_FOR_DIAGNOSTICS): (_STAFF, Status.DIAGNOSTICS),
    (Status.NEW, Trigger.INVESTIGATE): (_STAFF, Status.INVESTIGATING),
    (Status.OPEN, Trigger.INVESTIGATE): (_STAFF, Status.INVESTIGATING),
    (Status.WAITING, Trigger.INVESTIGATE): (_STAFF, Status.INVESTIGATING),
    (Status.DIAGNOSTICS, Trigger.INVESTIGATE): (_STAFF, Status.INVESTIGATING),
    (Status.INVESTIGATING, Trigger.INVESTIGATE): (_STAFF, Status.INVESTIGATING),
    (Status.DIAGNOSTICS, Trigger.GO_ON): (_STAFF, Status.OPEN),
    (Status.INVESTIGATING, Trigger.GO_ON): (_STAFF, Status.OPEN),
    (Status.NEW, Trigger.REACH): (_STAFF, Status.OPEN),
    (Status.OPEN, Trigger.REACH): (_STAFF, Status.OPEN),
    (Status.WAITING, Trigger.REACH): (_STAFF, Status.OPEN),
    (Status.DIAGNOSTICS, Trigger.REACH): (_STAFF, Status.OPEN),
    (Status.INVESTIGATING, Trigger.REACH): (_STAFF, Status.OPEN),
    (Status.NEW, Trigger.WORD): (_CONTACT, Status.NEW),
    (Status.OPEN, Trigger.WORD): (_CONTACT, Status.OPEN),
    (Status.WAITING, Trigger.WORD): (_CONTACT, Status.OPEN),
    (Status.DIAGNOSTICS, Trigger.WORD): (_CONTACT, Status.OPEN),
    (Status.INVESTIGATING, Trigger.WORD): (_CONTACT, Status.INVESTIGATING),
    (Status.NEW, Trigger.CLOSE): (_STAFF | _CONTACT, Status.CLOSED),
    (Status.OPEN, Trigger.CLOSE): (_STAFF | _CONTACT, Status.CLOSED),
    (Status.WAITING, Trigger.CLOSE): (_STAFF | _CONTACT, Status.CLOSED),
    (Status.DIAGNOSTICS, Trigger.CLOSE): (_STAFF | _CONTACT, Status.CLOSED),
    (Status.INVESTIGATING, Trigger.CLOSE): (_STAFF | _CONTACT, Status.CLOSED),
    (Status.WAITING, Trigger.CLOSE_IN_SILENCE): (_CLOCK, Status.CLOSED),
    (Status.DIAGNOSTICS, Trigger.CLOSE_IN_SILENCE): (_CLOCK, Status.CLOSED),
    # Within a minute alone: a word after a closing in silence (P9.5), or a closing by mistake; the rules say when.
    (Status.CLOSED, Trigger.TAKE_BACK): (_STAFF | _CONTACT, Status.OPEN),
}


def allowed(status: str, trigger: Trigger, side: Side) -> bool:
    """Return whether `side` may pull `trigger` on a case in `status`."""
    found = TRANSITIONS.get((Status(status), trigger))
    return found is not None and side in found[0]


def require_open(status: str) -> None:
    """Refuse what makes no sense once a case is closed: closed is closed (P9.6)."""
    if status == Status.CLOSED:
        raise RuleBroken(
            "case_closed", _("This case is closed, and closed cases stay closed. Open a follow-up case to go on.")
        )


def after(status: str, trigger: Trigger, side: Side) -> Status:
    """Return the status after `side` pulled `trigger`.

    Raises:
        RuleBroken: the table has no such step, with a sentence for the person who asked.
    """
    if allowed(status, trigger, side):
        return TRANSITIONS[Status(status), trigger][1]
    require_open(status)
    raise RuleBroken(
        "not_allowed_now",
        _("This cannot be done while the case is “%(status)s”. Reload the page to see what can.")
        % {"status": Status(status).label},
    )
