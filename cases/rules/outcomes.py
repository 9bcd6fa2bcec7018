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
    MERGED = "merged", _("Merged into another case")


# What must be written besides the explanation.
OUTCOME_NEEDS: dict[str, Promise] = {
    Outcome.FIX: _("Release or fix reference"),
    Outcome.WORKAROUND: _("The workaround"),
    Outcome.ENVIRONMENT: _("Whom to turn to instead"),
    Outcome.FEATURE_REQUEST: _("Where the request goes"),
}
SPECIALISTS_OUTCOMES = [outcome for outcome in Outcome if outcome not in (Outcome.NO_CONTACT, Outcome.MERGED)]


# The code and the sentence of the refusal where it was not.
_MISSING: dict[str, tuple[str, Promise]] = {
    Outcome.FIX: (
        "release_missing",
        _("Name the release or the fix that solves it, such as Agent 6.2. Nothing was closed."),
    ),
    Outcome.WORKAROUND: (
        "workaround_missing",
        _("Write down the workaround, so that the contact can use it again. Nothing was closed."),
    ),
    Outcome.ENVIRONMENT: ("referral_missing", _("Say whom the contact can turn to instead. Nothing was closed.")),
    Outcome.FEATURE_REQUEST: (
        "destination_missing",
        _("Say where the request goes, such as the Ideas Portal. Nothing was closed."),
    ),
}

# Why it is none of ours, where a specialist says nothing else (P9.7).
ENVIRONMENT_NOTICE = _(
    "What we found is specific to your environment. Changing it is out of the scope of our support policy."
)
# Whom to turn to with what support does not do: planning, design, implementation, training (P1.4, P9.8).
REFERRAL = _("Your sales representative helps with planning, design, implementation and training: sales@probax.io.")


def require_what_the_outcome_needs(outcome: str, detail: str, notice: str) -> None:
    """Refuse a closing that lacks what its outcome needs; what is out of scope says why (P9.7)."""
    if outcome in OUTCOME_NEEDS and not detail.strip():
        raise RuleBroken(*_MISSING[outcome])
    if outcome == Outcome.ENVIRONMENT and not notice.strip():
        raise RuleBroken("notice_missing", _("Say why this is out of scope. The contact reads it. Nothing was closed."))
