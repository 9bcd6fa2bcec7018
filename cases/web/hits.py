"""Where a search was found in the cases of a list: the telling words, with their surroundings."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from html import escape
from itertools import pairwise
from typing import Any

from django.db.models import F, OuterRef, Subquery, Value
from django.db.models.functions import JSONArray
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cases import case_search
from cases.models import Attachment, Case, ImportedCase, Message, MessageKind, StaffRole, User
from cases.querysets import PERSON
from cases.rules import TAKE_REPLY_BACK_WITHIN
from cases.written_parts import OneOf, as_one
from sla.written_once import PlannedOnce

# How much is shown on either side of the first word that was found: it stands near the beginning of its line.
BEFORE, BEHIND = 30, 90
# What a case itself says beside its title, which its row shows anyway.
TEXTS = ("explanation", "effect", "error_messages", "steps_to_reproduce", "known_workarounds")


@dataclass(frozen=True)
class Hit:
    """Where a word stands, such as "Lena Fischer" or "File", and what stands there."""

    place: str
    text: SafeString


def marks_of(words: str) -> re.Pattern[str] | None:
    """Return the pattern of the words that are marked; none where nothing is looked for."""
    terms = case_search.terms_in(words)
    return re.compile(case_search.pattern_of(terms), re.IGNORECASE) if terms else None


def marked(text: str, marks: re.Pattern[str] | None) -> SafeString:
    """Return a text, safe for a page, with what was looked for in it marked."""
    if marks is None:
        return conditional_escape(text)
    spans = [found.span() for found in marks.finditer(text)]
    if not spans:
        return SafeString(escape(text))
    ends = [0, *(end for span in spans for end in span), len(text)]
    parts = [escape(text[begin:end]) for begin, end in pairwise(ends)]
    # Every second part is one that was found.
    return SafeString("".join(f"<mark>{part}</mark>" if number % 2 else part for number, part in enumerate(parts)))


def snippet(text: str, marks: re.Pattern[str]) -> SafeString:
    """Return the first word that was found with what stands around it, in one line."""
    text = " ".join(text.split())
    found = marks.search(text)
    middle, end = found.span() if found else (0, 0)
    first, last = max(middle - BEFORE, 0), min(end + BEHIND, len(text))
    # No word is cut in two at the edges.
    first = text.find(" ", first, middle) + 1 or middle if first else 0
    last = max(text.rfind(" ", end, last), end) if last < len(text) else last
    before, behind = "… " if first else "", " …" if last < len(text) else ""
    return SafeString(f"{before}{marked(text[first:last], marks)}{behind}")


def hits_of(cases: Sequence[Case], words: str, reader: User, now: datetime) -> dict[int, Hit]:
    """Return for each case the newest place that its row does not show already. Two queries, however many rows."""
    marks = marks_of(words)
    if marks is None or not cases:
        return {}
    of = {**case_search.sent_for(case_search.terms_in(words)), "settled": now - TAKE_REPLY_BACK_WITHIN}
    said = _said(reader.works_here).rows(keys=as_one(case.pk for case in cases), **of)
    found = {case: _in_message(json.loads(message), marks) for case, message in said if message is not None}
    elsewhere = [case.pk for case in cases if case.pk not in found]
    if elsewhere:
        for case, *texts in _written(reader.works_here).rows(keys=as_one(elsewhere), **of):
            hit = next(_in_case(texts, marks), None)
            if hit is not None:
                found[case] = hit
    return found


# --- What is asked ------------------------------------------------------------------------------------------------

# What stands in the questions for what is looked for, for the cases, and for since when replies have left.
TERMS, KEYS, SETTLED = [("standin",)], "0", datetime(1, 1, 2, tzinfo=UTC)
AUTHOR = ("author__name", "author__email", "author__erased_at")


@cache
def _said(staff: bool) -> PlannedOnce:
    """Return what asks for the newest message of each case that holds a term: its kind, its text, its author."""
    messages = Message.objects.readable_by(_somebody(staff), SETTLED + TAKE_REPLY_BACK_WITHIN)
    holding = messages.filter(case_search.holds_here(["body"], TERMS), case=OuterRef("pk"))
    # By the time alone, as the index has it: by the key too, PostgreSQL reads all of them before it sorts.
    newest = holding.order_by("-said_at").values_list(JSONArray("kind", "body", *AUTHOR))[:1]
    return _of_cases(Subquery(newest))


@cache
def _written(staff: bool) -> PlannedOnce:
    """Return what asks for all that cases say themselves, and their newest file and ticket number that hold a term."""
    files = Attachment.objects.readable_in_visible_cases(_somebody(staff), SETTLED + TAKE_REPLY_BACK_WITHIN)
    named = files.filter(case_search.holds_here(["name"], TERMS), case=OuterRef("pk")).order_by("-pk")
    numbered = ImportedCase.objects.filter(case_search.holds_here(["external_id"], TERMS), case=OuterRef("pk"))
    first = (Subquery(named.values("name")[:1]), Subquery(numbered.values("external_id")[:1]))
    return _of_cases(*first, *(f"contact__{name}" for name in PERSON), *TEXTS)


def _of_cases(*columns: str | Subquery) -> PlannedOnce:
    rows = Case.objects.filter(OneOf(F("pk"), Value(KEYS))).values_list("pk", *columns)
    places = {"keys": KEYS, "settled": SETTLED, **case_search.sent_for(TERMS)}
    return PlannedOnce(*rows.query.sql_with_params(), places)


def _somebody(staff: bool) -> User:
    return User(staff_role=StaffRole.SPECIALIST if staff else "")


# --- What is shown ------------------------------------------------------------------------------------------------


def _in_message(message: Sequence[Any], marks: re.Pattern[str]) -> Hit:
    kind, body, name, email, erased_at = message
    author = User(name=name, email=email, erased_at=erased_at)
    return Hit(
        _("Note of %(name)s") % {"name": author} if kind == MessageKind.NOTE else str(author), snippet(body, marks)
    )


def _in_case(case: Sequence[Any], marks: re.Pattern[str]) -> Iterator[Hit]:
    """Return where words stand in a case, without its conversation: what is told first comes first."""
    file, number, name, email, erased_at, *texts = case
    if file is not None:
        yield Hit(_("File"), marked(file, marks))
    for text in texts:
        if marks.search(text):
            yield Hit(str(User(name=name, email=email, erased_at=erased_at)), snippet(text, marks))
    for text in (name, email):
        if marks.search(text):
            yield Hit(_("Contact"), marked(text, marks))
    if number is not None:
        yield Hit(_("Ticket number"), marked(number, marks))
