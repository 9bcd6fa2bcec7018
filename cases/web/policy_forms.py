"""A new version of the policy as a form: it begins with what is in force, severity by severity."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases.rules import ROUND_THE_CLOCK_SEVERITY, RuleBroken
from cases.templatetags.case_tags import duration
from cases.web.forms import text
from sla.models import PolicyVersion, Target
from sla.versions import TargetWords

HOUR = Decimal(60)
FIELD_OF_RULE = {
    "policy_day_has_begun": "effective_on",
    "policy_day_taken": "effective_on",
    "policy_name_taken": "name",
}
UNITS = {
    Target.UpdateUnit.HOURS_24X7: _lazy("hours, round the clock"),
    Target.UpdateUnit.WORKING_MINUTES: _lazy("working minutes"),
    Target.UpdateUnit.BUSINESS_DAYS: _lazy("business days"),
}
OF_A_SEVERITY = ("name", "definition", "examples", "within", "round_the_clock", "update_every", "update_unit", "warn")


class VersionForm(forms.Form):
    """The name and day of a version, and what it says of each severity."""

    name = forms.CharField(
        label=_lazy("Name"),
        max_length=80,
        help_text=_lazy("Such as 1 January 2027."),
        error_messages={"required": _lazy("Give the version a name.")},
    )
    effective_on = forms.DateField(
        label=_lazy("In force from"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_lazy("From 00:00 UTC of this day, one instant for all desks."),
        error_messages={
            "required": _lazy("Choose the day."),
            "invalid": _lazy("This is no date. Write it as 2027-01-01."),
        },
    )
    source = text(_lazy("Where it is written"), _lazy("The text itself, or where it is published."), rows=2)

    def __init__(self, in_force: PolicyVersion, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = sorted(in_force.targets.all(), key=lambda row: row.severity)
        for row in self.rows:
            self.fields |= {f"{name}_{row.severity}": field for name, field in _fields_of(row).items()}

    def of_severities(self) -> Iterator[tuple[int, list[forms.BoundField]]]:
        """Yield each severity with its fields."""
        for row in self.rows:
            names = [f"{name}_{row.severity}" for name in OF_A_SEVERITY]
            yield row.severity, [self[name] for name in names if name in self.fields]

    def said(self) -> dict[str, Any]:
        """Return what a valid form says, as the action takes it."""
        said = self.cleaned_data
        return {
            "name": said["name"],
            "effective_on": said["effective_on"],
            "source": said["source"],
            "targets": [_words(row.severity, said) for row in self.rows],
        }

    def typed(self) -> dict[str, str]:
        """Return what was typed so far, right or wrong."""
        return {name: self.data.get(name, "") for name in self.fields}

    def put(self, broken: RuleBroken) -> None:
        """Attach a broken rule's sentence to the field it is about."""
        self.add_error(FIELD_OF_RULE.get(broken.code), str(broken.message))


def _fields_of(row: Target) -> dict[str, forms.Field]:
    fields: dict[str, forms.Field] = {
        "name": forms.CharField(label=_("Title in short"), max_length=80, initial=row.name),
        "definition": forms.CharField(label=_("Title in full"), max_length=200, initial=row.definition),
        "examples": text(_("Examples"), missing=_("Partners choose by the examples: write some."), rows=3),
        "within": forms.DecimalField(
            label=_("First reply within, hours"), min_value=Decimal("0.05"), max_value=1000,
            initial=round(Decimal(row.respond_within_minutes) / HOUR, 4).normalize(),
            widget=forms.NumberInput(attrs={"step": "any"}),
        ),
        "round_the_clock": forms.BooleanField(
            label=_("The clock runs day and night"), required=False, initial=row.round_the_clock
        ),
        "update_every": forms.IntegerField(
            label=_("Update every"), min_value=1, max_value=10_000, initial=row.update_every
        ),
        "update_unit": forms.ChoiceField(label=_("counted in"), choices=list(UNITS.items()), initial=row.update_unit),
        "warn": forms.IntegerField(
            label=_("Warn after, percent"), min_value=1, max_value=99, initial=row.warn_at_percent
        ),
    }  # fmt: skip
    fields["examples"].initial = row.examples
    if row.severity != ROUND_THE_CLOCK_SEVERITY:
        # Only the emergency is worked around the clock (P2.6).
        del fields["round_the_clock"]
    return fields


def _words(level: int, said: Mapping[str, Any]) -> TargetWords:
    return TargetWords(
        severity=level,
        name=said[f"name_{level}"],
        definition=said[f"definition_{level}"],
        examples=said[f"examples_{level}"],
        respond_within_minutes=round(said[f"within_{level}"] * HOUR),
        round_the_clock=bool(said.get(f"round_the_clock_{level}")),
        update_every=said[f"update_every_{level}"],
        update_unit=said[f"update_unit_{level}"],
        warn_at_percent=said[f"warn_{level}"],
    )


def differences(in_force: PolicyVersion, targets: Sequence[TargetWords]) -> list[tuple[int, str, str, str]]:
    """Return what a version changes, as severity, what, how it is, and how it would be."""
    rows = {row.severity: row for row in in_force.targets.all()}
    return [change for words in targets for change in _changed(rows[words.severity], words)]


def _changed(row: Target, words: TargetWords) -> Iterator[tuple[int, str, str, str]]:
    pairs = [
        (_("Title in short"), row.name, words.name),
        (_("Title in full"), row.definition, words.definition),
        (_("Examples"), row.examples, words.examples),
        (_("First reply within"), duration(row.respond_within_minutes), duration(words.respond_within_minutes)),
        (_("Clock"), _clock(row.round_the_clock), _clock(words.round_the_clock)),
        (_("Update every"), _rhythm(row), _rhythm(words)),
        (_("Warn after"), f"{row.warn_at_percent} %", f"{words.warn_at_percent} %"),
    ]
    return ((words.severity, what, was, becomes) for what, was, becomes in pairs if was != becomes)


def _clock(round_the_clock: bool) -> str:
    return _("day and night") if round_the_clock else _("in the hours of the desk")


def _rhythm(row: Target | TargetWords) -> str:
    return f"{row.update_every} {UNITS[Target.UpdateUnit(row.update_unit)]}"
