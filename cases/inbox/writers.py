"""Whose word a mail is, by the address that whoever sorts it gives."""

from django.utils.translation import gettext as _

from cases.models import IncomingMail, Membership, Partner
from cases.rules import RuleBroken


def member_at(partner: Partner | None, address: str) -> int:
    """Return one of a partner's people by their address.

    Raises:
        RuleBroken: nobody of the partner has it.
    """
    member = Membership.objects.filter(partner=partner, is_active=True, user__email=address.lower()).first()
    if member is None:
        raise RuleBroken("writer_unknown", _("Nobody of this partner has this address. Nothing was changed."))
    return member.user_id


def contact_for(mail: IncomingMail, partner: Partner, address: str) -> int | None:
    """Return for whom a case of a mail is made; None for its sender, who is nobody of the partner yet.

    Raises:
        RuleBroken: nobody of the partner has the address.
    """
    writer = address.lower() or mail.from_address
    known = Membership.objects.filter(partner=partner, is_active=True, user__email=writer).first()
    return None if known is None and writer == mail.from_address else member_at(partner, writer)
