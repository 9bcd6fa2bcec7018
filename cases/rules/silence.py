"""Two attempts on separate business days, then the closing (P9.5)."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from cases.rules.outcomes import Outcome
from sla.engine.calendar import Calendar

ATTEMPTS_BEFORE_CLOSING = 2
TAKE_BACK_WITHIN = timedelta(seconds=60)


def counting_date(calendar: Calendar, made_at: datetime, counted: Collection[date]) -> date | None:
    """Return the business day on which an attempt counts, or None when it does not count.

    `counted` holds the days of the attempts counted so far in the episode. Two attempts on one day are one,
    an attempt on a day the desk is closed is none, and a third is not needed.
    """
    day = calendar.business_date(made_at)
    if len(counted) >= ATTEMPTS_BEFORE_CLOSING or day in counted or not calendar.is_business_day(day):
        return None
    return day


def reminder_due_at(calendar: Calendar, last_day: date, after_business_days: int, at: time) -> datetime:
    """Return when the next reminder is due: `after_business_days` after `last_day`, at local time `at` of the desk."""
    day = calendar.add_business_days(last_day, after_business_days)
    return datetime.combine(day, at, calendar.zone)


def silent_closing_at(calendar: Calendar, second_attempt_on: date, told_on: date | None = None) -> datetime:
    """Return when silence closes a case: at closing time of the next business day after the second attempt.

    `told_on` is the day on which the contact could first be told, where that is later: an attempt that was logged
    late, or a closing that was held back. The contact always has one full business day from then.
    """
    return calendar.closes_on(calendar.add_business_days(max(second_attempt_on, told_on or second_attempt_on), 1))


def word_takes_closing_back(outcome: str, closed_at: datetime, now: datetime) -> bool:
    """Return whether the contact's word at `now` undoes a closing in silence: within 60 seconds after it."""
    return outcome == Outcome.NO_CONTACT and now - closed_at <= TAKE_BACK_WITHIN
