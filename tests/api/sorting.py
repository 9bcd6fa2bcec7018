"""A request for every operation of the API on mail: what came in and is to be sorted, and what was given up."""

from collections.abc import Callable

from cases.models import IncomingMail, MailAddress
from notifications.models import MailKind, MailState, OutgoingMail
from tests.api.world import NINE, NOON, Act, World
from tests.inbox.post import deliver, letter


def _came(w: World) -> str:
    """Return where a mail stands that nobody could place."""
    mail: IncomingMail = deliver(letter("Nina New <nina@nwit.example>", "Restores fail"), NINE)
    return f"incoming-mails/{mail.pk}/"


def _bounced(w: World) -> str:
    """Return where an address stands that takes no mail."""
    row = MailAddress.objects.create(address=w.people.omar.email, bounced_at=NINE, stopped_at=NINE)
    return f"bounced-addresses/{row.pk}/"


def given_up(w: World) -> str:
    """Return where a mail of ours stands that was given up."""
    row = OutgoingMail.objects.create(
        kind=MailKind.CASE_RECEIVED,
        state=MailState.GAVE_UP,
        recipient=w.people.omar,
        to_address=w.people.omar.email,
        subject="Restores are slow",
        message_id="<1@probax.example>",
        made_at=NINE,
        due_at=NOON,
    )
    return f"mails/{row.pk}/"


SORTING: dict[str, Callable[[World], Act]] = {
    "attach_mail": lambda w: Act(w.lena, f"{_came(w)}attaching/", {"case": w.case().split("/")[1]}),
    "make_case_of_mail": lambda w: Act(w.lena, f"{_came(w)}case/", {"partner": "NWIT", "severity": 3}),
    "dismiss_mail": lambda w: Act(w.lena, f"{_came(w)}dismissal/", {"why": "It is an advertisement."}),
    "clear_address": lambda w: Act(w.lena, f"{_bounced(w)}clearing/"),
    "send_mail_again": lambda w: Act(w.lena, f"{given_up(w)}again/"),
}
