"""Diagnostic data, remote sessions, and the follow-up after an investigation (P7.1)."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from sla.engine.calendar import Calendar

# A promise further ahead than this is a plan, and an action plan is the place for it.
FOLLOW_UP_WITHIN = timedelta(days=31)

SESSION_WORDS = _(
    "I agree to a short remote session on our systems, for the purpose above and for nothing else. Somebody on our "
    "side watches and can end it at any time. What is collected is analysed afterwards, without the connection."
)


def diagnostics_wanted_by(calendar: Calendar, now: datetime) -> datetime:
    """Return by when diagnostics are wanted where nobody says otherwise: the end of the next business day."""
    return calendar.closes_on(calendar.add_business_days(calendar.business_date(now), 1))


def follow_up_may_be_promised(follow_up_at: datetime, now: datetime) -> bool:
    """Return whether a specialist may promise to follow up then: still to come, and within a month."""
    return now < follow_up_at <= now + FOLLOW_UP_WITHIN


def session_may_begin(consented_at: datetime | None, now: datetime) -> bool:
    """Return whether a remote session may begin: with the contact's consent, and with nothing else."""
    return consented_at is not None and consented_at <= now
