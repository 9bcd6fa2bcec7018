"""Consent to the possible cost of work in a public cloud (P12.1): asked, given, withdrawn; and the work itself."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from cases import lifecycle, rules
from cases.actions import _asking, _record, _request
from cases.actions.conversation import said_before
from cases.lifecycle import Trigger
from cases.models import Case, CloudAction, CloudConsent, ConsentText, EventKind, User
from cases.rules import RuleBroken


@transaction.atomic(durable=True)
def ask_for_cloud_consent(
    *,
    case_id: int,
    action: str,
    expected_id: int | None = None,
    submission_key: UUID | None = None,
    actor: User,
    now: datetime,
) -> Case:
    """Ask the contact to agree to work in a public cloud, in the words in force, saying what will be done.

    `expected_id` is the unanswered request that the page showed; a new one takes its place.

    Raises:
        RuleBroken: somebody else asked meanwhile.
    """
    _record.require_staff(actor)
    case = _record.locked(case_id, actor=actor)
    if said_before(submission_key, actor):
        return case
    old = case.consents.select_related("asked_by").filter(answered_at=None, replaced_at=None).first()
    if old is not None and old.pk != expected_id:
        raise RuleBroken(
            "consent_asked_meanwhile",
            _("%(name)s asked the contact for consent meanwhile. Look at what was asked. Nothing was asked now.")
            % {"name": old.asked_by},
        )
    facts = _asking.ask(case, Trigger.ASK, action, key=submission_key, actor=actor, now=now)
    if old is not None:
        old.replaced_at = now
        old.save(update_fields=["replaced_at"])
    text = text_in_force(now)
    asked = CloudConsent.objects.create(case=case, text=text, action=action, asked_by=actor, asked_at=now)
    facts |= {"consent": asked.pk, "version": text.version}
    changed = ("first_response_at",)
    _record.record(case, EventKind.CONSENT_ASKED, actor=actor, now=now, public=True, changed=changed, facts=facts)
    return case


@transaction.atomic(durable=True)
def answer_cloud_consent(*, consent_id: int, given: bool, actor: User, now: datetime) -> CloudConsent:
    """Say yes or no to exactly the words of a request. It is a word from the contact.

    Raises:
        RuleBroken: the actor is staff, somebody answered already, or another request took its place.
    """
    _require_contact(actor)
    case, consent = _locked(consent_id, actor)
    if consent.answered_by_id == actor.pk and consent.given == given:
        return consent
    if consent.replaced_at is not None:
        raise RuleBroken("consent_replaced", _("This request was replaced by a newer one. Answer that one."))
    if consent.answered_by is not None:
        words = _("%(name)s agreed already. Nothing was changed.")
        if not consent.given:
            words = _("%(name)s declined already. Nothing was changed.")
        raise RuleBroken("consent_answered", words % {"name": consent.answered_by})
    lifecycle.require_open(case.status)
    _asking.hear(case, actor=actor, now=now)
    consent.answered_by, consent.answered_at, consent.given = actor, now, given
    consent.save()
    facts = {"consent": consent.pk, "given": given, "version": consent.text.version}
    _record.record(case, EventKind.CONSENT_ANSWERED, actor=actor, now=now, public=True, facts=facts)
    return consent


@transaction.atomic(durable=True)
def withdraw_cloud_consent(*, consent_id: int, actor: User, now: datetime) -> CloudConsent:
    """Take a consent back: no further work may begin on it. Anybody at the partner who sees the case may.

    Raises:
        RuleBroken: the actor is staff, or there is no consent to take back.
    """
    _require_contact(actor)
    case, consent = _locked(consent_id, actor)
    if consent.withdrawn_at is not None:
        return consent
    if not consent.given:
        raise RuleBroken("consent_not_given", _("There is no consent to take back. Nothing was changed."))
    if case.is_open:
        _asking.hear(case, actor=actor, now=now)
    consent.withdrawn_by, consent.withdrawn_at = actor, now
    consent.save(update_fields=["withdrawn_by", "withdrawn_at"])
    facts = {"consent": consent.pk}
    _record.record(case, EventKind.CONSENT_WITHDRAWN, actor=actor, now=now, public=True, facts=facts)
    return consent


@transaction.atomic(durable=True)
def begin_cloud_action(
    *, case_id: int, action: str, submission_key: UUID | None = None, actor: User, now: datetime
) -> CloudAction:
    """Begin work in a public cloud. Without consent in force it is refused (P12.1).

    Raises:
        RuleBroken: no consent is in force, with what to do, or the case is closed.
    """
    _record.require_staff(actor)
    case = _record.locked(case_id, actor=actor)
    done = _done_before(submission_key, actor)
    if done is not None:
        return done
    lifecycle.require_open(case.status)
    newest = newest_consent(case)
    asked = None
    if newest is not None:
        asked = rules.ConsentAsked(newest.text.version, newest.given, newest.withdrawn_at is not None)
    gap = rules.consent_gap(asked, text_in_force(now).version)
    if gap is not None:
        raise RuleBroken(f"consent_{gap.value}", gap.label)
    begun = CloudAction(case=case, consent=newest, action=action, began_at=now)
    return _put_on_record(case, begun, key=submission_key, actor=actor, now=now)


@transaction.atomic(durable=True)
def record_cloud_action_without_consent(
    *,
    case_id: int,
    action: str,
    because: str,
    done_at: datetime,
    submission_key: UUID | None = None,
    actor: User,
    now: datetime,
) -> CloudAction:
    """Put work on the record that was done without consent, and why. Managers are told (P12.1).

    Raises:
        RuleBroken: no reason is given, or the time lies before the case or in the future.
    """
    _record.require_staff(actor)
    case = _record.locked(case_id, actor=actor)
    done = _done_before(submission_key, actor)
    if done is not None:
        return done
    if not because.strip():
        raise RuleBroken("cloud_reason_missing", _("Say why it was done without consent. Managers read this."))
    if not case.logged_at <= done_at <= now:
        raise RuleBroken("cloud_time", _("The time lies before the case or in the future. Correct it."))
    begun = CloudAction(case=case, action=action, began_at=done_at, without_consent_because=because.strip())
    return _put_on_record(case, begun, key=submission_key, actor=actor, now=now)


@transaction.atomic(durable=True)
def see_cloud_action(*, action_id: int, actor: User, now: datetime) -> CloudAction:
    """Mark work without consent as looked at by a manager.

    Raises:
        RuleBroken: the actor is no manager, or another manager looked at it already.
    """
    _require_manager(actor)
    flagged = CloudAction.objects.filter(pk=action_id, consent=None)
    claimed = flagged.filter(seen_at=None).update(seen_by=actor, seen_at=now)
    found = flagged.select_related("seen_by", "case").get()
    if not claimed and found.seen_by_id != actor.pk:
        raise RuleBroken(
            "seen_already", _("%(name)s looked at this already. Nothing was changed.") % {"name": found.seen_by}
        )
    _request.leave_receipt(None, made=found.pk, now=now)
    return found


@transaction.atomic(durable=True)
def publish_consent_text(*, words: str, expected_version: int, actor: User, now: datetime) -> ConsentText:
    """Put new words in force, as the next version. Cases need a new consent for further work in a cloud.

    `expected_version` is the version that the page showed. Words that are in force already make no new version.

    Raises:
        RuleBroken: the actor is no manager, says nothing, or somebody else published meanwhile.
    """
    _require_manager(actor)
    newest = text_in_force(now)
    # Publishing queues at the newest version.
    ConsentText.objects.select_for_update().get(pk=newest.pk)
    newest = text_in_force(now)
    if newest.words == words.strip():
        _request.leave_receipt(None, made=newest.pk, now=now)
        return newest
    if newest.version != expected_version:
        raise RuleBroken(
            "words_published_meanwhile",
            _("Version %(version)s was published meanwhile. Read it, then publish yours.")
            % {"version": newest.version},
        )
    if not words.strip():
        raise RuleBroken("words_missing", _("Write the words first. Nothing was published."))
    text = ConsentText.objects.create(version=newest.version + 1, words=words.strip(), in_force_from=now)
    _request.leave_receipt(None, made=text.pk, now=now)
    return text


def text_in_force(now: datetime) -> ConsentText:
    """Return the words that a contact is asked to agree to at `now`. Version 1 is the policy's, made at its first use.

    For actions alone: it may write.
    """
    newest = ConsentText.objects.filter(in_force_from__lte=now).order_by("-version").first()
    if newest is not None:
        return newest
    made, _new = ConsentText.objects.get_or_create(
        version=(ConsentText.objects.aggregate(last=Max("version"))["last"] or 0) + 1,
        defaults={"words": str(rules.CLOUD_CONSENT_WORDS), "in_force_from": now},
    )
    return made


def newest_consent(case: Case) -> CloudConsent | None:
    """Return the newest request for consent in a case that none replaced."""
    return case.consents.filter(replaced_at=None).select_related("text").order_by("-pk").first()


def _put_on_record(case: Case, begun: CloudAction, *, key: UUID | None, actor: User, now: datetime) -> CloudAction:
    begun.done_by, begun.submission_key = actor, key
    begun.save()
    facts = {"action": begun.pk, "what": begun.action, "with_consent": begun.consent_id is not None}
    _record.record(case, EventKind.CLOUD_ACTION_BEGUN, actor=actor, now=now, public=True, facts=facts)
    return begun


def _done_before(key: UUID | None, actor: User) -> CloudAction | None:
    if key is None:
        return None
    return CloudAction.objects.filter(done_by=actor, submission_key=key).first()


def _locked(consent_id: int, actor: User) -> tuple[Case, CloudConsent]:
    case_id = CloudConsent.objects.values_list("case_id", flat=True).get(pk=consent_id)
    case = _record.locked(case_id, actor=actor)
    found = CloudConsent.objects.select_for_update()
    return case, found.get(pk=consent_id)


def _require_contact(actor: User) -> None:
    if actor.works_here:
        raise RuleBroken("contacts_only", _("Only the contact can answer this. Nothing was changed."))


def _require_manager(actor: User) -> None:
    if not actor.manages:
        raise RuleBroken("managers_only", _("Only managers can do this. Nothing was changed."))
