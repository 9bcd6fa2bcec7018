"""How a case may end (P9.7)."""

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.rules._broken import RuleBroken


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
