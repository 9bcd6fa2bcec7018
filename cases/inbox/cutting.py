"""What of a mail is new: without the mails below it and the signature, but with answers between quoted lines.

It reads line by line, so that no mail is too long for it. When in doubt it keeps; the whole mail stays in any case.
"""

import re

_QUOTED = re.compile(r"^\s*>")
# "On Tue, 24 Nov 2026 at 10:00, Probax Support <care@probax.io> wrote:", also broken into two or three lines.
_WROTE_BEGINS = re.compile(r"^\s*>*\s*(?:On|Am|Le|El|Il|Op|Den|Em|W dniu|\d{4}[-/.]\d\d?[-/.]\d\d?)\s", re.IGNORECASE)
_WROTE_ENDS = re.compile(
    r"(?:wrote|writes|schrieb(?: .{0,80})?|a \u00e9crit|escribi\u00f3|ha scritto|schreef(?: .{0,80})?|skrev|escreveu|"
    r"napisa\u0142)\s*:\s*$",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(
    r"^\s*-{2,}\s*(?:Original Message|Original Appointment|Urspr\u00fcngliche Nachricht|Message d.origine|"
    r"Mensaje original|Messaggio originale|Oorspronkelijk bericht)\s*-{2,}\s*$",
    re.IGNORECASE,
)
_FORWARDED = re.compile(r"^\s*(?:-{2,}\s*Forwarded message\s*-{2,}|Begin forwarded message:)\s*$", re.IGNORECASE)
_FROM = re.compile(r"^\s*\*?(?:From|Von|De|Da|Van|Fra|Fr\u00e5n)\s*:\*?\s*\S", re.IGNORECASE)
_BELOW_FROM = re.compile(
    r"^\s*\*?(?:Sent|Date|To|Cc|Subject|Gesendet|Datum|An|Betreff|Envoy\u00e9|\u00c0|Objet|Enviado|Para|Asunto|Inviato|A|"
    r"Oggetto|Verzonden|Aan|Onderwerp)\s*:\*?\s*\S",
    re.IGNORECASE,
)
_BELOW = re.compile(r"\b(?:inline|in-line|below|in (?:red|blue|green)|between the lines)\b", re.IGNORECASE)
_SIGNATURE = re.compile(r"^--\s*$")
_SENT_FROM = re.compile(
    r"^\s*(?:Sent from my |Sent from (?:Outlook|Mail|Yahoo)|Get Outlook for |Von meinem |Envoy\u00e9 de mon )",
    re.IGNORECASE,
)
LONGEST_LINE = 500
LONGEST_SIGNATURE = 15


def own_words(text: str) -> str:
    """Return the new words of a mail; all of it where nothing else would be left."""
    lines = text.splitlines()
    kept = _without_signature(_without_history(lines))
    while kept and not kept[-1].strip():
        kept.pop()
    return "\n".join(kept).strip("\n") if any(line.strip() for line in kept) else text.strip()


def _without_history(lines: list[str]) -> list[str]:
    begins = next((number for number in range(len(lines)) if _history_begins(lines, number)), len(lines))
    above, below = lines[:begins], lines[begins:]
    if _is_answered_inline(below) or (below and _BELOW.search("\n".join(above)[:2000])):
        return _without_last_quote(lines)
    return _without_last_quote(above)


def _history_begins(lines: list[str], number: int) -> bool:
    line = lines[number][:LONGEST_LINE]
    if _ORIGINAL.match(line):
        return True
    if _FROM.match(line):
        below = [under for under in lines[number + 1 : number + 6] if _BELOW_FROM.match(under[:LONGEST_LINE])]
        return len(below) >= 2 and not any(_FORWARDED.match(over) for over in lines[max(0, number - 3) : number])
    return bool(_WROTE_BEGINS.match(line)) and any(
        _WROTE_ENDS.search(under[:LONGEST_LINE]) for under in _paragraph(lines, number)
    )


def _paragraph(lines: list[str], number: int) -> list[str]:
    """Return up to three lines from here on, ending before an empty one."""
    found = []
    for line in lines[number : number + 3]:
        if not line.strip():
            break
        found.append(line)
    return found


def _is_answered_inline(below: list[str]) -> bool:
    """Return whether somebody wrote between or under quoted lines."""
    quoted = False
    for line in below[1:]:
        if _SIGNATURE.match(line):
            return False
        if _QUOTED.match(line):
            quoted = True
        elif quoted and line.strip() and not _WROTE_ENDS.search(line[:LONGEST_LINE]):
            return True
    return False


def _without_last_quote(lines: list[str]) -> list[str]:
    """Leave out the quoted lines at the very end, which answer nothing."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or _QUOTED.match(lines[end - 1])):
        end -= 1
    return lines[:end]


def _without_signature(lines: list[str]) -> list[str]:
    for number, line in enumerate(lines):
        if _SIGNATURE.match(line) and len(lines) - number <= LONGEST_SIGNATURE:
            return lines[:number]
        if _SENT_FROM.match(line) and len(lines) - number <= 3:
            return lines[:number]
    return lines
