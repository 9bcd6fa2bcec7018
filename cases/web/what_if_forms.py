"""The question of a what-if, as fields: what stands in them at first is how it is, so only what differs is asked."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases.reports.assumption import Assumption, Sun
from cases.templatetags.case_tags import duration
from cases.web.roster_forms import WEEKDAYS
from sla import store
from sla.engine.deadlines import Target
from sla.models import Desk

SUN = [
    ("", _lazy("as they are agreed with each partner")),
    ("everybody", _lazy("of every desk, for every partner")),
    ("nobody", _lazy("of the home desk alone, for every partner")),
]
ROUND_THE_CLOCK = [("", _lazy("day and night")), ("desk", _lazy("in the hours of the desk"))]
HOLIDAYS = [("", _lazy("as they are")), ("none", _lazy("none: open on all of them"))]
# The fields of a desk's weekly hours.
HOURS = ("days", "opens", "closes")
LONGEST_HOURS = 1000
MOST_DAYS = 60
HOUR = Decimal(60)


class Days(forms.CharField):
    """Some dates in one line."""

    def clean(self, value: Any) -> frozenset[date]:
        """Return the dates; anything between them may be a comma or a space."""
        found = [each for each in re.split(r"[,;\s]+", super().clean(value) or "") if each]
        try:
            days = frozenset(date.fromisoformat(each) for each in found)
        except ValueError:
            raise forms.ValidationError(_("Write dates as 2026-12-24, with commas between them.")) from None
        if len(days) > MOST_DAYS:
            raise forms.ValidationError(_("At most %(most)s days at once.") % {"most": MOST_DAYS})
        return days


class WhatIfForm(forms.Form):
    """Hours and holidays of each desk, the target of each severity, and whose hours count."""

    sun = forms.ChoiceField(label=_lazy("Hours that count"), choices=SUN, required=False, initial="")
    sev1 = forms.ChoiceField(label=_lazy("Severity 1 counts"), choices=ROUND_THE_CLOCK, required=False, initial="")

    def __init__(self, asked: QueryDict, desks: Iterable[Desk], targets: Mapping[int, Target], now: datetime) -> None:
        super().__init__()
        self.desks = list(desks)
        self.targets = targets
        for level, target in targets.items():
            self.fields[f"within-{level}"] = _hours_field(level, target)
        for desk in self.desks:
            self._add_desk(desk, next(iter(store.hours_at(desk, now)), None))
        self.said = _filled(asked, self.fields)
        self.data = self.said
        self.is_bound = True

    def _add_desk(self, desk: Desk, hours: store.Hours | None) -> None:
        weekdays, opens, closes = ((), None, None) if hours is None else hours[:3]
        clock = {"type": "time"}
        self.fields |= {
            f"days-{desk.code}": forms.TypedMultipleChoiceField(
                label=_("Open on"), choices=WEEKDAYS, coerce=int, initial=[str(day) for day in weekdays],
                widget=forms.CheckboxSelectMultiple, error_messages={"required": _("Choose at least one day.")},
            ),
            f"opens-{desk.code}": forms.TimeField(
                label=_("Opens"), initial=opens, widget=forms.TimeInput(attrs=clock, format="%H:%M")
            ),
            f"closes-{desk.code}": forms.TimeField(
                label=_("Closes"), initial=closes, widget=forms.TimeInput(attrs=clock, format="%H:%M")
            ),
            f"holidays-{desk.code}": forms.ChoiceField(
                label=_("Public holidays"), choices=HOLIDAYS, required=False, initial=""
            ),
            f"closed-{desk.code}": Days(
                label=_("Closed on these days too"), required=False, initial="", max_length=1000,
                help_text=_("Dates such as 2026-12-24, with commas between them."),
            ),
        }  # fmt: skip

    def of_desks(self) -> Iterator[tuple[Desk, list[forms.BoundField]]]:
        """Yield each desk with its fields."""
        for desk in self.desks:
            yield desk, [self[f"{name}-{desk.code}"] for name in (*HOURS, "holidays", "closed")]

    def of_targets(self) -> list[forms.BoundField]:
        """Return the fields of the targets, and whether Severity 1 counts day and night."""
        return [*(self[f"within-{level}"] for level in self.targets), self["sev1"], self["sun"]]

    def asked(self) -> dict[str, list[str]]:
        """Return the parts of an address that ask for what differs; the hours of a desk are asked together."""
        changed = set(self.changed_data)
        for desk in self.desks:
            hours = {f"{name}-{desk.code}" for name in HOURS}
            changed |= hours if changed & hours else set()
        return {name: self.said.getlist(name) for name in self.fields if name in changed}

    def assumption(self) -> Assumption:
        """Return what is supposed, of a valid form."""
        said, changed = self.cleaned_data, set(self.changed_data)
        return Assumption(
            hours={
                desk.pk: store.Hours(said[f"days-{desk.code}"], said[f"opens-{desk.code}"], said[f"closes-{desk.code}"])
                for desk in self.desks
                if changed & {f"{name}-{desk.code}" for name in HOURS}
            },
            without_holidays=frozenset(desk.pk for desk in self.desks if said[f"holidays-{desk.code}"] == "none"),
            closed_too={desk.pk: said[f"closed-{desk.code}"] for desk in self.desks if said[f"closed-{desk.code}"]},
            within={
                level: timedelta(minutes=round(said[f"within-{level}"] * HOUR))
                for level in self.targets
                if f"within-{level}" in changed
            },
            severity_1_in_desk_hours=said["sev1"] == "desk",
            sun=said["sun"],
        )


def in_words(assumption: Assumption, desks: Iterable[Desk], targets: Mapping[int, Target], now: datetime) -> list[str]:
    """Return what is supposed as sentences, each beside how it is."""
    of_desks = (words for desk in desks for words in _of_desk(assumption, desk, now))
    return [*of_desks, *_of_everybody(assumption, targets)]


def _of_desk(assumption: Assumption, desk: Desk, now: datetime) -> Iterator[str]:
    if desk.pk in assumption.hours:
        words = {
            "desk": desk,
            "then": hours_in_words([assumption.hours[desk.pk]]),
            "now": hours_in_words(store.hours_at(desk, now)),
        }
        yield _("%(desk)s is open %(then)s instead of %(now)s.") % words
    if desk.pk in assumption.without_holidays:
        opened = _("%(desk)s is open on its public holidays, and on the days that a manager closed.")
        yield opened % {"desk": desk}
    if desk.pk in assumption.closed_too:
        days = ", ".join(date_format(day, _("D j M Y")) for day in sorted(assumption.closed_too[desk.pk]))
        yield _("%(desk)s is closed too on %(days)s.") % {"desk": desk, "days": days}


def _of_everybody(assumption: Assumption, targets: Mapping[int, Target]) -> Iterator[str]:
    for level, within in assumption.within.items():
        words = {"level": level, "then": duration(within), "now": duration(targets[level].within)}
        yield _("Severity %(level)s is answered within %(then)s instead of %(now)s.") % words
    if assumption.severity_1_in_desk_hours:
        yield _("The clock of Severity 1 runs in the hours of the desk only, not day and night.")
    sun: dict[Sun, str] = {
        "everybody": _("The hours of every desk count for every partner."),
        "nobody": _("The hours of the home desk alone count for every partner."),
    }
    if assumption.sun:
        yield sun[assumption.sun]


def hours_in_words(hours: Iterable[store.Hours]) -> str:
    """Return weekly hours as "Mon-Fri 08:00-17:00"."""
    found = [f"{_weekdays(one.weekdays)} {_clock(one.starts)}-{_clock(one.ends)}" for one in hours]
    return _(" and ").join(found) or _("never")


def _clock(at: time) -> str:
    return time_format(at, "H:i")


def _weekdays(days: Iterable[int]) -> str:
    """Return "Mon-Fri" or "Mon, Wed"."""
    ordered = sorted(days)
    short = [date_format(date(2024, 1, day + 1), "D") for day in ordered]
    if len(ordered) > 2 and ordered[-1] - ordered[0] == len(ordered) - 1:
        return f"{short[0]}-{short[-1]}"
    return ", ".join(short)


def _hours_field(level: int, target: Target) -> forms.DecimalField:
    return forms.DecimalField(
        label=_("Severity %(level)s, hours") % {"level": level},
        min_value=Decimal("0.05"),
        max_value=LONGEST_HOURS,
        initial=round(Decimal(target.within // timedelta(minutes=1)) / HOUR, 4).normalize(),
        widget=forms.NumberInput(attrs={"step": "any"}),
        error_messages={"required": _("Write how many hours."), "invalid": _("Write a number of hours, such as 2.5.")},
    )


def _filled(asked: QueryDict, fields: Mapping[str, forms.Field]) -> QueryDict:
    """Return what the address asks, and how it is where the address says nothing."""
    data = asked.copy()
    for name, field in fields.items():
        # Boxes that are not ticked are not sent: that a desk was asked about is known by what stands beside them.
        if name in asked or name.replace("days-", "opens-") in asked:
            continue
        values = field.initial if isinstance(field.initial, list) else [field.initial]
        data.setlist(name, [_as_typed(value) for value in values])
    return data


def _as_typed(value: Any) -> str:
    return f"{value:%H:%M}" if isinstance(value, time) else str(value if value is not None else "")
