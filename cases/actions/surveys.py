"""Answering a survey, asking once more for it, and following a low score up (P11.1, P11.2)."""

import secrets
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cases import rules
from cases.actions import _record
from cases.actions.closing import hash_of
from cases.models import EventKind, Survey, User
from cases.rules import RuleBroken


@transaction.atomic(durable=True)
def answer_survey(
    *, survey_id: int, handling: int, professionalism: int, satisfaction: int, comment: str, actor: User, now: datetime
) -> Survey:
    """Put the answers to a survey on the record, once. `actor` is the case's contact, whom the link stands for.

    Raises:
        RuleBroken: the survey was answered before, or its time is over.
    """
    case = _record.locked_by(Survey, survey_id, path="closing__case")
    survey = Survey.objects.select_for_update().get(pk=survey_id)
    if not survey.is_open(now):
        raise RuleBroken("survey_over", _("This survey was answered already, or its time is over. Thank you."))
    survey.answered_at = now
    survey.handling = handling
    survey.professionalism = professionalism
    survey.satisfaction = satisfaction
    survey.comment = comment
    survey.remind_at = None
    survey.save()
    facts = {"survey": survey.pk, "satisfaction": satisfaction}
    _record.record(case, EventKind.SURVEY_ANSWERED, actor=actor, now=now, public=False, facts=facts)
    return survey


@transaction.atomic(durable=True)
def remind_of_survey(*, survey_id: int, actor: None = None, now: datetime) -> Survey | None:
    """Ask once more for the answers to a survey, with a link of its own; the first one works as before.

    Returns None when nobody needs to be asked: it was answered, its time is over, the closing was taken back, or the
    reminder was written already.
    """
    case = _record.locked_by(Survey, survey_id, path="closing__case")
    survey = Survey.objects.select_for_update().get(pk=survey_id)
    if survey.remind_at is None or now < survey.remind_at:
        return None
    survey.remind_at = None
    owed = survey.is_open(now) and survey.closing.taken_back_at is None and case.dismissed_at is None
    token = secrets.token_urlsafe(24)
    if owed:
        survey.reminder_hash = hash_of(token)
    survey.save(update_fields=["remind_at", "reminder_hash"])
    if not owed:
        return None
    facts = {"survey": survey.pk, "closing": survey.closing_id}
    secret = {"survey_token": token}
    _record.record(case, EventKind.SURVEY_REMINDED, actor=actor, now=now, public=False, facts=facts, secrets=secret)
    return survey


@transaction.atomic(durable=True)
def follow_up_survey(*, survey_id: int, words: str, actor: User, now: datetime) -> Survey:
    """Write down what a manager did about a low score (P11.2).

    Raises:
        RuleBroken: it is no manager's word, says nothing, the score is not low, or somebody was first.
    """
    case = _record.locked_by(Survey, survey_id, path="closing__case")
    survey = Survey.objects.select_for_update().get(pk=survey_id)
    if not actor.manages:
        raise RuleBroken("managers_only", _("A manager follows low scores up. Nothing was changed."))
    if not words.strip():
        raise RuleBroken("follow_up_missing", _("Say what was done. Nothing was kept yet."))
    if survey.satisfaction is None or not rules.is_low_score(survey.satisfaction):
        raise RuleBroken("score_not_low", _("This score is not low: there is nothing to follow up."))
    if survey.followed_up_at is not None:
        raise RuleBroken(
            "followed_up_already",
            _("%(name)s wrote down what was done already: “%(words)s”")
            % {"name": survey.followed_up_by, "words": survey.follow_up},
        )
    survey.follow_up, survey.followed_up_at, survey.followed_up_by = words.strip(), now, actor
    survey.save(update_fields=["follow_up", "followed_up_at", "followed_up_by"])
    facts = {"survey": survey.pk}
    _record.record(case, EventKind.SURVEY_FOLLOWED_UP, actor=actor, now=now, public=False, facts=facts)
    return survey
