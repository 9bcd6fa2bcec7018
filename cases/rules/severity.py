"""Severity by two (P2.3, P2.4, P8.1), and what a case that was worked on after hours is asked at its end (P4.2)."""

from datetime import timedelta

from django.utils.translation import gettext as _

from cases.rules._broken import RuleBroken
from cases.rules.intake import ROUND_THE_CLOCK_SEVERITY

# A request for Severity 1 while the desk is closed is answered within this much clock time.
SEVERITY_ANSWER_WITHIN = timedelta(hours=1)
# The link in the mail decides for this long; the portal goes on taking the answer after it.
SEVERITY_LINK_OPEN_FOR = timedelta(days=14)
# People on call are woken again after this, until one of them takes the alert.
ALERT_AGAIN_AFTER = timedelta(minutes=10)


def require_another_severity(current: int, proposed: int) -> None:
    """Refuse a proposal that would change nothing."""
    if proposed == current:
        raise RuleBroken(
            "severity_is_that",
            _("The case is at Severity %(level)s already. Choose another one, or leave it as it is.")
            % {"level": current},
        )


def require_reason(words: str) -> None:
    """Refuse a proposal, a refusal or an absence without a reason: the other side has to understand it (P2.3)."""
    if not words.strip():
        raise RuleBroken("severity_reason_missing", _("Say why. The other side reads it and decides by it."))


def require_the_other_side(proposed_by_side: str, deciding_side: str) -> None:
    """Refuse an answer to one's own proposal: severity changes with the consent of both sides (P8.1)."""
    if proposed_by_side == deciding_side:
        raise RuleBroken(
            "severity_own_proposal",
            _("Your own side proposed this, so the other side has to agree or decline. Nothing was changed."),
        )


def asks_for_severity_answer(severity: int, *, by_contact: bool, desk_is_open: bool) -> bool:
    """Return whether a proposal wakes people: a contact asks for Sev 1 while the desk is closed."""
    return severity == ROUND_THE_CLOCK_SEVERITY and by_contact and not desk_is_open


def asks_about_charges(*, used_after_hours: bool, was: int, becomes: int | None) -> bool:
    """Return whether a specialist must say if it ever qualified: an after-hours Sev 1 falls, or its case ends (P4.2).

    `becomes` is None where the case ends.
    """
    return used_after_hours and (becomes is None or (was == ROUND_THE_CLOCK_SEVERITY and becomes > was))
