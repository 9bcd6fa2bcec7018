"""The policy's questions: values in, an answer out. Nothing here asks the database or the clock.

Each rule is named like its sentence in the policy and carries its clause. This page is the menu, by noun.
"""

from cases.rules._broken import RuleBroken
from cases.rules.articles import require_no_newer_version, require_what_an_article_needs
from cases.rules.calendar import promise_may_move
from cases.rules.company import INVITATION_OPEN_FOR, leaves_nobody_in_charge
from cases.rules.consents import CLOUD_CONSENT_WORDS, ConsentAsked, ConsentGap, consent_gap
from cases.rules.contact import (
    BACKDATE_WITHIN,
    CALL_OUTCOMES,
    AttemptMethod,
    AttemptOutcome,
    call_reached_the_contact,
    may_log_call_made_at,
)
from cases.rules.diagnostics import (
    FOLLOW_UP_WITHIN,
    SESSION_WORDS,
    diagnostics_wanted_by,
    follow_up_may_be_promised,
    session_may_begin,
)
from cases.rules.entitlement import TRIAL_LASTS, TRIAL_WARNING, trial_ends, trial_is_ending
from cases.rules.features import (
    FEATURE_GOES_TO,
    FEATURE_WORDS,
    require_ideas_address,
    require_what_a_feature_request_needs,
)
from cases.rules.intake import (
    CHARGE_WORDS,
    DEFAULT_SEVERITY,
    ROUND_THE_CLOCK_SEVERITY,
    is_entitled,
    needs_charge_acceptance,
    needs_technical_resource,
)
from cases.rules.links import bytes_without_links_that_act, without_links_that_act, without_links_that_agree
from cases.rules.macros import PLACEHOLDERS, filled, unknown_placeholders
from cases.rules.mail_severity import severity_in
from cases.rules.mentions import names_mentioned, people_meant
from cases.rules.outcomes import (
    ENVIRONMENT_NOTICE,
    OUTCOME_NEEDS,
    REFERRAL,
    SPECIALISTS_OUTCOMES,
    Outcome,
    require_what_the_outcome_needs,
)
from cases.rules.phone import e164, is_e164, phone_as_kept, phone_as_shown, phone_readings
from cases.rules.plans import (
    MILESTONE_STEPS,
    circle,
    require_milestone_day,
    require_milestone_step,
    require_no_circle,
    require_nothing_before,
)
from cases.rules.redaction import PLACES_OF_CONTACTS, REMOVED, is_too_short_to_remove, places_of_contacts
from cases.rules.reports import (
    MANY_IN_A_REPORT,
    MOST_WANTED_REPORTS,
    REPORTS_BELIEVED_FOR,
    REPORTS_EVERY,
    REPORTS_WANTED_FOR,
    ReportKey,
)
from cases.rules.roster import ROSTER_AHEAD, WEEK, Turn, first_handover, gaps, turn, turns_until
from cases.rules.severity import (
    ALERT_AGAIN_AFTER,
    SEVERITY_ANSWER_WITHIN,
    SEVERITY_LINK_OPEN_FOR,
    asks_about_charges,
    asks_for_severity_answer,
    require_another_severity,
    require_reason,
    require_the_other_side,
)
from cases.rules.silence import (
    ATTEMPTS_BEFORE_CLOSING,
    TAKE_BACK_WITHIN,
    counting_date,
    reminder_due_at,
    silent_closing_at,
    word_takes_closing_back,
)
from cases.rules.surveys import LOW_SCORE, SURVEY_OPEN_FOR, SURVEY_REMINDED_AFTER, is_low_score
from cases.rules.take_backs import (
    CLICK_ON_ITS_WAY,
    TAKE_REPLY_BACK_WITHIN,
    may_take_closing_back,
    may_take_reply_back,
)
from cases.rules.viewings import VIEWING_LASTS

__all__ = [
    "ALERT_AGAIN_AFTER",
    "ATTEMPTS_BEFORE_CLOSING",
    "BACKDATE_WITHIN",
    "CALL_OUTCOMES",
    "CHARGE_WORDS",
    "CLICK_ON_ITS_WAY",
    "CLOUD_CONSENT_WORDS",
    "DEFAULT_SEVERITY",
    "ENVIRONMENT_NOTICE",
    "FEATURE_GOES_TO",
    "FEATURE_WORDS",
    "FOLLOW_UP_WITHIN",
    "INVITATION_OPEN_FOR",
    "LOW_SCORE",
    "MANY_IN_A_REPORT",
    "MILESTONE_STEPS",
    "MOST_WANTED_REPORTS",
    "OUTCOME_NEEDS",
    "PLACEHOLDERS",
    "PLACES_OF_CONTACTS",
    "REFERRAL",
    "REMOVED",
    "REPORTS_BELIEVED_FOR",
    "REPORTS_EVERY",
    "REPORTS_WANTED_FOR",
    "ROSTER_AHEAD",
    "ROUND_THE_CLOCK_SEVERITY",
    "SESSION_WORDS",
    "SEVERITY_ANSWER_WITHIN",
    "SEVERITY_LINK_OPEN_FOR",
    "SPECIALISTS_OUTCOMES",
    "SURVEY_OPEN_FOR",
    "SURVEY_REMINDED_AFTER",
    "TAKE_BACK_WITHIN",
    "TAKE_REPLY_BACK_WITHIN",
    "TRIAL_LASTS",
    "TRIAL_WARNING",
    "VIEWING_LASTS",
    "WEEK",
    "AttemptMethod",
    "AttemptOutcome",
    "ConsentAsked",
    "ConsentGap",
    "Outcome",
    "ReportKey",
    "RuleBroken",
    "Turn",
    "asks_about_charges",
    "asks_for_severity_answer",
    "bytes_without_links_that_act",
    "call_reached_the_contact",
    "circle",
    "consent_gap",
    "counting_date",
    "diagnostics_wanted_by",
    "e164",
    "filled",
    "first_handover",
    "follow_up_may_be_promised",
    "gaps",
    "is_e164",
    "is_entitled",
    "is_low_score",
    "is_too_short_to_remove",
    "leaves_nobody_in_charge",
    "may_log_call_made_at",
    "may_take_closing_back",
    "may_take_reply_back",
    "names_mentioned",
    "needs_charge_acceptance",
    "needs_technical_resource",
    "people_meant",
    "phone_as_kept",
    "phone_as_shown",
    "phone_readings",
    "places_of_contacts",
    "promise_may_move",
    "reminder_due_at",
    "require_another_severity",
    "require_ideas_address",
    "require_milestone_day",
    "require_milestone_step",
    "require_no_circle",
    "require_no_newer_version",
    "require_nothing_before",
    "require_reason",
    "require_the_other_side",
    "require_what_a_feature_request_needs",
    "require_what_an_article_needs",
    "require_what_the_outcome_needs",
    "session_may_begin",
    "severity_in",
    "silent_closing_at",
    "trial_ends",
    "trial_is_ending",
    "turn",
    "turns_until",
    "unknown_placeholders",
    "without_links_that_act",
    "without_links_that_agree",
    "word_takes_closing_back",
]
