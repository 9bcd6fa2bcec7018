"""Erasing a person: nobody is named, what happened stays. The record of each case says that a name was removed."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial

from allauth.usersessions.models import UserSession
from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.db import OperationalError, connection, transaction
from django.db.models import CASCADE, Model, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases import pieces
from cases.actions import _chain, _erasing, _logins, _record, _request, _traces
from cases.models import (
    Attachment,
    Case,
    CaseEvent,
    Erasure,
    EventKind,
    EventWords,
    IncomingMail,
    Invitation,
    MailAddress,
    Membership,
    Message,
    PartialUpload,
    Partner,
    PhoneNumber,
    RosterShift,
    StaffRole,
    User,
)
from cases.models.people import FORMER_COLLEAGUE, FORMER_CONTACT
from cases.rules import REMOVED, RuleBroken

# Ends what reaches a person by other ways than the portal's pages.
Forgetter = Callable[[User, datetime], None]
_forgetters: list[Forgetter] = []
# What they belonged to and did stays on the record, under a key that names nobody.
_STAYS: tuple[type[Model], ...] = (Membership, LogEntry)
# A shorter text of theirs is removed where they wrote it, and not looked for where others quote it.
SHORTEST_QUOTE = 20


def forget_with(forgetter: Forgetter) -> None:
    """Let whoever reaches people from above this room forget one of them, in the same transaction."""
    if forgetter not in _forgetters:
        _forgetters.append(forgetter)


@transaction.atomic(durable=True)
def erase_person(
    *, person_id: int, address: str, also_known_as: Sequence[str] = (), words_too: bool, actor: User, now: datetime
) -> User:
    """Remove a person's name, address and numbers from everything that is kept.

    With `words_too` what they wrote and sent goes as well. The account ends, the address is free for a new one. What
    they did stays, done by a former contact or colleague.

    Raises:
        RuleBroken: the actor is no administrator, the address is another one, somebody still counts on the person, or
            works at this moment on what names them.
    """
    if not actor.is_staff:
        raise RuleBroken("administrators_only", _("Only administrators can do this. Nothing was changed."))
    person = _held(person_id)
    _require_free(person, address, now=now)
    if words_too and person.staff_role:
        raise RuleBroken(
            "words_of_staff", _("What staff wrote is our word to partners, so it stays. Nothing was changed.")
        )
    # Before any case is recorded, which would take the receipt for its own.
    _request.leave_receipt(None, made=person.pk, now=now)
    former = FORMER_COLLEAGUE if person.staff_role else FORMER_CONTACT
    traces = _traces_of(person, also_known_as, former)
    with _giving_way():
        places = _remove_everywhere(person, traces, words_too=words_too, actor=actor, now=now)
    person.email, person.name, person.phone, person.erased_at = traces.nowhere, former, "", now
    person.zone, person.is_active = "UTC", False
    person.set_unusable_password()
    person.save()
    Erasure.objects.create(person=person, at=now, by=actor, words_too=words_too, places=dict(places))
    return person


def _remove_everywhere(
    person: User, traces: _traces.Traces, *, words_too: bool, actor: User, now: datetime
) -> Counter[str]:
    """Name the person nowhere any more. Returns how often they were named where."""
    around = _traces.surroundings_of(person)
    words = _take_words(person) if words_too else {}
    places: Counter[str] = Counter()
    # In one order, so that two of these never wait for each other.
    for case_id in sorted({*words, *_traces.cases_with_traces_in_events(traces, around)}):
        places += _clean_record(case_id, words.get(case_id, set()), traces, person, actor=actor, now=now)
    # Whatever short form of it their program wrote there.
    IncomingMail.objects.filter(sender=person).update(from_name=traces.nobody)
    for mail in list(_traces.raw_mails_of(traces, around)):
        _erasing.forget_raw_mail(mail)
    _end_account(person)
    for forget in _forgetters:
        forget(person, now)
    places += _traces.remove(traces, around)
    person.watches.all().delete()
    return places


@contextmanager
def _giving_way() -> Iterator[None]:
    """Refuse instead of waiting long for what somebody holds: whoever acts with the person waits for us in turn.

    On PostgreSQL; SQLite has one writer at a time.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # Less than the second after which the database itself would end one of the two, whichever it likes.
            cursor.execute("SET LOCAL lock_timeout = '500ms'")
    try:
        yield
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", "") not in _IN_OTHER_HANDS:
            raise
        raise RuleBroken(
            "person_in_other_hands",
            _("Somebody works at this moment on what names this person. Nothing was changed. Try again."),
        ) from error


# What PostgreSQL calls a lock that was not to be had, and two who wait for each other.
_IN_OTHER_HANDS = ("55P03", "40P01")


def _held(person_id: int) -> User:
    """Lock a person and their companies: what they do or log at this moment is waited for, and found; then no more."""
    theirs = Membership.objects.filter(user=person_id).values("partner")
    list(Partner.objects.select_for_update().filter(pk__in=theirs).order_by("pk"))
    return User.objects.select_for_update().get(pk=person_id)


def _require_free(person: User, address: str, *, now: datetime) -> None:
    if person.erased_at is not None:
        raise RuleBroken("person_erased", _("This person was erased already. Nothing was changed."))
    if address.strip().lower() != person.email:
        raise RuleBroken("address_differs", _("Type the address of the person exactly. Nothing was changed."))
    administrators = User.objects.select_for_update(no_key=True).filter(
        staff_role=StaffRole.ADMINISTRATOR, is_active=True
    )
    if person.is_staff and not [one for one in administrators if one.pk != person.pk]:
        raise RuleBroken(
            "last_administrator",
            _("This is the last administrator. Make another one first. Nothing was changed."),
        )
    waiting = Case.objects.waiting_on(person).count()
    if waiting:
        said = ngettext(
            "%(n)s open case is theirs. Give it to somebody else or close it first. Nothing was changed.",
            "%(n)s open cases are theirs. Give them to somebody else or close them first. Nothing was changed.",
            waiting,
        )
        raise RuleBroken("person_has_cases", said % {"n": waiting})
    if RosterShift.objects.filter(person=person, ends_at__gt=now, removed_at=None).exists():
        raise RuleBroken(
            "person_on_roster", _("They stand in the roster. Give their shifts to others first. Nothing was changed.")
        )


def _traces_of(person: User, also_known_as: Sequence[str], former: str) -> _traces.Traces:
    with translation.override(settings.LANGUAGE_CODE):
        nobody = str(_(former))
    return _traces.Traces(
        address=person.email,
        names=[name for name in dict.fromkeys([person.name, *also_known_as]) if name.strip()],
        numbers=_numbers_of(person),
        nobody=nobody,
        nowhere=f"erased-{person.pk}@erased.invalid",
    )


def _numbers_of(person: User) -> list[str]:
    """Return the numbers that are the person's alone: one that others answer, too, goes on being theirs."""
    own = list(filter(None, [person.phone, *person.phone_numbers.values_list("number", flat=True)]))
    shared = {
        *PhoneNumber.objects.filter(number__in=own).exclude(user=person).values_list("number", flat=True),
        *User.objects.filter(phone__in=own).exclude(pk=person.pk).values_list("phone", flat=True),
    }
    digits_of_others = {re.sub(r"\D", "", number) for number in shared}
    return [number for number in own if re.sub(r"\D", "", number) not in digits_of_others]


# --- The account ----------------------------------------------------------------------------------------------------


def _end_account(person: User) -> None:
    """End every way in and forget what was kept for the person alone, whatever room it is in."""
    _logins.end(UserSession.objects.filter(user=person))
    for upload in PartialUpload.objects.filter(user=person):
        transaction.on_commit(partial(pieces.path_of(upload.pk).unlink, missing_ok=True))
    _remove_files(Attachment.objects.filter(draft__user=person))
    for model in apps.get_models():
        for key in _erasing.keys_of(model):
            if key.related_model is User and key.remote_field.on_delete is CASCADE and model not in _STAYS:
                model._default_manager.filter(**{key.name: person}).delete()
    person.memberships.update(is_active=False)
    MailAddress.objects.filter(address__iexact=person.email).delete()
    Invitation.objects.filter(email__iexact=person.email, accepted_at=None).delete()


# --- Words ----------------------------------------------------------------------------------------------------------


def _clean_record(
    case_id: int, words: set[str], traces: _traces.Traces, person: User, *, actor: User, now: datetime
) -> Counter[str]:
    """Name nobody in the events of a case, remove `words` wherever they stand in it, and put that on its record."""
    case = _record.locked(case_id, actor=None)
    places: Counter[str] = Counter()
    rewritten: dict[str, str] = {}
    for text in sorted(words, key=len, reverse=True):
        if len(text) >= SHORTEST_QUOTE:
            erased = _erasing.erase(case, text)
            rewritten |= erased.get("rewritten", {})
            places.update(erased.get("places", {}))
    _chain.bind(case)
    for wording in EventWords.objects.filter(event__case=case).select_related("event"):
        clean, count = traces.cleaned(wording.words)
        if count:
            rewritten |= _chain.rewrite(wording, clean)
            places[str(CaseEvent._meta.verbose_name)] += count
    if rewritten:
        facts = {"person": person.pk, "rewritten": rewritten}
        _record.record(case, EventKind.PERSON_ERASED, actor=actor, now=now, public=False, facts=facts)
    else:
        case.save(update_fields=["chained_to", "chain_digest"])
    return places


def _take_words(person: User) -> dict[int, set[str]]:
    """Remove what a person wrote and sent where they did. Returns it by case, as others may have quoted it there."""
    words: dict[int, set[str]] = {}
    said = Message.objects.filter(author=person)
    for case_id, body in said.values_list("case", "body"):
        words.setdefault(case_id, set()).add(body)
    said.update(body=REMOVED)
    for case in Case.objects.filter(contact=person, logged_by=None):
        asked = {name: getattr(case, name) for name in _ASKED if getattr(case, name)}
        words.setdefault(case.pk, set()).update(asked.values())
        Case.objects.filter(pk=case.pk).update(**dict.fromkeys(asked, REMOVED))
    IncomingMail.objects.filter(sender=person).update(subject=REMOVED, whole_text=REMOVED, said=REMOVED)
    _remove_files(Attachment.objects.filter(uploaded_by=person))
    return words


_ASKED = ("title", "explanation", "effect", "error_messages", "steps_to_reproduce", "known_workarounds")


def _remove_files(files: QuerySet[Attachment]) -> None:
    for file in files:
        stored = file.file.name
        file.delete()
        _erasing.forget_file(stored)
