"""Answering a survey (P11.1)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cases.actions import _record
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
