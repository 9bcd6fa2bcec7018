"""The policy's questions: values in, an answer out. Nothing here asks the database or the clock.

Each rule is named like its sentence in the policy and carries its clause.
"""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sla.engine.calendar import Calendar


class RuleBroken(Exception):
    """A request that the policy or the state of a case does not allow.

    `code` is for machines. `message` is for the person who asked: what happened, and what to do next.
    """

    def __init__(self, code: str, message: str | Promise) -> None:
        super().__init__(code)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


DEFAULT_SEVERITY = 3
ROUND_THE_CLOCK_SEVERITY = 1

# --- Outcomes (P9.7) ----------------------------------------------------------------------------------------------


class Outcome(TextChoices):
    """How a case ended: the policy's outcomes that close a case, and the endings beside them."""

    FIX = "fix", _("Software update or fix")
    WORKAROUND = "workaround", _("Permanent workaround")
    ENVIRONMENT = "environment", _("Specific to your environment")
    FEATURE_REQUEST = "feature_request", _("Feature request or customisation")
    SOLVED_BY_CONTACT = "solved_by_contact", _("Solved by the contact")
    NOT_A_REQUEST = "not_a_request", _("Not a support request")
    NO_CONTACT = "no_contact", _("No contact")


# What must be written besides the explanation.
OUTCOME_NEEDS: dict[str, Promise] = {
    Outcome.FIX: _("Release or fix reference"),
    Outcome.WORKAROUND: _("The workaround"),
    Outcome.ENVIRONMENT: _("Whom to turn to instead"),
    Outcome.FEATURE_REQUEST: _("Where the request goes"),
}
SPECIALISTS_OUTCOMES = [outcome for outcome in Outcome if outcome != Outcome.NO_CONTACT]


def require_what_the_outcome_needs(outcome: str, detail: str) -> None:
    """Refuse a closing that lacks what its outcome needs (P9.7)."""
    if outcome in OUTCOME_NEEDS and not detail.strip():
        raise RuleBroken(
            "outcome_detail_missing",
            _("This outcome needs one more thing: %(what)s. Nothing was closed.") % {"what": OUTCOME_NEEDS[outcome]},
        )


# --- Logging a case -----------------------------------------------------------------------------------------------


def is_entitled(plan: str, trial_ends_at: datetime | None, now: datetime) -> bool:
    """Return whether a partner may raise cases: a paid plan, or a trial that has not ended (P1.1)."""
    return plan == "paid" or (plan == "trial" and trial_ends_at is not None and now < trial_ends_at)


def needs_technical_resource(severity: int) -> bool:
    """Return whether somebody must be named who works with us around the clock (P2.6)."""
    return severity == ROUND_THE_CLOCK_SEVERITY


def needs_charge_acceptance(severity: int, desk_is_open: bool) -> bool:
    """Return whether the contact must accept possible charges: Sev 1 outside business hours (P4.2)."""
    return severity == ROUND_THE_CLOCK_SEVERITY and not desk_is_open


CHARGE_WORDS = _(
    "Emergency support outside business hours is for Severity 1 cases alone. If this case turns out not to be "
    "Severity 1, additional charges may apply. I accept this."
)

# --- First response (P2.5) ----------------------------------------------------------------------------------------


class AttemptMethod(TextChoices):
    """How a contact was approached (P9.1)."""

    CALL = "call", _("Call")
    EMAIL = "email", _("Email")


class AttemptOutcome(TextChoices):
    """What became of an attempt."""

    REACHED = "reached", _("Reached")
    LEFT_MESSAGE = "left_message", _("Left a message")
    NO_ANSWER = "no_answer", _("No answer")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Could not be delivered")


CALL_OUTCOMES = [AttemptOutcome.REACHED, AttemptOutcome.LEFT_MESSAGE, AttemptOutcome.NO_ANSWER]


def call_reached_the_contact(outcome: str) -> bool:
    """Return whether a call was a conversation: it stops the response clock and the waiting (P2.5, P9.1)."""
    return outcome == AttemptOutcome.REACHED


# A call may be logged late; the clock stops at the call. Further back needs a manager.
BACKDATE_WITHIN = timedelta(hours=1)


def may_log_call_made_at(made_at: datetime, now: datetime, *, by_manager: bool) -> bool:
    """Return whether a call made at `made_at` may be logged at `now`: not in the future, not far back."""
    return made_at <= now and (by_manager or now - made_at <= BACKDATE_WITHIN)


# --- Calendar edits (P3.2) ----------------------------------------------------------------------------------------


def promise_may_move(old_due_at: datetime, new_due_at: datetime, now: datetime) -> bool:
    """Return whether a calendar edit may move a promise: a missed one stays missed, and none goes to the past."""
    return old_due_at >= now and new_due_at >= now


# --- Silence (P9.5) -----------------------------------------------------------------------------------------------

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


def silent_closing_at(calendar: Calendar, second_attempt_on: date) -> datetime:
    """Return when silence closes a case: at closing time of the next business day after the second attempt."""
    return calendar.closes_on(calendar.add_business_days(second_attempt_on, 1))


def word_takes_closing_back(outcome: str, closed_at: datetime, now: datetime) -> bool:
    """Return whether the contact's word at `now` undoes a closing in silence: within 60 seconds after it."""
    return outcome == Outcome.NO_CONTACT and now - closed_at <= TAKE_BACK_WITHIN


# --- Surveys (P11.1) ----------------------------------------------------------------------------------------------

SURVEY_OPEN_FOR = timedelta(days=30)
