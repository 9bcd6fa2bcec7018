"""What the page of a case reads: the case with what stands in one query, and all its nouns in another.

Panels take their rows from here (`case.deadlines.all()`), so nothing is asked for twice, and a case with every noun
takes no more queries than one with none. What is added to the case stands under `TYPE_CHECKING` in its model.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from django.db.models import Exists, FilteredRelation, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Lower
from django.http import Http404

from cases import promises
from cases.case_search import ids_of
from cases.models import (
    INTERNAL_KINDS,
    ActionPlan,
    Attachment,
    Case,
    CaseLink,
    CloudAction,
    CloudConsent,
    ConsentText,
    ContactAttempt,
    Deadline,
    DiagnosticRequest,
    IncomingMail,
    Investigation,
    MailAddress,
    ManagerRequest,
    ManagerRequestWord,
    Membership,
    Milestone,
    OnCallAlert,
    PartialUpload,
    Presence,
    RemoteSession,
    ResourceAbsence,
    SeverityAgreement,
    SeverityProposal,
    User,
    Watcher,
    WordDraft,
    Workaround,
)
from cases.models.incoming import TO_SORT
from cases.web.rows_together import hold, in_order, join, keys_of, rows_of

if TYPE_CHECKING:
    from django.db.models import ForeignObjectRel

Rows = Callable[[User], QuerySet[Any]]


def _deadlines(reader: User) -> QuerySet[Deadline]:
    # Of progress updates the open one is shown: there is one for each word of ours (P9.2).
    return Deadline.objects.exclude(Q(kind__in=INTERNAL_KINDS, ended_at__isnull=False))


def _visible_cases(reader: User) -> QuerySet[Case]:
    return Case.objects.visible_to(reader)


def _links(end: str) -> Rows:
    return lambda reader: CaseLink.objects.filter(**{f"{end}__in": _visible_cases(reader)})


# The nouns of a case by their relation: what the page shows of each, and in which order.
NOUNS: dict[str, tuple[Rows, *tuple[str, ...]]] = {
    "deadlines": (_deadlines, "pk"),
    "attachments": (Attachment.objects.visible_to, "pk"),
    "partial_uploads": (lambda reader: PartialUpload.objects.filter(user=reader, attachment=None), "began_at"),
    "severity_proposals": (lambda _: SeverityProposal.objects.all(), "-pk"),
    "severity_agreements": (lambda _: SeverityAgreement.objects.all(), "pk"),
    "resource_absences": (lambda _: ResourceAbsence.objects.all(), "-pk"),
    "workarounds": (lambda _: Workaround.objects.all(), "pk"),
    # The one in force is read with the case.
    "plans": (lambda _: ActionPlan.objects.exclude(ended_at=None), "-pk"),
    "diagnostic_requests": (lambda _: DiagnosticRequest.objects.all(), "-pk"),
    "investigations": (lambda _: Investigation.objects.filter(ended_at=None), "pk"),
    "remote_sessions": (lambda _: RemoteSession.objects.filter(replaced_at=None), "-pk"),
    "consents": (lambda _: CloudConsent.objects.filter(replaced_at=None), "-pk"),
    "cloud_actions": (lambda _: CloudAction.objects.all(), "-pk"),
    "manager_requests": (lambda _: ManagerRequest.objects.all(), "pk"),
    "watchers": (lambda _: Watcher.objects.all(), "pk"),
    "follow_ups": (_visible_cases, "pk"),
    "merged": (_visible_cases, "pk"),
    "links_to_newer": (_links("second"), "pk"),
    "links_to_older": (_links("first"), "pk"),
}
# What staff alone read of it.
STAFF_NOUNS: dict[str, tuple[Rows, *tuple[str, ...]]] = {
    "attempts": (lambda _: ContactAttempt.objects.all(), "made_at"),
    "mails_in": (lambda _: IncomingMail.objects.exclude(fate__in=TO_SORT), "received_at", "pk"),
    "alerts": (lambda _: OnCallAlert.objects.filter(ended_at=None), "pk"),
    "word_drafts": (lambda reader: WordDraft.objects.filter(user=reader), "pk"),
    "presences": (lambda reader: Presence.objects.exclude(user=reader), "user__name"),
}


def case_on_its_page(reference: str, reader: User, now: datetime) -> Case:
    """Return a case with all that its page shows.

    Raises:
        Http404: there is none, or `reader` may not know of it.
    """
    found = _with_what_stands(reference, reader, now)
    nouns = NOUNS | (STAFF_NOUNS if reader.works_here else {})
    own = {name: rows(reader).filter(**{_key(name): found}) for name, (rows, *_) in nouns.items()}
    read = rows_of(own | _behind_nouns(found, reader))
    rows = [row for of_a_noun in read.values() for row in of_a_noun]
    people = list(_people_around(found, reader, keys_of(User, rows)))
    join(rows, [found, *people, *rows])
    for name, (_, *order) in nouns.items():
        hold(found, name, in_order(read[name], *order))
    _hold_what_is_behind(found, read)
    found.hours = promises.hours_of(found.partner, found.desk)
    found.people = [one for one in people if one.is_active and _is_around(one, reader)]
    return found


def _with_what_stands(reference: str, reader: User, now: datetime) -> Case:
    stopped = MailAddress.objects.exclude(stopped_at=None)
    facts: dict[str, Any] = {"mail_comes_back": Exists(stopped.filter(address=Lower(OuterRef("contact__email"))))}
    in_force = ConsentText.objects.filter(in_force_from__lte=now).order_by("-version")
    facts |= {f"consent_{name}": Subquery(in_force.values(name)[:1]) for name in ("version", "words")}
    joined = ["product_area", "follow_up_of", "policy", "feature_link__request", "logged_by", "charges_heard_by"]
    if reader.works_here:
        joined += ["charge_review__verdict_by", "charge_review__decided_by"]
    cases = Case.objects.visible_to(reader).with_people().with_what_stands().select_related(*joined)
    found = cases.annotate(**facts).filter(reference=reference).first()
    if found is None:
        raise Http404
    return found


def _behind_nouns(case: Case, reader: User) -> dict[str, QuerySet[Any]]:
    """Return what the nouns of a case have themselves, by its model."""
    # Two reads and no OR, for which the database would go through every case.
    older, newer = (
        CaseLink.objects.filter(second=case).values("first"),
        CaseLink.objects.filter(first=case).values("second"),
    )
    return {
        "milestones": Milestone.objects.filter(plan__case=case),
        "waits": Milestone.after.through.objects.filter(from_milestone__plan__case=case),
        "said": ManagerRequestWord.objects.filter(request__case=case),
        "texts": ConsentText.objects.filter(pk__in=CloudConsent.objects.filter(case=case).values("text")),
        "linked": _visible_cases(reader).filter(pk__in=ids_of(older, newer)),
    }


def _hold_what_is_behind(case: Case, read: dict[str, list[Any]]) -> None:
    milestones = in_order(read["milestones"], "due_at", "pk")
    in_force = [] if case.plan_in_force is None else [case.plan_in_force]
    for plan in [*in_force, *case.plans.all()]:
        hold(plan, "milestones", [one for one in milestones if one.plan_id == plan.pk])
    for one in milestones:
        hold(one, "after", [wait.to_milestone for wait in read["waits"] if wait.from_milestone_id == one.pk])
    for request in read["manager_requests"]:
        hold(request, "said", in_order((word for word in read["said"] if word.request_id == request.pk), "pk"))


def _people_around(case: Case, reader: User, named: Iterable[int]) -> QuerySet[User]:
    """Return who writes for a case's partner, with `membership`, who is `named`, and to staff all of staff."""
    those = Membership.objects.filter(partner=case.partner_id, is_active=True).values("user_id")
    # A union, so that the database looks at these people alone, however many others there are.
    those = those.union(User.objects.filter(pk__in=named).values("pk"))
    if reader.works_here:
        those = those.union(User.objects.exclude(staff_role="").values("pk"))
    of_this_partner = Q(memberships__partner=case.partner_id, memberships__is_active=True)
    joined: dict[str, Any] = {"membership": FilteredRelation("memberships", condition=of_this_partner)}
    found = User.objects.filter(pk__in=those).annotate(**joined).select_related(*joined)
    return found.order_by("name", "pk")


def _is_around(person: User, reader: User) -> bool:
    return person.membership is not None or (reader.works_here and person.works_here)


def _key(relation: str) -> str:
    """Return the column of a noun that points to its case."""
    return cast("ForeignObjectRel", Case._meta.get_field(relation)).field.name
