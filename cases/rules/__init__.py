"""The policy's questions: values in, an answer out. Nothing here asks the database or the clock.

Each rule is named like its sentence in the policy and carries its clause. This page is the menu, by noun.
"""

from cases.rules._broken import RuleBroken
from cases.rules.calendar import promise_may_move
from cases.rules.contact import (
    BACKDATE_WITHIN,
    CALL_OUTCOMES,
    AttemptMethod,
    AttemptOutcome,
    call_reached_the_contact,
    may_log_call_made_at,
)
from cases.rules.intake import (
    CHARGE_WORDS,
    DEFAULT_SEVERITY,
    ROUND_THE_CLOCK_SEVERITY,
    is_entitled,
    needs_charge_acceptance,
    needs_technical_resource,
)
from cases.rules.outcomes import OUTCOME_NEEDS, SPECIALISTS_OUTCOMES, Outcome, require_what_the_outcome_needs
from cases.rules.silence import (
    ATTEMPTS_BEFORE_CLOSING,
    TAKE_BACK_WITHIN,
    counting_date,
    reminder_due_at,
    silent_closing_at,
    word_takes_closing_back,
)
from cases.rules.surveys import SURVEY_OPEN_FOR

__all__ = [
    "ATTEMPTS_BEFORE_CLOSING",
    "BACKDATE_WITHIN",
    "CALL_OUTCOMES",
    "CHARGE_WORDS",
    "DEFAULT_SEVERITY",
    "OUTCOME_NEEDS",
    "ROUND_THE_CLOCK_SEVERITY",
    "SPECIALISTS_OUTCOMES",
    "SURVEY_OPEN_FOR",
    "TAKE_BACK_WITHIN",
    "AttemptMethod",
    "AttemptOutcome",
    "Outcome",
    "RuleBroken",
    "call_reached_the_contact",
    "counting_date",
    "is_entitled",
    "may_log_call_made_at",
    "needs_charge_acceptance",
    "needs_technical_resource",
    "promise_may_move",
    "reminder_due_at",
    "require_what_the_outcome_needs",
    "silent_closing_at",
    "word_takes_closing_back",
]
