"""What the page of a case reads: the case in one query, and all that belongs to it and stands around it in another.

Panels take their rows from here (`case.deadlines.all()`), so nothing is asked for twice, and a case with every noun
takes no more queries than one with none. What is added to the case stands under `TYPE_CHECKING` in its model.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, cast

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.http import Http404

from cases import promises
from cases.case_search import ids_of
from cases.models import (
    INTERNAL_KINDS,
    ActionPlan,
    Attachment,
    Case,
    CaseEvent,
    CaseLink,
    ChargeReview,
    Closing,
    CloudAction,
    CloudConsent,
    ConsentText,
    ContactAttempt,
    Deadline,
    DiagnosticRequest,
    EventWords,
    FeatureRequest,
    FeatureRequestCase,
    ImportedCase,
    IncomingMail,
    Investigation,
    Macro,
    MailAddress,
    ManagerRequest,
    ManagerRequestWord,
    Membership,
    Message,
    Milestone,
    OnCallAlert,
    PartialUpload,
    Partner,
    Presence,
    ProductArea,
    RemoteSession,
    ResourceAbsence,
    SeverityAgreement,
    SeverityProposal,
    StaffRole,
    Survey,
    User,
    WaitingEpisode,
    Watcher,
    WordDraft,
    Workaround,
)
from cases.models.incoming import TO_SORT
from cases.rules import TAKE_REPLY_BACK_WITHIN
from cases.web.rows_together import Together, hold, hold_one, in_order, join, keys_of
from sla.models import Desk, PolicyVersion, Target

if TYPE_CHECKING:
    from django.db.models import ForeignObjectRel

Rows = Callable[[User], QuerySet[Any]]


def _deadlines(reader: User) -> QuerySet[Deadline]:
    # Of progress updates the open one is shown: there is one for each word of ours (P9.2).
    return Deadline.objects.exclude(Q(kind__in=INTERNAL_KINDS, ended_at__isnull=False))


def _visible_cases(reader: User) -> QuerySet[Case]:
    return Case.objects.visible_to(reader)


def _events(reader: User) -> QuerySet[CaseEvent]:
    return CaseEvent.objects.all() if reader.works_here else CaseEvent.objects.filter(public=True)


def _messages(reader: User) -> QuerySet[Message]:
    return Message.objects.readable_by(reader, PLACES["settled"] + TAKE_REPLY_BACK_WITHIN)


# What stands in the question for the case, its reader, what the case points to, and since when replies have left.
POINTS = ("partner", "desk", "policy", "product_area", "follow_up_of", "contact")
PLACES: dict[str, Any] = {name: -1 - number for number, name in enumerate(("case", "reader", *POINTS))}
PLACES["settled"] = datetime(1, 1, 2, tzinfo=UTC)
REFERENCE = {"reference": "-", "reader": PLACES["reader"]}

# The nouns of a case by their relation: what the page shows of each, and in which order.
NOUNS: dict[str, tuple[Rows, *tuple[str, ...]]] = {
    "events": (_events, "number"),
    "messages": (_messages, "said_at", "pk"),
    "deadlines": (_deadlines, "pk"),
    "attachments": (Attachment.objects.of_a_visible_case, "pk"),
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
    staff = reader.works_here
    # Nobody's text holds NUL, and the database takes none.
    cases = _case_alone(staff).ask(reference=reference.replace("\0", ""), reader=reader.pk)["case"]
    if not cases:
        raise Http404
    found: Case = cases[0]
    points = {name: getattr(found, f"{name}_id") for name in POINTS}
    settled = now - TAKE_REPLY_BACK_WITHIN
    read = _nouns_of_a_case(staff).ask(case=found.pk, reader=reader.pk, settled=settled, **points)
    rows = [found, *(row for of_a_noun in read.values() for row in of_a_noun)]
    known = {row.pk for row in rows if isinstance(row, User)}
    others = keys_of(User, rows) - known
    strangers = list(User.objects.filter(pk__in=others)) if others else []
    join(rows, [*rows, *strangers])
    for name, (_, *order) in (NOUNS | (STAFF_NOUNS if staff else {})).items():
        hold(found, name, in_order(read[name], *order))
    _hold_what_stands(found, read, now)
    _hold_other_cases(found, read)
    _hold_what_is_behind(found, read)
    found.hours = promises.hours_of(found.partner, found.desk)
    found.people = _people_around(read, reader)
    return found


@cache
def _case_alone(staff: bool) -> Together:
    return Together({"case": _visible_cases(_somebody(staff)).filter(reference=REFERENCE["reference"])}, REFERENCE)


@cache
def _nouns_of_a_case(staff: bool) -> Together:
    reader, case = _somebody(staff), Case(pk=PLACES["case"])
    nouns = NOUNS | (STAFF_NOUNS if staff else {})
    own = {name: rows(reader).filter(**{_key(name): case}) for name, (rows, *_) in nouns.items()}
    return Together(own | _standing(case) | _around(staff) | _behind_nouns(case, reader), PLACES)


def _somebody(staff: bool) -> User:
    return User(pk=PLACES["reader"], staff_role=StaffRole.SPECIALIST if staff else "")


def _standing(case: Case) -> dict[str, QuerySet[Any]]:
    """Return what a case has one of or none."""
    return {
        "closing": Closing.objects.filter(case=case, taken_back_at=None),
        "survey": Survey.objects.filter(closing__case=case, closing__taken_back_at=None),
        "plan_in_force": ActionPlan.objects.filter(case=case, ended_at=None),
        "episode": WaitingEpisode.objects.filter(case=case, ended_at=None),
        "charge_review": ChargeReview.objects.filter(case=case),
        "brought_over": ImportedCase.objects.filter(case=case),
        "feature_link": FeatureRequestCase.objects.filter(case=case),
        "feature": FeatureRequest.objects.filter(links__case=case),
    }


def _around(staff: bool) -> dict[str, QuerySet[Any]]:
    """Return what a case points to, and who may have to do with it."""
    contact = User.objects.filter(pk=PLACES["contact"])
    here = {"staff": User.objects.exclude(staff_role=""), "macros": Macro.objects.all()} if staff else {}
    members = Membership.objects.filter(partner=PLACES["partner"], is_active=True)
    return {
        "partner": Partner.objects.filter(pk=PLACES["partner"]),
        "desk": Desk.objects.filter(pk=PLACES["desk"]),
        "policy": PolicyVersion.objects.filter(pk=PLACES["policy"]),
        "targets": Target.objects.filter(policy=PLACES["policy"]),
        "product_area": ProductArea.objects.filter(pk=PLACES["product_area"]),
        "follow_up_of": Case.objects.filter(pk=PLACES["follow_up_of"]),
        "memberships": members,
        "members": User.objects.filter(pk__in=members.values("user")),
        "stopped": MailAddress.objects.exclude(stopped_at=None).filter(address__in=contact.values(low=Lower("email"))),
        "consent_texts": ConsentText.objects.all(),
        **here,
    }


def _behind_nouns(case: Case, reader: User) -> dict[str, QuerySet[Any]]:
    """Return what the nouns of a case have themselves, by its model."""
    # Reads one by one and no OR, for which the database would go through every case.
    older, newer = CaseLink.objects.filter(second=case), CaseLink.objects.filter(first=case)
    later, merged = Case.objects.filter(follow_up_of=case), Case.objects.filter(merged_into=case)
    others = ids_of(older.values("first"), newer.values("second"), later.values("pk"), merged.values("pk"))
    return {
        "wordings": EventWords.objects.filter(event__case=case),
        "milestones": Milestone.objects.filter(plan__case=case),
        "waits": Milestone.after.through.objects.filter(from_milestone__plan__case=case),
        "said": ManagerRequestWord.objects.filter(request__case=case),
        "older": older,
        "newer": newer,
        "others": _visible_cases(reader).filter(pk__in=others),
    }


def _hold_what_stands(case: Case, read: dict[str, list[Any]], now: datetime) -> None:
    case.closing_in_force, case.plan_in_force, case.open_episode = (
        _one_of(read[name]) for name in ("closing", "plan_in_force", "episode")
    )
    for name in ("charge_review", "brought_over", "feature_link"):
        hold_one(case, name, _one_of(read[name]))
    if case.closing_in_force is not None:
        hold_one(case.closing_in_force, "survey", _one_of(read["survey"]))
    hold(case.policy, "targets", in_order(read["targets"], "severity"))
    case.mail_stopped = _one_of(read["stopped"])
    texts = [text for text in read["consent_texts"] if text.in_force_from <= now]
    case.consent_text = max(texts, key=attrgetter("version"), default=None)
    case.macros = sorted(read.get("macros", ()), key=lambda macro: macro.name.casefold())


def _one_of(rows: list[Any]) -> Any:
    return rows[0] if rows else None


def _hold_other_cases(case: Case, read: dict[str, list[Any]]) -> None:
    """Hold the cases that follow, were merged or are linked, as far as their reader may know of them."""
    others, known = in_order(read["others"], "pk"), {other.pk for other in read["others"]}
    hold(case, "follow_ups", [other for other in others if other.follow_up_of_id == case.pk])
    hold(case, "merged", [other for other in others if other.merged_into_id == case.pk])
    hold(case, "links_to_older", [link for link in in_order(read["older"], "pk") if link.first_id in known])
    hold(case, "links_to_newer", [link for link in in_order(read["newer"], "pk") if link.second_id in known])


def _hold_what_is_behind(case: Case, read: dict[str, list[Any]]) -> None:
    wordings = {words.event_id: words for words in read["wordings"]}
    for event in read["events"]:
        hold_one(event, "wording", wordings.get(event.pk))
    milestones = in_order(read["milestones"], "due_at", "pk")
    in_force = [] if case.plan_in_force is None else [case.plan_in_force]
    for plan in [*in_force, *case.plans.all()]:
        hold(plan, "milestones", [one for one in milestones if one.plan_id == plan.pk])
    for one in milestones:
        hold(one, "after", [wait.to_milestone for wait in read["waits"] if wait.from_milestone_id == one.pk])
    for request in read["manager_requests"]:
        hold(request, "said", in_order((word for word in read["said"] if word.request_id == request.pk), "pk"))


def _people_around(read: dict[str, list[Any]], reader: User) -> list[User]:
    """Return who writes for a case's partner, each with their `membership`, and to staff all of staff."""
    memberships = {membership.user_id: membership for membership in read["memberships"]}
    people = {one.pk: one for one in [*read["members"], *read.get("staff", ())] if one.is_active}
    for one in people.values():
        one.membership = memberships.get(one.pk)
    return sorted(people.values(), key=lambda one: (one.name.casefold(), one.pk))


def _key(relation: str) -> str:
    """Return the column of a noun that points to its case."""
    return cast("ForeignObjectRel", Case._meta.get_field(relation)).field.name
