"""Finding where a person is named in whatever was kept, and naming nobody there: every table with words is searched.

An address is one person's, so it goes wherever it stands. A name may be somebody else's too, so it goes from what has
to do with the person: their companies' cases, those they acted in, and what those around them wrote beside any case.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.db.models import CharField, F, JSONField, Model, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.html import escape

from cases.actions._erasing import keys_of
from cases.models import Case, CaseEvent, EventWords, IncomingMail, Partner, User

# They hold no words of people, or are cleaned in their own way. A company keeps its name, also where it is a person's.
_LEFT = (Case, CaseEvent, EventWords, User, Partner)
_ROOMS = ("cases", "notifications", "admin", "sla")
# Fewer digits are found in everything.
SHORTEST_NUMBER = 7
BATCH = 500


@dataclass(frozen=True)
class Traces:
    """What a person is known by, and what stands there instead."""

    address: str
    names: Sequence[str]
    numbers: Sequence[str]
    nobody: str
    nowhere: str

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], str]]:
        found = [(re.compile(rf"(?<![\w.+-]){re.escape(self.address)}(?![\w-])", re.IGNORECASE), self.nowhere)]
        for name in self.names:
            for form in {name, str(escape(name))}:
                # Mails break lines between the parts of a name. One word alone may be a word of the language too.
                words = r"\s+".join(re.escape(word) for word in form.split())
                flags = re.IGNORECASE if " " in form else re.NOFLAG
                found.append((re.compile(rf"(?<!\w){words}(?!\w)", flags), self.nobody))
        for number in self.numbers:
            digits = re.sub(r"\D", "", number)
            if len(digits) >= SHORTEST_NUMBER:
                found.append((re.compile(r"\+?" + r"[\s().-]*".join(digits) + r"(?!\d)"), self.nobody))
        return found

    def cleaned(self, value: Any) -> tuple[Any, int]:
        """Return a text, or what JSON holds, naming nobody, and how often it named the person."""
        if isinstance(value, str):
            count = 0
            for pattern, instead in self._patterns:
                value, times = pattern.subn(instead, value)
                count += times
            return value, count
        if isinstance(value, list):
            found = [self.cleaned(one) for one in value]
            return [one for one, _count in found], sum(count for _one, count in found)
        if isinstance(value, dict):
            named = {key: self.cleaned(one) for key, one in value.items()}
            return {key: one for key, (one, _count) in named.items()}, sum(count for _one, count in named.values())
        return value, 0

    def may_be_in_any(self, columns: Iterable[str]) -> Q:
        """Return what the database looks for first: a piece that is the same however it is written around it."""
        words = [max(re.findall(r"[A-Za-z0-9]+", name), key=len, default="") for name in self.names]
        numbers = [re.sub(r"\D", "", number)[-3:] for number in self.numbers]
        pieces = [] if "" in words else [self.address, *words, *filter(None, numbers)]
        return reduce(or_, (Q(**{f"{column}__icontains": piece}) for column in columns for piece in pieces), Q())

    def may_be_in(self, content: bytes) -> bool:
        """Return whether raw bytes name the person."""
        text = content.decode("utf-8", errors="replace")
        return any(pattern.search(text) for pattern, _instead in self._patterns)


@dataclass(frozen=True)
class Surroundings:
    """What has to do with a person."""

    person: User
    cases: QuerySet[Case]
    partners: QuerySet[Partner]

    def rows(self, model: type[Model]) -> Q:
        """Return which rows of a table have to do with the person."""
        around = Q(memberships__partner__in=self.partners) | ~Q(staff_role="") | Q(pk=self.person.pk)
        people = User.objects.filter(around)
        paths = list(_paths_to_case(model))
        found = reduce(or_, (Q(**{f"{path}__in": self.cases}) for path in paths), Q(pk__in=[]))
        # Beside any case.
        loose = Q(**dict.fromkeys(paths))
        for key in keys_of(model):
            if key.related_model is User:
                found |= Q(**{key.name: self.person}) | loose & Q(**{f"{key.name}__in": people})
            elif key.related_model is Partner:
                found |= loose & Q(**{f"{key.name}__in": self.partners})
        if model._meta.label == "admin.LogEntry":
            found |= Q(object_id=str(self.person.pk), content_type__model="user")
        if model._meta.app_label == "sla" and self.person.staff_role:
            # It knows no people: whoever worked here may be named in any row.
            found |= ~Q(pk__in=[])
        return found


def surroundings_of(person: User) -> Surroundings:
    """Return the cases and companies that a person has to do with."""
    partners = Partner.objects.filter(memberships__user=person)
    near = Q(partner__in=partners)
    for key in keys_of(Case):
        if key.related_model is User:
            near |= Q(**{key.name: person})
    for model in apps.get_app_config("cases").get_models():
        for key in keys_of(model):
            if key.related_model is User and model is not Case:
                for path in _paths_to_case(model):
                    near |= Q(pk__in=model._default_manager.filter(**{key.name: person}).values(path))
    return Surroundings(person, Case.objects.filter(near), partners)


def remove(traces: Traces, around: Surroundings) -> Counter[str]:
    """Name the person nowhere any more, but in events. Returns how often they were named where."""
    places: Counter[str] = Counter()
    for model in _tables():
        columns = list(_columns_of(model))
        near = Q(pk__in=around.cases.values("pk")) if model is Case else around.rows(model)
        for row in _rows(model, columns, traces, near):
            places[str(model._meta.verbose_name)] += _clean(row, columns, traces)
    return places


def cases_with_traces_in_events(traces: Traces, around: Surroundings) -> set[int]:
    """Return the cases whose record may name the person."""
    words = EventWords.objects.annotate(text=Cast("words", TextField())).filter(event__case__in=around.cases)
    found = words.filter(traces.may_be_in_any(["text"])).values_list("event__case", flat=True)
    return {*found, *around.cases.filter(chained_to__lt=F("last_event_number")).values_list("pk", flat=True)}


def _tables() -> Iterator[type[Model]]:
    yield Case
    for room in _ROOMS:
        for model in apps.get_app_config(room).get_models():
            if model not in _LEFT and any(_columns_of(model)):
                yield model


def _rows(model: type[Model], columns: list[str], traces: Traces, near: Q) -> Iterator[Model]:
    """Yield the rows that may name the person."""
    texts = {f"{column}_text": Cast(column, TextField()) for column in columns}
    with_address = reduce(or_, (Q(**{f"{text}__icontains": traces.address}) for text in texts))
    found = model._default_manager.annotate(**texts).filter(with_address | near & traces.may_be_in_any(texts))
    # Their keys first: what is read is changed meanwhile.
    keys = list(dict.fromkeys(found.values_list("pk", flat=True)))
    for start in range(0, len(keys), BATCH):
        yield from model._default_manager.filter(pk__in=keys[start : start + BATCH])


def _clean(row: Model, columns: list[str], traces: Traces) -> int:
    found, changed = 0, {}
    for column in columns:
        clean, count = traces.cleaned(getattr(row, column))
        if count:
            found += count
            longest = getattr(row._meta.get_field(column), "max_length", None)
            changed[column] = clean[:longest] if longest and isinstance(clean, str) else clean
    if changed:
        type(row)._default_manager.filter(pk=row.pk).update(**changed)
    return found


def _columns_of(model: type[Model]) -> Iterator[str]:
    for field in model._meta.concrete_fields:
        # The number of a telephone is checked; a person's own ones are deleted.
        checked = field.unique or field.choices or field.name == "number"
        if model._meta.app_label == "sla":
            # Who changed it, and why. The rest are names of desks and holidays, and the policy's own words.
            checked = checked or not (field.name == "reason" or field.name.endswith("_by_name"))
        words = isinstance(field, CharField | TextField | JSONField) and not checked
        if words:
            yield field.attname


def _paths_to_case(model: type[Model]) -> Iterator[str]:
    """Yield each way from a table's row to a case: at most two steps."""
    for key in keys_of(model) if model is not Case else []:
        if key.related_model is Case:
            yield key.name
        elif key.related_model is not User and isinstance(key.related_model, type):
            yield from (
                f"{key.name}__{other.name}" for other in keys_of(key.related_model) if other.related_model is Case
            )


def raw_mails_of(traces: Traces, around: Surroundings) -> Iterator[IncomingMail]:
    """Yield the mails whose bytes as they came name the person, whatever was read of them."""
    theirs = Q(sender=around.person) | Q(from_address__iexact=traces.address)
    for mail in IncomingMail.objects.exclude(raw="").filter(theirs | Q(case__in=around.cases)).iterator():
        if mail.sender_id == around.person.pk or traces.may_be_in(_bytes_of(mail)):
            yield mail


def _bytes_of(mail: IncomingMail) -> bytes:
    try:
        with mail.raw.open("rb") as file:
            return bytes(file.read())
    except FileNotFoundError:
        return b""
