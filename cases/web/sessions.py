"""Remote sessions (P7.1): the forms, and what the page of a case shows of them."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from cases import rules
from cases.models import Case, RemoteSession, User
from cases.templatetags.blanks import Blank
from cases.web.answers import new_key
from cases.web.forms import text
from cases.web.request import PortalRequest


class SessionForm(forms.Form):
    """What a session is for. `expected` is the unanswered request that the page showed."""

    submission_key = forms.UUIDField(widget=forms.HiddenInput)
    expected = forms.IntegerField(required=False, widget=forms.HiddenInput)
    purpose = text(
        _("What is the session for?"),
        _("What you will look at or collect, and how long it takes. The contact agrees to this."),
        missing=_("Say what the session is for."),
        rows=3,
    )


class WhichSession(forms.Form):
    """The session that a button is about."""

    session = forms.IntegerField(widget=forms.HiddenInput)


class SessionAnswerForm(WhichSession):
    """The contact's yes or no."""

    consents = forms.TypedChoiceField(
        choices=[("yes", _("I agree")), ("no", _("Not now"))],
        coerce=lambda value: value == "yes",
        error_messages={"required": _("Press one of the two buttons.")},
    )
    answer = text(_("Anything to add?"), _("Such as when it suits you."), rows=2)


class SpokenConsentForm(WhichSession):
    """Who agreed on the phone."""

    said_by = forms.ModelChoiceField(
        label=_("Who is on the line?"),
        queryset=User.objects.none(),
        empty_label=_("Choose"),
        error_messages={"required": _("Say who agreed.")},
    )
    read_out = forms.BooleanField(
        label=_("I read the words above out, and they agreed."),
        error_messages={"required": _("Read the words out and wait for a yes.")},
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        writes_for = User.objects.filter(
            is_active=True, memberships__partner=case.partner_id, memberships__is_active=True
        )
        cast("forms.ModelChoiceField[User]", self.fields["said_by"]).queryset = writes_for.order_by("name")


class SessionResultForm(WhichSession):
    """What came of a session."""

    result = text(
        _("What came of it?"), _("The contact reads this."), missing=_("Say what came of the session."), rows=3
    )


def panel(found: Case, request: PortalRequest) -> dict[str, Any]:
    """Return the sessions of a case, the newest first, and the forms that go with where the newest stands."""
    sessions = found.remote_sessions.all()
    newest = sessions[0] if sessions else None
    standing = newest if newest is not None and _stands(newest) else None
    shown: dict[str, Any] = {"sessions": sessions, "session": standing}
    which = {"session": None if newest is None else newest.pk}
    if not request.user.works_here:
        return shown | {"session_answer_form": Blank(SessionAnswerForm, initial=which)}
    colleagues = [one for one in found.people if one.membership is not None]
    return shown | {
        "session_form": Blank(SessionForm, initial=new_key() | {"expected": standing and standing.pk}),
        "session_words": rules.SESSION_WORDS,
        "spoken_form": Blank(SpokenConsentForm, initial=which, case=found, offers={"said_by": colleagues}),
        "begin_session_form": Blank(WhichSession, initial=which),
        "session_result_form": Blank(SessionResultForm, initial=which),
    }


def _stands(session: RemoteSession) -> bool:
    return session.declined_at is None and session.ended_at is None
