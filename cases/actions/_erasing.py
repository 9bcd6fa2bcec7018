"""Removing a text from every row that belongs to a case, whatever table it stands in; and files from the disk.

The tables are found by their foreign keys, so that a new one is erased from without being named here.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import CharField, ForeignKey, JSONField, Model, TextField

from cases.actions import _chain
from cases.models import (
    Attachment,
    Case,
    CaseDraft,
    CaseEvent,
    Dispatch,
    EventWords,
    IncomingMail,
    Message,
    MessageKind,
)
from cases.rules import REMOVED

# Removes a text from what is kept elsewhere about a case, and returns how often it stood there.
Eraser = Callable[[Case, str], int]
_erasers: list[Eraser] = []


def erase_with(eraser: Eraser) -> None:
    """Let whoever keeps words of cases above this room remove them too, in the same transaction."""
    if eraser not in _erasers:
        _erasers.append(eraser)


def erase(case: Case, secret: str) -> dict[str, Any]:
    """Remove `secret` from everything that is kept about a case.

    Returns for the record how often it stood where, and the new digests of events whose words it was in.
    """
    places: Counter[str] = Counter()
    for model, path in _tables_of_a_case():
        for row in model._default_manager.filter(**{path: case.pk}):
            places[place_of(row)] += _erase_from(row, secret)
    rewritten: dict[str, str] = {}
    # The end of a chain is where the case says, so events that nothing binds yet are bound first.
    if _chain.bind(case):
        case.save(update_fields=["chained_to", "chain_digest"])
    for wording in EventWords.objects.filter(event__case=case).select_related("event"):
        clean, count = without(wording.words, secret)
        if count:
            rewritten |= _chain.rewrite(wording, clean)
            places[place_of(wording.event)] += count
    for draft in CaseDraft.objects.filter(user__memberships__partner=case.partner).distinct():
        places[place_of(draft)] += _erase_from(draft, secret)
    for eraser in _erasers:
        places["mail"] += eraser(case, secret)
    found = {place: count for place, count in places.items() if count}
    return {"places": found, "rewritten": rewritten} if found else {}


def place_of(row: Model) -> str:
    """Return what the record calls a place, in English. What contacts may not read has a name of its own."""
    word = row.message if isinstance(row, Attachment) else row if isinstance(row, Message) else None
    place = str(row._meta.verbose_name_raw)
    if word is None:
        return place
    if word.kind == MessageKind.NOTE:
        return f"{place} of a note" if row is not word else "note"
    return place if word.taken_back_at is None else f"{place} taken back"


def without(value: Any, secret: str) -> tuple[Any, int]:
    """Return a text, or what JSON holds, without the secret, and how often it stood there."""
    if isinstance(value, str):
        return value.replace(secret, REMOVED), value.count(secret)
    if isinstance(value, list):
        found = [without(one, secret) for one in value]
        return [one for one, _count in found], sum(count for _one, count in found)
    if isinstance(value, dict):
        named = {key: without(one, secret) for key, one in value.items()}
        return {key: one for key, (one, _count) in named.items()}, sum(count for _one, count in named.values())
    return value, 0


def forget_file(name: str | None) -> None:
    """Delete a stored file once the transaction holds, unless something else has the same."""
    if name and not Attachment.objects.filter(file=name).exists():
        transaction.on_commit(lambda: default_storage.delete(name))


def forget_raw_mail(mail: IncomingMail) -> None:
    """Delete the bytes of a mail as it came in; what was read of it stays."""
    name = mail.raw.name
    IncomingMail.objects.filter(pk=mail.pk).update(raw="")
    if name and not IncomingMail.objects.filter(raw=name).exists():
        transaction.on_commit(lambda: default_storage.delete(name))


def _tables_of_a_case() -> Iterator[tuple[type[Model], str]]:
    """Yield each table whose rows belong to a case, with the way to it: at most two steps."""
    yield Case, "pk"
    for model in apps.get_app_config("cases").get_models():
        # The case was first. An event itself holds no words; which of them wait to be told, neither.
        if model in (Case, CaseEvent, EventWords, Dispatch):
            continue
        direct = [field.name for field in keys_of(model) if field.related_model is Case and field.name == "case"]
        further = [f"{field.name}__case" for field in keys_of(model) if _has_case(field.related_model)]
        for path in direct or further[:1]:
            yield model, path


def keys_of(model: type[Model]) -> list[ForeignKey[Any, Any]]:
    """Return the keys by which rows of a table lead to others."""
    return [field for field in model._meta.get_fields() if isinstance(field, ForeignKey)]


def _has_case(model: type[Model]) -> bool:
    return any(field.name == "case" and field.related_model is Case for field in keys_of(model))


def _erase_from(row: Model, secret: str) -> int:
    found, changed = 0, {}
    for field in row._meta.concrete_fields:
        words = isinstance(field, CharField | TextField) and not field.choices and not field.unique
        if not (words or isinstance(field, JSONField)):
            continue
        clean, count = without(getattr(row, field.attname), secret)
        if count:
            found += count
            longest = getattr(field, "max_length", None)
            changed[field.attname] = clean[:longest] if longest and isinstance(clean, str) else clean
    if changed:
        type(row)._default_manager.filter(pk=row.pk).update(**changed)
        if isinstance(row, IncomingMail):
            forget_raw_mail(row)
    return found
