"""Who comes from the provider of single sign-on: found by the address once, and by what never changes from then on."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cases.models import SignOn, SignOnLook, SignOnRefusal, User
from cases.rules import RuleBroken


@dataclass(frozen=True)
class SignedOn:
    """Whom the provider spoke of: somebody, nobody here, or somebody who `is_another` at the provider."""

    person: User | None
    is_another: bool = False


@transaction.atomic(durable=True)
def sign_on(*, issuer: str, subject: str, addresses: Collection[str], actor: None = None, now: datetime) -> SignedOn:
    """Find the person of an account at the provider; at its first login by a verified address, which binds the two.

    From then on the address says nothing: another account that has it is refused, on the record, and whoever has the
    bound one is let in whatever their address there is (ASVS 10.5.2). Two first logins at once bind once.
    """
    bound = _bound_to(issuer, subject)
    if bound is not None:
        return SignedOn(bound.person if bound.person.is_active else None)
    known = User.objects.filter(email__in=[address.strip().lower() for address in addresses], is_active=True)
    # Their row is what two first logins wait for each other by.
    person = known.select_for_update().order_by("pk").first()
    if person is None:
        return SignedOn(None)
    if not person.sign_ons.filter(issuer=issuer, undone_at=None).exists():
        try:
            with transaction.atomic():
                SignOn.objects.create(person=person, issuer=issuer, subject=subject, bound_at=now)
        except IntegrityError:
            # Bound to somebody else at this moment: the account had two addresses within a moment.
            return SignedOn(None, is_another=True)
        return SignedOn(person)
    bound = _bound_to(issuer, subject)
    if bound is not None and bound.person_id == person.pk:
        return SignedOn(person)
    SignOnRefusal.objects.update_or_create(
        person=person,
        issuer=issuer,
        subject=subject,
        defaults={"last_at": now},
        create_defaults={"first_at": now, "last_at": now},
    )
    return SignedOn(None, is_another=True)


@transaction.atomic(durable=True)
def undo_sign_on(*, sign_on_id: int, because: str, actor: User, now: datetime) -> SignOn:
    """Undo that an account at the provider is a person's. The next one that has their address there is bound to them.

    Raises:
        RuleBroken: the actor is no administrator, gives no reason, or somebody else has undone it.
        SignOn.DoesNotExist: there is none.
    """
    if not actor.is_staff:
        raise RuleBroken("administrators_only", _("Only administrators can do this. Nothing was changed."))
    if not because.strip():
        raise RuleBroken("reason_missing", _("Say why this account is not theirs any more. Nothing was changed."))
    found = SignOn.objects.select_for_update(of=("self",)).get(pk=sign_on_id)
    if found.undone_at is not None:
        raise RuleBroken("undone_already", _("Somebody has undone this before you. Their words are kept."))
    found.undone_at, found.undone_by, found.because = now, actor, because.strip()
    found.save(update_fields=["undone_at", "undone_by", "because"])
    refusals = SignOnRefusal.objects.filter(person=found.person_id, issuer=found.issuer, look=None)
    looks = [
        SignOnLook(refusal=refusal, looked_by=actor, looked_at=now)
        for refusal in refusals.select_for_update(of=("self",))
    ]
    SignOnLook.objects.bulk_create(looks)
    return found


@transaction.atomic(durable=True)
def settle_sign_on_refusal(*, refusal_id: int, actor: User, now: datetime) -> None:
    """Say that a refusal was looked into: it stays on the record and alarms nobody any more. Again it changes nothing.

    Raises:
        RuleBroken: the actor is no administrator.
        SignOnRefusal.DoesNotExist: there is none.
    """
    if not actor.is_staff:
        raise RuleBroken("administrators_only", _("Only administrators can do this. Nothing was changed."))
    found = SignOnRefusal.objects.select_for_update(of=("self",)).get(pk=refusal_id)
    SignOnLook.objects.get_or_create(refusal=found, defaults={"looked_by": actor, "looked_at": now})


def _bound_to(issuer: str, subject: str) -> SignOn | None:
    bound = SignOn.objects.filter(issuer=issuer, subject=subject, undone_at=None)
    return bound.select_related("person").first()
