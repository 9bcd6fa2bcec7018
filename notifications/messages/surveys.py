"""The mail that asks once more for the answers to a survey (P11.1)."""

from django.urls import reverse

from cases.models import CaseEvent, Survey
from notifications.letters import Letter, address
from notifications.models import MailKind

Secrets = dict[str, str]


def survey_reminder(event: CaseEvent, secrets: Secrets) -> list[Letter]:
    """Ask the contact once more, with a link of its own; there is no third mail."""
    survey = Survey.objects.select_related("closing").get(pk=event.facts["survey"])
    content = {
        "closing": survey.closing,
        "expires_at": survey.expires_at,
        "survey_url": address(reverse("survey", kwargs={"token": secrets["survey_token"]})),
    }
    return [Letter(MailKind.SURVEY_REMINDER, event.case.contact, event, content)]
