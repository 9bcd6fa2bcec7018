"""Waiting on the contact: when it begins and ends, and what the clock does next (P9.5)."""

from datetime import date, datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from cases import promises, rules
from cases.models import Case, ContactAttempt, WaitingEpisode
from cases.rules import ATTEMPTS_BEFORE_CLOSING
from sla.written_once import WrittenOnce

_PLACES = {"case": 30_001}
_CURRENT = WrittenOnce(
    lambda: WaitingEpisode.objects.select_for_update().filter(case=_PLACES["case"], ended_at=None), **_PLACES
)


def current(case: Case) -> WaitingEpisode | None:
    """Return the open episode of a case, locked, if it waits on its contact."""
    return _CURRENT.first(case=case.pk)


def begin(case: Case, *, now: datetime) -> bool:
    """Start waiting. The question itself is no attempt; asking again while waiting starts no new episode.

    Returns whether the waiting began now.
    """
    if current(case) is not None:
        return False
    episode = WaitingEpisode.objects.create(case=case, started_at=now)
    remind_after(episode, case, promises.home_hours(case.desk).business_date(now))
    return True


def end(case: Case, *, now: datetime) -> dict[str, Any]:
    """Stop waiting: the count starts anew when the case next waits, and no closing is due.

    Returns what was ahead, so that `go_on` can put it on again; nothing where the case did not wait.
    """
    episode = current(case)
    if episode is None:
        return {}
    ahead = {
        "episode": episode.pk,
        "reminds_at": None if episode.next_reminder_at is None else episode.next_reminder_at.isoformat(),
        "ends_at": None if episode.closes_at is None else episode.closes_at.isoformat(),
    }
    episode.ended_at, episode.next_reminder_at, episode.closes_at = now, None, None
    episode.save(update_fields=["ended_at", "next_reminder_at", "closes_at"])
    return ahead


def go_on(case: Case, ahead: dict[str, Any]) -> None:
    """Wait on as before, attempts and times intact, because what ended the waiting was taken back."""
    if not ahead or current(case) is not None:
        return
    episode = WaitingEpisode.objects.select_for_update().get(pk=ahead["episode"], case=case)
    episode.ended_at = None
    episode.next_reminder_at = parse_datetime(ahead["reminds_at"] or "")
    episode.closes_at = parse_datetime(ahead["ends_at"] or "")
    episode.save(update_fields=["ended_at", "next_reminder_at", "closes_at"])


def never_began(case: Case, *, now: datetime) -> None:
    """Forget a wait whose question was taken back, unless somebody has tried to reach the contact in it."""
    episode = current(case)
    if episode is not None and episode.attempts.exists():
        end(case, now=now)
    elif episode is not None:
        episode.delete()


def has_nothing_ahead(episode: WaitingEpisode) -> bool:
    """Return whether the timetable knows nothing of an episode: another attempt may have put it on again meanwhile.

    One that is held back is to stand still.
    """
    return episode.held_at is None and episode.next_reminder_at is None and episode.closes_at is None


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
    if episode.held_at is not None:
        return
    if attempt.number < ATTEMPTS_BEFORE_CLOSING:
        remind_after(episode, case, day)
    else:
        episode.next_reminder_at = None
        # A call logged late may lie before the attempt that was counted first, and days before anybody is told of it.
        told_on = hours.business_date(max(attempt.made_at, attempt.logged_at))
        episode.closes_at = rules.silent_closing_at(hours, max(day, *counted), told_on)
        episode.save(update_fields=["next_reminder_at", "closes_at"])
