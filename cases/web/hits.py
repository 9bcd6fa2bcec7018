"""Where a search was found in the cases of a list: the telling words, with their surroundings."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from itertools import pairwise

from django.db import DEFAULT_DB_ALIAS
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cases import case_search
from cases.case_search import Term
from cases.models import Attachment, Case, ImportedCase, Message, MessageKind, User
from cases.querysets import PERSON

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
    ends = [0, *(end for found in marks.finditer(text) for end in found.span()), len(text)]
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
    terms = case_search.terms_in(words)
    messages = _newest_holding(cases, terms, reader, now)
    found = {message.case_id: Hit(_place_of(message), snippet(message.body, marks)) for message in messages}
    elsewhere = [case.pk for case in cases if case.pk not in found]
    for case in _with_their_words(elsewhere, terms, reader, now) if elsewhere else ():
        hit = next(_in_case(case, marks), None)
        if hit is not None:
            found[case.pk] = hit
    return found


def _newest_holding(cases: Sequence[Case], terms: Sequence[Term], reader: User, now: datetime) -> "QuerySet[Message]":
    """Return the newest message of each case that holds a term."""
    its_own = Message.objects.readable_by(reader, now).filter(case=OuterRef("pk"))
    # By the time alone, as the index has it: by the key too, PostgreSQL reads all of them before it sorts.
    newest = its_own.filter(_hold("body", terms)).order_by("-said_at").values("pk")[:1]
    ids = Case.objects.filter(pk__in=[case.pk for case in cases]).values_list(Subquery(newest))
    read = Message.objects.filter(pk__in=ids).select_related("author")
    return read.only("case", "kind", "body", "author__name", "author__email", "author__erased_at")


def _with_their_words(ids: Sequence[int], terms: Sequence[Term], reader: User, now: datetime) -> "QuerySet[Case]":
    """Return cases with all that they say themselves, the newest file and the ticket number that hold a term."""
    files = Attachment.objects.readable_in_visible_cases(reader, now).filter(_hold("name", terms), case=OuterRef("pk"))
    numbers = ImportedCase.objects.filter(_hold("external_id", terms), case=OuterRef("pk"))
    found = {
        "file_found": Subquery(files.order_by("-pk").values("name")[:1]),
        "number_found": Subquery(numbers.values("external_id")[:1]),
    }
    read = Case.objects.filter(pk__in=ids).select_related("contact")
    return read.only(*TEXTS, *(f"contact__{name}" for name in PERSON)).annotate(**found)


def _hold(column: str, terms: Sequence[Term]) -> Q:
    return case_search.holds_here(DEFAULT_DB_ALIAS, (column,), terms)


def _place_of(message: Message) -> str:
    if message.kind == MessageKind.NOTE:
        return _("Note of %(name)s") % {"name": message.author}
    return str(message.author)


def _in_case(case: Case, marks: re.Pattern[str]) -> Iterator[Hit]:
    """Return where words stand in a case, without its conversation: what is told first comes first."""
    if case.file_found is not None:
        yield Hit(_("File"), marked(case.file_found, marks))
    for name in TEXTS:
        text = getattr(case, name)
        if marks.search(text):
            yield Hit(str(case.contact), snippet(text, marks))
    for text in (case.contact.name, case.contact.email):
        if marks.search(text):
            yield Hit(_("Contact"), marked(text, marks))
    if case.number_found is not None:
        yield Hit(_("Ticket number"), marked(case.number_found, marks))
