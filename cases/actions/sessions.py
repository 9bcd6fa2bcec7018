"""Remote sessions (P7.1): asked for with a purpose, consented to by the contact, begun and ended by a specialist."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cases import lifecycle, rules
from cases.actions import _asking, _record, _waiting
from cases.actions.conversation import said_before
from cases.lifecycle import Trigger
from cases.models import Case, EventKind, RemoteSession, User
from cases.rules import RuleBroken


@transaction.atomic(durable=True)
def ask_for_session(
    *,
    case_id: int,
    purpose: str,
    expected_id: int | None = None,
    submission_key: UUID | None = None,
    actor: User,
    now: datetime,
) -> Case:
    """Ask the contact for a remote session, saying what it is for, and wait for their yes or no.

    `expected_id` is the unanswered request that the page showed; a new one takes its place.

    Raises:
        RuleBroken: a session was agreed to or begun and is not over, or somebody else asked meanwhile.
    """
    _record.require_staff(actor)
    case = _record.locked(case_id, actor=actor)
    if said_before(submission_key, actor):
        return case
    old = _open_session(case)
    if old is not None and (old.pk != expected_id or old.consented_at is not None):
        raise RuleBroken(
            "session_open",
            _("There is a remote session already, asked for by %(name)s. Look at how it stands. Nothing was asked.")
            % {"name": old.asked_by},
        )
    facts = _asking.ask(case, Trigger.ASK, purpose, key=submission_key, actor=actor, now=now)
    if old is not None:
        old.replaced_at = now
        old.save(update_fields=["replaced_at"])
    asked = RemoteSession.objects.create(
        case=case, purpose=purpose, words=str(rules.SESSION_WORDS), asked_by=actor, asked_at=now
    )
    facts |= {"session": asked.pk}
    changed = ("first_response_at",)
    _record.record(case, EventKind.SESSION_ASKED, actor=actor, now=now, public=True, changed=changed, facts=facts)
    return case


@transaction.atomic(durable=True)
def answer_session(*, session_id: int, consents: bool, answer: str = "", actor: User, now: datetime) -> RemoteSession:
    """Consent to a remote session, in exactly the stored words, or decline it. It is a word from the contact.

    Raises:
        RuleBroken: the actor is staff, somebody answered already, or another request took its place.
    """
    if actor.works_here:
        raise RuleBroken("contacts_only", _("Only the contact can answer this. Nothing was changed."))
    case, session = _locked(session_id, actor)
    if (session.consented_by_id if consents else session.declined_by_id) == actor.pk and session.recorded_by_id is None:
        return session
    _require_unanswered(session)
    lifecycle.require_open(case.status)
    _asking.hear(case, actor=actor, now=now)
    if consents:
        session.consented_by, session.consented_at = actor, now
    else:
        session.declined_by, session.declined_at = actor, now
    session.answer = answer.strip()
    session.save()
    facts = {"session": session.pk, "consents": consents}
    _record.record(case, EventKind.SESSION_ANSWERED, actor=actor, now=now, public=True, facts=facts)
    return session


@transaction.atomic(durable=True)
def record_spoken_consent(*, session_id: int, said_by_id: int, actor: User, now: datetime) -> RemoteSession:
    """Write down that a contact consented on the phone to the words that were read out: who said so, and who heard it.

    Raises:
        RuleBroken: somebody answered already, or who is named may not know of the case.
    """
    _record.require_staff(actor)
    case, session = _locked(session_id, actor)
    if session.recorded_by_id == actor.pk and session.consented_by_id == said_by_id:
        return session
    _require_unanswered(session)
    speaker = User.objects.filter(pk=said_by_id, is_active=True).first()
    if speaker is None or speaker.works_here or not Case.objects.visible_to(speaker).filter(pk=case.pk).exists():
        raise RuleBroken("not_a_contact", _("Name somebody at the partner who may see this case. Nothing was changed."))
    _record.move(case, Trigger.REACH, actor=actor)
    _waiting.end(case, now=now)
    session.consented_by, session.consented_at, session.recorded_by = speaker, now, actor
    session.save()
    facts = {"session": session.pk, "consents": True, "said_by": str(speaker)}
    _record.record(case, EventKind.SESSION_ANSWERED, actor=actor, now=now, public=True, facts=facts)
    return session


@transaction.atomic(durable=True)
def begin_session(*, session_id: int, actor: User, now: datetime) -> RemoteSession:
    """Begin a remote session that the contact consented to.

    Raises:
        RuleBroken: nobody consented, or it began already.
    """
    _record.require_staff(actor)
    case, session = _locked(session_id, actor)
    lifecycle.require_open(case.status)
    if not rules.session_may_begin(session.consented_at, now):
        raise RuleBroken(
            "session_without_consent",
            _("Nobody has agreed to this session, so it may not begin. Wait for the contact, or call and ask them."),
        )
    if session.began_at is not None:
        raise RuleBroken("session_began", _("This session began already. Nothing was changed."))
    session.began_at = now
    session.save(update_fields=["began_at"])
    facts = {"session": session.pk}
    _record.record(case, EventKind.SESSION_BEGAN, actor=actor, now=now, public=True, facts=facts)
    return session


@transaction.atomic(durable=True)
def end_session(*, session_id: int, result: str, actor: User, now: datetime) -> RemoteSession:
    """End a remote session and say what came of it. One that was running when its case closed is ended too.

    Raises:
        RuleBroken: it has not begun or is over, or nothing is said of its result.
    """
    _record.require_staff(actor)
    case, session = _locked(session_id, actor)
    if session.began_at is None or session.ended_at is not None:
        raise RuleBroken("session_not_running", _("This session is not running. Nothing was changed."))
    if not result.strip():
        raise RuleBroken("session_result_missing", _("Say what came of the session. The contact reads this."))
    session.ended_at, session.result = now, result.strip()
    session.save(update_fields=["ended_at", "result"])
    facts = {"session": session.pk}
    _record.record(case, EventKind.SESSION_ENDED, actor=actor, now=now, public=True, facts=facts)
    return session


def _open_session(case: Case) -> RemoteSession | None:
    """Return the session of a case that is asked for, agreed to or running."""
    still = case.remote_sessions.filter(declined_at=None, replaced_at=None, ended_at=None)
    return still.select_related("asked_by").first()


def _locked(session_id: int, actor: User) -> tuple[Case, RemoteSession]:
    case_id = RemoteSession.objects.values_list("case_id", flat=True).get(pk=session_id)
    case = _record.locked(case_id, actor=actor)
    found = RemoteSession.objects.select_for_update()
    return case, found.get(pk=session_id)


def _require_unanswered(session: RemoteSession) -> None:
    if session.replaced_at is not None:
        raise RuleBroken("session_replaced", _("This request was replaced by a newer one. Look at that one."))
    if session.consented_by is not None:
        raise RuleBroken(
            "session_answered",
            _("%(name)s agreed to this session already. Nothing was changed.") % {"name": session.consented_by},
        )
    if session.declined_by is not None:
        raise RuleBroken(
            "session_answered",
            _("%(name)s declined this session already. Nothing was changed.") % {"name": session.declined_by},
        )
