"""A file, from its records to rows: look through all of it, say everything that is wrong, or bring all of it over."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from django.utils.translation import gettext as _
from rest_framework import serializers

from cases import actions
from cases.importing.files import Record, SourceFile, Unreadable, records_of, with_messages
from cases.importing.rows import CaseRow, MessageRow, PartnerRow, PersonRow
from cases.models import Membership, Partner, ProductArea, User
from sla.models import Desk


@dataclass(frozen=True)
class Known:
    """A row that is here already: its key, and for people whether they are ours and may log in."""

    pk: int
    is_ours: bool = False
    works_here: bool = False


@dataclass(frozen=True)
class Report:
    """What became of a file. With problems, nothing was written; `new` counts what was."""

    records: int
    problems: list[str]
    new: int = 0


def _bring_partner(row: Any, source: str, actor: User, now: datetime) -> bool:
    said = dict(row.validated_data)
    if Partner.objects.filter(code=said["code"]).exists():
        return False
    actions.add_partner(home_desk_id=said.pop("home_desk").pk, **said, actor=actor, now=now)
    return True


def _bring_person(row: Any, source: str, actor: User, now: datetime) -> bool:
    return actions.import_person(person=row.person(), actor=actor, now=now)


def _bring_case(row: Any, source: str, actor: User, now: datetime) -> bool:
    return actions.import_case(source=source, details=row.details(), actor=actor, now=now)


@dataclass(frozen=True)
class Noun:
    """What a file can hold: how a record is read, what stands once in a file, and how one is brought over, if new."""

    row: type[serializers.Serializer[Any]]
    once: tuple[tuple[str, ...], ...]
    bring: Callable[[Any, str, User, datetime], bool]

    @property
    def fields(self) -> list[str]:
        """The names of its fields."""
        return list(self.row().fields)


NOUNS = {
    "partners": Noun(PartnerRow, (("code",), ("name",)), _bring_partner),
    "people": Noun(PersonRow, (("email", "partner"),), _bring_person),
    "cases": Noun(CaseRow, (("external_id",),), _bring_case),
}


def bring_over(
    noun: str,
    file: SourceFile,
    *,
    messages: SourceFile | None,
    source: str,
    dry_run: bool,
    most: int | None = None,
    actor: User,
    now: datetime,
) -> Report:
    """Look a file through and, unless something is wrong or it is a dry run, bring over what is new in it.

    Raises:
        Unreadable: a file is no list of records, or has more than `most`.
        RuleBroken: the actor is no manager, or somebody took a name or code meanwhile. Run it again.
    """
    what = NOUNS[noun]
    records = records_of(file, what.fields)
    if most is not None and len(records) > most:
        said = {"file": file.name, "n": len(records), "most": most}
        raise Unreadable(_("%(file)s has %(n)s records. Bring over up to %(most)s at a time.") % said)
    problems = with_messages(records, messages, list(MessageRow().fields)) if messages else []
    context = {"known": _known(), "now": now}
    rows = [what.row(data=record.said, context=context) for record in records]
    for columns in what.once:
        problems += _doubled(records, columns)
    for record, row in zip(records, rows, strict=True):
        if not row.is_valid():
            problems += _problems(record, row.errors)
    if problems or dry_run:
        return Report(len(records), problems)
    return Report(len(records), [], new=sum(what.bring(row, source, actor, now) for row in rows))


def _known() -> dict[str, Any]:
    """Return what records may name, by its name in small letters. Read once for a file."""
    people = User.objects.values_list("email", "pk", "staff_role", "is_active")
    return {
        "desk": {code.lower(): Known(pk) for code, pk in Desk.objects.values_list("code", "pk")},
        "partner": {code.lower(): Known(pk) for code, pk in Partner.objects.values_list("code", "pk")},
        "name": {name.lower(): code for name, code in Partner.objects.values_list("name", "code")},
        "product area": {name.lower(): Known(pk) for name, pk in ProductArea.objects.values_list("name", "pk")},
        "person": {
            email.lower(): Known(pk, is_ours=role != "", works_here=role != "" and active)
            for email, pk, role, active in people
        },
        "writes for": set(Membership.objects.values_list("partner", "user")),
        "zone": available_timezones(),
    }


def _doubled(records: list[Record], columns: tuple[str, ...]) -> Iterator[str]:
    first: dict[tuple[str, ...], str] = {}
    for record in records:
        key = tuple(str(record.said.get(column, "")).lower() for column in columns)
        if first.setdefault(key, record.place) != record.place:
            said = {"place": record.place, "column": columns[0], "first": first[key]}
            yield _("%(place)s, %(column)s: the same stands at %(first)s.") % said


def _problems(record: Record, errors: Any) -> Iterator[str]:
    """Yield every problem of a record: where it stands, in which field, and what is wrong."""
    for name, found in errors.items():
        if isinstance(name, int):
            yield from _problems(Record(record.parts[name], {}), found)
        elif isinstance(found, dict):
            yield from _problems(record, found)
        else:
            yield from (f"{record.place}, {name}: {words}" for words in found)
