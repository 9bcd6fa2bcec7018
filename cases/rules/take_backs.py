"""Taking back a mistaken reply or closing, until its mail leaves."""

from datetime import datetime, timedelta

from cases.rules.outcomes import Outcome
from cases.rules.silence import TAKE_BACK_WITHIN

TAKE_REPLY_BACK_WITHIN = timedelta(seconds=10)
# A click in the last second is still on its way when the time is over: the mail of a reply waits for it.
CLICK_ON_ITS_WAY = timedelta(seconds=2)


def may_take_reply_back(said_at: datetime, now: datetime) -> bool:
    """Return whether a reply can still be taken back: its mail has not left."""
    return now - said_at <= TAKE_REPLY_BACK_WITHIN


def may_take_closing_back(outcome: str, closed_at: datetime, now: datetime) -> bool:
    """Return whether whoever closed a case can take it back; a closing in silence is the contact's to take back."""
    return outcome != Outcome.NO_CONTACT and now - closed_at < TAKE_BACK_WITHIN
