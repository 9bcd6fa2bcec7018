"""People and cases of another help desk, brought over by a manager. Nobody is mailed, and no promise is made up."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from cases import promises
from cases.actions import _promises, _record
from cases.actions.partners import require_manager
from cases.models import (
    Case,
    Channel,
    Closing,
    DeadlineKind,
    Dispatch,
    EventKind,
    ImportedCase,
    Membership,
    Message,
    MessageKind,
    Partner,
    StaffRole,
    User,
)
from sla import store
from sla.models import PolicyVersion


@dataclass(frozen=True)
class ImportedPerson:
    """A contact of a partner; or, without one, somebody of ours whose words stand in old cases."""

    email: str
    name: str
    partner_id: int | None
    role: str = ""
    phone: str = ""
    zone: str = ""
    sees_all_cases: bool = True
    is_active: bool = True


@dataclass(frozen=True)
class ImportedWord:
    """One message of a case, by a person who is here."""

    author_id: int
    by_staff: bool
    said_at: datetime
    body: str
    internal: bool = False


@dataclass(frozen=True)
class ImportedDetails:
    """A case as another help desk kept it. Open unless it has `closed_at`; answered if it has `first_response_at`."""

    external_id: str
    partner_id: int
    contact_id: int
    title: str
    explanation: str
    severity: int
    logged_at: datetime
    effect: str = ""
    channel: str = Channel.EMAIL
    product_area_id: int | None = None
    assignee_id: int | None = None
    first_response_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: str = ""
    closing: str = ""
    words: list[ImportedWord] = field(default_factory=list)


@transaction.atomic(durable=True)
def import_person(*, person: ImportedPerson, actor: User, now: datetime) -> bool:
    """Bring a person over, and let them write for their partner. Returns False if they do already.

    Nobody gets a password or a mail: contacts set one by “forgot password”. Our own people come without a log-in,
    until an administrator lets them in. Whoever is here already keeps name, phone and zone.

    Raises:
        RuleBroken: the actor is no manager.
    """
    require_manager(actor)
    found = User.objects.filter(email__iexact=person.email).first()
    if person.partner_id is None:
        if found is None:
            User.objects.create_user(
                person.email, name=person.name, phone=person.phone, staff_role=StaffRole.SPECIALIST, is_active=False
            )
        return found is None
    partner = Partner.objects.select_for_update().select_related("home_desk").get(pk=person.partner_id)
    if found is None:
        zone = person.zone or partner.home_desk.zone
        found = User.objects.create_user(person.email, name=person.name, phone=person.phone, zone=zone)
    may = {"role": person.role, "sees_all_cases": person.sees_all_cases, "is_active": person.is_active}
    return Membership.objects.get_or_create(user=found, partner=partner, defaults=may)[1]


@transaction.atomic(durable=True)
def import_case(*, source: str, details: ImportedDetails, actor: User, now: datetime) -> bool:
    """Bring a case over with its conversation, dates and state. Returns False if it came before.

    What is past makes no promise. An open case nobody answered is promised its first response from now on, and one that
    was answered its next update: what the other help desk promised is not known here.

    Raises:
        RuleBroken: the actor is no manager.
    """
    require_manager(actor)
    partner = Partner.objects.select_for_update(of=("self",)).select_related("home_desk").get(pk=details.partner_id)
    if ImportedCase.objects.filter(source=source, external_id=details.external_id).exists():
        return False
    case = _case_of(partner, details)
    _record.set_imported(case, severity=details.severity, closed_at=details.closed_at)
    case.save()
    _say(case, details)
    if case.is_open and case.first_response_at is None:
        reckoned = promises.first_response(partner, case.desk, case.policy, details.severity, now)
        _promises.make_promise(case, DeadlineKind.FIRST_RESPONSE, reckoned, now=now)
    ImportedCase.objects.create(
        case=case, source=source, external_id=details.external_id, imported_at=now, imported_by=actor
    )
    facts = {"source": source, "external_id": details.external_id}
    event = _record.record(case, EventKind.CASE_IMPORTED, actor=actor, now=now, public=True, facts=facts)
    # Nobody is told of it, neither people nor systems.
    Dispatch.objects.filter(event=event).delete()
    case.last_event_at = max(
        [details.logged_at, *filter(None, [details.closed_at]), *(w.said_at for w in details.words)]
    )
    case.save(update_fields=["last_event_at"])
    return True


def _case_of(partner: Partner, details: ImportedDetails) -> Case:
    """Return the case, with the next reference of its partner."""
    partner.last_case_number += 1
    partner.save(update_fields=["last_case_number"])
    contact = User.objects.get(pk=details.contact_id)
    return Case(
        reference=f"{partner.code}-{partner.last_case_number}",
        partner=partner,
        contact=contact,
        contact_email=contact.email,
        contact_phone=contact.phone,
        desk=partner.home_desk,
        policy=_policy_of(details),
        channel=details.channel,
        title=details.title,
        explanation=details.explanation,
        effect=details.effect,
        product_area_id=details.product_area_id,
        assignee_id=details.assignee_id,
        logged_at=details.logged_at,
        last_event_at=details.logged_at,
        first_response_at=details.first_response_at,
    )


def _policy_of(details: ImportedDetails) -> PolicyVersion:
    """Return the policy of its day; the first one for a case that is older than any."""
    try:
        return store.policy_in_force(details.logged_at)
    except store.NoPolicy:
        return PolicyVersion.objects.earliest("effective_on")


def _say(case: Case, details: ImportedDetails) -> None:
    """Write the conversation, and how the case ended if it says so."""
    Message.objects.bulk_create(
        Message(
            case=case,
            kind=MessageKind.NOTE if word.internal else MessageKind.REPLY,
            author_id=word.author_id,
            by_staff=word.by_staff,
            channel=details.channel,
            body=word.body,
            said_at=word.said_at,
        )
        for word in details.words
    )
    if details.closed_at is not None and details.outcome:
        Closing.objects.create(
            case=case, outcome=details.outcome, explanation=details.closing, closed_at=details.closed_at
        )
