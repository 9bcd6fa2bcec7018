"""All that is kept about one person, as one ZIP: every row that leads to them, what they were sent, and their files.

The tables are found by their keys. Of staff every column is in it; of a contact what contacts read (`contact_columns`),
and nothing that the desk keeps for itself. Secrets that let somebody in are left out, and so is everything about others
that only stands in the same case.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from zipfile import ZIP_STORED

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Field, FileField, ForeignKey, Model, Q, QuerySet
from django.db.models.fields.files import FieldFile

from cases.archive import Archive, content_of, plain_name
from cases.contact_columns import columns_told
from cases.models import Attachment, Case, CaseEvent, IncomingMail, Invitation, MailAddress, Partner, User
from cases.protection import Level, level_of
from cases.rules import bytes_without_links_that_act, without_links_that_act

AT_ONCE = 500
# Digests and keys of requests: they say nothing of anybody.
SAYS_NOTHING = frozenset(
    {"digest", "words_digest", "chain_digest", "fingerprint", "content_hash", "sha256", "submission_key"}
)
WORDS_OF_MAILS = frozenset({"subject", "body_text", "body_html"})
# Told by what people call it, others by their key.
_NAMED: dict[Any, str] = {Case: "reference", Partner: "code"}
_ADDRESS_IN: dict[type[Model], str] = {MailAddress: "address", Invitation: "email"}


def parts_of(person: User, *, now: datetime) -> Iterator[bytes]:
    """Yield the ZIP, part by part. One that broke off lacks its table of contents and opens nowhere."""
    archive = Archive(now)
    yield from archive.put("account.json", [_json(_told(person, person))])
    for model, rows in _rows_about(person):
        if rows.exists() and (person.works_here or columns_told(model._meta.label_lower)):
            yield from archive.put(f"{model._meta.label_lower}.json", _array(rows, person))
    lost = []
    for name, stored in _files_of(person):
        if stored.storage.exists(str(stored.name)):
            yield from archive.put(name, _content_of(stored), packed=ZIP_STORED)
        else:
            lost.append(name)
    yield from archive.put("about.json", [_json({"made_at": now, "files_that_are_lost": lost})])
    yield from archive.end()


def _rows_about(person: User) -> Iterator[tuple[type[Model], QuerySet[Any]]]:
    for model in apps.get_models():
        keys = [field.name for field in model._meta.concrete_fields if field.related_model is User]
        about = Q(pk__in=[])
        for key in keys:
            about |= Q(**{key: person})
        if address := _ADDRESS_IN.get(model):
            about |= Q(**{f"{address}__iexact": person.email})
        told = [field.name for field in model._meta.concrete_fields if field.related_model in _NAMED]
        beside = [*told, "wording"] if model is CaseEvent else told
        rows = model._default_manager.filter(about).order_by("pk")
        if model is CaseEvent and not person.works_here:
            rows = rows.filter(public=True)
        yield model, rows.select_related(*beside) if beside else rows


def _files_of(person: User) -> Iterator[tuple[str, Any]]:
    for file in Attachment.objects.filter(uploaded_by=person).order_by("pk").iterator(AT_ONCE):
        yield f"files/{file.pk}-{plain_name(file.name)}", file.file
    for mail in IncomingMail.objects.filter(sender=person).exclude(raw="").order_by("pk").iterator(AT_ONCE):
        yield f"mails/{mail.pk}.eml", mail.raw


def _content_of(stored: FieldFile) -> Iterator[bytes]:
    """Yield a file, part by part; a mail in one, as the keys of links in it are left out."""
    if not isinstance(stored.instance, IncomingMail):
        yield from content_of(stored)
        return
    with stored.open("rb") as mail:
        yield bytes_without_links_that_act(mail.read())


def _array(rows: QuerySet[Any], person: User) -> Iterator[bytes]:
    """Yield an array in JSON, a row a line."""
    before = b"[\n"
    for row in rows.iterator(AT_ONCE):
        yield before + _json(_told(row, person))
        before = b",\n"
    yield b"\n]\n"


def _told(row: Model, person: User) -> dict[str, Any]:
    told = {field.name: _value(row, field, person) for field in _open_fields(row, person)}
    if getattr(row, "sent_at", row) is None:
        # It may be a word that was taken back before it left.
        told = {name: value for name, value in told.items() if name not in WORDS_OF_MAILS}
    if isinstance(row, CaseEvent):
        told |= {"facts": row.whole} if person.works_here else {"words": row.words}
    return told


def _open_fields(row: Model, person: User) -> Iterable["Field[Any, Any]"]:
    table = row._meta.label_lower
    # Whoever reads an export must not get in by it.
    fields = [
        field
        for field in row._meta.concrete_fields
        if field.name not in SAYS_NOTHING and level_of(table, field.name) is not Level.SECRET
    ]
    told = columns_told(table)
    return fields if person.works_here else [field for field in fields if field.name in told]


def _value(row: Model, field: "Field[Any, Any]", person: User) -> Any:
    value = getattr(row, field.attname)
    if isinstance(field, FileField):
        return str(value)
    if isinstance(field, ForeignKey) and value is not None:
        if field.related_model is User:
            return "you" if value == person.pk else f"person {value}"
        if field.related_model in _NAMED:
            return getattr(getattr(row, field.name), _NAMED[field.related_model])
    return without_links_that_act(value) if isinstance(value, str) else value


def _json(said: Any) -> bytes:
    return json.dumps(said, cls=DjangoJSONEncoder, ensure_ascii=False).encode()
