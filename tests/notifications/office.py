"""What the cast of `tests.builders` does in these tests, in few words, and the timetable by hand."""

from typing import Any, TypeVar

from cases import actions
from cases.models import Case, CaseEvent, User
from notifications import outbox, sweeps
from notifications.models import Outgoing, OutgoingMail
from tests import builders
from tests.builders import Cast, at

TUESDAY_9 = "Tue 24 Nov 09:00"

Sent = TypeVar("Sent", bound=Outgoing)


class Office(Cast):
    """Two partners, two desks, at work."""

    def log(self, when: str = TUESDAY_9, *, severity: int = 3, contact: User | None = None, **said: Any) -> Case:
        """Log a case as Priya, or as `contact`."""
        story = {"title": "Jobs on BK-02 abort", "explanation": "Every job on BK-02 stops with error 1603."}
        return builders.logged_case(contact or self.priya, at(when), severity=severity, **story | said)

    def take(self, case: Case, when: str) -> None:
        """Give the case to Lena."""
        actions.assign_case(case_id=case.pk, assignee_id=self.lena.pk, expected_id=None, actor=self.lena, now=at(when))

    def ask(self, case: Case, when: str, words: str = "Which version runs on BK-02?") -> None:
        """Ask the contact something as Lena, and wait for the answer."""
        builders.ask(case, self.lena, at(when), words)

    def reply(self, case: Case, when: str, words: str = "Please update the agent on BK-02 to 6.2.") -> None:
        """Answer the contact as Lena."""
        builders.answer(case, self.lena, at(when), words)

    def answer(self, case: Case, when: str, words: str = "It is 6.1.") -> None:
        """Say something as the case's contact."""
        builders.say(case, case.contact, at(when), words)

    def close(self, case: Case, when: str) -> None:
        """Close the case as Lena, with a fix."""
        builders.close(case, self.lena, at(when))


def open_office() -> Office:
    """Load the policy and hire everybody."""
    return Office(**vars(builders.cast()))


def begun(row: Sent, when: str) -> Sent:
    """Claim a row and begin it, as a sender does just before it sends: one that is killed then leaves nothing else."""
    [claimed] = outbox.claim([row.pk], of=type(row), now=at(when))
    assert outbox.begin(claimed, now=at(when))
    return claimed


# --- The timetable, by hand ---------------------------------------------------------------------------------------


def tell(when: str) -> None:
    """Turn what happened into mails."""
    sweeps.dispatch_events(now=at(when))


def send(when: str) -> int:
    """Send what is due."""
    return sweeps.send_outbox(clock=lambda: at(when))


def post(when: str) -> None:
    """Tell and send."""
    tell(when)
    send(when)


def tick(when: str) -> None:
    """Run the whole timetable once, as the worker does."""
    moment = at(when)
    sweeps.warn_and_breach(now=moment)
    sweeps.keep_contact_attempts(now=moment)
    sweeps.close_silent_cases(now=moment)
    post(when)


def mail(kind: str, to: User | None = None) -> OutgoingMail:
    """Return the one mail of this kind, to this person."""
    found = OutgoingMail.objects.filter(kind=kind)
    return found.get() if to is None else found.get(recipient=to)


def kinds_to(person: User) -> list[str]:
    """Return what was written to a person, oldest first."""
    return list(OutgoingMail.objects.filter(recipient=person).order_by("pk").values_list("kind", flat=True))


def event(case: Case, kind: str) -> CaseEvent:
    """Return the newest event of this kind on the case."""
    return CaseEvent.objects.filter(case=case, kind=kind).latest("number")
