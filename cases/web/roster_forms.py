"""Forms of the roster: times are the desk's local ones."""

from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import ProductArea, RosterKind, User
from cases.web.forms import text
from sla.models import Desk

WEEKDAYS = [
    (0, _("Monday")),
    (1, _("Tuesday")),
    (2, _("Wednesday")),
    (3, _("Thursday")),
    (4, _("Friday")),
    (5, _("Saturday")),
    (6, _("Sunday")),
]
MOST_PEOPLE = 6


class DeskForm(forms.Form):
    """For which desk, and for what."""

    desk = forms.ModelChoiceField(label=_("Desk"), queryset=Desk.objects.none(), empty_label=None)
    kind = forms.ChoiceField(label=_("For"), choices=RosterKind.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choices(self, "desk", Desk.objects.order_by("name"))


class RotationForm(DeskForm):
    """People who take turns."""

    names_of_people = [f"person_{number}" for number in range(1, MOST_PEOPLE + 1)]

    submission_key = forms.UUIDField(widget=forms.HiddenInput)
    weekday = forms.TypedChoiceField(label=_("Hand over on"), coerce=int, choices=WEEKDAYS)
    hands_over_at = forms.TimeField(
        label=_("At"),
        initial="09:00",
        help_text=_("In the desk's local time."),
        widget=forms.TimeInput(attrs={"type": "time"}),
    )
    starts_on = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, name in enumerate(self.names_of_people, start=1):
            field = forms.ModelChoiceField(
                label=_("Turn %(number)s") % {"number": number},
                queryset=_staff(),
                required=number == 1,
                empty_label="",
                error_messages={"required": _("Name at least one person.")},
            )
            self.fields[name] = field

    def clean(self) -> dict[str, Any]:
        """Gather the people in the order of their turns."""
        checked = super().clean() or self.cleaned_data
        named = [checked.get(name) for name in self.names_of_people]
        checked["people_ids"] = [person.pk for person in named if person is not None]
        return checked


class ShiftForm(DeskForm):
    """One shift, in the desk's local time."""

    names_of_people = ["person"]

    person = forms.ModelChoiceField(label=_("Who"), queryset=User.objects.none())
    starts = forms.CharField(
        label=_("From"),
        help_text=_("In the desk's local time."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    ends = forms.CharField(label=_("Until"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choices(self, "person", _staff())

    def _local(self, name: str) -> datetime:
        try:
            typed = datetime.fromisoformat(self.cleaned_data[name])
        except ValueError as mistake:
            raise forms.ValidationError(_("Write a date and a time.")) from mistake
        return typed.replace(tzinfo=None)

    def clean_starts(self) -> datetime:
        """Read the local time at which it starts."""
        return self._local("starts")

    def clean_ends(self) -> datetime:
        """Read the local time at which it ends."""
        return self._local("ends")

    def instants(self) -> tuple[datetime, datetime]:
        """Return start and end in the desk's zone."""
        zone = ZoneInfo(self.cleaned_data["desk"].zone)
        return self.cleaned_data["starts"].replace(tzinfo=zone), self.cleaned_data["ends"].replace(tzinfo=zone)


class ReasonForm(forms.Form):
    """What every change of the roster needs."""

    reason = text(_("Why?"), missing=_("Say why, for whoever looks at this later."), rows=2)


class SwapForm(ReasonForm):
    """Who takes a shift instead."""

    shift_id = forms.IntegerField(widget=forms.HiddenInput)
    expected_person_id = forms.IntegerField(widget=forms.HiddenInput)
    takes = forms.ModelChoiceField(label=_("Who takes it?"), queryset=User.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choices(self, "takes", _staff())


class RemoveForm(ReasonForm):
    """A shift that falls away."""

    shift_id = forms.IntegerField(widget=forms.HiddenInput)


class EndForm(ReasonForm):
    """A rotation that ends."""

    rotation_id = forms.IntegerField(widget=forms.HiddenInput)


class SkillsForm(forms.Form):
    """What somebody knows well."""

    person = forms.ModelChoiceField(queryset=User.objects.none())
    areas = forms.ModelMultipleChoiceField(queryset=ProductArea.objects.all(), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choices(self, "person", _staff())


class FeedForm(forms.Form):
    """Whose roster a feed shows: a desk's, or one's own."""

    desk = forms.ModelChoiceField(queryset=Desk.objects.all(), required=False)


def _staff() -> Any:
    return User.objects.filter(is_active=True).exclude(staff_role="").order_by("name")


def _choices(form: forms.Form, name: str, rows: Any) -> None:
    cast("forms.ModelChoiceField[Any]", form.fields[name]).queryset = rows
