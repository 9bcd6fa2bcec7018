"""The severity that a mail names, in its subject or its own words (P2.2).

The grammar:

    level      1 to 4, one to four, or I to IV; never part of a longer number, a version or a name (10, 1.2, sev1-db01)
    naming     "severity", "sev" or a usual misspelling, then perhaps "level", "is", "of", ":", "=", "#" or "-", then a
               level; or "level 2 severity"; or the short "S1", "S2", "S4" as a label. "S3" is a storage service more
               often than a severity, so it counts in square brackets or alone on its line
    label      a naming in brackets, or at the beginning or end of a line, set off by ":", ",", ";", "|" or a dash.
               What follows a label is about the problem, unless it says at once that it is over ("sev 1: resolved")
    sentence   any other naming. It counts unless its sentence denies it (not, no longer), asks (a question mark),
               imagines (if, could, might), or tells of another time or case (was, last week, like, resolved)
    change     of "from sev 2 to sev 1" the second counts
    choice     of "sev 1 or 2" the graver counts; three or more levels, or a range such as 1-4, are a form or the
               policy's own table and name none

The subject is read first, then the body line by line, without quoted lines and lines of a log. The first naming counts.
None means that nothing was said clearly: the case is Severity 3 and flagged.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

# The rest of a long mail names no severity that its first part did not.
READ_AT_MOST = 20_000
LONGEST_LINE = 500

_LEVELS = {
    "1": 1,
    "2": 2,
    "3": 3,
    "4": 4,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "i": 1,
    "ii": 2,
    "iii": 3,
    "iv": 4,
}
_WORD = r"(?:severity|severty|sevirity|serverity|severety|sevrity|severtiy|sev)"
_LEVEL = r"(?:[1-4]|one|two|three|four|iv|i{1,3})"
# Neither a longer number, nor a version, nor the name of a machine.
_ENDS = r"(?![\w%])(?![.\-/@_+]\w)(?!\s*%)"
_BETWEEN = r"\.?(?:\s*(?:level|lvl|rating|is|of|as|to)\b)?\s*(?:[:=#\-\u2013\u2014]\s*){0,2}(?:(?:level|is)\s+)?(?:\()?"
_NAMING = re.compile(
    rf"(?<![\w.@/\-])(?:{_WORD}{_BETWEEN}(?P<word>{_LEVEL}){_ENDS}"
    rf"|level\s+(?P<before>{_LEVEL})\s+{_WORD}\b"
    rf"|s\s?-?(?P<short>[1-4]){_ENDS})",
    re.IGNORECASE,
)
_LIST = re.compile(
    rf"{_WORD}{_BETWEEN}[1-4](?:\s*(?:,|/|\||-|\u2013|to|or|and|through)\s*(?:{_WORD}\s*)?[1-4])+(?!\w)", re.IGNORECASE
)
_RANGE = re.compile(r"[1-4]\s*(?:-|\u2013|to|through)\s*[1-4]", re.IGNORECASE)
_CHANGE = re.compile(r"\bto\s*$|(?:->|=>|\u2192)\s*$", re.IGNORECASE)
_FROM = re.compile(r"\bfrom\s+(?:a\s+)?$", re.IGNORECASE)
_PREFIX = re.compile(r"^(?:\s*(?:re|fwd?|aw|wg|antw|sv)\s*:|\s*\[(?!SEV)[A-Z][A-Z0-9]{1,5}-\d+\])+\s*", re.IGNORECASE)
_OPENS, _CLOSES, _SETS_OFF = "([{<", ")]}>", ":,;|\u2013\u2014*!"
_OVER = re.compile(
    r"^[\s:,;|\]\)\}>*!.\-\u2013\u2014]*(?:is\s+|now\s+|all\s+|issue\s+|incident\s+|case\s+){0,3}"
    r"(?:resolved|solved|closed|fixed|over\b|done\b|recovered|cancell?ed|cleared|false alarm|downgrad|tbd|tbc|n/a)",
    re.IGNORECASE,
)
# Anywhere before the naming in its sentence; within a few words of it; right before it.
_IMAGINED = re.compile(r"\b(?:if|whether|unless|in case)\b", re.IGNORECASE)
_DENIED = re.compile(
    r"\b(?:not|no|never|without|cannot|hardly|nor|neither|below|could|might|would|may|until|previous|previously|last|old|"
    r"former|formerly|originally|another|other|like|similar|than|same|example|e\.g|which|define|definition|means|"
    r"closed|resolved|solved|fixed)\b|n.t\b",
    re.IGNORECASE,
)
_PAST = re.compile(r"\b(?:was|were|been|had|earlier)\b", re.IGNORECASE)
# Ways to ask for a case that deny nothing.
_POLITE = re.compile(
    r"\b(?:would like|.d like|would you|could you|could we|can you|can we|may we|may i|like to|"
    r"would (?:class|rate|call|say))\b",
    re.IGNORECASE,
)
_ASKED_FOR = re.compile(r"\b(?:log|raise|treat|handle|open|set|make|mark|class|classify|consider)\b", re.IGNORECASE)
_TOLD = re.compile(
    r"\b(?:resolved|solved|closed|fixed|over|last (?:week|month|year|night|time)|yesterday|ago|earlier|definitions?|"
    r"means|tickets|cases|customers|incidents? (?:of|from|in)|policy|contracts?|sla|response times?|"
    r"support (?:hours|is))\b",
    re.IGNORECASE,
)
_LOG_LINE = re.compile(
    r"^\s*(?:[\[<(]?\d{4}-\d\d-\d\d[T ]|\w{3}\s+\d+\s+\d\d:\d\d:\d\d|<\d+>|#\d+\s)|(?:\b\w+=\S+.*){2}"
)
_QUOTED = re.compile(r"^\s*[>|\uff1e]")


@dataclass(frozen=True)
class _Naming:
    """One naming in a line: the level, and what stands before and behind it."""

    level: int
    short: bool
    before: str
    behind: str


def severity_in(subject: str, body: str) -> int | None:
    """Return the severity that a mail names clearly, or None. `body` may hold quoted lines; they are not read."""
    return _named_in(_PREFIX.sub("", _plain(subject)[:LONGEST_LINE])) or _named_in_body(_plain(body[:READ_AT_MOST]))


def _plain(text: str) -> str:
    """Return text in which full-width digits, odd spaces and invisible signs are plain or gone."""
    return "".join(
        char for char in unicodedata.normalize("NFKC", text) if char == "\n" or unicodedata.category(char)[0] != "C"
    )


def _named_in_body(body: str) -> int | None:
    lines = [
        line[:LONGEST_LINE] for line in body.splitlines() if not _QUOTED.match(line) and not _LOG_LINE.search(line)
    ]
    found = [level for line in lines if (level := _named_in(line)) is not None]
    # Somebody who names three levels or more quotes the policy's table.
    return found[0] if found and len(set(found)) < 3 else None


def _named_in(line: str) -> int | None:
    """Return the level that one line names, or None."""
    levels = {_LEVELS[found.lower()] for listed in _LIST.findall(line) for found in re.findall("[1-4]", listed)}
    if levels:
        return _of_a_choice(line, levels)
    namings = [naming for naming in _namings(line) if _counts(naming)]
    if len({naming.level for naming in namings}) > 2:
        return None
    changed_to = [naming.level for naming in namings if _CHANGE.search(naming.before)]
    if changed_to:
        return changed_to[0]
    return next((naming.level for naming in namings if not _FROM.search(naming.before)), None)


def _of_a_choice(line: str, levels: set[int]) -> int | None:
    """Return the graver of two that a line leaves open; a range or a longer list is a form that nobody filled in."""
    changed = re.search(rf"from\s+{_WORD}\s*[1-4]\s+to\s+(?:{_WORD}\s*)?([1-4])", line, re.IGNORECASE)
    if changed:
        return int(changed[1])
    listed = _LIST.search(line)
    if listed is None or len(levels) > 2 or _RANGE.search(listed[0]) or "?" in line[listed.end() :]:
        return None
    return None if _takes_back(line[: listed.start()]) else min(levels)


def _namings(line: str) -> Iterator[_Naming]:
    for found in _NAMING.finditer(line):
        level = found["word"] or found["before"] or found["short"]
        # A lower-case "i" behind "sev" is a slip of the keyboard, not a numeral.
        if level.lower() in ("i", "ii", "iii", "iv") and not level.isupper():
            continue
        behind = line[found.end() :]
        if found[0].count("(") > found[0].count(")"):
            behind = behind.removeprefix(")")
        yield _Naming(_LEVELS[level.lower()], found["short"] is not None, line[: found.start()], behind)


def _counts(naming: _Naming) -> bool:
    if _OVER.match(naming.behind):
        return False
    if naming.short:
        return _is_short_label(naming)
    return _is_label(naming) or _is_said(naming)


def _is_label(naming: _Naming) -> bool:
    before, behind = naming.before.rstrip(), naming.behind.lstrip()
    in_brackets = before.endswith(tuple(_OPENS)) and behind.startswith(tuple(_CLOSES))
    set_off = not behind or behind[0] in _SETS_OFF or naming.behind.startswith(" - ")
    begins = not before.strip("*#_-\u2022 [(<") and set_off
    ends = not behind.strip(".!*_ ]") and (
        before.endswith(tuple(_SETS_OFF + ".")) or naming.before.endswith((" - ", "-- "))
    )
    return in_brackets or begins or ends


def _is_short_label(naming: _Naming) -> bool:
    before, behind = naming.before.rstrip(), naming.behind.lstrip()
    if before.endswith("[") and behind.startswith("]"):
        return True
    alone = not before.strip("*#_ ") and not behind.strip(".!*_ ")
    return alone if naming.level == 3 else alone or _is_label(naming)


def _is_said(naming: _Naming) -> bool:
    """Return whether a sentence says that this mail is about a problem of that level, now."""
    before = re.split(r"[.!?;]\s|\u2014| - |\bbut\b", naming.before)[-1]
    rest = re.split(r"(?<=[.!?;])(?:\s|$)", naming.behind, maxsplit=1)[0]
    asks = rest.rstrip().endswith("?") and not (_POLITE.search(before) and _ASKED_FOR.search(before))
    return not (asks or _TOLD.search(rest) or _takes_back(before))


def _takes_back(before: str) -> bool:
    """Return whether the words before a naming say that it does not hold, or not now."""
    words = _POLITE.sub(" ", before).split()
    return bool(_IMAGINED.search(before) or _DENIED.search(" ".join(words[-7:])) or _PAST.search(" ".join(words[-3:])))
