"""Where a search was found in the cases of a list: the telling words, with their surroundings."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cases import case_search
from cases.case_search import Term
from cases.models import Attachment, Case, ImportedCase, Message, MessageKind, User

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
    parts = [text[begin:end] for begin, end in pairwise(ends)]
    # Every second part is one that was found.
    return format_html_join("", "{}", ((_mark(part) if number % 2 else part,) for number, part in enumerate(parts)))


def _mark(part: str) -> SafeString:
    return format_html("<mark>{}</mark>", part)


def snippet(text: str, marks: re.Pattern[str]) -> SafeString:
    """Return the first word that was found with what stands around it, in one line."""
    text = " ".join(text.split())
    found = marks.search(text)
    middle, end = found.span() if found else (0, 0)
    first, last = max(middle - BEFORE, 0), min(end + BEHIND, len(text))
    # No word is cut in two at the edges.
    first = text.find(" ", first, middle) + 1 or middle if first else 0
    last = max(text.rfind(" ", end, last), end) if last < len(text) else last
    return format_html(
        "{}{}{}", "… " if first else "", marked(text[first:last], marks), " …" if last < len(text) else ""
    )


def hits_of(cases: Sequence[Case], words: str, reader: User, now: datetime) -> dict[int, Hit]:
    """Return for each case the newest place that its row does not show already. Four queries, however many rows."""
    marks = marks_of(words)
    if marks is None or not cases:
        return {}
    terms = case_search.terms_in(words)
    found: dict[int, Hit] = {}
    for message in _newest_holding(cases, terms, reader, now):
        found[message.case_id] = Hit(_place_of(message), snippet(message.body, marks))
    files = Attachment.objects.readable_by(reader, now).filter(case__in=cases)
    for file in case_search.holding(files, ("name",), terms).order_by("-pk"):
        if file.case_id is not None and file.case_id not in found:
            found[file.case_id] = Hit(_("File"), marked(file.name, marks))
    for case in cases:
        own = next(_in_case(case, marks), None)
        if own is not None and case.pk not in found:
            found[case.pk] = own
    elsewhere = ImportedCase.objects.filter(case__in=cases).exclude(case__in=found)
    numbered = case_search.holding(elsewhere, ("external_id",), terms)
    return found | {one.case_id: Hit(_("Ticket number"), marked(one.external_id, marks)) for one in numbered}


def _newest_holding(cases: Sequence[Case], terms: Sequence[Term], reader: User, now: datetime) -> "QuerySet[Message]":
    """Return the newest message of each case that holds a term. Two queries.

    To take a message apart into words is what costs, so a case's are gone through from the newest on, as far as needed.
    """
    its_own = Message.objects.readable_by(reader, now).filter(case=OuterRef("pk"))
    # By the time alone, as the index has it: by the key too, PostgreSQL takes all of them apart before it sorts.
    newest = case_search.holding(its_own, ("body",), terms).order_by("-said_at").values("pk")[:1]
    ids = Case.objects.filter(pk__in=[case.pk for case in cases]).values_list(Subquery(newest), flat=True)
    read = Message.objects.filter(pk__in=[pk for pk in ids if pk]).select_related("author")
    return read.only("case", "kind", "body", "author__name", "author__email", "author__erased_at")


def _place_of(message: Message) -> str:
    if message.kind == MessageKind.NOTE:
        return _("Note of %(name)s") % {"name": message.author}
    return str(message.author)


def _in_case(case: Case, marks: re.Pattern[str]) -> Iterator[Hit]:
    for name in TEXTS:
        text = getattr(case, name)
        if marks.search(text):
            yield Hit(str(case.contact), snippet(text, marks))
    for text in (case.contact.name, case.contact.email):
        if marks.search(text):
            yield Hit(_("Contact"), marked(text, marks))
