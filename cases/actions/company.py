"""A partner's own people: invited, let in, sent away and back, given sight and charge."""

import hashlib
import secrets
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cases import rules
from cases.actions import _request, _waking
from cases.models import Invitation, Membership, MembershipChange, MembershipRole, Partner, PartnerChange, User
from cases.rules import INVITATION_OPEN_FOR, RuleBroken

CHOSEN_FOR_ALL = gettext_noop("Chosen for everybody who writes for the company.")


@transaction.atomic(durable=True)
def invite_colleague(
    *, partner_id: int, email: str, role: str, sees_all_cases: bool, language: str, actor: User, now: datetime
) -> Invitation:
    """Invite somebody by mail to write for a partner. A newer invitation to an address takes the older one's place.

    Whoever has the address already is invited like anybody else: neither side learns of the other.

    Raises:
        RuleBroken: the actor does not lead this partner, or the person is in this company already.
    """
    partner = led_by(partner_id, actor)
    address = email.strip().lower()
    _require_no_member(partner, address)
    Invitation.objects.filter(partner=partner, email__iexact=address, accepted_at=None, withdrawn_at=None).update(
        withdrawn_at=now, secret=""
    )
    token = secrets.token_urlsafe(24)
    invitation = Invitation.objects.create(
        partner=partner,
        email=address,
        role=role,
        sees_all_cases=sees_all_cases,
        language=language,
        zone=partner.home_desk.zone,
        token_hash=hash_of_invitation(token),
        secret=token,
        invited_at=now,
        invited_by=actor,
        expires_at=now + INVITATION_OPEN_FOR,
    )
    transaction.on_commit(_waking.wake)
    _request.leave_receipt(None, made=invitation.pk, now=now)
    return invitation


@transaction.atomic(durable=True)
def withdraw_invitation(*, invitation_id: int, partner_id: int, actor: User, now: datetime) -> Invitation:
    """Take an invitation back: its link lets nobody in any more.

    Raises:
        RuleBroken: it was accepted meanwhile.
    """
    partner = led_by(partner_id, actor)
    invitation = Invitation.objects.select_for_update().get(pk=invitation_id, partner=partner)
    if invitation.accepted_at is not None:
        raise RuleBroken(
            "invitation_accepted", _("This invitation was accepted already. Deactivate the colleague instead.")
        )
    if invitation.withdrawn_at is None:
        invitation.withdrawn_at, invitation.secret = now, ""
        invitation.save(update_fields=["withdrawn_at", "secret"])
    return invitation


def accept_invitation(
    *, token: str, name: str, password: str, zone: str, language: str, actor: None = None, now: datetime
) -> User:
    """Make the account of somebody who was invited and has none. The link is good once.

    Raises:
        RuleBroken: the link is over, the password is too easy, or there is an account, which has to log in.
    """
    # Before anything is locked, as a service may be asked whether the password leaked.
    invitation = Invitation.objects.filter(token_hash=hash_of_invitation(token)).first()
    if invitation is not None and invitation.is_open(now):
        _require_good_password(password, User(email=invitation.email, name=name.strip()))
    return _make_account(token=token, name=name.strip(), password=password, zone=zone, language=language, now=now)


@transaction.atomic(durable=True)
def _make_account(*, token: str, name: str, password: str, zone: str, language: str, now: datetime) -> User:
    invitation = _open_invitation(token, now)
    person = User.objects.filter(email__iexact=invitation.email).first()
    if person is not None and (person.is_active or person.staff_role or person.memberships.filter(is_active=True)):
        raise RuleBroken(
            "invitation_log_in", _("There is an account with this address. Log in with it, then open the link again.")
        )
    if person is None:
        person = User(email=invitation.email)
    person.name, person.zone, person.language, person.is_active = name, zone, language, True
    person.set_password(password)
    person.save()
    _let_in(invitation, person, now=now)
    return person


@transaction.atomic(durable=True)
def join_by_invitation(*, token: str, actor: User, now: datetime) -> Membership:
    """Accept an invitation with the account that has its address.

    Raises:
        RuleBroken: the link is over, or it was sent to another address.
    """
    invitation = _open_invitation(token, now)
    if actor.email.lower() != invitation.email.lower() or actor.works_here:
        raise RuleBroken(
            "invitation_of_another",
            _("This invitation was sent to another address. Log in with that one, or ask to be invited with yours."),
        )
    return _let_in(invitation, actor, now=now)


@transaction.atomic(durable=True)
def deactivate_colleague(*, membership_id: int, partner_id: int, actor: User, now: datetime) -> Membership:
    """Take a person out of a company at once. Their open cases stay with it, for a colleague to take over.

    Raises:
        RuleBroken: nobody would be in charge any more.
    """
    partner = led_by(partner_id, actor)
    member = _member(membership_id, partner)
    if not member.is_active:
        return member
    _require_somebody_in_charge(member)
    _change(member, actor=actor, now=now, is_active=False)
    elsewhere = member.user.memberships.filter(is_active=True).exists() or member.user.staff_role
    if not elsewhere:
        # Sessions of an account that is closed end with the next click.
        User.objects.filter(pk=member.user_id).update(is_active=False)
    return member


@transaction.atomic(durable=True)
def reactivate_colleague(*, membership_id: int, partner_id: int, actor: User, now: datetime) -> Membership:
    """Let a person who was taken out of a company in again.

    Raises:
        RuleBroken: the person was erased meanwhile, or became one of our own people.
    """
    partner = led_by(partner_id, actor)
    member = _member(membership_id, partner)
    if member.user.erased_at is not None:
        raise RuleBroken("colleague_erased", _("This person was erased. Invite them anew."))
    if member.user.staff_role:
        # Who works here is said by our administrators alone.
        raise RuleBroken("colleague_works_here", _("This person is one of our own people now. Nothing was changed."))
    if not member.is_active:
        _change(member, actor=actor, now=now, is_active=True)
        User.objects.filter(pk=member.user_id).update(is_active=True)
    return member


@transaction.atomic(durable=True)
def change_colleague(
    *, membership_id: int, partner_id: int, role: str, sees_all_cases: bool, actor: User, now: datetime
) -> Membership:
    """Choose whether a colleague leads the company, and whether they see all its cases or their own alone.

    Raises:
        RuleBroken: nobody would be in charge any more, or the colleague was deactivated meanwhile.
    """
    partner = led_by(partner_id, actor)
    member = _member(membership_id, partner)
    if not member.is_active:
        raise RuleBroken("colleague_inactive", _("This colleague was deactivated. Let them in again first."))
    if role != MembershipRole.ADMINISTRATOR:
        _require_somebody_in_charge(member)
    if (member.role, member.sees_all_cases) != (role, sees_all_cases):
        _change(member, actor=actor, now=now, role=role, sees_all_cases=sees_all_cases)
    return member


@transaction.atomic(durable=True)
def require_second_factor(*, partner_id: int, needed: bool, actor: User, now: datetime) -> Partner:
    """Choose whether everybody who writes for a partner must log in with a second factor. Tokens go on as they are.

    Whoever has none is led to set one up before they see anything more.

    Raises:
        RuleBroken: the actor does not lead this partner.
    """
    partner = led_by(partner_id, actor)
    if partner.needs_second_factor != needed:
        partner.needs_second_factor = needed
        partner.save(update_fields=["needs_second_factor"])
        changed = {"needs_second_factor": [not needed, needed]}
        PartnerChange.objects.create(
            partner=partner, changed_at=now, changed_by=actor, changed=changed, reason=CHOSEN_FOR_ALL
        )
    return partner


def hash_of_invitation(token: str) -> str:
    """Return what is stored of an invitation's token; another purpose gives another hash."""
    return hashlib.sha256(f"invitation {token}".encode()).hexdigest()


def led_by(partner_id: int, actor: User) -> Partner:
    """Lock a partner whose people `actor` looks after: its administrators, and our managers."""
    partners = Partner.objects.all()
    if not actor.manages:
        led = actor.memberships.filter(is_active=True, role=MembershipRole.ADMINISTRATOR)
        partners = partners.filter(pk__in=led.values("partner"))
    found = partners.select_for_update(of=("self",)).filter(pk=partner_id).first()
    if found is None:
        raise RuleBroken("not_in_charge", _("Only an administrator of your company can do this. Nothing was changed."))
    return found


def _member(membership_id: int, partner: Partner) -> Membership:
    return Membership.objects.select_for_update().get(pk=membership_id, partner=partner)


def _require_no_member(partner: Partner, address: str) -> None:
    member = partner.memberships.select_related("user").filter(user__email__iexact=address).first()
    if member is None:
        return
    if member.is_active:
        raise RuleBroken("member_already", _("%(name)s writes for this company already.") % {"name": member.user})
    raise RuleBroken(
        "member_inactive",
        _("%(name)s was deactivated. Let them in again instead of inviting them.") % {"name": member.user},
    )


def _require_somebody_in_charge(member: Membership) -> None:
    leads = Membership.objects.filter(
        partner=member.partner_id, is_active=True, user__is_active=True, role=MembershipRole.ADMINISTRATOR
    )
    if rules.leaves_nobody_in_charge(set(leads.values_list("pk", flat=True)), member.pk):
        raise RuleBroken(
            "last_administrator",
            _("%(name)s is the only administrator. Make a colleague administrator first.") % {"name": member.user},
        )


def _change(member: Membership, *, actor: User, now: datetime, **to: bool | str) -> None:
    before = {name: getattr(member, name) for name in to}
    for name, value in to.items():
        setattr(member, name, value)
    member.save(update_fields=list(to))
    MembershipChange.objects.create(membership=member, changed_at=now, changed_by=actor, before=before, after=to)
    _request.leave_receipt(None, made=member.pk, now=now)


def _require_good_password(password: str, person: User) -> None:
    try:
        validate_password(password, person)
    except ValidationError as easy:
        raise RuleBroken("password_too_easy", " ".join(easy.messages)) from easy


def _open_invitation(token: str, now: datetime) -> Invitation:
    found = Invitation.objects.select_for_update().filter(token_hash=hash_of_invitation(token)).first()
    if found is None or not found.is_open(now):
        raise RuleBroken(
            "invitation_over", _("This invitation is over or was used already. Ask whoever invited you for a new one.")
        )
    return found


def _let_in(invitation: Invitation, person: User, *, now: datetime) -> Membership:
    member, _made = Membership.objects.update_or_create(
        user=person,
        partner=invitation.partner,
        defaults={"role": invitation.role, "sees_all_cases": invitation.sees_all_cases, "is_active": True},
    )
    invitation.accepted_at, invitation.accepted_by, invitation.secret = now, person, ""
    invitation.save(update_fields=["accepted_at", "accepted_by", "secret"])
    return member
