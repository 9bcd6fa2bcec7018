"""Forms that nobody filled in yet. The page of a case offers two dozen, and hardly one of them is opened."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from html import escape
from typing import Any, cast

from django.forms import BoundField, Form, HiddenInput, ModelChoiceField, Textarea, TextInput
from django.utils.functional import Promise
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString


class Blank:
    """A form that nobody filled in: what it begins with, and which rows its fields offer. Built if a page asks.

    `offers` are rows that the page has read already. What somebody chooses is checked against the field's own rows.
    """

    is_bound = False
    errors: Mapping[str, Any] = {}

    def __init__(self, form: type[Form], *, offers: Mapping[str, Sequence[Any]] | None = None, **takes: Any) -> None:
        self.initial: dict[str, Any] = dict(takes.pop("initial", {}))
        self.auto_id: str = takes.pop("auto_id", "id_%s")
        self._form, self._offers, self._takes = form, offers or {}, takes

    def __getitem__(self, name: str) -> BoundField:
        """Return a field as a page draws it."""
        if name not in self._form.base_fields:
            raise KeyError(name)
        return self._built[name]

    def __iter__(self) -> Iterator[BoundField]:
        return iter(self._built)

    @cached_property
    def _built(self) -> Form:
        choices = {name: self._choices(name) for name in self._offers}
        return self._build(self.initial, choices)

    def _build(self, initial: dict[str, Any], choices: Mapping[str, list[tuple[Any, Any]]]) -> Form:
        form = self._form(initial=initial, auto_id=self.auto_id, **self._takes)
        for name, offered in choices.items():
            cast("ModelChoiceField[Any]", form.fields[name]).choices = offered
        return form

    def _choices(self, name: str) -> list[tuple[Any, Any]]:
        field = cast("ModelChoiceField[Any]", self._form.base_fields[name])
        nothing = [] if field.empty_label is None else [("", field.empty_label)]
        return [*nothing, *((field.prepare_value(row), field.label_from_instance(row)) for row in self._offers[name])]

    # --- For `{% drawnonce %}` ------------------------------------------------------------------------------------

    @cached_property
    def words(self) -> dict[str, SafeString]:
        """What differs from form to form, by field: the words that it begins with, and what it offers."""
        found = {name: self._options(name) for name in self._offers}
        for name, value in self.initial.items():
            field = self._form.base_fields.get(name)
            if field is not None and isinstance(field.widget, TextInput | HiddenInput | Textarea):
                word = field.widget.format_value(field.prepare_value(value))
                if word:
                    found[name] = conditional_escape(word)
        return found

    @property
    def kind(self) -> tuple[Any, ...]:
        """What decides how the form is drawn: two of one kind differ in their words alone."""
        others = self.initial.keys() - self.words.keys()
        chosen = sorted((name, bare(self.initial[name])) for name in others if self.initial[name] not in (None, ""))
        return (self._form, self.auto_id, tuple(self.words), tuple(chosen))

    def with_places(self, places: Mapping[str, str]) -> Form:
        """Return the form with a place where each of its words is put; see `drawn_once.PLACE`."""
        initial = {name: places.get(name, value) for name, value in self.initial.items() if name not in self._offers}
        # Where nothing can be chosen it stays so: browsers ask for a choice by it.
        nothing = {name: self._choices(name)[:1] for name in self._offers}
        choices = {
            name: [("" if first and first[0][0] == "" else places[name], places[name])]
            for name, first in nothing.items()
        }
        return self._build(initial, choices)

    def _options(self, name: str) -> SafeString:
        """Return what a field offers, as Django would draw it."""
        chosen = self.initial.get(name)
        begins = "" if chosen is None else str(chosen)
        rows = [(escape(str(value)), escape(str(label))) for value, label in self._choices(name)]
        marks = {begins: " selected"}
        return SafeString("".join(f'<option value="{one}"{marks.get(one, "")}>{label}</option>' for one, label in rows))


def bare(value: Any) -> str | int | None:
    """Return a word or a number as nothing but that, so that two which look alike are drawn alike."""
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, str | Promise):
        return str.__str__(str(value))
    raise TypeError(f"{value!r} is no word and no number, and may differ at the next look.")
