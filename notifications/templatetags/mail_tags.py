"""What plain-text mails need beside the words of the pages."""

from django import template

from cases.models import CaseEvent
from cases.web.sentences import sentence_of

register = template.Library()


@register.filter
def quoted(words: str) -> str:
    """Mark what somebody else wrote, line by line, as mails do."""
    return "\n".join(f"> {line}".rstrip() for line in words.splitlines())


@register.filter
def sentence(event: CaseEvent) -> str:
    """Return what happened, as the timeline of a case says it."""
    return sentence_of(event)
