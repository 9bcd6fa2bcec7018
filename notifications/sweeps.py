"""Loops of the timetable: find what is due, call one action or send one mail each. They hold no opinions.

Each is harmless when it runs twice, late, or in two workers at once: whatever it calls claims its row by a conditional
update. Rows are walked in the order of their due time, a bounded number in one run; one that fails keeps none waiting.
"""

import logging
from collections.abc import Callable, Iterator, Sequence, Sized
from datetime import datetime
from itertools import islice
from typing import Any

from django.db.models import F, Q, QuerySet

from cases import actions
from cases.models import (
    Deadline,
    KeptReport,
    Milestone,
    OnCallAlert,
    PartialUpload,
    Partner,
    Plan,
    Rotation,
    Survey,
    WaitingEpisode,
)
from cases.reports import kept_reports, overview
from cases.rules import ROSTER_AHEAD, TRIAL_WARNING, ReportKey
from notifications import (
    accounts,
    alerts,
    dispatch,
    given_up,
    heartbeat,
    invitations,
    notices,
    receivers,
    record_alarm,
    reminders,
    sender,
    webhooks,
)
from notifications.digests import catching_up, daily
from notifications.models import MailState, MailTimes, Outgoing, OutgoingAlert, WebhookDelivery

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]

PAGE = 200
# So many rows of which there may be a heap are handled in one transaction; nobody waits long for their locks.
TOGETHER = 25
# What one run takes on at most. The next tick goes on where it ended.
MOST = 10_000
# Events of the record that one run reckons anew: a second or two of one core.
MOST_CHECKED = 20_000
# Reports that one run counts: some seconds each where there are a million cases.
MOST_REPORTS = 10


def dispatch_events(*, now: datetime) -> int:
    """Turn events into mails. Returns how many events were told."""
    told = 0
    for _page in range(MOST // PAGE):
        events = dispatch.waiting(now, limit=PAGE)
        told_now = dispatch.tell(events, now=now)
        told += told_now
        # A page on which nothing moved is in other hands.
        if len(events) < PAGE or not told_now:
            break
    told += notices.tell_all(now=now)
    told += invitations.tell_all(now=now)
    told += accounts.tell_all(now=now)
    heartbeat.beat("dispatch events", now=now, done=told)
    return told


def send_outbox(*, clock: Clock) -> int:
    """Send the mails that are due. Returns how many it tried. `clock` is read for each mail, because a run can last."""
    catching_up.catch_up(now=clock())
    mails = sender.Round(clock)
    mails.run()
    heartbeat.beat(heartbeat.SENDER, now=clock(), done=mails.sent, failed=mails.failed)
    return mails.tried


def send_alerts(*, clock: Clock) -> int:
    """Ring chats and pagers. Returns how many alerts it tried. In a round of its own: none of them holds up a mail."""
    tried = receivers.send_due(OutgoingAlert, alerts.ByService(), clock=clock)
    _beat_of_receivers(heartbeat.ALERTS, tried, now=clock())
    return len(tried)


def send_webhooks(*, clock: Clock) -> int:
    """Tell systems what they asked to hear. Returns how many deliveries it tried. In a round of its own too."""
    tried = receivers.send_due(WebhookDelivery, webhooks.ByPost(), clock=clock)
    _beat_of_receivers(heartbeat.WEBHOOKS, tried, now=clock())
    return len(tried)


def _beat_of_receivers(name: str, tried: Sequence[Outgoing], *, now: datetime) -> None:
    sent = sum(row.state == MailState.SENT for row in tried)
    failed = sum(row.state in (MailState.QUEUED, MailState.GAVE_UP) for row in tried)
    heartbeat.beat(name, now=now, done=sent, failed=failed)


def warn_and_breach(*, now: datetime) -> int:
    """Put promises at risk and missed promises on the record. A promise past both is only said to be missed."""
    promises = Deadline.objects
    done = _some(promises.to_breach(now), "due_at", lambda ids: actions.record_breaches(deadline_ids=ids, now=now))
    done += _some(promises.to_warn(now), "warn_at", lambda ids: actions.warn_of_deadlines(deadline_ids=ids, now=now))
    heartbeat.beat("warn and breach", now=now, done=done)
    return done


def keep_contact_attempts(*, now: datetime) -> int:
    """Settle reminders whose sender died before it could, then write the reminders that are due (P9.5)."""
    settled = sum(sender.settle_attempt(mail, now=now) for mail in reminders.unsettled(limit=MOST))
    to_remind = WaitingEpisode.objects.filter(ended_at=None, next_reminder_at__lte=now)
    made = _each(to_remind, "next_reminder_at", lambda pk: actions.make_reminder(episode_id=pk, now=now))
    heartbeat.beat("keep contact attempts", now=now, done=settled + made)
    return settled + made


def remind_of_milestones(*, now: datetime) -> int:
    """Remind contacts of their own milestones: on the morning of the day, and once they are overdue (P9.7)."""
    due = Milestone.objects.filter(next_reminder_at__lte=now)
    reminded = _each(due, "next_reminder_at", lambda pk: actions.remind_of_milestone(milestone_id=pk, now=now))
    heartbeat.beat("remind of milestones", now=now, done=reminded)
    return reminded


def remind_of_surveys(*, now: datetime) -> int:
    """Ask once more for the surveys that nobody answered in a week (P11.1)."""
    due = Survey.objects.filter(remind_at__lte=now)
    reminded = _each(due, "remind_at", lambda pk: actions.remind_of_survey(survey_id=pk, now=now))
    heartbeat.beat("remind of surveys", now=now, done=reminded)
    return reminded


def send_digests(*, now: datetime) -> int:
    """Make the daily digests that are due; staff who never chose anything get their first one the next morning."""
    daily.begin_for_staff(now=now)
    due = MailTimes.objects.filter(digest_due_at__lte=now)
    made = _each(due, "digest_due_at", lambda pk: daily.make(person_id=pk, now=now))
    heartbeat.beat("send digests", now=now, done=made)
    return made


def tell_of_given_up(*, now: datetime) -> int:
    """Tell administrators of the mails that were given up, once a day at most."""
    told = given_up.tell(now=now)
    heartbeat.beat("tell of given up", now=now, done=told)
    return told


def alert_on_call(*, now: datetime) -> int:
    """Wake the people on call again for the alerts that nobody has taken (P4.1)."""
    ringing = OnCallAlert.objects.filter(ended_at=None, next_round_at__lte=now)
    rung = _each(ringing, "next_round_at", lambda pk: actions.alert_on_call(alert_id=pk, now=now))
    heartbeat.beat("alert on call", now=now)
    return rung


def close_silent_cases(*, now: datetime) -> int:
    """Close the cases whose contact stayed silent after two attempts (P9.5)."""
    silent = WaitingEpisode.objects.filter(ended_at=None, closes_at__lte=now)
    closed = _each(silent, "closes_at", lambda pk: actions.close_in_silence(episode_id=pk, now=now))
    heartbeat.beat("close silent cases", now=now, done=closed)
    return closed


def forget_uploads(*, now: datetime) -> int:
    """Throw away the pieces of files that nobody went on with for a week (P7.1)."""
    abandoned = PartialUpload.objects.filter(last_piece_at__lte=now - actions.ABANDONED_AFTER)
    forgotten = _each(abandoned, "last_piece_at", lambda pk: actions.forget_upload(upload_id=pk, now=now))
    heartbeat.beat("forget uploads", now=now, done=forgotten)
    return forgotten


def forget_receipts(*, now: datetime) -> int:
    """Throw away the receipts of machines' requests after a day."""
    forgotten = actions.forget_receipts(now=now)
    heartbeat.beat("forget receipts", now=now, done=forgotten)
    return forgotten


def count_for_managers(*, now: datetime) -> int:
    """Count the numbers of the manager's page where that takes long. Returns 1 if it did."""
    content = overview.to_keep(now)
    if content is not None:
        actions.keep_numbers(name=overview.NAME, content=content, now=now)
    counted = int(content is not None)
    heartbeat.beat("count for managers", now=now, done=counted)
    return counted


def count_reports(*, clock: Clock) -> int:
    """Count the reports of managers that take long. Returns how many. `clock` is read for each."""
    counted = sum(_count_report(key, now=clock()) for key in islice(kept_reports.due(clock()), MOST_REPORTS))
    actions.forget_reports(now=clock())
    heartbeat.beat("count reports", now=clock(), done=counted)
    return counted


def _count_report(key: ReportKey, *, now: datetime) -> bool:
    try:
        if not actions.claim_report(key=key, now=now):
            return False
        content, every_row = kept_reports.to_keep(key, now)
        actions.keep_report(key=key, content=content, every_row=every_row, now=now)
    except Exception:
        logger.exception("%s %s could not be handled", KeptReport.__name__, key)
        return False
    return True


def check_the_record(*, now: datetime) -> int:
    """Go on with the night's round through the record; tell administrators of what is not what was written.

    Returns how many cases it looked at.
    """
    actions.begin_record_round(now=now)
    cases = events = 0
    while events < MOST_CHECKED:
        checked = actions.check_record(cases=PAGE, now=now)
        if checked is None:
            break
        cases, events = cases + len(checked), events + sum(one.events for one in checked)
    record_alarm.tell(now=now)
    heartbeat.beat("check the record", now=now, done=cases)
    return cases


def extend_rosters(*, now: datetime) -> int:
    """Put the coming weeks of rotations into the roster."""
    due = Rotation.objects.filter(ended_at=None, next_turn_at__lt=now + ROSTER_AHEAD)
    made = _each(due, "next_turn_at", lambda pk: actions.extend_rotation(rotation_id=pk, now=now))
    heartbeat.beat("extend rosters", now=now, done=made)
    return made


def tell_of_trials(*, now: datetime) -> int:
    """Have people told of trials that end in three days, or have ended (P1.1)."""
    near = Partner.objects.filter(plan=Plan.TRIAL, trial_ends_at__lte=now + TRIAL_WARNING)
    never_warned = Q(warned_of_trial_end=None) | ~Q(warned_of_trial_end=F("trial_ends_at"))
    never_told = Q(told_of_trial_end=None) | ~Q(told_of_trial_end=F("trial_ends_at"))
    trials = near.filter(never_warned | Q(never_told, trial_ends_at__lte=now))
    told = _each(trials, "trial_ends_at", lambda pk: actions.tell_of_trial(partner_id=pk, now=now))
    heartbeat.beat("tell of trials", now=now, done=told)
    return told


def _each(rows: QuerySet[Any], due: str, act: Callable[[Any], object]) -> int:
    """Call `act` for each due row, in the order of the column `due`. Returns how often it did something."""
    done = 0
    for row_id in _walk(rows, due):
        try:
            done += act(row_id) is not None
        except Exception:
            logger.exception("%s %s could not be handled", rows.model.__name__, row_id)
    return done


def _some(rows: QuerySet[Any], due: str, act: Callable[[list[Any]], Sized]) -> int:
    """Call `act` for a few due rows at a time, in the order of the column `due`. Returns how often it did something."""
    walk, done = _walk(rows, due), 0
    while row_ids := list(islice(walk, TOGETHER)):
        done += _together(rows, row_ids, act)
    return done


def _together(rows: QuerySet[Any], row_ids: list[Any], act: Callable[[list[Any]], Sized]) -> int:
    """Call `act` for these rows; where that fails, for each alone, so that one keeps no other waiting."""
    try:
        return len(act(row_ids))
    except Exception:
        if len(row_ids) > 1:
            return sum(_together(rows, [row_id], act) for row_id in row_ids)
        logger.exception("%s %s could not be handled", rows.model.__name__, row_ids[0])
        return 0


def _walk(rows: QuerySet[Any], due: str) -> Iterator[Any]:
    """Yield the ids of `rows` by (`due`, id), page by page, so that a row that stays due is met once."""
    after = Q()
    for _page in range(MOST // PAGE):
        page = list(rows.filter(after).order_by(due, "pk").values_list("pk", due)[:PAGE])
        yield from (row_id for row_id, _due_at in page)
        if len(page) < PAGE:
            return
        row_id, due_at = page[-1]
        after = Q(**{f"{due}__gt": due_at}) | Q(**{due: due_at, "pk__gt": row_id})
