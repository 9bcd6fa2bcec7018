"""What both sides do about a remote session, on the page of a case (P7.1)."""

from typing import Any

from django.http import Http404, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases import actions
from cases.models import Case
from cases.web.answers import case_or_404
from cases.web.case_pages import act_on_case
from cases.web.request import PortalRequest, desk_page, partner_page
from cases.web.sessions import SessionAnswerForm, SessionForm, SessionResultForm, SpokenConsentForm, WhichSession


@desk_page
@require_POST
def ask(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Ask the contact for a remote session."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.ask_for_session(
            case_id=found.pk,
            purpose=checked["purpose"],
            expected_id=checked["expected"],
            submission_key=checked["submission_key"],
            actor=request.user,
            now=request.now,
        )

    done = _("The contact is asked. The session may begin once they agree.")
    return act_on_case(request, reference, SessionForm(request.POST), "session_form", act, done)


@partner_page
@require_POST
def answer(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Agree to a session, or decline it."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.answer_session(
            session_id=_one_of(found, checked),
            consents=checked["consents"],
            answer=checked["answer"],
            actor=request.user,
            now=request.now,
        )

    done = _("Thank you. Your answer is with us.")
    return act_on_case(request, reference, SessionAnswerForm(request.POST), "session_answer_form", act, done)


@desk_page
@require_POST
def spoken(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Write down that the contact agreed on the phone."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.record_spoken_consent(
            session_id=_one_of(found, checked),
            said_by_id=checked["said_by"].pk,
            actor=request.user,
            now=request.now,
        )

    form = SpokenConsentForm(request.POST, case=case_or_404(reference, request.user))
    return act_on_case(request, reference, form, "spoken_form", act, _("The consent is on the record, as spoken."))


@desk_page
@require_POST
def begin(request: PortalRequest, reference: str) -> HttpResponseBase:
    """Begin the session that was agreed to."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.begin_session(session_id=_one_of(found, checked), actor=request.user, now=request.now)

    done = _("The session began. End it here when it is over.")
    return act_on_case(request, reference, WhichSession(request.POST), "begin_session_form", act, done)


@desk_page
@require_POST
def end(request: PortalRequest, reference: str) -> HttpResponseBase:
    """End the session and say what came of it."""

    def act(found: Case, checked: dict[str, Any]) -> None:
        actions.end_session(
            session_id=_one_of(found, checked), result=checked["result"], actor=request.user, now=request.now
        )

    done = _("The session is over. Its result is on the record.")
    return act_on_case(request, reference, SessionResultForm(request.POST), "session_result_form", act, done)


def _one_of(found: Case, checked: dict[str, Any]) -> int:
    """Return the id of the session that was sent, if it is one of this case."""
    session: int = checked["session"]
    if not found.remote_sessions.filter(pk=session).exists():
        raise Http404
    return session
