"""Waiting on the contact: when it begins and ends, and what the clock does next (P9.5)."""

from datetime import date, datetime

from cases import promises, rules
from cases.models import Case, ContactAttempt, WaitingEpisode
from cases.rules import ATTEMPTS_BEFORE_CLOSING


def current(case: Case) -> WaitingEpisode | None:
    """Return the open episode of a case, locked, if it waits on its contact."""
    return WaitingEpisode.objects.select_for_update().filter(case=case, ended_at=None).first()


def begin(case: Case, *, now: datetime) -> None:
    """Start waiting. The question itself is no attempt; asking again while waiting starts no new episode."""
    if current(case) is None:
        episode = WaitingEpisode.objects.create(case=case, started_at=now)
        remind_after(episode, case, promises.home_hours(case.desk).business_date(now))


def end(case: Case, *, now: datetime) -> None:
    """Stop waiting: the count starts anew when the case next waits, and no closing is due."""
    WaitingEpisode.objects.filter(case=case, ended_at=None).update(ended_at=now, next_reminder_at=None, closes_at=None)


def has_nothing_ahead(episode: WaitingEpisode) -> bool:
    """Return whether the timetable knows nothing of an episode: another attempt may have put it on again meanwhile."""
    return episode.next_reminder_at is None and episode.closes_at is None


def remind_at(episode: WaitingEpisode, at: datetime) -> None:
    """Put the next reminder on the timetable."""
    episode.next_reminder_at = at
    episode.save(update_fields=["next_reminder_at"])


def remind_after(episode: WaitingEpisode, case: Case, day: date) -> None:
    """Put the next reminder on the timetable, the policy's number of business days after `day`."""
    hours = promises.home_hours(case.desk)
    rhythm = case.policy
    remind_at(episode, rules.reminder_due_at(hours, day, rhythm.reminder_after_business_days, rhythm.reminder_at))


def count(attempt: ContactAttempt, episode: WaitingEpisode, case: Case) -> None:
    """Count an attempt if P9.5 counts it, and say what the clock does next."""
    hours = promises.home_hours(case.desk)
    counted = {earlier.business_date for earlier in episode.attempts.all() if earlier.business_date is not None}
    day = rules.counting_date(hours, attempt.made_at, counted)
    if day is None:
        return
    attempt.business_date = day
    attempt.number = len(counted) + 1
    if attempt.number < ATTEMPTS_BEFORE_CLOSING:
        remind_after(episode, case, day)
    else:
        episode.next_reminder_at = None
        # A call logged late may lie before the attempt that was counted first.
        episode.closes_at = rules.silent_closing_at(hours, max(day, *counted))
        episode.save(update_fields=["next_reminder_at", "closes_at"])
