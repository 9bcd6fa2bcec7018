"""Mail to sort: staff give a mail to a case, make a case of it, or dismiss it. Nothing is dropped."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cases import rules
from cases.actions import _record, _request
from cases.actions.conversation import hear_reply
from cases.actions.incoming import MailRead, case_of, enter, settle
from cases.models import Case, Channel, IncomingMail, MailAddress, MailFate, Membership, Partner, User
from cases.rules import RuleBroken


@transaction.atomic(durable=True)
def attach_mail(
    *, mail_id: int, read: MailRead, reference: str, contact_id: int | None, actor: User, now: datetime
) -> Case:
    """Put a mail on an open case as a reply of one of the partner's people; without one, of the case's contact.

    Raises:
        RuleBroken: somebody sorted the mail meanwhile, there is no such case or it is closed, or the person does not
            write for its partner.
    """
    _record.require_staff(actor)
    found = Case.objects.visible_to(actor).filter(reference=reference.strip().upper()).first()
    if found is None:
        raise RuleBroken("no_such_case", _("There is no case with this reference. Nothing was changed."))
    case = _record.locked(found.pk, actor=actor)
    mail = _mail_to_sort(mail_id)
    contact = _writer_for(case, contact_id)
    message = hear_reply(
        case, read.words, read.files, channel=Channel.EMAIL, said_at=mail.received_at, actor=contact, now=now
    )
    mail.sorted_by = actor
    settle(mail, read, MailFate.REPLY, case=case, message=message, sender=contact, now=now)
    return case


@transaction.atomic(durable=True)
def make_case_of_mail(
    *,
    mail_id: int,
    read: MailRead,
    partner_id: int,
    contact_id: int | None,
    new_name: str = "",
    severity: int,
    actor: User,
    now: datetime,
) -> Case:
    """Make a case of a mail for one of a partner's people, or for its sender, who becomes one of them.

    Raises:
        RuleBroken: somebody sorted the mail meanwhile, the plan has ended, or the sender cannot become a contact.
    """
    _record.require_staff(actor)
    partner = Partner.objects.select_for_update().get(pk=partner_id)
    mail = _mail_to_sort(mail_id)
    if not rules.is_entitled(partner.plan, partner.trial_ends_at, now):
        raise RuleBroken(
            "plan_has_ended",
            _("The plan of %(partner)s has ended. Renew it first, or dismiss the mail. Nothing was changed.")
            % {"partner": partner},
        )
    contact = _new_contact(partner, mail, new_name) if contact_id is None else _member(partner, contact_id)
    case = case_of(mail, read, partner, contact=contact)
    # The specialist chose it with the mail before them.
    case.triage = ""
    case.logged_by = actor
    enter(case, mail, MailRead(**{**vars(read), "severity": severity}), actor=contact, now=now)
    mail.sorted_by = actor
    settle(mail, read, MailFate.NEW_CASE, case=case, sender=contact, now=now)
    return case


@transaction.atomic(durable=True)
def dismiss_mail(*, mail_id: int, why: str, actor: User, now: datetime) -> IncomingMail:
    """Say that a mail needs no case, and why. It is kept; nobody is written to.

    Raises:
        RuleBroken: no reason was given, or somebody sorted the mail meanwhile.
    """
    _record.require_staff(actor)
    mail = _mail_to_sort(mail_id)
    if not why.strip():
        raise RuleBroken("reason_missing", _("Say why it needs no case. Nothing was changed."))
    mail.fate, mail.handled_at, mail.sorted_by, mail.sorted_why = MailFate.DISMISSED, now, actor, why.strip()
    mail.save(update_fields=["fate", "handled_at", "sorted_by", "sorted_why"])
    _request.leave_receipt(None, made=mail.pk, now=now)
    return mail


@transaction.atomic(durable=True)
def clear_address(*, address: str, actor: User, now: datetime) -> MailAddress | None:
    """Say that an address takes mail again, so that notices go there. None when nothing was stopped."""
    _record.require_staff(actor)
    marked = MailAddress.objects.select_for_update().filter(address=address.lower()).exclude(stopped_at=None).first()
    if marked is None:
        return None
    marked.stopped_at, marked.cleared_at, marked.cleared_by = None, now, actor
    marked.save(update_fields=["stopped_at", "cleared_at", "cleared_by"])
    _request.leave_receipt(None, made=marked.pk, now=now)
    return marked


def _mail_to_sort(mail_id: int) -> IncomingMail:
    mail = IncomingMail.objects.select_for_update().get(pk=mail_id)
    if not mail.is_to_sort:
        raise RuleBroken(
            "mail_sorted_meanwhile",
            _("%(name)s sorted this mail meanwhile: %(fate)s. Nothing was changed.")
            % {"name": mail.sorted_by or _("Somebody"), "fate": mail.get_fate_display()},
        )
    return mail


def _writer_for(case: Case, contact_id: int | None) -> User:
    """Return whose word the mail is: somebody of the partner who may see the case."""
    if contact_id is None:
        return case.contact
    person = User.objects.filter(pk=contact_id, is_active=True, staff_role="").first()
    if person is None or not Case.objects.visible_to(person).filter(pk=case.pk).exists():
        raise RuleBroken(
            "contact_not_of_case", _("This person may not see the case. Choose one of the partner's people.")
        )
    return person


def _member(partner: Partner, contact_id: int) -> User:
    membership = (
        Membership.objects.filter(partner=partner, user_id=contact_id, is_active=True).select_related("user").first()
    )
    if membership is None:
        raise RuleBroken("contact_not_of_partner", _("This person does not write for the partner. Choose another."))
    return membership.user


def _new_contact(partner: Partner, mail: IncomingMail, name: str) -> User:
    """Make the sender of a mail one of a partner's people. They log in once they set a password by mail."""
    if not mail.from_address:
        raise RuleBroken("mail_without_sender", _("The mail does not say who sent it. Choose one of the people."))
    person = User.objects.filter(email__iexact=mail.from_address).first()
    if person is not None and person.staff_role:
        raise RuleBroken("sender_is_staff", _("This address belongs to one of our own people. Choose another contact."))
    if person is None:
        person = User.objects.create_user(mail.from_address, name=name.strip() or mail.from_name or mail.from_address)
    membership, made = Membership.objects.get_or_create(
        user=person, partner=partner, defaults={"sees_all_cases": False}
    )
    if not made and not membership.is_active:
        raise RuleBroken("contact_deactivated", _("The partner deactivated this person. Choose another contact."))
    return person
