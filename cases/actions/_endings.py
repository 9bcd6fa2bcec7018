"""What ends with a case beside its promises, and stands again when the closing is taken back. `_record` asks here."""

from datetime import datetime

from django.db.models import Q

from cases.lifecycle import Status
from cases.models import Case, ChargeReview, Decision


def end_with_case(case: Case, *, now: datetime) -> None:
    """End the open severity proposal and the on-call alert of a case that ends."""
    case.severity_proposals.filter(decision="").update(decision=Decision.CASE_ENDED, decided_at=now)
    end_alert(case, at=now)


def end_with_status(case: Case, *, now: datetime) -> None:
    """End what belongs to the status that the case has left: the request for diagnostics, the investigation (P7.1).

    A case that goes on after a request heard from its contact; any other way on is without what was asked for.
    """
    left, case.stood_as = case.stood_as, case.status
    if left == case.status:
        return
    if left == Status.DIAGNOSTICS:
        answered = case.status == Status.OPEN
        case.diagnostic_requests.filter(ended_at=None).update(ended_at=now, was_answered=answered)
    if left == Status.INVESTIGATING:
        case.investigations.filter(ended_at=None).update(ended_at=now)


def take_up_diagnostics(case: Case, ended_at: datetime | None) -> None:
    """Let a request for diagnostics, or an investigation, that ended then go on: the case is back in its status."""
    if case.status == Status.DIAGNOSTICS and not case.diagnostic_requests.filter(ended_at=None).exists():
        case.diagnostic_requests.filter(ended_at=ended_at).update(ended_at=None, was_answered=False)
    if case.status == Status.INVESTIGATING and not case.investigations.filter(ended_at=None).exists():
        case.investigations.filter(ended_at=ended_at).update(ended_at=None)


def end_alert(case: Case, *, at: datetime) -> None:
    """Stop waking people: somebody answered, or the case ended."""
    case.alerts.filter(ended_at=None).update(ended_at=at, next_round_at=None)


def take_up_again(case: Case, ended_at: datetime, *, now: datetime) -> None:
    """Let what the end of a case at `ended_at` ended go on, as if it had not ended."""
    if not case.severity_proposals.filter(decision="").exists():
        case.severity_proposals.filter(decision=Decision.CASE_ENDED, decided_at=ended_at).update(
            decision="", decided_at=None
        )
    take_up_diagnostics(case, ended_at)
    wake_again(case, ended_at, now=now)
    said_with_it = Q(verdict="") | Q(verdict_at=ended_at)
    ChargeReview.objects.filter(said_with_it, case=case, asked_at=ended_at, decision="").delete()


def wake_again(case: Case, ended_at: datetime, *, now: datetime) -> None:
    """Wake people again if an alert ended at `ended_at` without anybody taking it."""
    if not case.alerts.filter(ended_at=None).exists():
        case.alerts.filter(ended_at=ended_at, taken_at=None).update(ended_at=None, next_round_at=now)
