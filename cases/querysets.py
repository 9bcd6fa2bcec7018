"""Reads that compose. `visible_to` is the only door from a person to a case: every read for a person starts there."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db.models import F, Prefetch, Q, QuerySet

from cases.lifecycle import WAITING_ON_THE_CONTACT, Status

if TYPE_CHECKING:
    # The linter does not see the names in the bases below.
    from cases.models.cases import Case  # noqa: F401
    from cases.models.conversation import Attachment  # noqa: F401
    from cases.models.deadlines import Deadline  # noqa: F401
    from cases.models.people import User


def _visible_to(user: "User", path: str = "") -> Q:
    """Return the one rule of who may know of a case; `path` leads from the filtered rows to it, such as `case__`."""
    if user.works_here:
        return Q()
    memberships = f"{path}partner__memberships"
    return Q(**{f"{memberships}__user": user, f"{memberships}__is_active": True}) & (
        Q(**{f"{memberships}__sees_all_cases": True}) | Q(**{f"{path}contact": user})
    )


class CaseQuerySet(QuerySet["Case"]):
    """Cases, narrowed step by step."""

    def visible_to(self, user: "User") -> Self:
        """Keep what `user` may know of: staff see all; a contact sees a partner's cases, or their own if limited."""
        return self.filter(_visible_to(user))

    def open(self) -> Self:
        """Keep the cases that go on."""
        return self.exclude(status=Status.CLOSED)

    def closed(self) -> Self:
        """Keep the cases that ended."""
        return self.filter(status=Status.CLOSED)

    def assigned_to(self, user: "User") -> Self:
        """Keep the cases of one specialist."""
        return self.filter(assignee=user)

    def unassigned(self) -> Self:
        """Keep the cases that nobody has taken."""
        return self.filter(assignee=None)

    def waiting(self) -> Self:
        """Keep the cases that wait on their contact."""
        return self.filter(status__in=WAITING_ON_THE_CONTACT)

    def of_severity(self, severity: int) -> Self:
        """Keep the cases of one severity in force."""
        return self.filter(severity=severity)

    def at_risk(self, now: datetime) -> Self:
        """Keep open cases with an open promise that is past its warning and not yet due (P2.1)."""
        return (
            self.open()
            .filter(deadlines__ended_at=None, deadlines__warn_at__lte=now, deadlines__due_at__gte=now)
            .distinct()
        )

    def breached(self, now: datetime) -> Self:
        """Keep open cases with an open promise that is past its due time."""
        return self.open().filter(next_due_at__lt=now)

    def matching(self, words: str) -> Self:
        """Keep the cases whose reference, title, partner or contact has every one of `words`."""
        found = self
        for word in words.split():
            found = found.filter(
                Q(reference__icontains=word)
                | Q(title__icontains=word)
                | Q(partner__name__icontains=word)
                | Q(contact__name__icontains=word)
                | Q(contact__email__icontains=word)
            )
        return found

    def in_queue_order(self) -> Self:
        """Order by the next promise, cases without one last, then by age."""
        return self.order_by(F("next_due_at").asc(nulls_last=True), "id")

    def after_in_queue(self, due: datetime | None, case_id: int) -> Self:
        """Keep what comes behind the row with this promise and id, in the order of the queue."""
        if due is None:
            return self.filter(next_due_at=None, id__gt=case_id)
        return self.filter(Q(next_due_at__gt=due) | Q(next_due_at=due, id__gt=case_id) | Q(next_due_at=None))

    def newest_end_first(self) -> Self:
        """Order by when the cases ended, newest first."""
        return self.order_by("-closed_at", "-id")

    def before_end(self, closed_at: datetime | None, case_id: int) -> Self:
        """Keep what comes behind the row with this end and id, newest end first."""
        return self.filter(Q(closed_at__lt=closed_at) | Q(closed_at=closed_at, id__lt=case_id))

    def newest_first(self) -> Self:
        """Order by the last thing that happened, newest first."""
        return self.order_by("-last_event_at", "-id")

    def with_people(self) -> Self:
        """Load what a row of a list shows, in the same query."""
        return self.select_related("partner", "contact", "assignee", "desk")

    def with_next_promise(self) -> Self:
        """Load each case's open deadlines as `next_promise`, the earliest first, in one more query."""
        deadlines = self.model._meta.get_field("deadlines").related_model
        return self.prefetch_related(
            Prefetch(
                "deadlines",
                queryset=deadlines._default_manager.filter(ended_at=None).order_by("due_at"),
                to_attr="next_promise",
            )
        )


class DeadlineQuerySet(QuerySet["Deadline"]):
    """Promises, narrowed step by step."""

    def open(self) -> Self:
        """Keep the promises that still stand."""
        return self.filter(ended_at=None)

    def not_yet_due(self, now: datetime) -> Self:
        """Keep open promises that can still be kept at `now`; their breach is not on the record."""
        return self.open().filter(breached_at=None, due_at__gte=now)

    def to_warn(self, now: datetime) -> Self:
        """Keep open promises past their warning that nobody was warned of."""
        return self.open().filter(warned_at=None, warn_at__lte=now)

    def to_breach(self, now: datetime) -> Self:
        """Keep open promises past due whose breach is not on the record. The due second itself is in time."""
        return self.open().filter(breached_at=None, due_at__lt=now)


class AttachmentQuerySet(QuerySet["Attachment"]):
    """Files, narrowed to those a person may fetch."""

    def visible_to(self, user: "User") -> Self:
        """Keep files of visible cases, without those of internal notes for contacts, and files of one's own draft."""
        of_cases = Q(case__isnull=False) & _visible_to(user, "case__")
        if not user.works_here:
            of_cases &= Q(message=None) | ~Q(message__kind="note")
        return self.filter(of_cases | Q(draft__user=user))
