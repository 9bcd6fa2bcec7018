"""Talk to a Manager (P9.4): asked for on a case or about something else, tracked until a manager answered, once."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cases import promises
from cases.actions import _promises, _record, _waiting, intake
from cases.actions.conversation import take_closing_back_in_time
from cases.lifecycle import Trigger
from cases.models import Case, Channel, DeadlineKind, EventKind, ManagerRequest, ManagerRequestWord, Partner, User
from cases.rules import RuleBroken

# A case that is nothing but a request for a manager: a question, the least of the four.
SEVERITY_OF_SOMETHING_ELSE = 4


@transaction.atomic(durable=True)
def ask_for_manager(
    *, case_id: int, words: str, submission_key: UUID | None = None, actor: User, now: datetime
) -> ManagerRequest:
    """Ask for a manager on a case, as its contact or as staff for somebody on the phone (P9.4).

    Managers are alerted at once and owe an answer. Asking again while one is open adds words to the same request. It is
    a word from the contact, and a closed case may have one too.

    Raises:
        RuleBroken: nothing was said.
    """
    case = _record.locked(case_id, actor=actor)
    known = _said_before(submission_key, actor)
    if known is not None:
        return known.request
    _require_words(words)
    _hear_the_contact(case, actor=actor, now=now)
    return _ask(case, words, key=submission_key, actor=actor, now=now)


@transaction.atomic(durable=True)
def ask_manager_about_something_else(
    *,
    partner_id: int,
    words: str,
    contact_id: int | None = None,
    submission_key: UUID | None = None,
    actor: User,
    now: datetime,
) -> ManagerRequest:
    """Ask for a manager about no case there is: a case of its own is logged for it, so that it is tracked (P9.4).

    It is no request for support, so a partner whose plan has ended may ask too. Staff name the contact they ask for.

    Raises:
        RuleBroken: nothing was said.
        User.DoesNotExist: the contact does not write for this partner.
        Partner.DoesNotExist: the actor does not write for this partner.
    """
    partner, contact = writer_locked(partner_id, contact_id, actor)
    known = _said_before(submission_key, actor)
    if known is not None:
        return known.request
    _require_words(words)
    case = Case(
        partner=partner,
        contact=contact,
        desk=partner.home_desk,
        channel=Channel.PHONE if actor.works_here else Channel.PORTAL,
        logged_by=actor if actor.works_here else None,
        title=_("A word with a manager"),
        explanation=words,
        contact_email=contact.email,
        contact_phone=contact.phone,
        submission_key=submission_key,
    )
    intake.log(case, SEVERITY_OF_SOMETHING_ELSE, actor=actor, now=now)
    return _ask(case, words, key=submission_key, actor=actor, now=now)


@transaction.atomic(durable=True)
def answer_manager_request(*, request_id: int, answer: str, actor: User, now: datetime) -> ManagerRequest:
    """Answer a request for a manager: on the record, and mailed to the contact. It is answered once (P9.4).

    The first reply to the case itself is still owed: a manager's word about the handling does not stop that clock.

    Raises:
        RuleBroken: the actor is no manager, says nothing, or somebody answered already.
    """
    if not actor.manages:
        raise RuleBroken("managers_only", _("Only managers answer this. Nothing was sent."))
    case_id = ManagerRequest.objects.values_list("case_id", flat=True).get(pk=request_id)
    case = _record.locked(case_id, actor=actor)
    asked = ManagerRequest.objects.select_for_update().get(pk=request_id)
    if asked.answered_at is not None:
        return _answered_before(asked, answer, actor)
    if not answer.strip():
        raise RuleBroken("answer_missing", _("Write your answer first. Nothing was sent."))
    _promises.keep_promise(case, asked.deadline_id, at=now)
    asked.answer, asked.answered_at, asked.answered_by = answer, now, actor
    asked.save(update_fields=["answer", "answered_at", "answered_by"])
    facts = {"request": asked.pk}
    _record.record(case, EventKind.MANAGER_ANSWERED, actor=actor, now=now, public=True, facts=facts)
    return asked


def _ask(case: Case, words: str, *, key: UUID | None, actor: User, now: datetime) -> ManagerRequest:
    asked = ManagerRequest.objects.filter(case=case, answered_at=None).first()
    again = asked is not None
    if asked is None:
        reckoned = promises.manager_answer(case, now)
        deadline = _promises.make_promise(case, DeadlineKind.MANAGER_ANSWER, reckoned, now=now)
        asked = ManagerRequest.objects.create(case=case, asked_at=now, deadline=deadline)
    word = ManagerRequestWord.objects.create(request=asked, words=words, said_at=now, said_by=actor, submission_key=key)
    facts = {
        "request": asked.pk,
        "word": word.pk,
        "again": again,
        "due_at": asked.deadline.due_at.isoformat(),
    }
    _record.record(
        case, EventKind.MANAGER_ASKED, actor=actor, now=now, public=True, changed=("closed_at",), facts=facts
    )
    return asked


def _hear_the_contact(case: Case, *, actor: User, now: datetime) -> None:
    """Count it as the word from the contact that it is: the waiting ends, a closing in silence is taken back (P9.5)."""
    if actor.works_here:
        if case.is_open:
            _record.move(case, Trigger.REACH, actor=actor)
            _waiting.end(case, now=now)
        return
    take_closing_back_in_time(case, actor=actor, now=now)
    if case.is_open:
        _record.move(case, Trigger.WORD, actor=actor)
        _waiting.end(case, now=now)


def writer_locked(partner_id: int, contact_id: int | None, actor: User) -> tuple[Partner, User]:
    """Lock a partner and return it with whoever it is asked for: the actor, or a contact that staff name."""
    contact = actor
    if actor.works_here:
        contact = User.objects.get(
            pk=contact_id or 0, is_active=True, memberships__partner_id=partner_id, memberships__is_active=True
        )
    mine = contact.memberships.filter(is_active=True, partner_id=partner_id).values("partner_id")
    partners = Partner.objects.select_for_update()
    return partners.get(pk__in=mine), contact


def _said_before(key: UUID | None, actor: User) -> ManagerRequestWord | None:
    if key is None:
        return None
    found = ManagerRequestWord.objects.filter(said_by=actor, submission_key=key)
    return found.select_related("request__case").first()


def _require_words(words: str) -> None:
    if not words.strip():
        raise RuleBroken("words_missing", _("Say in a few words what it is about. Nothing was sent."))


def _answered_before(asked: ManagerRequest, answer: str, actor: User) -> ManagerRequest:
    """Take the same answer again, as of a double click, for what it is; tell anybody else who was first."""
    if asked.answered_by_id == actor.pk and asked.answer == answer:
        return asked
    raise RuleBroken(
        "answered_already",
        _("%(name)s has answered this request already. Your answer was not sent; write a reply on the case instead.")
        % {"name": asked.answered_by},
    )
