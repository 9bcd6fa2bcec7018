"""Forms check shape: present, length, choice. Rules answer from the actions and are put beside the form."""

from collections.abc import Iterable
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar, cast

from django import forms
from django.conf import settings
from django.forms.utils import pretty_name
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.functional import cached_property, lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from cases import rules
from cases.models import ContactMethod, Partner, ProductArea, StaffRole, User
from cases.rules import Outcome
from cases.web.uploads import MultipleFileField

LONG_TEXT = 20_000
# PostgreSQL knows no bigger key of a row.
BIGGEST_KEY = 2**63 - 1
TOO_LONG = _("This is too long: %(show_value)s characters of %(limit_value)s. Put the rest in a file.")


class LongText(forms.CharField):
    """Several lines of text. A browser must not cut what is pasted: too much is said beside the field, and kept."""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Leave out the limit that browsers enforce without a word."""
        return {name: value for name, value in super().widget_attrs(widget).items() if name != "maxlength"}


def text(label: StrOrPromise, hint: StrOrPromise = "", *, missing: StrOrPromise = "", rows: int = 4) -> forms.CharField:
    """Return a field for several lines of text; `missing` is what it says when left empty, if it must not be."""
    return LongText(
        label=label,
        help_text=hint,
        required=bool(missing),
        error_messages={"required": missing, "max_length": TOO_LONG},
        max_length=LONG_TEXT,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def _largest_file_words() -> str:
    return gettext("Logs, screenshots: up to %(most)s each.") % {"most": filesizeformat(settings.ATTACHMENT_MAX_BYTES)}


class _Shared(dict[str, forms.Field]):
    """Fields that all forms of a class share, which Django would copy one by one for each form."""

    def __deepcopy__(self, _memo: dict[int, Any]) -> dict[str, forms.Field]:
        """Return the fields of one form."""
        return dict(self)


class _ShownField(forms.BoundField):
    """A field of a form, whose words are looked up when it is shown: a form that was sent and is right shows none."""

    def __init__(self, form: forms.BaseForm, field: forms.Field, name: str) -> None:
        self.form, self.field, self.name, self.renderer = form, field, name, form.renderer
        self.html_name = form.add_prefix(name)

    @cached_property
    def html_initial_name(self) -> str:  # type: ignore[override] # set at once by Django
        """Under which name a hidden copy of what it began with is sent."""
        return self.form.add_initial_prefix(self.name)

    @cached_property
    def html_initial_id(self) -> str:  # type: ignore[override] # set at once by Django
        """The id of that copy."""
        return self.form.add_initial_prefix(self.auto_id)

    @cached_property
    def label(self) -> StrOrPromise:  # type: ignore[override] # set at once by Django
        """What it asks for."""
        return pretty_name(self.name) if self.field.label is None else self.field.label

    @cached_property
    def help_text(self) -> StrOrPromise:  # type: ignore[override] # set at once by Django
        """The words below it."""
        return self.field.help_text or ""


class WordForm(forms.Form):
    """What every form that adds words to a case has: a hidden key, so that sent twice is once, and files."""

    bound_field_class = _ShownField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        vars(self)["base_fields"] = _Shared(type(self).base_fields)
        super().__init__(*args, **kwargs)

    def own(self, name: str) -> forms.Field:
        """Return a field that this form may change. The others are shared by all forms of its class."""
        self.fields[name] = deepcopy(self.fields[name])
        # It may have been looked at as it was.
        cast("Any", self)._bound_fields_cache.pop(name, None)
        return self.fields[name]

    submission_key = forms.UUIDField(widget=forms.HiddenInput)
    # Declared fields leave the class, so Django's own attribute of this name is not touched.
    files = MultipleFileField(  # type: ignore[assignment]
        label=_("Files"),
        required=False,
        help_text=lazy(_largest_file_words, str)(),
    )


class CaseForm(WordForm):
    """What P5.1 asks for, with the severity (P2.2) and what Sev 1 needs (P2.6, P4.2)."""

    follow_up_of = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    # For whom somebody writes the action looks up itself, under the lock; the page fills in the choices.
    partner = forms.IntegerField(label=_("Company"), min_value=1, max_value=BIGGEST_KEY, widget=forms.Select)
    title = forms.CharField(
        label=_("Title"),
        max_length=200,
        help_text=_("One line that a colleague would recognise the problem by."),
        error_messages={
            "required": _("Give the case a title."),
            "max_length": _("This title is too long. Keep it under 200 characters; the rest fits below."),
        },
    )
    severity = forms.TypedChoiceField(
        label=_("Severity"),
        coerce=int,
        choices=[(level, level) for level in (1, 2, 3, 4)],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the severity that fits best. We agree on it together.")},
    )
    product_area = forms.ModelChoiceField(
        label=_("Product area"),
        queryset=ProductArea.objects.order_by("position", "name"),
        required=False,
        empty_label=_("Not sure"),
    )
    explanation = text(
        _("What happens?"),
        _("What you did, what you expected, what you saw, since when."),
        missing=_("Say what happens."),
        rows=6,
    )
    effect = text(
        _("What does it affect?"),
        _("Which systems and customers, and what it means for the business."),
        missing=_("Say what it affects, so that we judge the severity as you do."),
        rows=3,
    )
    error_messages_seen = text(_("Error messages"), _("Paste them as they are."))
    steps_to_reproduce = text(_("Steps to reproduce"))
    known_workarounds = text(_("Workarounds you know of"), rows=3)
    contact_email = forms.EmailField(
        label=_("Email address"),
        # Mails go to the address that somebody logs in with: a typed one has proved nothing yet.
        help_text=_("For a word outside this case. Our mails go to the address you log in with."),
        error_messages={
            "required": _("Give an address at which we can write to you."),
            "invalid": _("This is no email address. Write it like name@company.example."),
        },
    )
    contact_phone = forms.CharField(label=_("Phone number"), required=False, max_length=40)
    preferred_method = forms.ChoiceField(label=_("How should we reach you?"), choices=ContactMethod)
    preferred_times = forms.CharField(
        label=_("When should we reach you?"),
        required=False,
        max_length=200,
        help_text=_("Such as weekdays 9:00 to 12:00, Perth time."),
    )
    technical_resource = forms.CharField(
        label=_("Technical resource"),
        required=False,
        max_length=200,
        help_text=_("Who can work with us around the clock, and how we reach them."),
    )
    accept_charges = forms.BooleanField(label=rules.CHARGE_WORDS, required=False)

    def offer(self, partners: Iterable[Partner]) -> None:
        """Let the page show these companies to choose from."""
        widget = cast("forms.Select", self.own("partner").widget)
        widget.choices = [(partner.pk, partner.name) for partner in partners]

    def details(self) -> dict[str, Any]:
        """Return the checked values under the names of `actions.CaseDetails`."""
        checked = self.cleaned_data
        area = checked["product_area"]
        return {
            "title": checked["title"],
            "product_area_id": None if area is None else area.pk,
            "explanation": checked["explanation"],
            "effect": checked["effect"],
            "error_messages": checked["error_messages_seen"],
            "steps_to_reproduce": checked["steps_to_reproduce"],
            "known_workarounds": checked["known_workarounds"],
            "contact_email": checked["contact_email"],
            "contact_phone": checked["contact_phone"],
            "preferred_method": checked["preferred_method"],
            "preferred_times": checked["preferred_times"],
            "technical_resource": checked["technical_resource"],
        }


class ReplyForm(WordForm):
    """A word in a case, by either side."""

    body = text(_("Your reply"), missing=_("Write your reply first."), rows=5)


class SpecialistReplyForm(ReplyForm):
    """A public reply from the desk."""

    # The last event on the page; the page writes it itself, so that a refused form shows what it has been shown.
    read_up_to = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)
    then_wait = forms.BooleanField(
        label=_("Then wait for the contact"),
        required=False,
        help_text=_("For a question. Without a word, two reminders follow and then the closing."),
    )


class NoteForm(WordForm):
    """An internal note."""

    body = text(
        _("Internal note"),
        _("Only staff see it. Whom you name with @, such as @lena, gets it by mail."),
        missing=_("Write the note first."),
    )


class LocalTime(forms.DateTimeField):
    """A date and a time as the reader's clock shows them, which may be one of two instants."""

    def to_python(self, value: Any) -> datetime | None:
        """Read what was typed without a zone."""
        if value in self.empty_values:
            return None
        try:
            return datetime.fromisoformat(str(value).strip()).replace(tzinfo=None)
        except ValueError as mistake:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from mistake


class CallForm(forms.Form):
    """A call to the contact that a specialist logs."""

    submission_key = forms.UUIDField(widget=forms.HiddenInput)
    outcome = forms.ChoiceField(
        label=_("What became of it?"),
        choices=[(outcome.value, outcome.label) for outcome in rules.CALL_OUTCOMES],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say what became of the call.")},
    )
    made_at = LocalTime(
        label=_("When?"),
        required=False,
        help_text=_("In your time zone. Left empty: just now."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    # Asked only where the clock shows a time twice.
    which = forms.ChoiceField(
        label=_("Which of the two?"),
        choices=[("first", _("The first, before the clock went back")), ("second", _("The second, after it"))],
        widget=forms.RadioSelect,
        required=False,
    )
    note = text(_("What was said?"), rows=3)

    def clean(self) -> dict[str, Any]:
        """Read the local time in the reader's zone; of a time that the clock shows twice, the one that was chosen."""
        checked = super().clean() or self.cleaned_data
        typed = checked.get("made_at")
        if typed is None or typed.tzinfo is not None:
            return checked
        zone = timezone.get_current_timezone()
        first, second = (typed.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
        if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != typed:
            self.add_error("made_at", _("The clock skipped this time. Correct it."))
        elif first.utcoffset() != second.utcoffset() and not checked.get("which"):
            self.add_error("which", _("The clock showed this time twice that day. Say which of the two."))
        else:
            checked["made_at"] = second if checked.get("which") == "second" else first
        return checked

    @property
    def asks_which(self) -> bool:
        """Whether the two times must be shown to choose from."""
        return self.is_bound and (bool(self["which"].errors) or bool(self["which"].value()))

    def made_or(self, now: datetime, *, logged_at: datetime) -> datetime:
        """Return when the call was made: as typed, or just now.

        People type minutes. The minute in which the case was logged is no time before it.
        """
        typed = cast("datetime | None", self.cleaned_data["made_at"]) or now
        return logged_at if timedelta(0) < logged_at - typed < timedelta(minutes=1) else typed


class AssignForm(forms.Form):
    """Who owns the case. `expected` is whom the page showed."""

    assignee = forms.ModelChoiceField(
        label=_("Assigned to"), queryset=User.objects.none(), required=False, empty_label=_("Nobody")
    )
    expected = forms.IntegerField(required=False, widget=forms.HiddenInput)
    note = text(_("What do they have to know?"), _("An internal note. The new owner gets it by mail."), rows=3)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ModelChoiceField[User]", self.fields["assignee"])
        field.queryset = User.objects.filter(staff_role__in=StaffRole.values, is_active=True).order_by("name")


class SolvedForm(forms.Form):
    """A contact who closes a case as solved."""

    submission_key = forms.UUIDField(required=False, widget=forms.HiddenInput)

    explanation = text(_("What solved it?"), _("A word for whoever meets this next."), rows=2)
    outcome = forms.CharField(initial=Outcome.SOLVED_BY_CONTACT, widget=forms.HiddenInput, required=False)


def score(label: StrOrPromise) -> forms.TypedChoiceField:
    """Return a question answered from 1 (very poor) to 5 (very good)."""
    words = [_("Very poor"), _("Poor"), _("Fair"), _("Good"), _("Very good")]
    return forms.TypedChoiceField(
        label=label,
        coerce=int,
        choices=[(number, word) for number, word in enumerate(words, start=1)],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the five.")},
    )


class SurveyForm(forms.Form):
    """The three questions of P11.1 and room for a comment."""

    handling = score(_("How was your case managed?"))
    professionalism = score(_("How professional and expert was the specialist?"))
    satisfaction = score(_("How satisfied are you overall?"))
    comment = text(_("Anything else we should know?"), rows=4)


FormT = TypeVar("FormT", bound=forms.Form)


def offering(rows: Iterable[Any], form: FormT, name: str) -> FormT:
    """Let a field of a form show `rows` that the page has read already, so that it does not ask for them again.

    What somebody chooses is checked against the field's own rows.
    """
    own = form.own(name) if isinstance(form, WordForm) else form.fields[name]
    field = cast("forms.ModelChoiceField[Any]", own)
    nothing = [] if field.empty_label is None else [("", field.empty_label)]
    field.choices = [*nothing, *((field.prepare_value(row), field.label_from_instance(row)) for row in rows)]
    return form
