"""A mail of ours that bounced: the address is marked, and a reminder that bounced was no attempt (P9.5)."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from cases import promises
from cases.actions import _record, _waiting
from cases.models import Case, ContactAttempt, EventKind, MailAddress
from cases.rules import AttemptOutcome


@dataclass(frozen=True)
class Bounce:
    """What a delivery report says about a mail of ours that went to `address`."""

    address: str
    message_id: str
    code: str = ""
    words: str = ""

    @property
    def nobody_is_there(self) -> bool:
        """Whether the server says that there is no such mailbox or domain, for good."""
        return self.code.startswith(("5.1.1", "5.1.2", "5.1.10"))


def take_in(case: Case, bounce: Bounce, *, now: datetime) -> None:
    """Mark the address, and take back the count of the reminder that did not arrive."""
    marked, new = MailAddress.objects.get_or_create(address=bounce.address, defaults={"bounced_at": now})
    marked.bounced_at, marked.code, marked.words = now, bounce.code, bounce.words
    marked.bounces = 1 if new else F("bounces") + 1
    if bounce.nobody_is_there:
        marked.stopped_at, marked.cleared_at, marked.cleared_by = now, None, None
    marked.save()
    attempt = case.attempts.select_for_update().filter(mail_message_id=bounce.message_id).exclude(mail_message_id="")
    for bounced in attempt.filter(outcome=AttemptOutcome.SENT):
        _uncount(case, bounced, bounce, now=now)


def _uncount(case: Case, attempt: ContactAttempt, bounce: Bounce, *, now: datetime) -> None:
    was = attempt.number
    attempt.outcome, attempt.number, attempt.business_date = AttemptOutcome.FAILED, None, None
    attempt.save(update_fields=["outcome", "number", "business_date"])
    episode = _waiting.current(case)
    if was is not None and episode is not None and episode.pk == attempt.episode_id:
        # What was the second is the first now.
        for later in episode.attempts.filter(number__gt=was).order_by("number"):
            later.number = was
            later.save(update_fields=["number"])
        _remind_again(case, episode.pk, now=now)
    facts = {"attempt": attempt.pk, "number": was, "reason": bounce.words or bounce.code, "bounced": bounce.address}
    _record.record(case, EventKind.ATTEMPT_FAILED, actor=None, now=now, public=False, facts=facts)


def _remind_again(case: Case, episode_id: int, *, now: datetime) -> None:
    """Put the next reminder on the timetable in place of the closing, unless the case is held or one is on its way."""
    episode = case.episodes.get(pk=episode_id)
    if episode.closes_at is not None:
        episode.closes_at = None
        episode.save(update_fields=["closes_at"])
    on_its_way = episode.attempts.filter(outcome=AttemptOutcome.SENDING).exists()
    if episode.held_at is None and not on_its_way:
        counted = [day for day in episode.attempts.values_list("business_date", flat=True) if day is not None]
        _waiting.remind_after(episode, case, max(counted, default=promises.home_hours(case.desk).business_date(now)))
