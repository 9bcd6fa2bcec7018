"""The phone: numbers and contacts that a call brings, and a new case for a caller (P1.2, P6.1)."""

from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from cases import promises, rules
from cases.actions import _kept, _promises, _record, _request, _waiting, intake
from cases.actions.company import led_by
from cases.actions.intake import CaseDetails
from cases.actions.manager_requests import writer_locked
from cases.lifecycle import Trigger
from cases.models import (
    Case,
    Channel,
    ContactAttempt,
    EventKind,
    KeptRequest,
    Membership,
    Partner,
    PhoneNumber,
    User,
)
from cases.rules import AttemptMethod, AttemptOutcome, RuleBroken


@transaction.atomic(durable=True)
def log_case_by_phone(
    *,
    partner_id: int,
    contact_id: int,
    details: CaseDetails,
    severity: int,
    charges_heard: bool = False,
    helped: bool = False,
    submission_key: UUID | None = None,
    actor: User,
    now: datetime,
) -> Case | KeptRequest:
    """Log a case for somebody on the phone: the specialist types, the contact is the caller (P1.2).

    `charges_heard` says that the actor heard the caller accept possible charges (P4.2). `helped` says that they spoke
    about the problem itself: then the call is the first response (P2.5). If the partner's plan has ended the request is
    kept for a decision (P1.1).

    Raises:
        RuleBroken: the actor is no staff, or a Sev 1 lacks its technical resource or, after hours, the acceptance.
        User.DoesNotExist: the contact does not write for this partner.
    """
    _record.require_staff(actor)
    partner, contact = writer_locked(partner_id, contact_id, actor)
    known = _known(submission_key, contact)
    if known is not None:
        return known
    if not rules.is_entitled(partner.plan, partner.trial_ends_at, now):
        return _kept.keep(
            partner,
            contact,
            details,
            severity,
            channel=Channel.PHONE,
            charges_accepted=charges_heard,
            key=submission_key,
            actor=actor,
            now=now,
        )
    case = intake.case_of(partner, contact, details, channel=Channel.PHONE, key=submission_key)
    case.logged_by = actor
    _require_what_was_said(case, severity, charges_heard=charges_heard, actor=actor, now=now)
    intake.log(case, severity, actor=actor, now=now)
    _log_the_call(case, helped=helped, actor=actor, now=now)
    return case


@transaction.atomic(durable=True)
def add_number(
    *, typed: str, contact_id: int | None, partner_id: int | None, actor: User, now: datetime
) -> PhoneNumber:
    """Keep a number with a contact, or with a partner's office. The same again changes nothing.

    Raises:
        RuleBroken: the actor is no staff, or it is no phone number.
    """
    _record.require_staff(actor)
    partner = None if partner_id is None else Partner.objects.select_related("home_desk").get(pk=partner_id)
    contact = None if contact_id is None else User.objects.select_for_update().get(pk=contact_id, staff_role="")
    kept = _keep_number(typed, contact, None if contact else partner, actor=actor, now=now)
    _request.leave_receipt(None, made=kept.pk, now=now)
    return kept


@transaction.atomic(durable=True)
def add_office_number(*, typed: str, label: str, partner_id: int, actor: User, now: datetime) -> PhoneNumber:
    """Keep a number of a partner's office, by whoever leads it, so that a call from there is known (P6.1).

    Raises:
        RuleBroken: the actor does not lead this partner, or it is no phone number.
    """
    partner = led_by(partner_id, actor)
    kept = _keep_number(typed, None, partner, label=label, actor=actor, now=now)
    _request.leave_receipt(None, made=kept.pk, now=now)
    return kept


@transaction.atomic(durable=True)
def remove_office_number(*, number_id: int, partner_id: int, actor: User, now: datetime) -> None:
    """Forget a number of a partner's office; one that is gone already changes nothing.

    Raises:
        RuleBroken: the actor does not lead this partner.
    """
    partner = led_by(partner_id, actor)
    PhoneNumber.objects.filter(pk=number_id, partner=partner, added_at__lte=now).delete()


@transaction.atomic(durable=True)
def add_contact(*, partner_id: int, name: str, email: str, typed: str = "", actor: User, now: datetime) -> User:
    """Add somebody who calls and whom nobody knows as a contact of a partner. They set a password by mail if they want.

    Somebody who writes for another partner already writes for both then.

    Raises:
        RuleBroken: the actor is no staff, something is missing, or the address is one of ours.
    """
    _record.require_staff(actor)
    partner = Partner.objects.select_for_update().get(pk=partner_id)
    _require_person(name, email)
    person = User.objects.filter(email__iexact=email.strip()).first()
    if person is not None and person.staff_role:
        raise RuleBroken("address_is_ours", _("This address belongs to one of our own people. Nobody was added."))
    if person is not None and not person.is_active:
        raise RuleBroken("account_closed", _("This person's account is closed. An administrator can open it again."))
    if person is None:
        person = User.objects.create_user(email, name=name.strip(), zone=partner.home_desk.zone)
    membership, _made = Membership.objects.get_or_create(user=person, partner=partner)
    if not membership.is_active:
        raise RuleBroken(
            "left_the_partner", _("This person no longer writes for the partner. Their administrator decides.")
        )
    if typed.strip():
        _keep_number(typed, person, None, country=partner.home_desk.country, actor=actor, now=now)
    _request.leave_receipt(None, made=person.pk, now=now)
    return person


def _keep_number(
    typed: str,
    contact: User | None,
    partner: Partner | None,
    *,
    country: str = "",
    label: str = "",
    actor: User,
    now: datetime,
) -> PhoneNumber:
    number = rules.e164(typed, country or _country_of(contact, partner, actor))
    if number is None:
        raise RuleBroken(
            "number_wrong", _("This is no phone number. Write it with its country, such as +61 2 7251 7900.")
        )
    kept, _made = PhoneNumber.objects.get_or_create(
        number=number, user=contact, partner=partner, defaults={"label": label, "added_by": actor, "added_at": now}
    )
    return kept


def _country_of(contact: User | None, partner: Partner | None, actor: User) -> str:
    if partner is not None:
        return partner.home_desk.country
    desk = None if contact is None else Partner.objects.filter(memberships__user=contact).first()
    if desk is not None:
        return desk.home_desk.country
    return "AU" if actor.desk is None else actor.desk.country


def _known(key: UUID | None, contact: User) -> Case | KeptRequest | None:
    if key is None:
        return None
    mine = {"contact": contact, "submission_key": key}
    return Case.objects.filter(**mine).first() or KeptRequest.objects.filter(**mine).first()


def _require_what_was_said(case: Case, severity: int, *, charges_heard: bool, actor: User, now: datetime) -> None:
    """Refuse a Sev 1 without its technical resource, or after hours without the spoken acceptance of charges."""
    if rules.needs_technical_resource(severity) and not case.technical_resource.strip():
        raise RuleBroken(
            "technical_resource_missing",
            _("For Severity 1, ask who can work with us around the clock, and how we reach them. Nothing was logged."),
        )
    if not rules.needs_charge_acceptance(severity, promises.hours_of(case.partner, case.desk).is_open(now)):
        return
    if not charges_heard:
        raise RuleBroken(
            "charges_not_accepted",
            _("The desk is closed now. Read the words on charges to the caller and tick that they accept them."),
        )
    case.charge_words, case.charges_accepted_at, case.charges_heard_by = str(rules.CHARGE_WORDS), now, actor


def _log_the_call(case: Case, *, helped: bool, actor: User, now: datetime) -> None:
    """Put the call itself on the record; it is the first response if they spoke about the problem."""
    attempt = ContactAttempt.objects.create(
        case=case,
        method=AttemptMethod.CALL,
        outcome=AttemptOutcome.REACHED,
        made_at=now,
        made_by=actor,
        logged_at=now,
        incoming=True,
    )
    first = False
    if helped:
        _record.move(case, Trigger.REACH, actor=actor)
        _waiting.end(case, now=now)
        first = _promises.respond_first(case, at=now) is not None
    facts = {
        "attempt": attempt.pk,
        "outcome": attempt.outcome,
        "made_at": now.isoformat(),
        "number": None,
        "first_response": first,
        "closes_at": None,
        "incoming": True,
    }
    changed = ("first_response_at",)
    _record.record(case, EventKind.CALL_LOGGED, actor=actor, now=now, public=True, changed=changed, facts=facts)


def _require_person(name: str, email: str) -> None:
    if not name.strip():
        raise RuleBroken("name_missing", _("Give the person's name. Nobody was added."))
    try:
        validate_email(email.strip())
    except ValidationError as mistake:
        raise RuleBroken(
            "email_wrong", _("This is no email address. Ask for one: our answers go there. Nobody was added.")
        ) from mistake
