"""Where a mail belongs: to a case as a reply, to a new case, beside a case as a machine's, or to the tray."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from cases.actions import Bounce
from cases.inbox import machines, marks, proofs
from cases.inbox.reading import Letter, header
from cases.models import Case, IncomingMail, MailFate, MailReason, Membership, Partner, Site, User

# What people write by hand stays far below; over it a loop is likely that no header tells of.
MOST_AN_HOUR = 30
HOUR = timedelta(hours=1)
# The number that a case had in another help desk: of letters and digits anywhere, of digits alone where it is marked.
_TICKET = re.compile(
    r"(?:[#\[]|\b(?:ticket|incident)\b(?: (?:id|no\.?|number))?|\b(?:case|request) (?:id|no\.?|number))"
    r"[\s:#]*(\d[\w-]{2,})|"
    r"(?<![\w-])#?([A-Za-z][\w-]*\d[\w-]*)",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"(?<![\w-])([A-Za-z][A-Za-z0-9]{1,5}-\d{1,9})(?![\w-])")


@dataclass(frozen=True)
class Placed:
    """Where a mail belongs. Without a reason it is a word: of `sender` on `case`, or a new case for `partner_id`."""

    reason: MailReason | None = None
    # What becomes of it if it is no word.
    fate: MailFate = MailFate.TRAY
    sender: User | None = None
    case: Case | None = None
    partner_id: int | None = None
    several_partners: bool = False
    bounce: Bounce | None = None


def place(letter: Letter, mail: IncomingMail, *, now: datetime) -> Placed:
    """Return where a mail belongs. Only reads; the act that follows asks again under its locks."""
    sender = _person(letter.from_address)
    machine = machines.why_machine(letter, our_addresses())
    if machine is not None:
        return _of_a_machine(letter, machine, sender)
    refused = _why_not(letter, mail, sender, now=now)
    if refused is not None or sender is None:
        return Placed(reason=refused or MailReason.UNKNOWN_SENDER, sender=sender)
    case, refused = _case_for(letter, sender)
    if refused is None and case is not None and _too_many(Q(case=case), now):
        refused = MailReason.TOO_MANY_ON_CASE
    if refused is not None:
        return Placed(reason=refused, sender=sender, case=case)
    if case is not None:
        return Placed(sender=sender, case=case)
    return _new_case(sender)


def who_is_told(head: Letter) -> tuple[User | None, Partner | None]:
    """Return who sent a mail that is put aside, and for which partner they are told; no stranger is, and no machine."""
    sender = _person(head.from_address)
    nobodys_word = proofs.dmarc(head) == "fail" or machines.why_machine(head, our_addresses()) is not None
    if sender is None or not sender.is_active or sender.works_here or nobodys_word:
        return sender, None
    theirs = Membership.objects.filter(user=sender, is_active=True).select_related("partner").order_by("-pk").first()
    return sender, None if theirs is None else theirs.partner


def our_addresses() -> set[str]:
    """Return the addresses that our own mails come from."""
    site = Site.objects.first()
    told = [settings.DEFAULT_FROM_EMAIL, settings.SERVER_EMAIL, "" if site is None else site.mail_from]
    found = (re.search(r"[^\s<>]+@[^\s<>]+", address) for address in told)
    return {machines.without_tag(address[0].lower()) for address in found if address is not None}


# --- People -------------------------------------------------------------------------------------------------------


def _person(address: str) -> User | None:
    return User.objects.filter(email__iexact=address).first() if address else None


def _why_not(letter: Letter, mail: IncomingMail, sender: User | None, *, now: datetime) -> MailReason | None:
    """Return why a mail is not taken for its sender's word, or None."""
    proof = proofs.dmarc(letter)
    if not letter.from_address:
        return MailReason.NO_SENDER
    if proof == "fail":
        return MailReason.FORGED
    if _has_a_twin(mail):
        return MailReason.SAME_ID
    if sender is None or not sender.is_active:
        return MailReason.UNKNOWN_SENDER if sender is None else MailReason.CLOSED_ACCOUNT
    if _too_many(Q(from_address=letter.from_address), now):
        return MailReason.TOO_MANY
    return MailReason.UNPROVEN_STAFF if sender.works_here and proof != "pass" else _why_no_word(letter)


def _why_no_word(letter: Letter) -> MailReason | None:
    return None if letter.said.strip() or letter.files else MailReason.NO_WORDS


def _has_a_twin(mail: IncomingMail) -> bool:
    """Return whether another mail that came first has the same Message-ID: somebody copied it, or reuses them."""
    twins = IncomingMail.objects.filter(identity=mail.identity).exclude(pk=mail.pk).exclude(identity="")
    return twins.exclude(fate=MailFate.WAITING, received_at__gt=mail.received_at).exists()


def _too_many(of_whom: Q, now: datetime) -> bool:
    """Return whether more mails came within an hour than people write; from then on they wait to be sorted."""
    taken = IncomingMail.objects.filter(of_whom, handled_at__gt=now - HOUR).exclude(fate=MailFate.ASIDE)
    return len(taken.values_list("pk")[:MOST_AN_HOUR]) >= MOST_AN_HOUR


def _new_case(sender: User) -> Placed:
    """Return for which partner a new case is: of several the one whose case the sender logged last."""
    if sender.works_here:
        return Placed(reason=MailReason.STAFF_NEW, sender=sender)
    partners = list(
        Membership.objects.filter(user=sender, is_active=True).order_by("-pk").values_list("partner_id", flat=True)
    )
    if not partners:
        return Placed(reason=MailReason.NO_PARTNER, sender=sender)
    last = Case.objects.filter(contact=sender, partner__in=partners).order_by("-logged_at", "-pk").first()
    chosen = partners[0] if last is None else last.partner_id
    return Placed(sender=sender, partner_id=chosen, several_partners=len(partners) > 1)


# --- Cases --------------------------------------------------------------------------------------------------------


def _case_for(letter: Letter, sender: User) -> tuple[Case | None, MailReason | None]:
    """Return the case that a mail answers and its sender may see; or why it is not theirs."""
    named = list(_named(letter, sender))
    for case_id in named:
        case = _going_on(case_id, sender)
        if case is not None:
            return case, None
    return None, MailReason.NOT_THEIR_CASE if named else None


def _named(letter: Letter, sender: User | None) -> Iterator[int]:
    """Yield the cases that a mail names: by its reply address, by the mails that it answers, in its subject."""
    yield from _by_reply_address(letter, sender)
    yield from _by_mails(letter)
    yield from _by_root_and_subject(letter)
    yield from _by_ticket_number(letter, sender)


def _by_reply_address(letter: Letter, sender: User | None) -> Iterator[int]:
    for address in dict.fromkeys([*letter.to, *letter.cc]):
        found = marks.reference_in(address)
        if found is None:
            continue
        reference, signature = found
        case = Case.objects.filter(reference=reference).first()
        if case is not None and any(
            marks.is_reply_address_of(case.pk, reader, signature) for reader in _readers(case, sender)
        ):
            yield case.pk


def _readers(case: Case, sender: User | None) -> Iterator[str]:
    """Yield to whom a reply address of a case may have been given, the sender first."""
    if sender is not None:
        yield sender.email
    people = User.objects.filter(Q(memberships__partner=case.partner) | ~Q(staff_role="")).distinct()
    yield from people.values_list("email", flat=True)[:1000]


def _by_mails(letter: Letter) -> Iterator[int]:
    """Yield the cases of mails of ours that this one answers or brings back: their Message-IDs are signed."""
    returned = "" if letter.returned is None else header(letter.returned, "Message-ID")
    for named in [returned, *letter.refers_to]:
        case_id = marks.case_of_mail(named)
        if case_id is not None:
            yield case_id


def _by_root_and_subject(letter: Letter) -> Iterator[int]:
    roots = [case_id for named in letter.refers_to if (case_id := marks.case_of_root(named)) is not None]
    yield from Case.objects.filter(pk__in=roots[:20]).values_list("pk", flat=True)
    references = [reference.upper() for reference in _REFERENCE.findall(letter.subject)[:10]]
    yield from Case.objects.filter(reference__in=references).values_list("pk", flat=True)


def _by_ticket_number(letter: Letter, sender: User | None) -> Iterator[int]:
    """Yield the sender's case that had a number of the subject in another help desk, if it is the only one."""
    if sender is None:
        return
    numbers = [marked or plain for marked, plain in _TICKET.findall(letter.subject)[:10]]
    written = {way for number in numbers for way in (number, number.upper(), number.lower(), f"#{number}")}
    known = Case.objects.visible_to(sender).filter(brought_over__external_id__in=written)
    found = list(known.values_list("pk", flat=True)[:2])
    if len(found) == 1:
        yield found[0]


def _going_on(case_id: int, sender: User) -> Case | None:
    """Return the case if the sender may see it; of a merged one the case that goes on in its place."""
    visible = Case.objects.visible_to(sender)
    case = visible.filter(pk=case_id).first()
    seen: set[int] = set()
    while case is not None and case.merged_into_id is not None and case.pk not in seen:
        seen.add(case.pk)
        case = visible.filter(pk=case.merged_into_id).first()
    return case


# --- Machines -----------------------------------------------------------------------------------------------------


def _of_a_machine(letter: Letter, reason: MailReason, sender: User | None) -> Placed:
    """Return the case that a machine's mail belongs to. Where it belongs to none, it is kept; a person's is shown."""
    signed = [*_by_reply_address(letter, sender), *_by_mails(letter)]
    case = Case.objects.filter(pk__in=signed[:1]).first()
    if case is None and sender is not None:
        told = [*_by_root_and_subject(letter), *_by_ticket_number(letter, sender)]
        going_on = (_going_on(case_id, sender) for case_id in told)
        case = next((found for found in going_on if found is not None), None)
    if case is not None:
        return Placed(reason=reason, fate=MailFate.FILED, sender=sender, case=case, bounce=_bounce(letter, reason))
    known = sender is not None and reason != MailReason.OUR_OWN
    return Placed(reason=reason, fate=MailFate.TRAY if known else MailFate.KEPT, sender=sender)


def _bounce(letter: Letter, reason: MailReason) -> Bounce | None:
    """Return what a delivery report says, if it is about a mail that we sent to just this address."""
    if reason != MailReason.BOUNCE or letter.returned is None:
        return None
    message_id = header(letter.returned, "Message-ID")
    told = [letter.report.get("original-recipient", ""), letter.report.get("final-recipient", "")]
    told.append(header(letter.returned, "To"))
    for address in re.findall(r"[^\s<>;,\"]+@[^\s<>;,\"]+", " ".join(told)):
        if marks.went_to(message_id, address):
            words = letter.report.get("diagnostic-code", "").partition(";")[2].strip()
            return Bounce(address.lower(), message_id, letter.report.get("status", "")[:20].strip(), words)
    return None
