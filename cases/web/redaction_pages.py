"""Removing a pasted secret from a case, by its author or by staff."""

from typing import Any

from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases import actions
from cases.models import Case
from cases.web.answers import case_or_404
from cases.web.case_pages import act_on_case
from cases.web.redaction import RedactForm
from cases.web.request import PortalRequest


@require_POST
def redact(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Remove an exact text, or a file."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        said = {"case_id": found.pk, "reason": checked["reason"], "actor": request.user, "now": request.now}
        if checked["file"] is not None:
            actions.redact_file(attachment_id=checked["file"].pk, **said)
        else:
            actions.redact_text(secret=checked["secret"], **said)

    form = RedactForm(request.POST, case=case_or_404(reference, request.user), reader=request.user)
    done = _("It is gone. The record says that something was removed, by whom and why. Change the password as well.")
    return act_on_case(request, reference, form, "redact_form", act, done)
