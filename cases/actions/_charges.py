"""What a specialist says of an after-hours Severity 1 that fell or ended (P4.2)."""

from datetime import datetime

from django.utils.translation import gettext as _

from cases.actions import _record
from cases.models import Case, ChargeReview, ChargeVerdict, EventKind, User
from cases.rules import RuleBroken


def judge(case: Case, verdict: str, reason: str, *, actor: User, now: datetime) -> None:
    """Put the specialist's word on the record. "Never qualified" alone goes before a manager.

    Raises:
        RuleBroken: nobody asked, somebody said it already, or it lacks its reason.
    """
    review = ChargeReview.objects.select_for_update().filter(case=case).first()
    if review is None:
        raise RuleBroken(
            "charges_not_asked", _("Nothing is to be said about charges of this case. Nothing was changed.")
        )
    if review.verdict:
        raise RuleBroken(
            "charges_judged_already",
            _("%(name)s said it already: %(verdict)s. Nothing was changed.")
            % {"name": review.verdict_by, "verdict": ChargeVerdict(review.verdict).label},
        )
    require_whole(verdict, reason)
    review.verdict, review.verdict_reason, review.verdict_by, review.verdict_at = verdict, reason.strip(), actor, now
    review.save()
    facts = {"review": review.pk, "verdict": verdict}
    _record.record(case, EventKind.CHARGES_JUDGED, actor=actor, now=now, public=False, facts=facts)


def require_whole(verdict: str, reason: str) -> None:
    """Refuse a word that is none, or one that may cost the partner money and has no reason."""
    if verdict not in ChargeVerdict.values:
        raise RuleBroken("charge_verdict_missing", _("Say whether it ever qualified as Severity 1."))
    if verdict == ChargeVerdict.NEVER_QUALIFIED and not reason.strip():
        raise RuleBroken("charge_reason_missing", _("Say why it never qualified. A manager decides by it."))
