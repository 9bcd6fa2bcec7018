"""What the page of a case reads: the case and which of its nouns it has in one query, then one query for each it has.

Panels take their rows from here (`case.deadlines.all()`), so no row is asked for twice, and a noun that a case has none
of costs nothing. What is added to the case stands under `TYPE_CHECKING` in its model.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from django.db.models import (
    Exists,
    FilteredRelation,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    prefetch_related_objects,
)
from django.db.models.functions import Lower
from django.http import Http404

from cases import promises
from cases.models import (
    INTERNAL_KINDS,
    ActionPlan,
    Attachment,
    Case,
    CaseLink,
    ChargeReview,
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

if TYPE_CHECKING:
    from django.db.models import ForeignObjectRel

Rows = Callable[[User], QuerySet[Any]]

MILESTONES = Prefetch(
    "milestones", Milestone.objects.select_related("owner").prefetch_related("after").order_by("due_at", "pk")
)


def _deadlines(reader: User) -> QuerySet[Deadline]:
    # Of progress updates the open one is shown: there is one for each word of ours (P9.2).
    settled = Q(kind__in=INTERNAL_KINDS, ended_at__isnull=False)
    return Deadline.objects.exclude(settled).select_related("milestone", "named_by").order_by("pk")


def _attachments(reader: User) -> QuerySet[Attachment]:
    return Attachment.objects.visible_to(reader).select_related("uploaded_by").order_by("pk")


def _ended_plans(reader: User) -> QuerySet[ActionPlan]:
    ended = ActionPlan.objects.exclude(ended_at=None).select_related("made_by")
    return ended.prefetch_related(MILESTONES).order_by("-pk")


def _sessions(reader: User) -> QuerySet[RemoteSession]:
    people = ("asked_by", "consented_by", "declined_by", "recorded_by")
    return RemoteSession.objects.filter(replaced_at=None).select_related(*people).order_by("-pk")


def _consents(reader: User) -> QuerySet[CloudConsent]:
    people = ("text", "asked_by", "answered_by", "withdrawn_by")
    return CloudConsent.objects.filter(replaced_at=None).select_related(*people).order_by("-pk")


def _manager_requests(reader: User) -> QuerySet[ManagerRequest]:
    return ManagerRequest.objects.select_related("answered_by", "deadline").order_by("pk")


def _links(end: str) -> Rows:
    return lambda reader: CaseLink.objects.filter(**{f"{end}__in": Case.objects.visible_to(reader)}).select_related(end)


def _cases(reader: User) -> QuerySet[Case]:
    return Case.objects.visible_to(reader).order_by("pk")


# The nouns of a case by their relation, each with what the page shows of it.
NOUNS: dict[str, Rows] = {
    "deadlines": _deadlines,
    "attachments": _attachments,
    "partial_uploads": lambda reader: PartialUpload.objects.filter(user=reader, attachment=None).order_by("began_at"),
    "severity_proposals": lambda _: SeverityProposal.objects.select_related("proposed_by", "decided_by").order_by(
        "-pk"
    ),
    "severity_agreements": lambda _: SeverityAgreement.objects.all(),
    "resource_absences": lambda _: ResourceAbsence.objects.select_related("began_by", "ended_by").order_by("-pk"),
    "workarounds": lambda _: Workaround.objects.select_related("recorded_by", "confirmed_by").order_by("pk"),
    "plans": _ended_plans,
    "diagnostic_requests": lambda _: DiagnosticRequest.objects.select_related("asked_by").order_by("-pk"),
    "investigations": lambda _: Investigation.objects.filter(ended_at=None).select_related("begun_by"),
    "remote_sessions": _sessions,
    "consents": _consents,
    "cloud_actions": lambda _: CloudAction.objects.select_related("done_by").order_by("-pk"),
    "manager_requests": _manager_requests,
    "watchers": lambda _: Watcher.objects.select_related("user").order_by("pk"),
    "follow_ups": _cases,
    "merged": _cases,
    "links_to_newer": _links("second"),
    "links_to_older": _links("first"),
}
# What staff alone read of it.
STAFF_NOUNS: dict[str, Rows] = {
    "attempts": lambda _: ContactAttempt.objects.select_related("made_by").order_by("made_at"),
    "mails_in": lambda _: IncomingMail.objects.exclude(fate__in=TO_SORT).order_by("received_at", "pk"),
    "alerts": lambda _: OnCallAlert.objects.filter(ended_at=None),
    "charge_review": lambda _: ChargeReview.objects.select_related("verdict_by", "decided_by"),
    "word_drafts": lambda reader: WordDraft.objects.filter(user=reader),
    "presences": lambda reader: Presence.objects.exclude(user=reader).select_related("user").order_by("user__name"),
}


def case_on_its_page(reference: str, reader: User, now: datetime) -> Case:
    """Return a case with all that its page shows.

    Raises:
        Http404: there is none, or `reader` may not know of it.
    """
    nouns = {name: rows(reader) for name, rows in (NOUNS | (STAFF_NOUNS if reader.works_here else {})).items()}
    stopped = MailAddress.objects.exclude(stopped_at=None)
    facts: dict[str, Any] = {"mail_comes_back": Exists(stopped.filter(address=Lower(OuterRef("contact__email"))))}
    in_force = ConsentText.objects.filter(in_force_from__lte=now).order_by("-version")
    facts |= {f"consent_{name}": Subquery(in_force.values(name)[:1]) for name in ("version", "words")}
    said = ManagerRequestWord.objects.select_related("said_by")
    facts["has_words"] = Exists(said.filter(request__case=OuterRef("pk")))
    facts |= {_has(name): Exists(rows.filter(**{_key(name): OuterRef("pk")})) for name, rows in nouns.items()}
    joined = ("product_area", "follow_up_of", "policy", "feature_link__request", "logged_by", "charges_heard_by")
    cases = Case.objects.visible_to(reader).with_people().with_what_stands().select_related(*joined)
    found = cases.annotate(**facts).filter(reference=reference).first()
    if found is None:
        raise Http404
    had = (Prefetch(name, rows if getattr(found, _has(name)) else rows.none()) for name, rows in nouns.items())
    prefetch_related_objects([found], *had)
    prefetch_related_objects(
        [*found.manager_requests.all()], Prefetch("said", said if found.has_words else said.none())
    )
    if found.plan_in_force is not None:
        prefetch_related_objects([found.plan_in_force], MILESTONES)
    found.hours = promises.hours_of(found.partner, found.desk)
    found.people = list(_people_around(found, reader))
    return found


def _people_around(case: Case, reader: User) -> QuerySet[User]:
    """Return who writes for a case's partner, each with their `membership`; to staff all of staff as well."""
    those = Membership.objects.filter(partner=case.partner_id, is_active=True).values("user_id")
    if reader.works_here:
        # A union, so that the database looks at these people alone, however many others there are.
        those = those.union(User.objects.exclude(staff_role="").values("pk"))
    of_this_partner = Q(memberships__partner=case.partner_id, memberships__is_active=True)
    joined: dict[str, Any] = {"membership": FilteredRelation("memberships", condition=of_this_partner)}
    found = User.objects.filter(pk__in=those, is_active=True).annotate(**joined).select_related(*joined)
    return found.order_by("name", "pk")


def _has(relation: str) -> str:
    return f"has_{relation}"


def _key(relation: str) -> str:
    """Return the column of a noun that points to its case."""
    return cast("ForeignObjectRel", Case._meta.get_field(relation)).field.name
