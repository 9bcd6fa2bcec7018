"""What a contact's home reads. Nothing but the contact varies in it, so its SQL is written once."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet, Value, prefetch_related_objects

from cases.lifecycle import Status
from cases.models import Case, CaseDraft, KeptRequest, Partner, User
from cases.querysets import CaseQuerySet
from cases.written_parts import OneOf, as_one
from sla.written_once import WrittenOnce

# A longer list stands on its own page, and takes longer the more there is.
CASES_SHOWN, CLOSED_CASES_SHOWN, KEPT_SHOWN = 50, 20, 10
CONTACT, ASKED = -1, "0"
READER = User(pk=CONTACT)


@dataclass(frozen=True)
class Cases:
    """The cases on a contact's home: of the first two kinds one more than is shown, if there are more."""

    needs_me: list[Case]
    open: list[Case]
    closed: list[Case]


def partners_of(contact: User) -> list[Partner]:
    """Return the partners that a contact writes for, with their desks."""
    return _PARTNERS.all(contact=contact.pk)


def cases_of(contact: User, *, asked: Iterable[int]) -> Cases:
    """Return the cases to list, each with its `next_promise`. In those of `asked` the page asks something."""
    needs_me = _NEEDS_ME.all(contact=contact.pk, asked=as_one(asked))
    open_cases = _OPEN.all(contact=contact.pk)
    prefetch_related_objects([*needs_me, *open_cases], Case.objects.next_promise(contact))
    return Cases(needs_me, open_cases, _CLOSED.all(contact=contact.pk))


def kept_requests_of(contact: User) -> list[KeptRequest]:
    """Return a contact's requests that wait, and those that were declined lately."""
    return _KEPT.all(contact=contact.pk)


def drafts_of(contact: User) -> list[CaseDraft]:
    """Return what a contact began to log."""
    return _DRAFTS.all(contact=contact.pk)


def draft_of(contact: User, follow_up_of: Case | None) -> CaseDraft | None:
    """Return what a contact began to log of a new case, or of the one that follows another."""
    return next((draft for draft in drafts_of(contact) if draft.follow_up_of == follow_up_of), None)


# --- What is written once -----------------------------------------------------------------------------------------


def _partners() -> QuerySet[Partner]:
    found = Partner.objects.filter(memberships__user=CONTACT, memberships__is_active=True)
    return found.select_related("home_desk").order_by("name")


def _cases() -> CaseQuerySet:
    return Case.objects.visible_to(READER).as_rows().newest_first()


def _needs_me() -> CaseQuerySet:
    # What is asked stands on the page once.
    waits_for_nothing_else = Q(OneOf(F("pk"), Value(ASKED)), status=Status.WAITING)
    return _cases().waiting().exclude(waits_for_nothing_else)[: CASES_SHOWN + 1]


def _kept() -> QuerySet[KeptRequest]:
    found = KeptRequest.objects.filter(contact=CONTACT, case=None).select_related("partner", "decided_by")
    return found.order_by("-id")[:KEPT_SHOWN]


_PARTNERS = WrittenOnce(_partners, contact=CONTACT)
_NEEDS_ME = WrittenOnce(_needs_me, contact=CONTACT, asked=ASKED)
_OPEN = WrittenOnce(lambda: _cases().open()[: CASES_SHOWN + 1], contact=CONTACT)
_CLOSED = WrittenOnce(lambda: _cases().closed()[:CLOSED_CASES_SHOWN], contact=CONTACT)
_KEPT = WrittenOnce(_kept, contact=CONTACT)
_DRAFTS = WrittenOnce(
    lambda: CaseDraft.objects.filter(user=READER).select_related("follow_up_of").order_by("pk"), contact=CONTACT
)
